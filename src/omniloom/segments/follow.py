"""The act that keeps segments up to the second: whoever an event is about is asked anew whether he belongs.

A full refresh (``membership``) is still made from time to time: it notices what no event tells, such as a window that
has run out. Both write the same record of who entered and left, so each change is announced once.
"""

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from omniloom.identity import roots_since
from omniloom.segments.membership import Refreshed
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
_RECORD_ENTRIES = query(__file__, "record_entries")
_RECORD_EXITS = query(__file__, "record_exits")
_DROP_GONE = query(__file__, "drop_gone")
_ADD = query(__file__, "add_members")
_SET_COUNT = query(__file__, "set_count")


def follow(stores: Stores, *, now: datetime) -> Progress:
    """Ask of everyone with new events which segments hold him now; note who entered and who left.

    So of everyone who was merged or un-merged. Segments that were never refreshed wait for their first refresh. Rows:
    people who entered or left.

    Shapes: identity_history, profiles_trait_current -> segments_member, segments_change.
    Cost:   each segment's query, held to the people touched at every scan; one transaction for all of them.
    """
    with stores.events.read() as tx:
        after, through = tx.cursor(CURSOR), tx.cursor(FOLDED_CURSOR)
        merged = tx.cursor(ROOTS_CURSOR), tx.cursor(SHOWN_CURSOR)
    if through <= after and merged[1] <= merged[0]:
        return Progress(0, is_done=True)
    with stores.events.write() as tx:
        is_someone = _stage_touched(tx, after, through, _merged(stores, *merged))
        known = [s for s in segments(stores) if s.refreshed_at is not None] if is_someone else []
        asked = {s.segment_id: _ask(stores, tx, s, now) for s in known}
        tx.move_cursor(CURSOR, max(after, through))
        tx.move_cursor(ROOTS_CURSOR, merged[1])
    changed = {segment_id: refreshed for segment_id, refreshed in asked.items() if refreshed is not None}
    if changed:
        with stores.state.write() as state:
            counts = ({"segment_id": segment_id, "members": r.members} for segment_id, r in changed.items())
            state.many(_SET_COUNT, counts)
    return Progress(sum(r.entered + r.left for r in changed.values()), is_done=True)


def _merged(stores: Stores, after: int, through: int) -> list[int]:
    """Who became part of somebody, or a person again, between two versions of merges: who they are by now."""
    if through <= after:
        return []
    with stores.state.read() as state:
        return [root_id for _, root_id, version in roots_since(state, after) if version <= through]


def _stage_touched(tx: EventsTx, after: int, through: int, merged: list[int]) -> bool:
    """Stage the people to ask about; whether there is anyone."""
    if tx.tuples(_COUNT_BETWEEN, after=after, through=through)[0][0] + len(merged) > EVENTS_MAX:
        return False
    spoken_of = tx.arrow(_TOUCHED, after=after, through=through)["person_id"].combine_chunks().cast(pa.int64())
    touched = pc.unique(pa.concat_arrays([spoken_of, pa.array(merged, pa.int64())]))
    tx.stage("among", pa.table({"person_id": touched}))
    return bool(len(touched))


def _ask(stores: Stores, tx: EventsTx, asked: Segment, now: datetime) -> Refreshed | None:
    """Bring one segment up to date as far as the staged people go; None if nothing of it changed.

    Its size is told from what it was, so that the cost does not grow with it; a full refresh counts anew.
    """
    compiled = people(stores, parse(asked.definition), now=now, is_among_staged=True)
    present = tx.arrow(built("segments.people_among", compiled.tree), **compiled.params)
    rows = tx.arrow(_MEMBERS_AMONG, segment_id=asked.segment_id)
    before = rows.group_by("root_id").aggregate([("entered_at", "min")]).rename_columns(["person_id", "entered_at"])
    entered, gone = _without(present, before), _without(rows, present)
    if not entered.num_rows and not gone.num_rows:
        return None
    named = {"segment_id": asked.segment_id, "segment": asked.name, "now": now}
    for name, table in (("now", present), ("before", before), ("gone", gone.select(["person_id"]))):
        tx.stage(name, table)
    tx.run(_RECORD_ENTRIES, **named)
    tx.run(_RECORD_EXITS, **named)
    tx.run(_ADD, segment_id=asked.segment_id, now=now)
    tx.run(_DROP_GONE, segment_id=asked.segment_id)
    members = asked.members + _without(present, rows).num_rows - gone.num_rows
    return Refreshed(entered.num_rows, _without(before, present).num_rows, members)


def _without(rows: pa.Table, others: pa.Table) -> pa.Table:
    """The rows of people who are not among others."""
    return rows.filter(pc.invert(pc.is_in(rows["person_id"], value_set=others["person_id"].combine_chunks())))
