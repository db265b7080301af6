"""A mailing: one campaign's messages. Planning adds one row per recipient; holding and cancelling act at once.

States: running, held, cancelled. Whether it is finished follows from its rows: none open (see tally).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids
from omniloom.messaging.decision import MARKETING, TRANSACTIONAL, Reason
from omniloom.messaging.template import template_of, writing
from omniloom.store import StateTx, Stores, query

PLAN_ROWS = 20_000  # per transaction, so that others may write in between


class MailingState(StrEnum):
    """Whether a mailing's messages go out."""

    RUNNING = "running"
    HELD = "held"
    CANCELLED = "cancelled"


class SendState(StrEnum):
    """Where one recipient's message is; the last five are final."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    INTENT = "intent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUPPRESSED = "suppressed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


OPEN_STATES = (SendState.PLANNED, SendState.CLAIMED, SendState.INTENT)


@dataclass(frozen=True, slots=True)
class Mailing:
    """A mailing as it runs. ``templates`` are snapshots: channel -> {template_id, subject, body, topic}.

    ``advertiser``: in whose name it goes, and so whose consent it needs; empty: our own.
    """

    campaign_id: str
    name: str
    kind: str
    channels: tuple[str, ...]
    templates: Mapping[str, Mapping[str, str]]
    state: MailingState
    state_reason: str
    advertiser: str = ""


def open_mailing(  # noqa: PLR0913 - one mailing
    where: Stores | StateTx, *, campaign_id: str, name: str, kind: str = MARKETING, channels: Sequence[str],
    templates: Mapping[str, str], now: datetime, advertiser: str = "",
) -> None:  # fmt: skip
    """Start a mailing with its templates' present texts; opening it again changes nothing.

    Shapes: ``templates`` channel -> template id, one for each of ``channels``; ``where`` a store or an open writing
    transaction. Errors: Invalid for an unknown kind or no channels; as :func:`texts_of`.
    """
    if kind not in (MARKETING, TRANSACTIONAL):
        raise Invalid(f"a mailing is {MARKETING} or {TRANSACTIONAL}, not {kind}", field="kind")
    if not channels:
        raise Invalid("the mailing has no channels", hint="choose at least one", field="channels")
    with writing(where) as tx:
        snapshots = texts_of(tx, channels, templates, kind=kind)
        tx.run(
            query(__file__, "mailing_open"), campaign_id=campaign_id, name=name, kind=kind, now=now,
            advertiser=advertiser,
            channels=msgspec.json.encode(list(channels)).decode(), templates=msgspec.json.encode(snapshots).decode(),
        )  # fmt: skip


def plan(stores: Stores, *, campaign_id: str, person_ids: Iterable[int], now: datetime, ids: Ids) -> int:
    """Add a planned message for each person who has none in this campaign yet; how many were added.

    Errors: Missing if the mailing is not open; Conflict if it is cancelled.
    """
    people, added = list(dict.fromkeys(person_ids)), 0
    for start in range(0, max(len(people), 1), PLAN_ROWS):
        with stores.state.write() as tx:
            if mailing_of(tx, campaign_id).state is MailingState.CANCELLED:
                raise Conflict(f"the mailing {campaign_id} is cancelled", hint="launch another campaign")
            added += tx.many(
                query(__file__, "send_plan"),
                ({"send_id": ids.token(), "campaign_id": campaign_id, "person_id": person_id, "now": now}
                 for person_id in people[start : start + PLAN_ROWS]),
            )  # fmt: skip
    return added


def hold_mailing(where: Stores | StateTx, campaign_id: str, *, reason: str = "") -> None:
    """Send nothing more until resumed. Errors: Missing; Conflict if cancelled."""
    _move(where, campaign_id, MailingState.HELD, reason)


def resume_mailing(where: Stores | StateTx, campaign_id: str) -> None:
    """Go on after a hold. Errors: Missing; Conflict if cancelled."""
    _move(where, campaign_id, MailingState.RUNNING, "")


def renew_texts(tx: StateTx, campaign_id: str, templates: Mapping[str, str]) -> bool:
    """Take the templates' present texts anew if nothing was sent yet, so that everyone gets the same; whether it did.

    Errors: as :func:`texts_of`.
    """
    known = mailing_of(tx, campaign_id)
    if tx.one(query(__file__, "is_attempted"), campaign_id=campaign_id) is not None:
        return False
    snapshots = texts_of(tx, known.channels, templates, kind=known.kind)
    encoded = msgspec.json.encode(snapshots).decode()
    return bool(tx.run(query(__file__, "mailing_retext"), campaign_id=campaign_id, templates=encoded))


def cancel_mailing(where: Stores | StateTx, campaign_id: str, *, now: datetime) -> int:
    """Send nothing more, ever: who is still planned is skipped; how many. Errors: Missing."""
    with writing(where) as tx:
        mailing_of(tx, campaign_id)
        tx.run(query(__file__, "mailing_move"), campaign_id=campaign_id, state=MailingState.CANCELLED, reason="")
        return tx.run(query(__file__, "send_cancel"), campaign_id=campaign_id, reason=Reason.CANCELLED, now=now)


def mailing(stores: Stores, campaign_id: str) -> Mailing:
    """One mailing. Errors: Missing."""
    with stores.state.read() as tx:
        return mailing_of(tx, campaign_id)


def mailing_of(tx: StateTx, campaign_id: str) -> Mailing:
    """One mailing inside a transaction. Errors: Missing."""
    row = tx.one(query(__file__, "mailing"), campaign_id=campaign_id)
    if row is None:
        raise Missing(f"there is no mailing of campaign {campaign_id}", field="campaign_id")
    return _mailing(row)


def _mailing(row: dict[str, Any]) -> Mailing:
    return Mailing(
        campaign_id=row["campaign_id"], name=row["name"], kind=row["kind"],
        channels=tuple(msgspec.json.decode(row["channels"])), templates=msgspec.json.decode(row["templates"]),
        state=MailingState(row["state"]), state_reason=row["state_reason"], advertiser=row["advertiser"],
    )  # fmt: skip


def texts_of(
    tx: StateTx, channels: Iterable[str], templates: Mapping[str, str], *, kind: str = MARKETING
) -> dict[str, dict[str, str]]:
    """What a mailing of a kind would send now: channel -> {template_id, subject, body, topic}.

    Errors: Invalid names the template that is missing, of another channel, or, for marketing, a notice's by now.
    """
    return {channel: _text(tx, channel, templates.get(channel, ""), kind=kind) for channel in channels}


def _text(tx: StateTx, channel: str, template_id: str, *, kind: str) -> dict[str, str]:
    if not template_id:
        raise Invalid(f"the channel {channel} has no template", hint="choose one", field="templates")
    try:
        found = template_of(tx, template_id)
    except Missing as error:
        raise Invalid(error.message, hint="make the template first", field="templates") from error
    if found.channel != channel:
        raise Invalid(f"the template {found.name} is for {found.channel}, not {channel}",
                      hint="choose another one", field="templates")  # fmt: skip
    if kind == MARKETING and found.is_notice:
        raise Invalid(
            f"the template {found.name} asks for {', '.join(found.notices_own)}, which only a notice has",
            hint="take it out of the template's text, or choose another template", field="templates",
        )  # fmt: skip
    return {"template_id": found.template_id, "subject": found.subject, "body": found.body, "topic": found.topic}


def _move(where: Stores | StateTx, campaign_id: str, state: MailingState, reason: str) -> None:
    with writing(where) as tx:
        if mailing_of(tx, campaign_id).state is MailingState.CANCELLED:
            raise Conflict(f"the mailing {campaign_id} is cancelled", hint="launch another campaign")
        tx.run(query(__file__, "mailing_move"), campaign_id=campaign_id, state=state, reason=reason)
