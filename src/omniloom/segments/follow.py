"""The act that keeps segments up to the second: whoever an event is about is asked anew whether he belongs.

So is whoever was merged or parted (``moved``): what that alone changes is not announced. A full refresh
(``membership``) is still made from time to time: it notices what no event tells, such as a window that has run out.
Both write the same record of who entered and left, so each change is announced once.
"""

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from omniloom.identity import roots_since
from omniloom.segments.difference import NOBODY, Refreshed, announced, in_since, people_of, without, write
from omniloom.segments.moved import Moved, moved_since, put_right
from omniloom.segments.parse import parse
from omniloom.segments.preview import people
from omniloom.segments.segment import Segment, segments
from omniloom.store import EventsTx, Progress, Stores, built, query

CURSOR = "segments.follow"  # events store: the position up to which people were asked
ROOTS_CURSOR = "segments.roots"  # events store: the version of merges up to which people were asked
SHOWN_CURSOR = "identity_roots"  # events store: the version of merges that its views show
FOLDED_CURSOR = "profiles"  # events store: how far traits are folded
EVENTS_MAX = 200_000  # more than that at once is a load of history: the next full refresh is cheaper than asking

_TOUCHED = query(__file__, "touched")
_COUNT_BETWEEN = query(__file__, "count_between")
_MEMBERS_AMONG = query(__file__, "members_among")
_COUNT = query(__file__, "count_members")
_SET_COUNT = query(__file__, "set_count")


def follow(stores: Stores, *, now: datetime) -> Progress:
    """Ask of everyone with new events which segments hold him now; note who entered and who left.

    So of everyone who was merged or un-merged. Segments that were never refreshed wait for their first refresh. Rows:
    people who entered or left.

    Shapes: identity_history, profiles_trait_current -> segments_member, segments_aside, segments_change.
    Cost:   each segment's query, held to the people touched at every scan; one transaction for all of them.
    """
    changed = follow_each(stores, now=now)
    return Progress(sum(r.entered + r.left for r in changed.values()), is_done=True)


def follow_each(stores: Stores, *, now: datetime) -> dict[str, Refreshed]:
    """As :func:`follow`; what changed, by the id of each segment in which anything did."""
    with stores.events.read() as tx:
        after, through = tx.cursor(CURSOR), tx.cursor(FOLDED_CURSOR)
        merged = tx.cursor(ROOTS_CURSOR), tx.cursor(SHOWN_CURSOR)
    if through <= after and merged[1] <= merged[0]:
        return {}
    with stores.events.write() as tx:
        tx.move_cursor(CURSOR, max(after, through))
        tx.move_cursor(ROOTS_CURSOR, merged[1])
        moved = _stage_touched(stores, tx, after=after, through=through, version=merged[0])
        if moved is None:
            return {}
        known = [s for s in segments(stores) if s.refreshed_at is not None]
        asked = {s.segment_id: _ask(stores, tx, s, moved=moved, now=now) for s in known}
    changed = {segment_id: refreshed for segment_id, refreshed in asked.items() if refreshed is not None}
    if changed:
        with stores.state.write() as state:
            counts = ({"segment_id": segment_id, "members": r.members} for segment_id, r in changed.items())
            state.many(_SET_COUNT, counts)
    return changed


def _stage_touched(stores: Stores, tx: EventsTx, *, after: int, through: int, version: int) -> Moved | None:
    """Stage the people to ask about; those of them who were merged or parted. None if there is nobody to ask."""
    with stores.state.read() as state:
        changed = {each for person_id, root_id, _ in roots_since(state, version) for each in (person_id, root_id)}
    moved = moved_since(tx, sorted(changed), after=after)
    spoken_of = NOBODY
    if tx.tuples(_COUNT_BETWEEN, after=after, through=through)[0][0] <= EVENTS_MAX:
        spoken_of = people_of(tx.arrow(_TOUCHED, after=after, through=through))
    touched = pc.unique(pa.concat_arrays([spoken_of, moved.roots]))
    tx.stage("among", pa.table({"person_id": touched}))
    return moved if len(touched) else None


def _ask(stores: Stores, tx: EventsTx, asked: Segment, *, moved: Moved, now: datetime) -> Refreshed | None:
    """Bring one segment up to date as far as the staged people go; None if nothing of it changed.

    Its size is told from what it was, so that the cost does not grow with it; a full refresh counts anew.
    """
    compiled = people(stores, parse(asked.definition), now=now, is_among_staged=True)
    present = tx.arrow(built("segments.people_among", compiled.tree), **compiled.params)
    rows = tx.arrow(_MEMBERS_AMONG, segment_id=asked.segment_id)
    before = in_since(rows)
    is_moved = put_right(tx, asked.segment_id, moved, rows=rows, present=people_of(present))
    entered, left = without(present, people_of(before)).num_rows, without(before, people_of(present)).num_rows
    if not entered and not left and not is_moved:
        return None
    told = announced(tx, asked, before=before, present=present, quiet=moved.quiet, now=now)
    rows = tx.arrow(_MEMBERS_AMONG, segment_id=asked.segment_id) if is_moved else rows
    write(tx, asked.segment_id, rows=rows, present=present, now=now)
    members = asked.members + entered - left
    if is_moved:  # people who are one by now were counted apart
        members = tx.tuples(_COUNT, segment_id=asked.segment_id)[0][0]
    return Refreshed(*told, members)
