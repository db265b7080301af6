"""Connections to PostgreSQL: one writer behind an advisory lock, readers on snapshots, opened anew when the server was.

The lock is the whole database's: one transaction writes at a time, whichever process it is in, as SQLite has it. The
server ends a session that sleeps inside a transaction, so a process stopped there holds the others up for that long
and changes nothing when it wakes. See docs/decisions/0012.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper

from omniloom.core.errors import Misconfigured, Unavailable

Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]

VERSION_MIN = 150_000  # `on conflict` and hashed `= any(array)` in both directions
_READERS_KEPT = 8  # idle reading connections worth keeping open; more readers than that open their own
_WRITE_LOCK = 7_241_001  # advisory locks of an installation's database
_ALONE_LOCK = 7_241_002
_SESSION = {
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",  # as long as a worker's lease
    "synchronous_commit": "on",
    "timezone": "UTC",
    "plan_cache_mode": "force_custom_plan",  # a list parameter is hashed only when its value is known to the planner
    "client_min_messages": "warning",
}
_BEGIN_WRITE = f"begin isolation level read committed read write; select pg_advisory_xact_lock({_WRITE_LOCK})"
_BEGIN_READ = "begin isolation level repeatable read read only"

_HINTS: dict[type[psycopg.Error], str] = {
    errors.DiskFull: "free disk space on the database's machine",
    errors.OutOfMemory: "give the database more memory",
    errors.TooManyConnections: "raise max_connections of the database",
    errors.IdleInTransactionSessionTimeout: "this process slept for too long within a transaction; try again",
    errors.LockNotAvailable: "another process is writing; try again in a moment",
    errors.ReadOnlySqlTransaction: "the address leads to a read-only replica; name the primary in store.state_url",
}

_REFUSALS = (psycopg.OperationalError, psycopg.InterfaceError, errors.IdleInTransactionSessionTimeout)


class _Number(psycopg.adapt.Loader):
    """``sum`` of integers is an integer, as in SQLite; anything with a fraction is a float."""

    def load(self, data: psycopg.abc.Buffer) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


def place(url: str) -> str:
    """``host:port/database`` of a URL, without user and password. Errors: Misconfigured if it is not one."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise Misconfigured(
            "store.state_url is not a postgresql:// address", hint="postgresql://user@host/db"
        ) from error
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


class Connections:
    """The connections of one process; see ``sqlite.Connections``, whose rules these are.

    A snapshot belongs to its thread: nested reads share it. After ``close`` every use is Unavailable; a snapshot still
    open then ends undisturbed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._place = place(url)
        self._write_lock = threading.RLock()
        self._is_writing = False
        self._is_closed = False
        self._idle: list[Connection] = []
        self._idle_lock = threading.Lock()
        self._snapshot = threading.local()
        self._writer = self._connected()
        self.server_version = _checked(self._writer, self._place)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The writer inside its transaction, alone in the database; committed at the end, else rolled back.

        Errors: Unavailable if the server is away, full or busy; RuntimeError if the thread is writing already.
        """
        with self._write_lock:
            if self._is_writing:
                raise RuntimeError("write() does not nest: pass the open transaction on")
            self._check_open()
            self._is_writing = True
            try:
                with self._faults_told():
                    self._writer = self._begun(self._writer, _BEGIN_WRITE)
                    with _ended(self._writer, "commit"):
                        yield self._writer
            finally:
                self._is_writing = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A reader inside one snapshot; nested use by the same thread shares it."""
        outer: Connection | None = getattr(self._snapshot, "connection", None)
        if outer is not None:
            yield outer
            return
        with self._faults_told(is_write=False):
            connection = self._begun(self._borrowed(), _BEGIN_READ)
            self._snapshot.connection = connection
            try:
                with _ended(connection, "rollback"):
                    yield connection
            finally:
                self._snapshot.connection = None
                self._return(connection)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes that ask the same (to migrate) out for the while."""
        with self._faults_told(), self._connected() as connection:
            connection.execute("set lock_timeout = '5min'")
            connection.execute(f"select pg_advisory_lock({_ALONE_LOCK})")
            yield

    def close(self) -> None:
        """Close after the running write."""
        with self._write_lock:
            with self._idle_lock:
                self._is_closed = True
                idle, self._idle = self._idle, []
            for connection in (*idle, self._writer):
                connection.close()

    def _connected(self) -> Connection:
        session = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
        options = f"{session} {conninfo_to_dict(self._url).get('options', '')}"  # the operator's own come last
        try:
            connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=10, application_name="omniloom", options=options.strip()
            )
        except psycopg.OperationalError as error:
            raise Unavailable(f"cannot reach PostgreSQL at {self._place}: {_short(error)}",
                              hint="is it running, and does store.state_url name it?") from error  # fmt: skip
        connection.adapters.register_dumper(int, Int8BinaryDumper)
        connection.adapters.register_dumper(int, Int8Dumper)
        connection.adapters.register_loader("numeric", _Number)
        return connection

    def _begun(self, connection: Connection, begin: str) -> Connection:
        """The connection inside a transaction, or a new one if the server has closed it meanwhile."""
        try:
            connection.execute(begin)
        except (errors.LockNotAvailable, errors.ReadOnlySqlTransaction):
            _roll_back(connection)
            raise
        except (psycopg.OperationalError, psycopg.InterfaceError):
            connection.close()
            connection = self._connected()
            connection.execute(begin)
        return connection

    def _borrowed(self) -> Connection:
        with self._idle_lock:
            self._check_open()
            if self._idle:
                return self._idle.pop()
        return self._connected()

    def _return(self, connection: Connection) -> None:
        with self._idle_lock:
            if not self._is_closed and not connection.closed and len(self._idle) < _READERS_KEPT:
                self._idle.append(connection)
                return
        connection.close()

    def _check_open(self) -> None:
        if self._is_closed:
            raise Unavailable(f"{self._place} is closed", hint="the server is stopping; try again in a moment")

    @contextmanager
    def _faults_told(self, *, is_write: bool = True) -> Iterator[None]:
        """What the server refuses becomes Unavailable; anything else is a fault of ours and stays as it is."""
        try:
            yield
        except errors.ReadOnlySqlTransaction as error:
            if not is_write:
                raise
            raise self._refused(error) from error
        except _REFUSALS as error:
            raise self._refused(error) from error

    def _refused(self, error: psycopg.Error) -> Unavailable:
        hint = next((hint for kind, hint in _HINTS.items() if isinstance(error, kind)), "is the database running?")
        return Unavailable(f"PostgreSQL at {self._place}: {_short(error)}", hint=hint)


@contextmanager
def _ended(connection: Connection, last: str) -> Iterator[None]:
    """End the transaction with ``last``, or roll it back on any exception."""
    try:
        yield
        connection.execute(last)
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: Connection) -> None:
    with suppress(psycopg.Error):  # a connection that is gone has rolled back
        connection.execute("rollback")


def _checked(connection: Connection, name: str) -> str:
    """The server's version. Errors: Misconfigured for a server or database that cannot hold the state."""
    version = connection.info.server_version
    if version < VERSION_MIN:
        raise Misconfigured(f"PostgreSQL at {name} is too old ({version // 10_000})", hint="use version 15 or newer")
    if connection.info.parameter_status("server_encoding") != "UTF8":
        raise Misconfigured(f"the database {name} is not in UTF8", hint="create database … encoding 'UTF8'")
    return f"{version // 10_000}.{version % 10_000}"


def _short(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0]
