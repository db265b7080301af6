"""The scaled event store: ClickHouse behind the ``Events`` port, with transactions by a ledger of batches.

Rows are only ever added: to delete a row is to note its address in ``store_gone``. So a snapshot is a number (the last
batch it shows), an unfinished batch is invisible, and one row in the ledger makes a whole transaction count.
"""

import functools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import cast

import sqlglot
from clickhouse_connect.driver.exceptions import DatabaseError
from sqlglot import exp

from omniloom.core.clock import Clock, SystemClock
from omniloom.core.errors import Misconfigured, Unavailable
from omniloom.store.engines.clickhouse_ledger import (
    GONE_ROWS,
    LEDGER_ROWS,
    Ledger,
    Standing,
    tidy,
)
from omniloom.store.engines.clickhouse_link import IN_MEMORY, Link, Pool, first_link
from omniloom.store.engines.clickhouse_schema import (
    GONE,
    OWN_TABLES,
    Layout,
    Schema,
    layouts,
    settings,
    table_name,
)
from omniloom.store.engines.clickhouse_text import Texts
from omniloom.store.engines.clickhouse_transaction import ClickHouseEventsTx, Writing
from omniloom.store.ports import EventsTx
from omniloom.store.sql import Query, parsing

_REWRITTEN = "store.rewritten"  # a cursor that counts: a transaction that moves nothing is none
_OWN = {
    f"{GONE} (table_name LowCardinality(String), gone_batch UInt64, gone_row UInt64, _batch UInt64)": "table_name",
    "store_script (position UInt64, name String, text String)": "position",
}  # table -> order; store_script: what has run, by the migration's name


class ClickHouseEvents:
    """The ``Events`` port on ClickHouse: a server, or the engine in this process (``chdb://memory``)."""

    dialect = "clickhouse"

    def __init__(
        self, url: str, *, database: str, known: Mapping[str, Layout] | None = None, clock: Clock | None = None
    ) -> None:
        self._is_durable = not url.startswith(IN_MEMORY)
        self._clock = clock or SystemClock()
        self._is_thorough = False  # whether the next writer sweeps away all it may
        self._write_lock = threading.RLock()
        self._is_writing = False
        self._database = _checked(database)
        first = first_link(url)
        first.run(f"create database if not exists {self._database}")
        if self._is_durable:
            first.close()
        self._pool = Pool(url, database)
        schema = Schema(known or layouts(), is_durable=self._is_durable)
        self._texts = Texts(schema)
        with self._pool.link() as link:
            self._ledger = Ledger(link, is_durable=self._is_durable)
            kept = settings(is_durable=self._is_durable)
            for columns, order in _OWN.items():
                link.run(f"create table if not exists {columns} engine = MergeTree order by {order} settings {kept}")
            for (text,) in link.rows("select text from store_script order by position")[1]:
                for tree in _parsed(text):
                    schema.define(tree)

    @contextmanager
    def read(self) -> Iterator[EventsTx]:
        """What counted when it began; it cannot write."""
        with self._pool.link() as link:
            tx = ClickHouseEventsTx(link, self._texts, self._ledger.standing(link), None)
            yield tx
            tx.end()

    @contextmanager
    def write(self) -> Iterator[EventsTx]:
        """The writing transaction; writers wait for each other, those of other processes and machines too.

        Errors: RuntimeError if the thread is writing already; Unavailable if ClickHouse fails or another writer took
        this one for dead: then nothing of it counts.
        """
        with self._write_lock:
            if self._is_writing:
                raise RuntimeError("write() does not nest: pass the open transaction on")
            self._is_writing = True
            try:
                with self._pool.link() as link:
                    yield from self._transaction(link)
            finally:
                self._is_writing = False

    def _transaction(self, link: Link) -> Iterator[EventsTx]:
        tables = self._texts.schema.tables
        since = self._clock.now()
        batch, standing = self._ledger.begin(link, [*tables, GONE])
        if self._is_thorough or standing.rows > LEDGER_ROWS or sum(standing.gone.values()) > GONE_ROWS:
            tidy(link, standing, {name: table.address for name, table in tables.items()})
        writing = Writing(link, self._ledger, batch, self._clock, since=since)
        tx = ClickHouseEventsTx(link, self._texts, standing, writing)
        try:
            yield tx
        except BaseException:
            with suppress(DatabaseError, Unavailable):  # then the next writer does it; the caller hears the first fault
                self._ledger.cancel(link, batch, writing.touched)
            raise
        self._finish(link, tx, writing, standing)
        tx.end()

    def _finish(self, link: Link, tx: ClickHouseEventsTx, writing: Writing, standing: Standing) -> None:
        """Make the batch count. A lost answer is no answer: what counts is what the ledger says."""
        if not writing.touched and not writing.has_moved:
            self._ledger.cancel(link, writing.batch, ())
            return
        try:
            outcome = tx.outcome(standing)
            self._ledger.commit(link, writing.batch, outcome, is_sure=writing.was_heard_lately)
        except (DatabaseError, Unavailable):
            if self._ledger.cancel(link, writing.batch, writing.touched):
                raise

    def fold(self) -> bool:
        """The server's parts have checksums; there is no WAL that it would cut short."""
        return True

    def rewrite(self) -> bool:
        """Sweep deleted rows away and write their parts anew; False while a snapshot in use may still show some."""
        self._is_thorough = True
        try:
            with self.write() as tx:
                tx.move_cursor(_REWRITTEN, tx.cursor(_REWRITTEN) + 1)
        finally:
            self._is_thorough = False
        with self._write_lock, self._pool.link() as link:
            left = int(link.rows(f"select count() from {GONE}")[1][0][0])  # noqa: S608 - a table of ours
            for table in self._texts.schema.tables:
                link.run(f"alter table {table} apply deleted mask settings mutations_sync = 1")
        return not left

    def execute_script(self, text: str) -> None:
        """Run a migration's statements, in DuckDB's dialect. Each definition is harmless if it ran before."""
        name, defined = "", []
        for tree in _parsed(text):
            if isinstance(tree, exp.Insert) and tree.this.find(exp.Table).name == "store_migration":
                name = tree.expression.find(exp.Literal).name
            elif isinstance(tree, exp.DML):
                with self.write() as tx:
                    tx.run(Query("store.script", tree))
            elif table_name(tree) not in OWN_TABLES:
                defined.append(self._define(tree))
        if name or defined:
            self._remember(name, ";\n".join(defined))

    def _define(self, tree: exp.Expression) -> str:
        """Carry out a definition; its text."""
        with self._write_lock, self._pool.link() as link:
            for statement in self._texts.schema.define(tree):
                link.run(statement)
        self._texts.forget()
        return tree.sql(dialect="duckdb", comments=False)

    def _remember(self, name: str, text: str) -> None:
        row = "select count(), {name:String}, {text:String} from store_script"
        with self._write_lock, self._pool.link() as link:
            link.run(f"insert into store_script (position, name, text) {row}", {"name": name, "text": text})

    def applied(self) -> set[str]:
        """Names of the migrations that have run."""
        with self._pool.link() as link:
            return {str(row[0]) for row in link.rows("select name from store_script where name <> ''")[1]}

    def schema(self) -> list[str]:
        """The statements that made every table by name."""
        text = "select create_table_query from system.tables where database = currentDatabase() order by name"
        with self._pool.link() as link:
            return [str(row[0]) for row in link.rows(text)[1]]

    def close(self) -> None:
        """Let go of the connections, after the running write."""
        with self._write_lock:
            self._ledger.close()
            self._pool.close()

    def erase(self) -> None:
        """Close, and drop the database with everything in it."""
        with self._pool.link() as link:
            link.run(f"drop database if exists {self._database}")
        self.close()


def _checked(name: str) -> str:
    """A database's name stands in SQL text, so it is a plain word. Errors: Misconfigured."""
    if not name.isidentifier() or not name.isascii():
        raise Misconfigured(f"not a database name: {name!r}", hint="use letters, digits and _ in store.events_url")
    return name


@functools.cache
def _parsed(text: str) -> tuple[exp.Expression, ...]:
    """The statements of a script. They are shared: the migrations' scripts are read at every start."""
    with parsing():
        return tuple(cast("exp.Expression", tree) for tree in sqlglot.parse(text, dialect="duckdb") if tree is not None)
