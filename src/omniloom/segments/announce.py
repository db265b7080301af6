"""Tells the rest of the platform who entered and left: each change becomes one event of the log, exactly once.

The cursor moves after the append, so a crash repeats the append; the message id is made of the change alone, so the
log keeps one. Segments cannot ask for these events (``parse`` refuses), so announcing never triggers itself.
"""

from datetime import datetime

from omniloom.core.event import OWN_SOURCE_ID, SEGMENT_ENTERED, SEGMENT_LEFT, Event, encode
from omniloom.core.ids import digest
from omniloom.identity import naming
from omniloom.store import Progress, Row, Stores, query

CURSOR = "segments.announce"

_CHANGES = query(__file__, "changes")


def announce(stores: Stores, *, now: datetime, rows_max: int = 5_000) -> Progress:
    """Append the next entries and exits to the log as ``Segment Entered`` and ``Segment Left``.

    A person without any identifier of their own cannot be named in an event and is passed over.
    """
    with stores.state.read() as state:
        after = state.cursor(CURSOR)
    with stores.events.read() as events:
        changes = events.rows(_CHANGES, after=after, rows_max=rows_max)
    if not changes:
        return Progress(0, is_done=True)
    with stores.state.read() as state:
        named = naming(state, sorted({row["person_id"] for row in changes}))
    bodies = [encode(_event(row, named[row["person_id"]], now)) for row in changes if row["person_id"] in named]
    if bodies:
        stores.log.append(bodies)
    with stores.state.write() as state:
        state.move_cursor(CURSOR, changes[-1]["change_id"])
    return Progress(len(changes), is_done=len(changes) < rows_max)


def _event(change: Row, named: tuple[str, str], now: datetime) -> Event:
    parts = (change["change_id"], change["segment_id"], change["person_id"], int(change["is_entry"]))
    return Event(
        source_id=OWN_SOURCE_ID,
        message_id=digest("segments.change", *parts, change["changed_at"].isoformat()),
        type="track",
        name=SEGMENT_ENTERED if change["is_entry"] else SEGMENT_LEFT,
        occurred_at=change["changed_at"],
        received_at=now,
        identifiers=dict([named]),
        properties={"segment_id": change["segment_id"], "segment": change["segment"]},
    )
