"""Tells the rest of the platform who entered and left: each change becomes one event of the log, exactly once.

The cursor moves after the append, so a crash repeats the append; the message id is made of the change alone, so the
log keeps one. Segments cannot ask for these events (``parse`` refuses), so announcing never triggers itself.
"""

from datetime import datetime

from omniloom.core.event import OWN_SOURCE_ID, SEGMENT_ENTERED, SEGMENT_LEFT, Event, encode
from omniloom.core.ids import digest
from omniloom.identity import identifiers_by_root, roots_of
from omniloom.store import Progress, Row, Stores, query

CURSOR = "segments.announce"

_CHANGES = query(__file__, "changes")


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
    bodies = [encode(_event(row, known[row["person_id"]], now)) for row in changes if row["person_id"] in known]
    if bodies:
        stores.log.append(bodies)
    with stores.state.write() as state:
        state.move_cursor(CURSOR, changes[-1]["change_id"])
    return Progress(len(changes), is_done=len(changes) < rows_max)


def _identifiers(stores: Stores, person_ids: set[int]) -> dict[int, dict[str, str]]:
    """The one identifier to name each person by: of the surest kind, the one seen last (so it stays the last seen)."""
    with stores.state.read() as state:
        roots = roots_of(state, sorted(person_ids))
        known = identifiers_by_root(state, sorted(set(roots.values())))
    named: dict[int, dict[str, str]] = {}
    for person_id, root_id in roots.items():
        if surest := known.get(root_id):
            newest = max((i for i in surest if i.kind == surest[0].kind), key=lambda i: (i.last_seen_at, i.value))
            named[person_id] = {newest.kind: newest.value}
    return named


def _event(change: Row, identifiers: dict[str, str], now: datetime) -> Event:
    parts = (change["change_id"], change["segment_id"], change["person_id"], int(change["is_entry"]))
    return Event(
        source_id=OWN_SOURCE_ID,
        message_id=digest("segments.change", *parts, change["changed_at"].isoformat()),
        type="track",
        name=SEGMENT_ENTERED if change["is_entry"] else SEGMENT_LEFT,
        occurred_at=change["changed_at"],
        received_at=now,
        identifiers=identifiers,
        properties={"segment_id": change["segment_id"], "segment": change["segment"]},
    )
