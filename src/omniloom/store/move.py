"""Carries an installation's stores over to other engines, table by table, and compares what arrived with what was sent.

The source is open to this process alone. Nothing of it is changed, so that the old files stay good until the operator
deletes them. Whatever is interrupted is begun anew by calling again: tables that only grow go on where they stopped,
the others are replaced.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from omniloom.core.errors import Conflict
from omniloom.store.engines.checksum import Checksum
from omniloom.store.ports import Events, State
from omniloom.store.sql import Query, built, parse_events, parse_state

ROWS = 50_000  # of one chunk
_GROWING = {"identity_event": "position", "identity_item": "position", "segments_change": "change_id"}
_LEFT_OUT = frozenset({"store_migration", "store_cursor", "store_lease"})
_BEGUN = "store.move"
TAILS = ("store.tail.log", "store.tail.refusals")  # cursors in the old logs
_CURSORS = parse_state("store.move_cursors", "select name, position from store_cursor")
_EVENTS_CURSORS = parse_events("store.move_events_cursors", "select name, position from store_cursor")


class Emptied(Protocol):
    """A state store that rows can be carried into."""

    def replace(self, table: str, columns: list[str], chunks: Iterator[list[tuple[Any, ...]]]) -> None:
        """Put these rows in place of all the table's, in one transaction."""
        ...

    def each(self, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        """All rows of a table."""
        ...


@dataclass(frozen=True, slots=True)
class Carried:
    """One table: what was sent and what arrived."""

    store: str
    table: str
    sent: Checksum
    arrived: Checksum

    @property
    def is_equal(self) -> bool:
        """Whether the same rows are in both."""
        return (self.sent.rows, self.sent.total) == (self.arrived.rows, self.arrived.total)


Note = Callable[[str, str, int], None]  # store, table, rows done so far


def claim(state: State, installation: str) -> None:
    """Mark a state store as the place an installation is being moved to.

    Errors: Conflict if it holds another installation, or if the move had been finished and it is in use.
    """
    with state.write() as tx:
        cursors = {str(row["name"]): int(row["position"]) for row in tx.rows(_CURSORS)}
        if f"{_BEGUN}.{installation}" in cursors:
            if not cursors[f"{_BEGUN}.{installation}"]:
                return
            hint = "write its addresses under [store] in omniloom.toml"
            raise Conflict("this installation was moved there already", hint=hint)
        if cursors or tx.tuples(_any_of("access_user")) or tx.tuples(_any_of("collect_source")):
            raise Conflict("the database holds another installation", hint="name an empty one")
        tx.move_cursor(f"{_BEGUN}.{installation}", 0)


def finish(state: State, installation: str, *, log: int | None, refusals: int | None) -> None:
    """Mark the move as done: from now on the new place is the installation.

    ``log`` and ``refusals``: if the logs moved too, the old ones' positions behind which the tail is carried.
    """
    with state.write() as tx:
        tx.move_cursor(f"{_BEGUN}.{installation}", 1)
        if log is not None and refusals is not None:
            tx.move_cursor(TAILS[0], max(1, log))
            tx.move_cursor(TAILS[1], max(1, refusals))


def carry_state(source: Any, target: Any, note: Note) -> Iterator[Carried]:
    """Every table of the state store; ``source`` is SQLite's, ``target`` takes rows (``Emptied``)."""
    for table, columns in _tables(source.schema()):
        sent, arrived = Checksum(), Checksum()
        target.replace(table, columns, _noted(_chunks(source, table, columns), sent, note, table))
        arrived.add_tuples(target.each(table, columns))
        yield Carried("state", table, sent, arrived)
    with source.read() as read, target.write() as tx:
        for row in read.rows(_CURSORS):
            tx.move_cursor(row["name"], row["position"])


def carry_events(source: Any, target: Events, note: Note) -> Iterator[Carried]:
    """Every table of the event store."""
    way = _Way(source, target, note)
    for table, columns in _tables(source.schema()):
        yield way.grown(table, columns) if table in _GROWING else way.replaced(table, columns)
    with source.read() as read, target.write() as tx:
        for row in read.rows(_EVENTS_CURSORS):
            tx.move_cursor(row["name"], row["position"])


@dataclass(frozen=True, slots=True)
class _Way:
    """From one event store to another."""

    source: Events
    target: Events
    note: Note

    def grown(self, table: str, columns: list[str]) -> Carried:
        """A table that only grows, in chunks by its key; each chunk is kept together with how far it goes."""
        sent, arrived = Checksum(), Checksum()
        after = -1
        with self.target.read() as tx:
            done = tx.cursor(f"{_BEGUN}.{table}")
        while (upto := self._end_of_chunk(table, after)) is not None:
            part = built(f"store.move_part_{table}", _part(table, columns))
            with self.source.read() as tx:
                rows = tx.arrow(part, after=after, upto=upto)
            if upto > done:
                with self.target.write() as write:
                    fresh = pc.filter(rows, pc.greater(rows.column(_GROWING[table]), done)) if done else rows
                    write.append(table, fresh)
                    write.move_cursor(f"{_BEGUN}.{table}", upto)
            sent.add_table(rows)
            with self.target.read() as tx:
                arrived.add_table(tx.arrow(part, after=after, upto=upto).cast(rows.schema))
            self.note("events", table, sent.rows)
            after = upto
        return Carried("events", table, sent, arrived)

    def replaced(self, table: str, columns: list[str]) -> Carried:
        """A table whose rows change: as a whole."""
        sent, arrived = Checksum(), Checksum()
        everything = built(f"store.move_{table}", exp.select(*columns).from_(table))
        with self.source.read() as tx:
            rows = tx.arrow(everything)
        with self.target.write() as write:
            write.run(built(f"store.empty_{table}", exp.delete(table).where(exp.true())))
            if rows.num_rows:
                write.append(table, rows)
        sent.add_table(rows)
        with self.target.read() as tx:
            arrived.add_table(tx.arrow(everything).cast(rows.schema))
        self.note("events", table, sent.rows)
        return Carried("events", table, sent, arrived)

    def _end_of_chunk(self, table: str, after: int) -> int | None:
        """The key's value at the end of the next chunk; rows of one value stay together."""
        key = exp.column(_GROWING[table])
        keys = exp.select(key).from_(table).where(key.copy() > exp.Placeholder(this="after"))
        last = keys.order_by(key.copy()).limit(ROWS)
        query = built(f"store.move_end_{table}", exp.select(exp.Max(this=key.copy())).from_(last.subquery("chunk")))
        with self.source.read() as tx:
            found = tx.tuples(query, after=after)[0][0]
        return None if found is None else int(found)


def _part(table: str, columns: list[str]) -> exp.Select:
    key = exp.column(_GROWING[table])
    begun, ended = exp.Placeholder(this="after"), exp.Placeholder(this="upto")
    return exp.select(*columns).from_(table).where((key > begun).and_(key.copy() <= ended))


def _any_of(table: str) -> Query:
    return built(f"store.any_{table}", exp.select(exp.Literal.number(1)).from_(table).limit(1))


def _chunks(source: State, table: str, columns: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    """A SQLite table's rows, in one snapshot and in the order they lie."""
    place = exp.column("rowid")
    tree = exp.select(place, *columns).from_(table).where(place > exp.Placeholder(this="after"))
    query = built(f"store.move_{table}", tree.order_by("rowid").limit(ROWS))
    after = -(1 << 62)
    with source.read() as tx:
        while rows := tx.tuples(query, after=after):
            after = rows[-1][0]
            yield [row[1:] for row in rows]


def _noted(
    chunks: Iterator[list[tuple[Any, ...]]], sent: Checksum, note: Note, table: str
) -> Iterator[list[tuple[Any, ...]]]:
    for chunk in chunks:
        sent.add_tuples(chunk)
        note("state", table, sent.rows)
        yield chunk


def _tables(schema: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Tables with their columns, from the statements that made them."""
    for statement in schema:
        if re.match(r"create table", statement, re.IGNORECASE):
            made = sqlglot.parse_one(statement, dialect="duckdb")
            name = made.this.this.name
            if name not in _LEFT_OUT:
                yield name, [column.name for column in made.this.expressions if isinstance(column, exp.ColumnDef)]
