"""The scaled state store: a PostgreSQL database behind the ``State`` port. One installation, one database."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

from psycopg import sql

from omniloom.core.clock import micros
from omniloom.store.engines.postgres import Connection, Connections, Cursor
from omniloom.store.ports import Row, StateTx
from omniloom.store.sql import Query, parse_state

_CURSOR = parse_state("store.cursor", "select position from store_cursor where name = :name")
_MOVE = parse_state(
    "store.move_cursor",
    "insert into store_cursor (name, position) values (:name, :position)"
    " on conflict (name) do update set position = excluded.position",
)
_ROWS_FETCHED = 1_000
_CLOCK = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint"


class PostgresStateTx:
    """One transaction; see ``StateTx``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, query: Query, **params: Any) -> int:
        """Execute; rows changed."""
        return max(0, self._execute(query, params).rowcount)

    def many(self, query: Query, rows: Iterable[Mapping[str, Any]]) -> int:
        """Execute once per row, without waiting for each; rows changed."""
        text, lists = query.render("postgres")
        with self._connection.cursor() as cursor:
            cursor.executemany(text.encode(), [_adapted(row, lists) for row in rows])
            return max(0, cursor.rowcount)

    def rows(self, query: Query, **params: Any) -> list[Row]:
        """Result rows as dicts."""
        cursor = self._execute(query, params)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

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
        """The server's clock, the same for every worker."""
        return int(self._connection.execute(_CLOCK).fetchall()[0][0])

    def _execute(self, query: Query, params: Mapping[str, Any]) -> Cursor:
        text, lists = query.render("postgres")
        return self._connection.execute(text.encode(), _adapted(params, lists))


def _adapted(params: Mapping[str, Any], lists: frozenset[str]) -> dict[str, Any]:
    """Parameters as PostgreSQL takes them: datetimes as micros, lists as arrays."""
    return {
        name: [_stored(member) for member in value] if name in lists else _stored(value)
        for name, value in params.items()
    }


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return micros(value)
    return int(value) if isinstance(value, bool) else value


class PostgresState:
    """The ``State`` port on PostgreSQL."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        self._connections = Connections(url)

    @property
    def version(self) -> str:
        """Of the server."""
        return self._connections.server_version

    @contextmanager
    def read(self) -> Iterator[StateTx]:
        """A snapshot."""
        with self._connections.reading() as connection:
            yield PostgresStateTx(connection)

    @contextmanager
    def write(self) -> Iterator[StateTx]:
        """The writing transaction, the only one in the database. It does not nest."""
        with self._connections.writing() as connection:
            yield PostgresStateTx(connection)

    def replace(self, table: str, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
        """Put these rows in place of all the table's, in one transaction. Names come from migrations."""
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        with self._connections.writing() as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("truncate {}").format(sql.Identifier(table)))  # also one that only grows
            with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)) as copy:
                for row in rows:
                    copy.write_row(row)

    def rewrite(self) -> bool:
        """Nothing is left to do here: the server overwrites what was deleted in its own time (autovacuum)."""
        return True

    def each(self, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        """All rows of a table, a piece at a time."""
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        with self._connections.reading() as connection, connection.cursor("each") as cursor:
            cursor.itersize = _ROWS_FETCHED
            yield from cursor.execute(sql.SQL("select {} from {}").format(names, sql.Identifier(table)))

    def alone(self) -> AbstractContextManager[None]:
        """Keep other processes from migrating meanwhile."""
        return self._connections.alone()

    def execute_script(self, text: str) -> None:
        """Run a migration's statements in one transaction."""
        with self._connections.writing() as connection:
            connection.execute(text.encode())

    def applied(self) -> set[str]:
        """Names of the migrations that have run."""
        with self._connections.reading() as connection:
            return {str(row[0]) for row in connection.execute("select name from store_migration").fetchall()}

    def schema(self) -> list[str]:
        """Each table with its columns in order, then each index, by name."""
        with self._connections.reading() as connection:
            columns = connection.execute(_COLUMNS).fetchall()
            indexes = connection.execute(_INDEXES).fetchall()
        return [str(row[0]) for row in (*columns, *indexes)]

    def close(self) -> None:
        """Let go of the connections."""
        self._connections.close()


_COLUMNS = """
select table_name || ' (' || string_agg(
    column_name || ' ' || data_type || case is_nullable when 'NO' then ' not null' else '' end, ', '
    order by ordinal_position) || ')'
from information_schema.columns where table_schema = current_schema() group by table_name order by table_name
"""
_INDEXES = "select indexdef from pg_indexes where schemaname = current_schema() order by indexname"
