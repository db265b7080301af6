"""The record of an import: what was read, added, known and rejected, and every reject with its reason.

Rejects go to a CSV file beside the data (all of them, safe to open in a spreadsheet) and to ``collect_reject`` (the
first 10,000, for the screens).
"""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from omniloom.collect.build import Reject
from omniloom.collect.mapping import Mapping
from omniloom.core.clock import instant
from omniloom.core.errors import OmniloomError
from omniloom.core.ids import Ids
from omniloom.core.text import safe_cell
from omniloom.store import Lease, Progress, Row, Stores, query, release_lease, renew_lease, take_lease

REJECTS_KEPT_MAX = 10_000  # in the table; the file has all
_STAYING = timedelta(minutes=2)  # how long an import may say nothing before it is taken for cut off
_COLUMNS = ("path", "row_number", "field", "reason", "value")


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far an import is. ``rows_total`` is an estimate until the end."""

    rows_read: int
    rows_total: int
    added: int
    known: int
    rejected: int


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What an import did: things added, things known before, rows rejected, and the file that lists those."""

    import_id: str
    rows: int
    added: int
    known: int
    rejected: int
    rejects_path: Path | None


@dataclass(frozen=True, slots=True)
class Import:
    """One import as it stands in the store. States: running, finished, failed, interrupted."""

    import_id: str
    mapping: str
    target: str
    paths: list[str]
    state: str
    rows_total: int
    rows_read: int
    rows_rejected: int
    added: int
    known: int
    error: str
    started_at: datetime
    finished_at: datetime | None


def imports(stores: Stores, *, rows_max: int = 100) -> list[Import]:
    """The newest imports first."""
    with stores.state.read() as tx:
        return [_import(row) for row in tx.rows(query(__file__, "imports"), rows_max=rows_max)]


def import_of(stores: Stores, import_id: str) -> Import | None:
    """One import, or None."""
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "import_of"), import_id=import_id)
    return _import(row) if row else None


def rejects(stores: Stores, import_id: str, *, rows_max: int = 100) -> list[Reject]:
    """The first rejected rows of an import, by file and row."""
    with stores.state.read() as tx:
        rows = tx.rows(query(__file__, "rejects"), import_id=import_id, rows_max=rows_max)
    return [Reject(**row) for row in rows]


def close_interrupted(stores: Stores, *, now: datetime) -> int:
    """Mark imports that a crash cut off; to be called at start, when none can be running. They may be repeated."""
    with stores.state.write() as tx:
        return tx.run(query(__file__, "close_interrupted"), now=now)


def close_abandoned(stores: Stores, *, now: datetime) -> Progress:
    """Mark imports whose process has gone, where several processes share the stores. They may be repeated."""
    if stores.is_exclusive:
        return Progress(0, is_done=True)  # ``close_interrupted`` at the start sees to it
    with stores.state.read() as tx:
        cut = [row["import_id"] for row in tx.rows(query(__file__, "abandoned_imports"), clock=tx.clock())]
    if cut:
        with stores.state.write() as tx:
            tx.run(query(__file__, "close_abandoned"), import_ids=cut, now=now)
    return Progress(len(cut), is_done=True)


class Record:
    """Counts one import and keeps its rejects. Use it in a ``with``: leaving it writes how it ended."""

    def __init__(
        self, stores: Stores, mapping: Mapping, paths: list[Path], *, now: datetime, ids: Ids,
        rejects_dir: Path, progress: Callable[[LoadProgress], None] | None,
    ) -> None:  # fmt: skip
        self.import_id = ids.token()[:12]
        self.rows_total = 0
        self.rows_read = 0
        self.added = 0
        self.known = 0
        self.rejected = 0
        self._stores = stores
        self._now = now
        self._progress = progress
        self._file = RejectsFile(rejects_dir / f"{self.import_id}.csv")
        self._lease: Lease | None = None
        self._stay()
        with stores.state.write() as tx:
            tx.run(
                query(__file__, "add_import"), import_id=self.import_id, mapping=mapping.name, target=mapping.target,
                paths=json.dumps([str(path) for path in paths]), started_at=now,
            )  # fmt: skip

    def __enter__(self) -> "Record":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if error is None:
            self.rows_total = self.rows_read
        text = error.message if isinstance(error, OmniloomError) else repr(error) if error else ""
        self._save("failed" if error else "finished", error=text)
        if self._lease:
            release_lease(self._stores.state, self._lease)
        self.report()

    def seen(self, rows: int) -> None:
        """So many rows have been read from the files."""
        self.rows_read = rows
        self.rows_total = max(self.rows_total, rows)
        self.report()

    def note(self, *, added: int, known: int, rejected: list[Reject]) -> None:
        """One batch is done: count it and write it down, rejects first."""
        kept = rejected[: max(REJECTS_KEPT_MAX - self.rejected, 0)]
        self._file.write(rejected)
        self.added += added
        self.known += known
        self.rejected += len(rejected)
        self._stay()
        self._save("running", kept=kept)
        self.report()

    def report(self) -> None:
        """Tell whoever watches."""
        if self._progress is not None:
            self._progress(LoadProgress(self.rows_read, self.rows_total, self.added, self.known, self.rejected))

    def result(self) -> LoadResult:
        """What it did."""
        path = self._file.path if self.rejected else None
        return LoadResult(self.import_id, self.rows_read, self.added, self.known, self.rejected, path)

    def _stay(self) -> None:
        """Say to other processes that this one is still at it; files belong to one process."""
        state = self._stores.state
        if self._stores.is_exclusive or (self._lease and renew_lease(state, self._lease, lasting=_STAYING)):
            return
        self._lease = take_lease(state, f"import {self.import_id}", holder="import", lasting=_STAYING)

    def _save(self, state: str, *, kept: list[Reject] | None = None, error: str = "") -> None:
        with self._stores.state.write() as tx:
            tx.run(
                query(__file__, "save_import"), import_id=self.import_id, state=state, rows_total=self.rows_total,
                rows_read=self.rows_read, rows_rejected=self.rejected, events_added=self.added,
                events_known=self.known, error=error, finished_at=None if state == "running" else self._now,
            )  # fmt: skip
            tx.many(
                query(__file__, "add_reject"),
                [{"import_id": self.import_id, **_row(reject)} for reject in kept or []],
            )


class RejectsFile:
    """A CSV of rejects, made with the first one; no cell of it can be taken for a formula."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, rejected: list[Reject]) -> None:
        """Add rows."""
        if not rejected:
            return
        is_new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            if is_new:
                rows.writerow(_COLUMNS)
            rows.writerows([[safe_cell(str(cell)) for cell in _row(reject).values()] for reject in rejected])


def _row(reject: Reject) -> dict[str, Any]:
    return {name: getattr(reject, name) for name in _COLUMNS}


def _import(row: Row) -> Import:
    finished_at = row["finished_at"]
    return Import(
        import_id=row["import_id"],
        mapping=row["mapping"],
        target=row["target"],
        paths=json.loads(row["paths"]),
        state=row["state"],
        rows_total=row["rows_total"],
        rows_read=row["rows_read"],
        rows_rejected=row["rows_rejected"],
        added=row["events_added"],
        known=row["events_known"],
        error=row["error"],
        started_at=instant(row["started_at"]),
        finished_at=None if finished_at is None else instant(finished_at),
    )
