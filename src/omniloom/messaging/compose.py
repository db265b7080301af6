"""Makes the message of one recipient: the template's context before rendering, links and footer after it. Pure."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from omniloom.core.errors import Invalid
from omniloom.messaging.channel import Message, known_channels
from omniloom.messaging.decision import MARKETING
from omniloom.messaging.link import Link, link_of, track_html, track_text
from omniloom.messaging.site import OWN_PAGES, Site
from omniloom.profiles import Contact

_FOOTER = {
    "en": ("You receive this because you agreed to.", "Unsubscribe", "Preferences"),
    "ru": ("Вы получили это письмо, потому что дали согласие.", "Отписаться", "Настройки"),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a message is for and what it belongs to. ``notice``: what a message nobody else gets says besides."""

    send_id: str
    campaign_id: str
    campaign: str
    kind: str
    contact: Contact
    notice: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Composed:
    """A message ready for its channel, and the targets of its links."""

    message: Message
    links: tuple[Link, ...]


def context_of(recipient: Recipient, traits: Mapping[str, Any], *, channel: str, site: Site | None) -> dict[str, Any]:
    """The plain values a template sees: ``person``, ``campaign``, and the addresses of our pages."""
    contact = recipient.contact
    person = {key: _plain(value) for key, value in traits.items()}
    known = {"name": contact.name, "language": contact.language, **_addresses(contact)}
    person |= {key: value for key, value in known.items() if value}
    return {
        "person": person,
        "campaign": {"id": recipient.campaign_id, "name": recipient.campaign},
        "channel": channel,
        "unsubscribe_url": site.unsubscribe_url(recipient.send_id, channel) if site else "#",
        "preferences_url": site.preferences_url(recipient.send_id, channel) if site else "#",
        "confirm_url": site.confirm_url(recipient.send_id, channel) if site else "#",
        "recognise_url": site.recognise_url(recipient.send_id, channel) if site else "#",
        "code": site.code(recipient.send_id, channel) if site else "000000",
        "notice": dict(recipient.notice),
    }


def compose(
    recipient: Recipient, *, channel: str, address: str, subject: str, body: str, site: Site, at: datetime
) -> Composed:
    """The message with tracked links, open pixel and, in marketing mail, a way out.

    Errors: Invalid if the rendered subject is empty where the channel has one.
    """
    is_html = known_channels()[channel].is_html
    if is_html and not subject.strip():
        raise Invalid("the rendered subject is empty", field="subject")
    links: dict[str, Link] = {}

    def tracked(url: str) -> str:
        if url.startswith(tuple(f"{site.public_url}/{page}/" for page in OWN_PAGES)):
            return url
        link = links.setdefault(url, link_of(recipient.campaign_id, url))
        return site.link_url(link.link_id, recipient.send_id, channel)

    if is_html:
        body = track_html(body, tracked) + _closing(recipient, body, channel=channel, site=site)
    else:
        body = track_text(body, tracked)
    is_marketing = recipient.kind == MARKETING
    message = Message(
        key=f"{recipient.send_id}.{channel}", to=address, subject=subject.strip(), body=body, at=at,
        unsubscribe_url=site.unsubscribe_url(recipient.send_id, channel) if is_marketing else "",
    )  # fmt: skip
    return Composed(message, tuple(links.values()))


def _closing(recipient: Recipient, body: str, *, channel: str, site: Site) -> str:
    """What stands under every HTML message: the footer, unless the template links to it itself, and the pixel."""
    pixel = f'<img src="{html.escape(site.pixel_url(recipient.send_id, channel))}" width="1" height="1" alt="">'
    if recipient.kind != MARKETING or f"{site.public_url}/u/" in body:
        return pixel
    why, leave, choose = _FOOTER.get(recipient.contact.language.partition("-")[0], _FOOTER["en"])
    leave_url = html.escape(site.unsubscribe_url(recipient.send_id, channel))
    choose_url = html.escape(site.preferences_url(recipient.send_id, channel))
    return f'<p>{why} <a href="{leave_url}">{leave}</a> · <a href="{choose_url}">{choose}</a></p>{pixel}'


def _addresses(contact: Contact) -> dict[str, str]:
    return {
        known_channels()[key].address_kind: address
        for key, address in contact.addresses.items()
        if key in known_channels()
    }


def _plain(value: Any) -> Any:
    """The value as JSON knows it: a template gets no objects."""
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    if isinstance(value, int) and value.bit_length() > 63:
        return str(value)  # the renderer's wire carries 64 bits
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)
