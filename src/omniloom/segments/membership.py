"""Who is in each segment, kept up to date: the difference to the last time is written with it, in one transaction.

Invariant: as long as nobody is merged or parted, a person in ``segments_member`` has one more entry than exits in
``segments_change``, everyone else as many of both. Merging and parting by themselves write neither (``moved``).
"""

import json
from datetime import datetime, timedelta

from omniloom.core.clock import micros
from omniloom.segments.difference import NOBODY, Refreshed, announced, in_since, write
from omniloom.segments.follow import ROOTS_CURSOR, SHOWN_CURSOR, follow_each
from omniloom.segments.parse import parse
from omniloom.segments.preview import people
from omniloom.segments.segment import Segment, segment, segments
from omniloom.store import Progress, Stores, built, query

_ROWS = query(__file__, "member_rows")
_MEMBERS = query(__file__, "members")
_MEMBERSHIPS = query(__file__, "memberships")
_ROOT = query(__file__, "root")
_FORGET_ASIDES = query(__file__, "forget_asides")
_MARK = query(__file__, "mark_refreshed")


def refresh(stores: Stores, segment_id: str, *, now: datetime) -> Refreshed:
    """Compute who is in a segment and note who entered and who left, since it was last followed or refreshed.

    Whoever was merged or parted since then is settled first (``follow``): what that alone changes is not announced.
    Should a merge be shown between the two, that is done once more.

    Errors: Missing if there is no such segment.
    Cost:   the segment's query, and one pass over its members; nothing is written for those who stay.
    """
    followed = [follow_each(stores, now=now)]
    while (done := _refresh_members(stores, segment_id, now)) is None:
        followed.append(follow_each(stores, now=now))
    chosen, refreshed = done
    with stores.state.write() as state:
        state.run(
            _MARK,
            segment_id=chosen.segment_id,
            definition=json.dumps(chosen.definition, ensure_ascii=False),
            members=refreshed.members,
            now=now,
        )
    told = [*(each[chosen.segment_id] for each in followed if chosen.segment_id in each), refreshed]
    return Refreshed(sum(r.entered for r in told), sum(r.left for r in told), refreshed.members)


def _refresh_members(stores: Stores, segment_id: str, now: datetime) -> tuple[Segment, Refreshed] | None:
    """The definition is read once nobody else can write members: what is saved after it is refreshed after it.

    None, and nothing is done, if a merge is shown that nobody followed yet.
    """
    with stores.events.write() as tx:
        if tx.cursor(SHOWN_CURSOR) > tx.cursor(ROOTS_CURSOR):
            return None
        chosen = segment(stores, segment_id)
        compiled = people(stores, parse(chosen.definition), now=now)
        present = tx.arrow(built("segments.people", compiled.tree), **compiled.params)
        rows = tx.arrow(_ROWS, segment_id=chosen.segment_id)
        told = announced(tx, chosen, before=in_since(rows), present=present, quiet=NOBODY, now=now)
        write(tx, chosen.segment_id, rows=rows, present=present, now=now)
        if chosen.refreshed_at is None:  # never computed by this definition: what was hidden is of another
            tx.run(_FORGET_ASIDES, segment_id=chosen.segment_id)
    return chosen, Refreshed(*told, present.num_rows)


def refresh_due(stores: Stores, *, now: datetime, every_s: int, segments_max: int = 20) -> Progress:
    """Refresh the segments whose last refresh is older than ``every_s``, those waiting longest first.

    Rows: people who entered or left. Not done while more than ``segments_max`` were due.
    """
    limit = now - timedelta(seconds=every_s)
    due = [s for s in segments(stores) if s.refreshed_at is None or s.refreshed_at <= limit]
    due.sort(key=lambda s: micros(s.refreshed_at) if s.refreshed_at else 0)
    changed = [refresh(stores, s.segment_id, now=now) for s in due[:segments_max]]
    return Progress(sum(c.entered + c.left for c in changed), is_done=len(due) <= segments_max)


def members(stores: Stores, segment_id: str) -> list[int]:
    """Who was in a segment at its last refresh, in order of person_id. Errors: Missing."""
    chosen = segment(stores, segment_id)
    with stores.events.read() as tx:
        return [int(row[0]) for row in tx.tuples(_MEMBERS, segment_id=chosen.segment_id)]


def segments_of(stores: Stores, person_id: int) -> list[tuple[Segment, datetime]]:
    """The segments a person is in with the time of entry, newest first."""
    known = {s.segment_id: s for s in segments(stores)}
    with stores.events.read() as tx:
        merged = tx.one(_ROOT, person_id=person_id)
        rows = tx.rows(_MEMBERSHIPS, person_id=merged["root_id"] if merged else person_id)
    return [(known[row["segment_id"]], row["entered_at"]) for row in rows if row["segment_id"] in known]
