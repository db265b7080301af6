"""Writing a DuckDB file anew, and knowing when nobody uses the old one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from omniloom.core.errors import Unavailable

USERS_END_S = 10.0  # what a reader may take before a rewriting is put off


class Users:
    """Who uses a connection; ``none`` waits until nobody does, and lets nobody in meanwhile."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._is_shut = False
        self._mine = threading.local()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Use the connection; a thread that uses it already goes in at any time."""
        depth = getattr(self._mine, "depth", 0)
        with self._changed:
            if not depth:
                self._changed.wait_for(lambda: not self._is_shut)
            self._count += 1
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth -= 1
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    @contextmanager
    def none(self) -> Iterator[bool]:
        """Whether nobody uses it, within ``USERS_END_S``."""
        with self._changed:
            self._is_shut = True
            is_alone = self._changed.wait_for(lambda: self._count == 0, timeout=USERS_END_S)
        try:
            yield is_alone
        finally:
            with self._changed:
                self._is_shut = False
                self._changed.notify_all()


def copy_database(connection: duckdb.DuckDBPyConnection, name: str, target: Path) -> None:
    """Copy a database into a new file, complete on disk. Errors: Unavailable if there is no room for it."""
    cursor = connection.cursor()
    place = str(target).replace("'", "''")
    try:
        cursor.execute("checkpoint")
        cursor.execute(f"attach '{place}' as anew")
        try:
            cursor.execute(f'copy from database "{name}" to anew')
            cursor.execute("checkpoint anew")
        finally:
            cursor.execute("detach anew")
    except (duckdb.IOException, duckdb.TransactionException, duckdb.OutOfMemoryException) as error:
        raise Unavailable(f"the event store cannot be written anew: {error}", hint="free disk space") from error
    finally:
        cursor.close()
