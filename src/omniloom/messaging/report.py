"""The act that tells the log what happened to messages, so that they are touches in the person's history.

Events get ids made from what they tell, so that a repeated report adds nothing. What doors decide in a state
transaction (an unsubscription, a provider's report) lies in the outbox of that transaction until it is in the log.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from omniloom.core.clock import instant
from omniloom.core.event import MESSAGE_BOUNCED, MESSAGE_SENT, OWN_SOURCE_ID, Event, decode, encode
from omniloom.identity import identifiers_by_root, naming, roots_of
from omniloom.messaging.channel import known_channels
from omniloom.messaging.record import ACCEPTED
from omniloom.store import Progress, StateTx, Stores, query

SOURCE_ID = OWN_SOURCE_ID
ROWS_MAX = 2_000


def report_outcomes(stores: Stores, *, rows_max: int = ROWS_MAX) -> Progress:
    """Append finished attempts and the outbox to the log, then mark them as told."""
    told = flush_outbox(stores, rows_max=rows_max)
    with stores.state.read() as tx:
        rows = tx.rows(query(__file__, "attempts_unreported"), rows_max=rows_max)
        users = user_ids(tx, [row["person_id"] for row in rows])
    if not rows:
        return Progress(told, is_done=told < rows_max)
    append(stores, [_event(row, users.get(row["person_id"], "")) for row in rows])
    with stores.state.write() as tx:
        tx.many(query(__file__, "attempt_reported"), ({"send_key": row["send_key"]} for row in rows))
    return Progress(told + len(rows), is_done=len(rows) < rows_max)


def is_all_told(stores: Stores) -> bool:
    """Whether the log knows every outcome and event."""
    with stores.state.read() as tx:
        return not tx.tuples(query(__file__, "untold"))[0][0]


def flush_outbox(stores: Stores, *, rows_max: int = ROWS_MAX) -> int:
    """Move events decided in state transactions to the log; how many."""
    with stores.state.read() as tx:
        rows = tx.rows(query(__file__, "outbox"), rows_max=rows_max)
    if not rows:
        return 0
    append(stores, [decode(row["body"].encode()) for row in rows])
    with stores.state.write() as tx:
        tx.many(query(__file__, "outbox_sent"), ({"message_id": row["message_id"]} for row in rows))
    return len(rows)


def put_in_outbox(tx: StateTx, events: Iterable[Event]) -> None:
    """Tell the log later, but surely: in the transaction of what the event tells."""
    tx.many(
        query(__file__, "outbox_add"),
        ({"message_id": event.message_id, "body": encode(event).decode()} for event in events),
    )


def append(stores: Stores, events: Sequence[Event]) -> None:
    """Store events in the log; known ids add nothing."""
    stores.log.append([encode(event) for event in events])


def event_about(
    name: str, attempt: dict[str, Any], *, message_id: str, user_id: str, occurred_at: datetime, **facts: Any
) -> Event:
    """An event about one message. ``attempt`` has channel, address, campaign_id, campaign and send_id; ``named``, if it
    is said from another address than it is about.
    """
    identifiers = dict(attempt.get("named") or named_by(attempt))
    if user_id:
        identifiers["user_id"] = user_id
    properties = {name: attempt[name] for name in ("channel", "campaign_id", "campaign", "send_id")}
    return Event(
        source_id=SOURCE_ID, message_id=message_id, type="track", name=name, occurred_at=occurred_at,
        received_at=occurred_at, identifiers=identifiers, properties=properties | facts,
    )  # fmt: skip


def named_by(attempt: dict[str, Any]) -> dict[str, str]:
    """What an event names the person by whom a message went to: its address."""
    return {known_channels()[attempt["channel"]].address_kind: attempt["address"]}


def user_ids(tx: StateTx, person_ids: list[int]) -> dict[int, str]:
    """The newest user id of each person who has one of their own: not that of whoever they are one with, for the event
    would be theirs for good.
    """
    roots = roots_of(tx, person_ids)
    found: dict[int, str] = {}
    identifiers = identifiers_by_root(tx, sorted(set(roots.values())))
    for person_id, root_id in roots.items():
        own = [i for i in identifiers.get(root_id, ()) if i.kind == "user_id" and i.person_id == person_id]
        if own:
            found[person_id] = max(own, key=lambda i: (i.last_seen_at, i.value)).value
    return found


def naming_alone(tx: StateTx, person_id: int) -> dict[str, str]:
    """What to name a person by in an event about them alone: of those they are one with by now, others have the event
    else, once they are parted. Empty if nothing of anybody's names them.
    """
    roots = roots_of(tx, [person_id])
    known = identifiers_by_root(tx, list(roots.values())).get(roots.get(person_id, 0), [])
    own = [one for one in known if one.person_id == person_id and not one.is_shared]
    if not own:
        return dict(naming(tx, [person_id]).values())
    newest = max((one for one in own if one.kind == own[0].kind), key=lambda i: (i.last_seen_at, i.value))
    return {newest.kind: newest.value}


def _event(row: dict[str, Any], user_id: str) -> Event:
    is_accepted = row["state"] == ACCEPTED
    facts = {} if is_accepted else {"reason": row["reason"]}
    return event_about(
        MESSAGE_SENT if is_accepted else MESSAGE_BOUNCED, row, user_id=user_id, occurred_at=instant(row["finished_at"]),
        message_id=f"{'sent' if is_accepted else 'refused'}:{row['send_key']}", **facts,
    )  # fmt: skip
