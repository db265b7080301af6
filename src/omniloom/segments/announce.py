"""Tells the rest of the platform who entered and left: each change becomes one event of the log, exactly once.

The cursor moves after the append, so a crash repeats the append; the message id is made of the change alone, so the
log keeps one. Segments cannot ask for these events (``parse`` refuses), so announcing never triggers itself.
"""

from datetime import datetime

from omniloom.core.event import SEGMENT_ENTERED, SEGMENT_LEFT, Event, encode
from omniloom.core.ids import digest
from omniloom.store import Message, Progress, Row, Stores, query

SOURCE_ID = "omniloom"
CURSOR = "segments.announce"
# The kinds most sure to mean one person come first; any other kind follows.
_KINDS = ("user_id", "email", "phone", "card", "anonymous_id")

_CHANGES = query(__file__, "changes")
_IDENTIFIERS = query(__file__, "identifiers")


def announce(stores: Stores, *, now: datetime, rows_max: int = 5_000) -> Progress:
    """Append the next entries and exits to the log as ``Segment Entered`` and ``Segment Left``.

    A person without any identifier cannot be named in an event and is passed over.
    """
    with stores.state.read() as state:
        after = state.cursor(CURSOR)
    with stores.events.read() as events:
        changes = events.rows(_CHANGES, after=after, rows_max=rows_max)
    if not changes:
        return Progress(0, is_done=True)
    known = _identifiers(stores, {row["person_id"] for row in changes})
    messages = [_message(row, known[row["person_id"]], now) for row in changes if row["person_id"] in known]
    stores.log.append(messages, now=now)
    with stores.state.write() as state:
        state.move_cursor(CURSOR, changes[-1]["change_id"])
    return Progress(len(changes), is_done=len(changes) < rows_max)


def _identifiers(stores: Stores, person_ids: set[int]) -> dict[int, dict[str, str]]:
    """The one identifier to name each person by."""
    best: dict[int, tuple[int, str, str]] = {}
    with stores.state.read() as state:
        rows = state.tuples(_IDENTIFIERS, person_ids=sorted(person_ids))
    for person_id, kind, value in rows:
        rank = _KINDS.index(kind) if kind in _KINDS else len(_KINDS)
        if person_id not in best or rank < best[person_id][0]:
            best[person_id] = (rank, kind, value)
    return {person_id: {kind: value} for person_id, (_, kind, value) in best.items()}


def _message(change: Row, identifiers: dict[str, str], now: datetime) -> Message:
    parts = (change["change_id"], change["segment_id"], change["person_id"], int(change["is_entry"]))
    event = Event(
        source_id=SOURCE_ID,
        message_id=digest("segments.change", *parts, change["changed_at"].isoformat()),
        type="track",
        name=SEGMENT_ENTERED if change["is_entry"] else SEGMENT_LEFT,
        occurred_at=change["changed_at"],
        received_at=now,
        identifiers=identifiers,
        properties={"segment_id": change["segment_id"], "segment": change["segment"]},
    )
    return Message(event.source_id, event.message_id, encode(event))
