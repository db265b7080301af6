"""Takes providers' callbacks in: late facts become events, bad addresses are closed, unknown sends find their fate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from omniloom.core.errors import Denied, Missing, Unavailable
from omniloom.core.event import MESSAGE_BOUNCED, MESSAGE_DELIVERED, Event
from omniloom.messaging.callback import read_reports, verified
from omniloom.messaging.channel import Fact, Report, known_channels
from omniloom.messaging.configure import channel_settings
from omniloom.messaging.report import event_about, flush_outbox, put_in_outbox, user_ids
from omniloom.messaging.stop_list import suppress
from omniloom.messaging.subscribe import complain
from omniloom.store import Row, StateTx, Stores, query

_EVENTS = {Fact.DELIVERED: MESSAGE_DELIVERED, Fact.BOUNCED: MESSAGE_BOUNCED}


@dataclass(frozen=True, slots=True)
class Received:
    """What a callback came to: reports taken, and reports about messages that are not ours."""

    taken: int
    unknown: int


def receive_hook(
    stores: Stores, channel: str, body: bytes, headers: Mapping[str, str], *, secret: bytes, now: datetime
) -> Received:
    """Take one callback; repeated ones change nothing. ``headers`` by lower-case name.

    Errors: Missing for an unknown channel; Denied for a bad signature; Invalid for a body that cannot be read.
    """
    if channel not in known_channels():
        raise Missing(f"there is no channel {channel}", field="channel")
    settings = channel_settings(stores, channel, secret)
    if settings is None:
        raise Denied("this channel is off", hint="set the channel up")
    verified(settings.hook_secret, body, headers, now=now)
    reports = read_reports(known_channels()[channel], body)
    with stores.state.write() as tx:
        taken = sum(_take(tx, channel, report, now=now) for report in reports)
    try_flush(stores)
    return Received(taken, len(reports) - taken)


def try_flush(stores: Stores) -> None:
    """Tell the log at once if it answers; else the worker does later."""
    try:
        flush_outbox(stores)
    except Unavailable:
        return


def _take(tx: StateTx, channel: str, report: Report, *, now: datetime) -> bool:
    send_id, _, named = report.key.partition(".")
    attempt = tx.one(query(__file__, "attempt_of_send"), send_id=send_id, channel=channel)
    if attempt is None or named != channel:
        return False
    if not attempt["address"]:  # to somebody erased
        return _close_forgotten(tx, channel, send_id, report, now=now)
    if attempt["state"] == "unknown":  # the provider knows the message: so it did take it
        tx.run(query(__file__, "attempt_found"), send_id=send_id, channel=channel, now=now)
        tx.run(query(__file__, "send_found"), send_id=send_id, now=now)
    if report.fact is Fact.COMPLAINED:
        complain(tx, attempt, now=now)
        return True
    if report.fact is Fact.BOUNCED and report.is_address_bad:
        suppress(tx, channel=channel, address=attempt["address"], reason="bounced", evidence=report.reason, now=now)
    put_in_outbox(tx, [_event(tx, attempt, report, now=now)])
    return True


def _close_forgotten(tx: StateTx, channel: str, send_id: str, report: Report, *, now: datetime) -> bool:
    """Close an address that is known by its digest alone, to who asks there again; whether there is such a one."""
    kept = tx.one(query(__file__, "digest_of_send"), send_id=send_id, channel=channel)
    if kept is None:
        return False
    if report.fact is Fact.COMPLAINED or (report.fact is Fact.BOUNCED and report.is_address_bad):
        reason = "complained" if report.fact is Fact.COMPLAINED else "bounced"
        suppress(tx, channel=channel, address=kept["value"], reason=reason, evidence="provider", now=now)
    return True


def _event(tx: StateTx, attempt: Row, report: Report, *, now: datetime) -> Event:
    facts = {"reason": report.reason} if report.reason else {}
    return event_about(
        _EVENTS[report.fact], attempt, user_id=user_ids(tx, [attempt["person_id"]]).get(attempt["person_id"], ""),
        message_id=f"report:{attempt['channel']}:{report.delivery_id}", occurred_at=now, **facts,
    )  # fmt: skip
