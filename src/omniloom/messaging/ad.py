"""Ads that others show: a picture of one pixel in the banner or article, which tells of each impression.

The pixel's address carries the source and the campaign under our signature, so nobody can invent impressions of a
campaign, or find out others. The ad system may fill in what only it knows (which creative, which place).

Source: spec/capabilities.md F7; ERID is the token of the Russian register of advertising (ORD).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omniloom.core.errors import Invalid
from omniloom.core.event import AD_VIEWED, Event
from omniloom.core.text import clean
from omniloom.messaging.site import AD, Site
from omniloom.messaging.token import TOKEN_CHARS_MAX, sign, verify

FIELD_BYTES_MAX = 80
FREE_CHARS_MAX = 500  # of what browsers and ad systems fill in


@dataclass(frozen=True, slots=True)
class Ad:
    """What a pixel stands for. ``source_id`` is the source whose event it makes; ``system`` shows the ad."""

    source_id: str
    campaign_id: str
    system: str = ""
    erid: str = ""


def ad_url(site: Site, ad: Ad) -> str:
    """The address of an ad's pixel. Errors: Invalid names the field that is empty or too long."""
    if not ad.campaign_id.strip():
        raise Invalid("campaign_id is empty", hint="use the campaign's id or its utm_campaign", field="campaign_id")
    for name, text in (("campaign_id", ad.campaign_id), ("system", ad.system), ("erid", ad.erid)):
        if len(clean(text, field=name).encode()) > FIELD_BYTES_MAX:
            raise Invalid(f"{name} is longer than {FIELD_BYTES_MAX} bytes", hint="use a short id", field=name)
    parts = [text.encode() for text in (ad.source_id, ad.campaign_id.strip(), ad.system.strip(), ad.erid.strip())]
    token = sign(site.secret, AD, *parts)
    if len(token) > TOKEN_CHARS_MAX:
        raise Invalid("the pixel's address is too long", hint="shorten campaign_id or system", field="campaign_id")
    return f"{site.public_url}/px/{token}.gif"


def ad_of(token: str, *, secret: bytes) -> Ad | None:
    """What a pixel stands for; None if the token is not ours."""
    parts = verify(secret, AD, token)
    return Ad(*(part.decode() for part in parts)) if parts is not None and len(parts) == 4 else None


@dataclass(frozen=True, slots=True)
class Impression:
    """What a browser and the ad system say of one loading of the pixel."""

    anonymous_id: str
    message_id: str
    user_agent: str = ""
    page_url: str = ""
    creative: str = ""
    placement: str = ""
    is_machine: bool = False


def ad_viewed(ad: Ad, seen: Impression, *, now: datetime) -> Event:
    """The event of an impression. It is a view, not a click: attribution can tell the two apart by the name."""
    told = {
        "channel": "ad", "campaign_id": ad.campaign_id, "source": ad.system, "erid": ad.erid,
        "creative": _bounded(seen.creative), "placement": _bounded(seen.placement),
    }  # fmt: skip
    properties: dict[str, Any] = {name: text for name, text in told.items() if text}
    context: dict[str, Any] = {"userAgent": _bounded(seen.user_agent)}
    if seen.page_url:
        context["page"] = {"url": _bounded(seen.page_url)}
    if ad.erid:
        context["clickIds"] = {"erid": ad.erid}
    return Event(
        source_id=ad.source_id, message_id=seen.message_id, type="track", name=AD_VIEWED, occurred_at=now,
        received_at=now, identifiers={"anonymous_id": seen.anonymous_id}, context=context,
        properties={**properties, "is_machine": seen.is_machine},
    )  # fmt: skip


def _bounded(text: str) -> str:
    return clean(text.replace("\x00", ""), field="pixel")[:FREE_CHARS_MAX]
