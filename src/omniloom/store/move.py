"""Carries an installation's stores over to other engines, table by table, and compares what arrived with what was sent.

The source is open to this process alone. Nothing of it is changed, so that the old files stay good until the operator
deletes them. Tables that only grow go ahead while the installation works, and go on where they stopped; the others, and
those of which something was erased meanwhile, are replaced as a whole, in one transaction each, while nobody writes. No
table is ever in memory as a whole.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol, cast

import pyarrow as pa
import sqlglot
from sqlglot import exp

from omniloom.core.errors import Conflict
from omniloom.store.engines.checksum import Checksum
from omniloom.store.ports import Events, State
from omniloom.store.sql import Query, built, parse_events, parse_state

ROWS = 100_000  # of one chunk of the event store
_STATE_ROWS = 1_000  # of the state store, whose rows may be large
_NOWHERE = -(1 << 62)  # before every key
_GROWING = {"identity_event": "position", "identity_item": "position", "segments_change": "change_id"}
_LEFT_OUT = frozenset({"store_migration", "store_cursor", "store_lease"})
_BEGUN = "store.move"
TAILS = ("store.tail.log", "store.tail.refusals")  # cursors in the old logs
_CURSORS = parse_state("store.move_cursors", "select name, position from store_cursor")
_EVENTS_CURSORS = parse_events("store.move_events_cursors", "select name, position from store_cursor")


class Emptied(Protocol):
    """A state store that rows can be carried into."""

    def replace(self, table: str, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
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
        with closing(source.each(table, columns)) as rows:
            target.replace(table, columns, _noted(rows, sent, note, table))
        with closing(target.each(table, columns)) as rows:
            arrived.add_tuples(rows)
        yield Carried("state", table, sent, arrived)
    with source.read() as read, target.write() as tx:
        for row in read.rows(_CURSORS):
            tx.move_cursor(row["name"], row["position"])


class EventsOnTheWay:
    """The tables of one event store on their way to another."""

    def __init__(self, source: Any, target: Events, note: Note) -> None:
        self._source: Any = source
        self._target = target
        self._note = note
        self._tables = dict(_tables(source.schema()))
        self._grown = {table: _Grown() for table in _GROWING}

    def ahead(self) -> Iterator[None]:
        """Carry over what there is of the tables that only grow, a chunk between two yields. Others may go on."""
        for table in _GROWING:
            for _ in self._grow(table):
                yield

    def rest(self) -> Iterator[Carried]:
        """Carry over everything else, and compare. Nobody else writes meanwhile."""
        for table, columns in self._tables.items():
            if table in _GROWING and (grown := self._grown_whole(table)).is_equal:
                yield grown
            else:
                yield Carried("events", table, self._replaced(table, columns), self._arrived(table))
        with self._source.read() as read, self._target.write() as tx:
            for row in read.rows(_EVENTS_CURSORS):
                tx.move_cursor(row["name"], row["position"])

    def _grown_whole(self, table: str) -> Carried:
        """The last of a table that only grows; not equal if rows of it were erased or grew old since they were sent."""
        for _ in self._grow(table):
            pass
        sent = self._grown[table].sent
        with self._source.read() as tx:
            kept = int(tx.tuples(_count(table))[0][0])
        if kept != sent.rows:
            return Carried("events", table, Checksum(kept), sent)
        return Carried("events", table, sent, self._arrived(table))

    def _grow(self, table: str) -> Iterator[None]:
        """In chunks by the key; each chunk is kept together with how far it goes."""
        grown, mark = self._grown[table], f"{_BEGUN}.{table}"
        part = built(f"store.move_part_{table}", _part(table, self._tables[table]))
        with self._target.read() as tx:
            done = tx.cursor(mark) or _NOWHERE  # no key is 0
        for upto in self._ends(table, grown.after):
            with self._source.read() as tx:
                rows = tx.arrow(part, after=grown.after, upto=upto)
            if upto > done:
                with self._target.write() as write:
                    write.append(table, rows if grown.after >= done else _behind(rows, _GROWING[table], done))
                    write.move_cursor(mark, upto)
            grown.sent.add_table(rows)
            grown.after = upto
            self._note("events", table, grown.sent.rows)
            yield

    def _ends(self, table: str, after: int) -> list[int]:
        """The key's values at the ends of the next chunks; rows of one value stay together."""
        key = exp.column(_GROWING[table])
        placed = exp.select(key, exp.alias_(_row_number(key), "place")).from_(table)
        placed = placed.where(key.copy() > exp.Placeholder(this="after"))
        last = exp.select(exp.Max(this=key.copy())).from_(table).where(key.copy() > exp.Placeholder(this="after"))
        ends = exp.select(key.copy()).from_(placed.subquery("keys")).where(
            exp.EQ(this=exp.Mod(this=exp.column("place"), expression=exp.Literal.number(ROWS)),
                   expression=exp.Literal.number(0)))  # fmt: skip
        with self._source.read() as tx:
            found = {int(end) for (end,) in tx.tuples(built(f"store.move_ends_{table}", ends), after=after)}
            newest = tx.tuples(built(f"store.move_end_{table}", last), after=after)[0][0]
        return sorted(found if newest is None else found | {int(newest)})

    def _replaced(self, table: str, columns: list[str]) -> Checksum:
        """A table whose rows change: as a whole, in one transaction, a piece at a time."""
        sent = Checksum()
        with self._source.read() as tx, self._target.write() as write:
            write.run(built(f"store.empty_{table}", exp.delete(table).where(exp.true())))
            with closing(_gathered(tx.pieces(_everything(table, columns)))) as pieces:
                for rows in pieces:
                    write.append(table, rows)
                    sent.add_table(rows)
                    self._note("events", table, sent.rows)
        return sent

    def _arrived(self, table: str) -> Checksum:
        """What the target holds by now, with the source's types."""
        arrived = Checksum()
        everything = _everything(table, self._tables[table])
        with self._source.read() as tx:
            kinds = tx.arrow(built(f"store.kinds_{table}", cast("exp.Select", everything.tree).limit(0))).schema
        with self._target.read() as tx, closing(_gathered(tx.pieces(everything))) as pieces:
            for rows in pieces:
                arrived.add_table(rows.cast(kinds))
        return arrived


@dataclass(slots=True)
class _Grown:
    """How far a table that only grows was sent."""

    after: int = _NOWHERE
    sent: Checksum = field(default_factory=Checksum)


def _behind(rows: pa.Table, key: str, done: int) -> pa.Table:
    """The rows that an interrupted move had not sent yet."""
    return rows.filter(pa.compute.greater(rows.column(key), done))


def _everything(table: str, columns: list[str]) -> Query:
    return built(f"store.move_{table}", exp.select(*columns).from_(table))


def _row_number(key: exp.Expression) -> exp.Expression:
    return exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=key.copy())]))


def _part(table: str, columns: list[str]) -> exp.Select:
    key = exp.column(_GROWING[table])
    begun, ended = exp.Placeholder(this="after"), exp.Placeholder(this="upto")
    return exp.select(*columns).from_(table).where((key > begun).and_(key.copy() <= ended))


def _gathered(pieces: Iterator[pa.Table]) -> Generator[pa.Table, None, None]:
    """Small pieces put together; closed, it lets go of what it reads from."""
    waiting: list[pa.Table] = []
    for piece in pieces:
        waiting.append(piece)
        if sum(each.num_rows for each in waiting) >= ROWS:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _count(table: str) -> Query:
    return built(f"store.count_{table}", exp.select(exp.Count(this=exp.Star())).from_(table))


def _any_of(table: str) -> Query:
    return built(f"store.any_{table}", exp.select(exp.Literal.number(1)).from_(table).limit(1))


def _noted(rows: Iterable[tuple[Any, ...]], sent: Checksum, note: Note, table: str) -> Iterator[tuple[Any, ...]]:
    each = iter(rows)
    while chunk := list(islice(each, _STATE_ROWS)):
        sent.add_tuples(chunk)
        note("state", table, sent.rows)
        yield from chunk


def _tables(schema: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Tables with their columns, from the statements that made them."""
    for statement in schema:
        if re.match(r"create table", statement, re.IGNORECASE):
            made = sqlglot.parse_one(statement, dialect="duckdb")
            name = made.this.this.name
            if name not in _LEFT_OUT:
                yield name, [column.name for column in made.this.expressions if isinstance(column, exp.ColumnDef)]
