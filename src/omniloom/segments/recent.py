"""What happened to a segment lately: who came and who went."""

from dataclasses import dataclass
from datetime import datetime

from omniloom.store import Stores, query

_CHANGES = query(__file__, "recent_changes")
_TOTALS = query(__file__, "change_totals")


@dataclass(frozen=True, slots=True)
class Change:
    """One person entered (or left) at the refresh that noticed it."""

    person_id: int
    is_entry: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """How many came and went since an instant, and the newest of them."""

    entered: int
    left: int
    newest: list[Change]


def changes(stores: Stores, segment_id: str, *, since: datetime, rows_max: int = 20) -> Changes:
    """Who entered and left a segment since an instant, newest first; merged people by their present id."""
    with stores.events.read() as tx:
        totals = tx.rows(_TOTALS, segment_id=segment_id, since=since)[0]
        rows = tx.rows(_CHANGES, segment_id=segment_id, since=since, rows_max=rows_max)
    return Changes(totals["entered"], totals["gone"], [Change(**row) for row in rows])
