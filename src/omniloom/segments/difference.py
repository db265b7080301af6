"""What changed in one segment: written down in one place, whoever was asked."""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from omniloom.segments.segment import Segment
from omniloom.store import EventsTx, query

_RECORD_ENTRIES = query(__file__, "record_entries")
_RECORD_EXITS = query(__file__, "record_exits")
_DROP_GONE = query(__file__, "drop_gone")
_ADD = query(__file__, "add_members")
NOBODY = pa.nulls(0, pa.int64())


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh changed: how many came in, how many went, how many are in."""

    entered: int
    left: int
    members: int


def in_since(rows: pa.Table) -> pa.Table:
    """Who is in by rows of (person_id, root_id, entered_at): each person once, since the earliest."""
    whole = rows.group_by("root_id").aggregate([("entered_at", "min")])
    return whole.rename_columns(["person_id", "entered_at"])


def announced(tx: EventsTx, asked: Segment, *, before: pa.Table, present: pa.Table, quiet: pa.Array, now: datetime
              ) -> tuple[int, int]:  # fmt: skip
    """Note who entered and who left, but for people who only were merged or parted; how many of both."""
    before, present = without(before, quiet), without(present, quiet)
    entered = without(present, people_of(before)).num_rows
    left = without(before, people_of(present)).num_rows
    if entered or left:
        named = {"segment_id": asked.segment_id, "segment": asked.name, "now": now}
        tx.stage("now", present)
        tx.stage("before", before.select(["person_id"]))
        tx.run(_RECORD_ENTRIES, **named)
        tx.run(_RECORD_EXITS, **named)
    return entered, left


def write(tx: EventsTx, segment_id: str, *, rows: pa.Table, present: pa.Table, now: datetime) -> None:
    """Forget the rows of who is out, and add whoever is in without one."""
    gone = rows.filter(pc.invert(pc.is_in(rows["root_id"], value_set=people_of(present))))
    if gone.num_rows:
        tx.stage("gone", gone.select(["person_id"]))
        tx.run(_DROP_GONE, segment_id=segment_id)
    tx.stage("now", present)
    tx.stage("before", pa.table({"person_id": rows["root_id"]}))
    tx.run(_ADD, segment_id=segment_id, now=now)


def without(rows: pa.Table, others: pa.Array) -> pa.Table:
    """The rows of people who are not among others."""
    return rows.filter(pc.invert(pc.is_in(rows["person_id"], value_set=others)))


def people_of(rows: pa.Table, column: str = "person_id") -> pa.Array:
    """The people of a table, or who they are by now (``root_id``)."""
    return pa.concat_arrays([chunk.cast(pa.int64()) for chunk in rows[column].chunks] or [NOBODY])
