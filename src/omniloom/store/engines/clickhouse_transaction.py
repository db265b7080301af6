"""One transaction on ClickHouse: what it sees is a snapshot, what it writes carries the number of its batch."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from sqlglot import exp

from omniloom.core.clock import Clock
from omniloom.store.engines.clickhouse_ledger import LEASE_S, Batch, Ledger, Standing
from omniloom.store.engines.clickhouse_link import Link, adapted
from omniloom.store.engines.clickhouse_schema import AT, GONE, STAGED, Snapshot, staged_columns
from omniloom.store.engines.clickhouse_text import Texts
from omniloom.store.ports import Row
from omniloom.store.sql import Query


class ClickHouseEventsTx:
    """One transaction; see ``EventsTx``. ``batch`` is what it writes; none = it only reads."""

    def __init__(self, link: Link, texts: Texts, standing: Standing, write: "Writing | None") -> None:
        self._link = link
        self._texts = texts
        self._write = write
        self._cursors = dict(standing.cursors)
        self._at = write.batch.number if write else standing.number
        self._snapshot = Snapshot(
            frozenset(n for n, rows in standing.gone.items() if rows), tuple(sorted(standing.void))
        )
        self._staged: set[str] = set()

    def run(self, query: Query, **params: Any) -> None:
        """Execute: add rows, or note which are deleted."""
        write = self._writing()
        types, values = self._adapted(params)
        table, text = self._texts.change(query, types, self._snapshot)
        write.touched.add(table)
        self._link.run(text, values)
        if isinstance(query.tree, exp.Delete):
            write.deleted.add(query.tree.this.name)
            self._snapshot = Snapshot(self._snapshot.gone | {query.tree.this.name}, self._snapshot.void)

    def rows(self, query: Query, **params: Any) -> list[Row]:
        """Result rows as dicts with aware timestamps."""
        names, found = self._link.rows(*self._asked(query, params))
        return [{n: _aware(v) for n, v in zip(names, row, strict=True)} for row in found]

    def tuples(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        """Result rows as tuples, timestamps naive UTC."""
        return self._link.rows(*self._asked(query, params))[1]

    def one(self, query: Query, **params: Any) -> Row | None:
        """The first result row."""
        rows = self.rows(query, **params)
        return rows[0] if rows else None

    def arrow(self, query: Query, **params: Any) -> pa.Table:
        """The result as an Arrow table."""
        return self._link.arrow(*self._asked(query, params))

    def pieces(self, query: Query, **params: Any) -> Iterator[pa.Table]:
        """The result a piece at a time, never whole in memory."""
        yield from self._link.pieces(*self._asked(query, params))

    def append(self, table: str, rows: pa.Table) -> None:
        """Append rows by column name. ``table`` is a name from code, checked to be one."""
        write = self._writing()
        typed = self._texts.schema.typed(table, rows)
        write.touched.add(table)
        batches = pa.array([write.batch.number] * typed.num_rows, pa.uint64())
        self._link.insert(table, typed.append_column("_batch", batches))

    def stage(self, name: str, rows: pa.Table) -> None:
        """Make ``rows`` readable as ``stage_<name>`` until the transaction ends."""
        staged = f"{STAGED}{name}"
        self._staged.add(staged)
        self._link.run(f"drop temporary table if exists {staged}")
        self._link.run(f"create temporary table {staged} ({staged_columns(rows)}) engine = Memory")
        self._link.insert(staged, rows)

    def cursor(self, name: str) -> int:
        """Where a reader stands."""
        return self._cursors.get(name, 0)

    def move_cursor(self, name: str, position: int) -> None:
        """Move a reader on."""
        self._writing().has_moved = True
        self._cursors[name] = position

    def end(self) -> None:
        """Forget what was staged."""
        for staged in self._staged:
            self._link.run(f"drop temporary table if exists {staged}")

    def outcome(self, standing: Standing) -> Standing:
        """What the ledger says once this transaction counts."""
        gone = dict(standing.gone)
        if self._write and self._write.deleted:
            text = f"select table_name, count() from {GONE} where _batch = {{{AT}:UInt64}} group by table_name"  # noqa: S608 - constants
            for table, rows in self._link.rows(text, {AT: self._at})[1]:
                gone[table] = gone.get(table, 0) + int(rows)
        return Standing(cursors=self._cursors, gone=gone)

    def _writing(self) -> "Writing":
        if self._write is None:
            raise RuntimeError("this transaction is read-only")
        self._write.say_alive()
        return self._write

    def _asked(self, query: Query, params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        types, values = self._adapted(params)
        parts, text = self._texts.question(query, types, self._snapshot)
        for name, part in parts:
            self._staged.add(name)
            self._link.run(f"drop temporary table if exists {name}")
            self._link.run(f"create temporary table {name} engine = Memory as {part}", values)
        return text, values

    def _adapted(self, params: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
        pairs = {name: adapted(value) for name, value in params.items()}
        types = {name: kind for name, (kind, _) in pairs.items()}
        values = {name: value for name, (kind, value) in pairs.items() if kind}
        return types, {**values, AT: self._at}


class Writing:
    """The batch of a writing transaction, and what it changed so far."""

    def __init__(self, link: Link, book: Ledger, batch: Batch, clock: Clock, *, since: datetime) -> None:
        self.batch = batch
        self.touched: set[str] = set()
        self.deleted: set[str] = set()
        self.has_moved = False
        self._link, self._book, self._clock = link, book, clock
        self._said = since

    @property
    def was_heard_lately(self) -> bool:
        """Whether no other writer can take this one for dead yet."""
        return (self._clock.now() - self._said).total_seconds() < LEASE_S / 4

    def say_alive(self) -> None:
        """Before each statement, if the last word is long ago."""
        if not self.was_heard_lately:
            self._book.say_alive(self._link, self.batch)
            self._said = self._clock.now()


def _aware(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value
