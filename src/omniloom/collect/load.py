"""Import files by a mapping. Interrupted or repeated, it adds nothing twice: every id follows from the data.

The log keeps the ids of imported events for ever, so a repeat years later is still known.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from omniloom.collect.build import build, row_values
from omniloom.collect.intake import append
from omniloom.collect.mapping import Mapping
from omniloom.collect.plan_import import plan_for, taken
from omniloom.collect.record import LoadProgress, LoadResult, Record
from omniloom.collect.rows import count_rows, read_tables
from omniloom.collect.source import import_source
from omniloom.core.errors import Invalid
from omniloom.core.event import Event
from omniloom.core.ids import Ids
from omniloom.store import BLOCK_BODIES_MAX, Stores, duplicates, settle_through

APPEND_EVENTS_MAX = BLOCK_BODIES_MAX  # events of one commit, so that their positions are known


def load(
    stores: Stores,
    mapping: Mapping,
    paths: list[Path],
    *,
    now: datetime,
    ids: Ids,
    progress: Callable[[LoadProgress], None] | None = None,
    rejects_dir: Path,
) -> LoadResult:
    """Turn the rows of files into events of the log.

    An event that the source's tracking plan keeps aside becomes a dead letter, and is in none of the counts.
    Errors: Invalid if the mapping is for another target, or a file cannot be read as it says; what was added before
    stays, and repeating adds the rest.
    Cost: streamed; memory holds one batch of 65,536 rows, and a sort's 256 MB with ``group_by``.
    """
    if mapping.event is None:
        raise Invalid(f"{mapping.name} is for {mapping.target}, not for events", hint="use another mapping")
    source = import_source(stores, mapping.source, now=now)
    plan = plan_for(stores, source)
    with Record(stores, mapping, paths, now=now, ids=ids, rejects_dir=rejects_dir, progress=progress) as record:
        record.rows_total = count_rows(mapping, paths)
        for table in read_tables(mapping, paths, record.seen):
            built = build(mapping, table, source_id=source.source_id, now=now)
            events = taken(stores, plan, built.events, path=mapping.name, now=now)
            added = _append(stores, events, now=now)
            record.note(added=added, known=len(events) - added, rejected=built.rejects)
    return record.result()


def load_rows(  # noqa: PLR0913 - as `load`, and where the rows go
    stores: Stores,
    mapping: Mapping,
    paths: list[Path],
    *,
    now: datetime,
    ids: Ids,
    save: Callable[[Iterator[list[dict[str, Any]]]], int],
    progress: Callable[[LoadProgress], None] | None = None,
    rejects_dir: Path,
) -> LoadResult:
    """Hand the rows of products or costs files to ``save`` in batches of dicts; it returns how many it wrote.

    Errors: Invalid if the mapping is for events, or a file cannot be read as it says.
    """
    if mapping.event is not None:
        raise Invalid(f"{mapping.name} is for events", hint="use another mapping")
    with Record(stores, mapping, paths, now=now, ids=ids, rejects_dir=rejects_dir, progress=progress) as record:
        record.rows_total = count_rows(mapping, paths)
        record.added = save(_batches(mapping, paths, record))
    return record.result()


def rows(mapping: Mapping, paths: list[Path]) -> Iterator[list[dict[str, Any]]]:
    """The good rows of a products or costs mapping in batches of dicts, without a record."""
    for table in read_tables(mapping, paths, lambda _rows: None):
        yield row_values(mapping, table)[0]


def _batches(mapping: Mapping, paths: list[Path], record: Record) -> Iterator[list[dict[str, Any]]]:
    for table in read_tables(mapping, paths, record.seen):
        good, rejected = row_values(mapping, table)
        record.note(added=0, known=0, rejected=rejected)
        yield good


def _append(stores: Stores, events: list[Event], *, now: datetime) -> int:
    """Append events and see which of them are new; how many."""
    added = 0
    for first in range(0, len(events), APPEND_EVENTS_MAX):
        part = events[first : first + APPEND_EVENTS_MAX]
        last = append(stores, part, keep_ids=True)
        settle_through(stores, last, now=now)
        added += len(part) - duplicates(stores, first=last - len(part) + 1, last=last)
    return added
