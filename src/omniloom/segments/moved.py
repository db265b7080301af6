"""What merging and un-merging do to memberships: nothing that anybody did, so by themselves they announce nothing.

A row of ``segments_member`` keeps the person it was written for and is read by who that is by now, so a merge writes
nothing where the new whole is in as its parts were; it is in since the earliest. A whole that is out although a part
had a row has its parts' rows set aside (``segments_aside``), and whoever is in again gets them back, with the time of
entry. Only the row of a single person who is out is given up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from omniloom.core.event import OWN_SOURCE_ID, SEGMENT_ENTERED, SEGMENT_LEFT
from omniloom.segments.difference import NOBODY, people_of
from omniloom.store import EventsTx, query

_ROOTS = query(__file__, "moved_roots")
_OF_SEVERAL = query(__file__, "merged_roots")
_SPOKEN_OF = query(__file__, "spoken_of")
_ASIDES = query(__file__, "asides")
_DROP_ASIDES = query(__file__, "drop_asides")
_DROP_GONE = query(__file__, "drop_gone")


@dataclass(frozen=True, slots=True)
class Moved:
    """People who were merged or parted since they were asked last; ``quiet``: no event is about them besides.

    ``of_several``: those who are made of several people now. ``asides``: what merges hide of them and their parts.
    """

    roots: pa.Array
    of_several: pa.Array
    quiet: pa.Array
    asides: pa.Table


NOBODY_MOVED = Moved(NOBODY, NOBODY, NOBODY, pa.table({"segment_id": pa.nulls(0, pa.string())}))


def moved_since(tx: EventsTx, changed: Sequence[int], *, after: int) -> Moved:
    """Who people are by now whose root changed, and whether anything was said about them after a position.

    Cost: four queries, whatever the number of segments; none where nobody moved.
    """
    if not changed:
        return NOBODY_MOVED
    tx.stage("changed", pa.table({"person_id": pa.array(changed, pa.int64())}))
    roots = tx.arrow(_ROOTS)
    tx.stage("moved", roots)
    spoken_of = people_of(tx.arrow(_SPOKEN_OF, after=after, source_id=OWN_SOURCE_ID,
                                 announced=[SEGMENT_ENTERED, SEGMENT_LEFT]))  # fmt: skip
    people = people_of(roots)
    return Moved(people, people_of(tx.arrow(_OF_SEVERAL)), people.filter(_not_in(people, spoken_of)), tx.arrow(_ASIDES))


def put_right(tx: EventsTx, segment_id: str, moved: Moved, *, rows: pa.Table, present: pa.Array) -> bool:
    """Hide rows of people who are out by a merge, show those of people who are parted; whether there were any.

    ``rows``: those of the segment with whom they are about by now; ``present``: who is in.
    """
    if not len(moved.roots):
        return False
    rows = rows.filter(pc.is_in(rows["root_id"], value_set=moved.roots))
    hidden = moved.asides.filter(pc.equal(moved.asides["segment_id"], segment_id))
    is_back = pc.is_in(hidden["root_id"], value_set=present)
    back = hidden.filter(is_back)
    back = back.filter(_not_in(back["person_id"], people_of(rows)))
    stale = hidden.filter(pc.or_(_not_in(hidden["root_id"], moved.of_several), is_back))
    gone = rows.filter(_not_in(rows["root_id"], present))
    aside = gone.filter(pc.is_in(gone["root_id"], value_set=moved.of_several))
    aside = aside.filter(_not_in(aside["person_id"], people_of(hidden)))
    if stale.num_rows:
        tx.stage("shown", stale.select(["person_id"]))
        tx.run(_DROP_ASIDES, segment_id=segment_id)
    if gone.num_rows:
        tx.stage("gone", gone.select(["person_id"]))
        tx.run(_DROP_GONE, segment_id=segment_id)
    for table, found in (("segments_member", back), ("segments_aside", aside)):
        if found.num_rows:
            ids = pa.array([segment_id] * found.num_rows, pa.string())
            tx.append(table, found.select(["person_id", "entered_at"]).append_column("segment_id", ids))
    return bool(back.num_rows or rows.num_rows)


def _not_in(ids: pa.Array, others: pa.Array) -> pa.Array:
    return pc.invert(pc.is_in(ids, value_set=others))
