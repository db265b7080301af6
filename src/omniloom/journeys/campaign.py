"""A campaign: whom (a segment), what (a template by channel), how (channels in order), when, at what cost.

```
draft ──► scheduled ──► planning ──► running ──► finished
  └──────────────────────►┘ ▲          ▲ │
            └──► paused ◄───┴──────────┴─┘        any of them ──► cancelled, but the finished
```
Only a draft changes. Planning freezes the audience and gives everyone in it one planned message.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from omniloom import messaging, profiles, segments
from omniloom.core.clock import instant
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids
from omniloom.core.text import clean
from omniloom.messaging import NewTemplate, take_template
from omniloom.store import Row, StateTx, Stores, query

NAME_CHARS_MAX = 120
PRICE_MINOR_MAX = 10**9  # of one message; beyond it is a slip of units, not a price
YEARS = range(2000, 2200)  # a campaign's time outside them is a slip, and no store could give it back


class CampaignState(StrEnum):
    """Where a campaign stands; the last two are final."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PLANNING = "planning"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class StateReason(StrEnum):
    """Why a campaign is where it is, when that is not what one would expect."""

    NONE = ""
    BY_HAND = "by_hand"
    LATE = "late"  # its time passed unattended by more than the lateness allowed
    AUDIENCE = "audience"  # its segment cannot be computed any more; the detail says why
    TEMPLATES = "templates"  # its templates are gone, of other channels or beyond limits; the detail says why


_S = CampaignState
MOVES: Mapping[CampaignState, frozenset[CampaignState]] = {
    _S.DRAFT: frozenset({_S.SCHEDULED, _S.PLANNING, _S.CANCELLED}),
    _S.SCHEDULED: frozenset({_S.PLANNING, _S.PAUSED, _S.CANCELLED}),
    _S.PLANNING: frozenset({_S.RUNNING, _S.PAUSED, _S.CANCELLED}),
    _S.RUNNING: frozenset({_S.PAUSED, _S.FINISHED, _S.CANCELLED}),
    _S.PAUSED: frozenset({_S.SCHEDULED, _S.PLANNING, _S.RUNNING, _S.CANCELLED}),
    _S.FINISHED: frozenset(),
    _S.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign. ``audience`` is 0 until ``frozen_at``; ``cost_per_message_minor`` is by channel.

    ``advertiser``: in whose name it goes, and so whose consent it needs; empty: our own.
    """

    campaign_id: str
    name: str
    segment_id: str
    channels: list[str]
    templates: dict[str, str]
    cost_per_message_minor: dict[str, int]
    currency: str
    state: CampaignState
    state_reason: StateReason
    state_detail: str
    audience: int
    planned_through: int
    scheduled_at: datetime | None
    launched_at: datetime | None
    frozen_at: datetime | None
    planned_at: datetime | None
    finished_at: datetime | None
    created_at: datetime
    updated_at: datetime
    advertiser: str = ""


def create_campaign(  # noqa: PLR0913 - a campaign's terms, all of them said by name
    stores: Stores,
    *,
    name: str,
    segment_id: str,
    channels: Sequence[str],
    templates: Mapping[str, str | NewTemplate],
    cost_per_message_minor: int | Mapping[str, int] = 0,
    currency: str,
    advertiser: str = "",
    scheduled_at: datetime | None = None,
    now: datetime,
    ids: Ids,
) -> Campaign:
    """Keep a new draft.

    Shapes: ``channels`` in order of preference, ``templates`` channel -> template id, or a new template that is kept
        with the campaign or not at all; one for each channel; ``cost_per_message_minor`` one price, or one by channel.
    Errors: Invalid names the field; Conflict if a name is taken.
    """
    segment_id, campaign_id = _segment_id(stores, segment_id), ids.token()
    advertiser = _advertiser(stores, advertiser)
    _check_time(scheduled_at)
    with stores.state.write() as tx:
        template_ids = {
            channel: take_template(tx, channel, chosen, now=now, ids=ids).template_id
            if isinstance(chosen, NewTemplate) else chosen
            for channel, chosen in templates.items()
        }  # fmt: skip
        terms = _terms(
            tx, name=name, segment_id=segment_id, channels=list(channels), templates=template_ids,
            prices=cost_per_message_minor, currency=currency, advertiser=advertiser,
        )  # fmt: skip
        _check_name(tx, terms["name"], campaign_id)
        tx.run(query(__file__, "add_campaign"), campaign_id=campaign_id, **terms, scheduled_at=scheduled_at, now=now)
    return campaign(stores, campaign_id)


def update_campaign(stores: Stores, campaign_id: str, *, now: datetime, **changes: Any) -> Campaign:
    """Change a draft: any of the terms of ``create_campaign`` by name.

    Errors: as create; Missing; Conflict if it is no draft any more; TypeError for a term that does not exist.
    """
    old = campaign(stores, campaign_id)
    known = (
        "name", "segment_id", "channels", "templates", "cost_per_message_minor", "currency", "advertiser",
        "scheduled_at",
    )  # fmt: skip
    if unknown := set(changes) - set(known):
        raise TypeError(f"a campaign has no {', '.join(sorted(unknown))}")
    new = {term: changes.get(term, getattr(old, term)) for term in known}
    scheduled_at, prices = new.pop("scheduled_at"), new.pop("cost_per_message_minor")
    new["segment_id"] = _segment_id(stores, new["segment_id"])
    if "advertiser" in changes:
        new["advertiser"] = _advertiser(stores, new["advertiser"])
    _check_time(scheduled_at)
    if "channels" in changes and "cost_per_message_minor" not in changes:
        prices = {channel: price for channel, price in prices.items() if channel in new["channels"]}
    with stores.state.write() as tx:
        terms = _terms(tx, **new, prices=prices)
        _check_name(tx, terms["name"], old.campaign_id)
        if not tx.run(
            query(__file__, "change_draft"), campaign_id=old.campaign_id, **terms, scheduled_at=scheduled_at, now=now
        ):
            raise Conflict(f"{old.name} is no draft any more", hint="make another campaign")
    return campaign(stores, old.campaign_id)


def campaign(stores: Stores, id_or_name: str) -> Campaign:
    """One campaign by id, else by name. Errors: Missing."""
    with stores.state.read() as tx:
        return campaign_of(tx, id_or_name)


def campaign_of(tx: StateTx, id_or_name: str) -> Campaign:
    """One campaign inside a transaction. Errors: Missing."""
    row = tx.one(query(__file__, "campaign"), id_or_name=id_or_name)
    if row is None:
        raise Missing(f"there is no campaign {id_or_name!r}", hint="`omniloom campaign list` shows them all")
    return _campaign(row)


def campaigns(stores: Stores) -> list[Campaign]:
    """Every campaign, newest first."""
    with stores.state.read() as tx:
        return [_campaign(row) for row in tx.rows(query(__file__, "campaigns"))]


def campaigns_in(stores: Stores, *states: CampaignState) -> list[Campaign]:
    """The campaigns in some states, the oldest launch first."""
    with stores.state.read() as tx:
        return [_campaign(row) for row in tx.rows(query(__file__, "campaigns_in"), states=list(states))]


def _terms(  # noqa: PLR0913 - as create_campaign
    tx: StateTx, *, name: str, segment_id: str, channels: list[str], templates: dict[str, str],
    prices: int | Mapping[str, int], currency: str, advertiser: str,
) -> dict[str, Any]:  # fmt: skip
    """The checked terms as columns."""
    name = clean(name, field="name").strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX:
        raise Invalid(f"name should have 1 to {NAME_CHARS_MAX} characters", hint="shorten it", field="name")
    _check_channels(channels)
    if extra := set(templates) - set(channels):
        raise Invalid(f"a template for {min(extra)}, which is no channel of it", field="templates")
    messaging.texts_of(tx, channels, templates)
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha() or not currency.isupper():
        raise Invalid(f"currency {currency!r} is not one", hint="use three letters, such as RUB", field="currency")
    return {
        "name": name, "segment_id": segment_id, "channels": json.dumps(channels), "templates": json.dumps(templates),
        "cost_per_message_minor": json.dumps(_prices(channels, prices)), "currency": currency,
        "advertiser": advertiser,
    }  # fmt: skip


def _segment_id(stores: Stores, id_or_name: str) -> str:
    try:
        return segments.segment(stores, id_or_name).segment_id
    except Missing as error:
        raise Invalid(error.message, hint=error.hint or "make the segment first", field="segment_id") from error


def _advertiser(stores: Stores, name: str) -> str:
    name = clean(name, field="advertiser").strip()
    if len(name) > NAME_CHARS_MAX:
        raise Invalid(f"advertiser has over {NAME_CHARS_MAX} characters", hint="shorten it", field="advertiser")
    profiles.check_advertiser(stores, name)
    return name


def _check_time(at: datetime | None) -> None:
    if at is not None and (at.tzinfo is None or at.year not in YEARS):
        raise Invalid("scheduled_at is not a time to send at", hint="give a day of these years, with its zone",
                      field="scheduled_at")  # fmt: skip


def _check_channels(channels: list[str]) -> None:
    known = messaging.known_channels()
    if not channels or len(set(channels)) != len(channels):
        raise Invalid("channels should name at least one, each once", hint=f"of {', '.join(known)}", field="channels")
    for channel in channels:
        if channel not in known:
            raise Invalid(f"there is no channel {channel}", hint=f"use {', '.join(known)}", field="channels")


def _prices(channels: list[str], prices: int | Mapping[str, int]) -> dict[str, int]:
    by_channel = dict(prices) if isinstance(prices, Mapping) else dict.fromkeys(channels, prices)
    for channel, price in by_channel.items():
        if (
            channel not in channels
            or isinstance(price, bool)
            or not isinstance(price, int)
            or not 0 <= price <= PRICE_MINOR_MAX
        ):
            raise Invalid(
                f"a message by {channel} cannot cost {price!r}",
                hint="give whole minor units for each of the campaign's channels",
                field="cost_per_message_minor",
            )
    return by_channel


def _check_name(tx: StateTx, name: str, campaign_id: str) -> None:
    row = tx.one(query(__file__, "campaign"), id_or_name=name)
    if row is not None and row["campaign_id"] != campaign_id:
        raise Conflict(f"there is already a campaign {name!r}", hint="choose another name", field="name")


def _campaign(row: Row) -> Campaign:
    instants = {name: instant(us) if us is not None else None for name, us in row.items() if name.endswith("_at")}
    texts = {name: json.loads(row[name]) for name in ("channels", "templates", "cost_per_message_minor")}
    enums = {"state": CampaignState(row["state"]), "state_reason": StateReason(row["state_reason"])}
    return Campaign(**{**row, **instants, **texts, **enums})
