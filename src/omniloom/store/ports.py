"""What a room may ask of a store. An engine is whatever passes ``tests/conformance/test_engines.py``."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from omniloom.store.sql import Query

Row = dict[str, Any]


BLOCK_BODIES_MAX = 4096  # bodies that an append of at most so many keeps together, at consecutive positions


@dataclass(frozen=True, slots=True)
class Progress:
    """What one call of an act did: rows handled, and whether nothing is left to do now."""

    rows: int
    is_done: bool


class Log(Protocol):
    """Accepted messages in the order they came, kept until every cursor is past them.

    A position is unique and grows, but positions are not dense: the next one may be far off. Any number of processes
    may append at the same time.
    """

    def append(self, bodies: Sequence[bytes], *, is_urgent: bool = False) -> int:
        """Store bodies (none is empty) durably and in order: on disk when this returns; the last one's position.

        At most ``BLOCK_BODIES_MAX`` bodies get consecutive positions. Nothing is compared: see ``dedup``. What is
        urgent may use the room that an engine keeps for it.
        Errors: Unavailable if the disk refuses, DiskFull where there may be such room; then nothing of the call is
        acknowledged.
        """
        ...

    def read(self, *, after: int, rows_max: int) -> list[tuple[int, bytes]]:
        """(position, body) of the next messages after a position, in order: everything acknowledged before the call."""
        ...

    def last_position(self) -> int:
        """Position of the newest message; 0 for an empty log."""
        ...

    def trim(self, *, through: int) -> int:
        """Forget messages up to a position that every cursor has passed; how many. Some may stay a while."""
        ...

    def blank(self, positions: Collection[int], *, through: int) -> int:
        """Take single messages out of the log, as if they had not come; how many.

        ``through``: up to where every cursor has passed. An engine that cannot change a block leaves alone what is
        behind it: ask again later.
        """
        ...

    def rewrite(self) -> bool:
        """Leave no trace of what was taken out in files; False if somebody still reads it: ask again later."""
        ...


class StateTx(Protocol):
    """One transaction of the state store. Parameters are named; lists go to ``in (:name)``; datetimes to micros."""

    def run(self, query: Query, **params: Any) -> int:
        """Execute; the number of rows changed."""
        ...

    def many(self, query: Query, rows: Iterable[Mapping[str, Any]]) -> int:
        """Execute once per row of parameters; the number of rows changed."""
        ...

    def rows(self, query: Query, **params: Any) -> list[Row]:
        """All result rows as dicts."""
        ...

    def tuples(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        """All result rows as tuples, for hot paths."""
        ...

    def one(self, query: Query, **params: Any) -> Row | None:
        """The first result row, or None."""
        ...

    def cursor(self, name: str) -> int:
        """Where a reader stands in the log; 0 at first."""
        ...

    def move_cursor(self, name: str, position: int) -> None:
        """Move a reader on, in this transaction."""
        ...

    def clock(self) -> int:
        """Microseconds since 1970 by the store's own clock, which all workers share; for leases alone."""
        ...


class State(Protocol):
    """People, identifiers, consents, definitions, sends, ledgers, cursors."""

    dialect: str

    def read(self) -> AbstractContextManager[StateTx]:
        """A consistent snapshot to read from."""
        ...

    def write(self) -> AbstractContextManager[StateTx]:
        """The one writing transaction: committed at the end, rolled back on an exception. On disk when it returns."""
        ...

    def rewrite(self) -> bool:
        """Leave no trace of deleted rows in files; False if somebody still reads them: ask again later."""
        ...


class EventsTx(Protocol):
    """One transaction of the event store. As StateTx, with Arrow tables in and out."""

    def run(self, query: Query, **params: Any) -> None:
        """Execute."""
        ...

    def rows(self, query: Query, **params: Any) -> list[Row]:
        """All result rows as dicts; timestamps come back aware UTC."""
        ...

    def tuples(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        """All result rows as tuples; timestamps as stored (naive UTC)."""
        ...

    def one(self, query: Query, **params: Any) -> Row | None:
        """The first result row, or None."""
        ...

    def arrow(self, query: Query, **params: Any) -> pa.Table:
        """The result as an Arrow table."""
        ...

    def pieces(self, query: Query, **params: Any) -> Iterator[pa.Table]:
        """The result as Arrow tables, a piece at a time; nothing else is asked of this transaction meanwhile."""
        ...

    def append(self, table: str, rows: pa.Table) -> None:
        """Append rows to a table by column name."""
        ...

    def stage(self, name: str, rows: pa.Table) -> None:
        """Make an Arrow table readable as a table ``stage_<name>`` in this transaction's queries."""
        ...

    def cursor(self, name: str) -> int:
        """Where a reader stands in the log; 0 at first."""
        ...

    def move_cursor(self, name: str, position: int) -> None:
        """Move a reader on, in this transaction."""
        ...


class Events(Protocol):
    """The resolved event history, people's traits, membership and costs; columnar."""

    dialect: str

    def fold(self) -> bool:
        """Bring what is committed to where no changed byte can undo it; False: not now, ask again later.

        The end of a WAL that cannot be read is taken for a crash: then the log must still have what was in it.
        """
        ...

    def read(self) -> AbstractContextManager[EventsTx]:
        """A consistent snapshot to read from."""
        ...

    def write(self) -> AbstractContextManager[EventsTx]:
        """The one writing transaction: committed at the end, rolled back on an exception."""
        ...

    def rewrite(self) -> bool:
        """Leave no trace of deleted rows in files; False if somebody still reads them: ask again later."""
        ...
