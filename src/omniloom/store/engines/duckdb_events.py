"""The embedded event store: one DuckDB file behind the ``Events`` port; many reading threads, one writer."""

import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from omniloom.core.errors import Misconfigured, Unavailable
from omniloom.store.ballast import Ballast
from omniloom.store.engines.duckdb_check import unreadable, why_not_opened
from omniloom.store.engines.duckdb_copy import Users, copy_database
from omniloom.store.engines.sqlite_pages import Damaged
from omniloom.store.hold import Hold
from omniloom.store.ports import EventsTx, Row
from omniloom.store.sql import Query, parse_events

_CURSOR = parse_events("store.cursor", "select position from store_cursor where name = :name")
_FORGET_CURSOR = parse_events("store.forget_cursor", "delete from store_cursor where name = :name")
_ADD_CURSOR = parse_events("store.add_cursor", "insert into store_cursor (name, position) values (:name, :position)")

# DuckDB 2.0.0 bounds a sum over `left join <empty table>` by zero: ordering by it fails, casting or filtering it gives
# wrong answers. Every history view left-joins the overrides, which are empty until the first merge.
_WRONG_OPTIMIZERS = "statistics_propagation"
_CONFIG: dict[str, Any] = {
    "preserve_insertion_order": False,
    "autoinstall_known_extensions": False,
    "disabled_optimizers": _WRONG_OPTIMIZERS,
    # A checkpoint packs the last group of rows anew, however few of them are new: at every 16 MB, as is the default,
    # that is half of what an append costs. A log of this size is read at start in a second.
    "checkpoint_threshold": "256MB",
    "python_enable_replacements": False,  # a name in SQL is a table, never a Python variable
}
_ANEW = ".anew"  # the folder beside the file, in which the file is written anew; nothing else outside is reached
_PIECE_ROWS = 100_000
_CORRUPT = "Corrupt database file"  # what it says of a block that is not what its checksum says; of no class of its own


def duckdb_version() -> str:
    """Of the library in use."""
    return duckdb.__version__


class DuckEventsTx:
    """One transaction; see ``EventsTx``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, query: Query, **params: Any) -> None:
        """Execute."""
        self._execute(query, params)

    def rows(self, query: Query, **params: Any) -> list[Row]:
        """Result rows as dicts with aware timestamps."""
        cursor = self._execute(query, params)
        names = [column[0] for column in cursor.description or ()]
        return [{n: _aware(v) for n, v in zip(names, row, strict=True)} for row in cursor.fetchall()]

    def tuples(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        """Result rows as tuples, timestamps naive UTC."""
        return self._execute(query, params).fetchall()

    def one(self, query: Query, **params: Any) -> Row | None:
        """The first result row."""
        rows = self.rows(query, **params)
        return rows[0] if rows else None

    def arrow(self, query: Query, **params: Any) -> pa.Table:
        """The result as an Arrow table."""
        text, adapted = _rendered(query, params)
        return self._connection.sql(text, params=adapted).to_arrow_table()

    def pieces(self, query: Query, **params: Any) -> Iterator[pa.Table]:
        """The result a piece at a time, never whole in memory."""
        text, adapted = _rendered(query, params)
        for batch in self._connection.sql(text, params=adapted).to_arrow_reader(_PIECE_ROWS):
            yield pa.Table.from_batches([batch])

    def append(self, table: str, rows: pa.Table) -> None:
        """Append rows by column name. ``table`` is a name from code, checked to be one."""
        if not table.isidentifier():
            raise Misconfigured(f"not a table name: {table!r}")
        self.stage("appended", rows)
        columns = ", ".join(f'"{name}"' for name in rows.column_names)
        self._connection.execute(f"insert into {table} ({columns}) select {columns} from stage_appended")  # noqa: S608 - names from code

    def stage(self, name: str, rows: pa.Table) -> None:
        """Make ``rows`` readable as ``stage_<name>`` until the transaction ends."""
        self._connection.register(f"stage_{name}", rows)

    def cursor(self, name: str) -> int:
        """Where a reader stands."""
        row = self.one(_CURSOR, name=name)
        return int(row["position"]) if row else 0

    def move_cursor(self, name: str, position: int) -> None:
        """Move a reader on."""
        self.run(_FORGET_CURSOR, name=name)
        self.run(_ADD_CURSOR, name=name, position=position)

    def _execute(self, query: Query, params: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
        text, adapted = _rendered(query, params)
        return self._connection.execute(text, adapted)


def _rendered(query: Query, params: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """DuckDB's text and parameters: lists as lists, instants as naive UTC."""
    text, lists = query.render("duckdb")
    adapted = {n: [_naive(m) for m in v] if n in lists else _naive(v) for n, v in params.items()}
    return text, adapted or None


def _naive(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _aware(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


_MADE = (  # name and statement of every table, view and index
    "select table_name, sql from duckdb_tables() where not internal order by table_name",
    "select view_name, sql from duckdb_views() where not internal order by view_name",
    "select index_name, sql from duckdb_indexes() order by index_name",
)


def _in_order(views: dict[str, str]) -> list[tuple[str, str]]:
    """Views by name, each after the views that its text names."""
    left, ordered = dict(views), []
    while left:
        name = next(name for name, text in left.items() if not (_words(text) & left.keys()) - {name})
        ordered.append((name, left.pop(name)))
    return ordered


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


class DuckEvents:
    """The ``Events`` port on DuckDB."""

    dialect = "duckdb"

    def __init__(self, path: Path, *, memory_mb: int, threads: int, ballast: Ballast | None = None) -> None:
        self._ballast = ballast or Ballast(path.parent, 0)
        self._path = path
        self._options: dict[str, Any] = {"memory_limit": f"{memory_mb}MB", "threads": threads}
        self._connection = self._opened()
        self._name = path.name
        self._write_lock = threading.RLock()
        self._users = Users()
        self._hold = Hold()
        self._is_writing = False
        self._is_closed = False

    @contextmanager
    def read(self) -> Iterator[EventsTx]:
        """A snapshot on its own cursor, which cannot write."""
        with self._transaction("begin transaction read only") as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[EventsTx]:
        """The writing transaction; writers wait for each other, so no two conflict.

        Errors: Unavailable while the disk is full; RuntimeError if the thread is writing already: a second transaction
        would not see the first.
        """
        self._ballast.admit()
        with self._write_lock:
            if self._is_writing:
                raise RuntimeError("write() does not nest: pass the open transaction on")
            self._is_writing = True
            try:
                self._hold.check()
                with self._transaction("begin transaction") as tx:
                    yield tx
            finally:
                self._is_writing = False

    def fold(self) -> bool:
        """Fold the WAL into the file; see the port."""
        with self._write_lock, self._users.one():
            try:
                self._connection.cursor().execute("checkpoint")
            except duckdb.TransactionException:  # a reader holds on to what was before
                return False
            return True

    def damage(self) -> list[str]:
        """What is wrong in the file."""
        return unreadable(self._connection.cursor())

    def rewrite(self) -> bool:
        """Write the file anew: what was deleted stays in its blocks otherwise. Readers wait for the last moment alone.

        False if readers do not come to an end; then the file is as it was.
        """
        folder = self._path.with_name(f"{self._path.name}{_ANEW}")
        fresh = folder / self._path.name
        with self._write_lock:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                copy_database(self._connection, self._path.stem, fresh)
                with self._users.none() as is_alone:
                    if is_alone:
                        self._connection.close()
                        fresh.replace(self._path)
                        self._connection = self._opened()
                    return is_alone
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def hold(self) -> None:
        """Let no other thread write from now on, after the running write."""
        with self._write_lock:
            self._hold.take()

    def let_go(self) -> None:
        """Let all write again."""
        self._hold.let_go()

    def execute_script(self, text: str) -> None:
        """Run a migration's statements in one transaction."""
        with self._write_lock, self._cursor("begin transaction") as cursor:
            cursor.execute(text)

    def applied(self) -> set[str]:
        """Names of the migrations that have run."""
        with self._cursor("begin transaction read only") as cursor:
            return {str(row[0]) for row in cursor.execute("select name from store_migration").fetchall()}

    def schema(self) -> list[str]:
        """The statements that made every table by name, then views, each after those it reads, then indexes."""
        with self._cursor("begin transaction read only") as cursor:
            tables, views, indexes = (cursor.execute(text).fetchall() for text in _MADE)
        return [str(text) for _, text in (*tables, *_in_order(dict(views)), *indexes)]

    def close(self) -> None:
        """Fold the WAL into the file and close it, after the running write."""
        with self._write_lock:
            self._is_closed = True
            self._connection.close()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        try:
            connection = duckdb.connect(str(self._path), config={**self._options, **_CONFIG})
        except duckdb.Error as error:
            raise why_not_opened(self._path, error) from error
        anew = str(self._path.with_name(f"{self._path.name}{_ANEW}")).replace("'", "''")
        connection.execute(f"set allowed_directories = ['{anew}']")
        connection.execute("set enable_external_access = false")
        return connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[DuckEventsTx]:
        with self._cursor(begin) as cursor:
            yield DuckEventsTx(cursor)

    @contextmanager
    def _cursor(self, begin: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own in one transaction: committed at the end, rolled back on any exception."""
        with self._users.one():
            if self._is_closed:
                raise Unavailable(f"{self._name} is closed", hint="the server is stopping; try again in a moment")
            with self._committed(self._connection.cursor(), begin) as cursor:
                yield cursor

    @contextmanager
    def _committed(self, cursor: duckdb.DuckDBPyConnection, begin: str) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            cursor.execute(begin)
            yield cursor
            cursor.commit()
        except duckdb.OutOfMemoryException as error:
            raise Unavailable(f"{self._name}: {error}", hint="raise store.events_memory_mb") from error
        except duckdb.IOException as error:
            raise Unavailable(f"{self._name}: {error}", hint="free disk space") from error
        except duckdb.Error as error:
            if _CORRUPT not in str(error):
                raise
            raise Damaged(self._path, error) from error
        finally:
            cursor.close()  # rolls back what was not committed, forgets what was staged
