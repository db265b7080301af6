"""The embedded state store: one SQLite file behind the ``State`` port."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw

from omniloom.core.clock import SystemClock, micros
from omniloom.store.ballast import Ballast
from omniloom.store.engines.sqlite import Connections
from omniloom.store.hold import Hold
from omniloom.store.ports import Row, StateTx
from omniloom.store.sql import Query, parse_state

_CURSOR = parse_state("store.cursor", "select position from store_cursor where name = :name")
_MOVE = parse_state(
    "store.move_cursor",
    "insert into store_cursor (name, position) values (:name, :position)"
    " on conflict (name) do update set position = excluded.position",
)


class SqliteStateTx:
    """One transaction; see ``StateTx``."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def run(self, query: Query, **params: Any) -> int:
        """Execute; rows changed."""
        before = self._connection.total_changes()
        self._execute(query, params)
        return self._connection.total_changes() - before

    def many(self, query: Query, rows: Iterable[Mapping[str, Any]]) -> int:
        """Execute once per row; rows changed."""
        text, lists = query.render("sqlite")
        before = self._connection.total_changes()
        adapted = (_adapted(row, lists) for row in rows) if lists else (_plain(row) for row in rows)
        self._connection.executemany(text, adapted)
        return self._connection.total_changes() - before

    def rows(self, query: Query, **params: Any) -> list[Row]:
        """Result rows as dicts."""
        cursor = self._execute(query, params)
        if (first := cursor.fetchone()) is None:
            return []
        names = [column[0] for column in cursor.getdescription()]
        return [dict(zip(names, row, strict=True)) for row in (first, *cursor)]

    def tuples(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        """Result rows as tuples."""
        return self._execute(query, params).fetchall()

    def one(self, query: Query, **params: Any) -> Row | None:
        """The first result row."""
        rows = self.rows(query, **params)
        return rows[0] if rows else None

    def cursor(self, name: str) -> int:
        """Where a reader stands."""
        row = self.one(_CURSOR, name=name)
        return int(row["position"]) if row else 0

    def move_cursor(self, name: str, position: int) -> None:
        """Move a reader on."""
        self.run(_MOVE, name=name, position=position)

    def clock(self) -> int:
        """The machine's clock: the file belongs to it."""
        return micros(SystemClock().now())

    def _execute(self, query: Query, params: Mapping[str, Any]) -> apsw.Cursor:
        text, lists = query.render("sqlite")
        return self._connection.execute(text, _adapted(params, lists))


def _adapted(params: Mapping[str, Any], lists: frozenset[str]) -> dict[str, Any]:
    """Parameters as SQLite takes them: datetimes as micros, lists as JSON texts."""
    return {
        name: json.dumps([_stored(member) for member in value]) if name in lists else _stored(value)
        for name, value in params.items()
    }


def _plain(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """As ``_adapted`` for a query without lists; most rows hold nothing to change and are passed on as they are."""
    for value in row.values():
        if value.__class__ is datetime:
            return {name: _stored(value) for name, value in row.items()}
    return row


def _stored(value: Any) -> Any:
    return micros(value) if isinstance(value, datetime) else value


class SqliteState:
    """The ``State`` port on SQLite."""

    dialect = "sqlite"

    def __init__(self, path: Path, ballast: Ballast | None = None) -> None:
        self._ballast = ballast or Ballast(path.parent, 0)
        self._connections = Connections(path, self._ballast)
        self._hold = Hold()

    @contextmanager
    def read(self) -> Iterator[StateTx]:
        """A snapshot."""
        with self._connections.reading() as connection:
            yield SqliteStateTx(connection)

    @contextmanager
    def write(self) -> Iterator[StateTx]:
        """The writing transaction. It does not nest. A full disk makes way for it."""
        if not self._ballast.make_room():
            self._connections.fold()
        with self._connections.writing() as connection:
            self._hold.check()
            yield SqliteStateTx(connection)

    def damage(self) -> list[str]:
        """What is wrong in the file, see ``Connections.damage``."""
        return self._connections.damage()

    def rewrite(self) -> bool:
        """Write the file anew, see ``Connections.rewrite``."""
        return self._connections.rewrite()

    def hold(self) -> None:
        """Let no other thread of this process write from now on, after the running write."""
        with self._connections.writing():
            self._hold.take()

    def let_go(self) -> None:
        """Let all write again."""
        self._hold.let_go()

    def each(self, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        """All rows of a table in one snapshot, one at a time. Names come from migrations."""
        names = ", ".join(f'"{name}"' for name in columns)
        with self._connections.reading() as connection:
            yield from connection.execute(f'select {names} from "{table}"')  # noqa: S608 - names from migrations

    def execute_script(self, text: str) -> None:
        """Run a migration's statements in one transaction."""
        with self._connections.writing() as connection:
            connection.execute(text)

    def applied(self) -> set[str]:
        """Names of the migrations that have run."""
        with self._connections.reading() as connection:
            return {str(row[0]) for row in connection.execute("select name from store_migration")}

    def schema(self) -> list[str]:
        """The statements that made every table, then every index, by name."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "select sql from sqlite_master where sql is not null and name not like 'sqlite_%'"
                " order by type <> 'table', name"
            ).fetchall()
        return [str(row[0]) for row in rows]

    def close(self) -> None:
        """Close the file."""
        self._connections.close()
