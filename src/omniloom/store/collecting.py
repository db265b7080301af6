"""Opening an installation only to take events in: a collector is a process beside the one that owns the files.

Appending to the logs is safe from any number of processes; the event store belongs to its one process (DuckDB) and is
not opened here. The state store is opened to look write keys up.
"""

import contextlib
from contextlib import AbstractContextManager
from pathlib import Path

from omniloom.core.errors import Missing, Unavailable
from omniloom.store.engines.by_url import open_logs, open_state
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.ports import EventsTx
from omniloom.store.settings import StoreSettings
from omniloom.store.stores import Stores, are_here


class NoEvents:
    """The ``Events`` port where there is none: whoever asks is told so."""

    dialect = "duckdb"

    def read(self) -> AbstractContextManager[EventsTx]:
        """Errors: Unavailable, always."""
        raise Unavailable("a collector has no event store", hint="ask the server")

    def write(self) -> AbstractContextManager[EventsTx]:
        """Errors: Unavailable, always."""
        return self.read()

    def fold(self) -> bool:
        """Errors: Unavailable, always."""
        return self.rewrite()

    def rewrite(self) -> bool:
        """Errors: Unavailable, always."""
        raise Unavailable("a collector has no event store", hint="ask the server")


def open_collecting(data_dir: Path, settings: StoreSettings) -> Stores:
    """The logs and the state of an existing installation, without taking it from its owner.

    Errors: Missing if there is no installation; Unavailable if a disk or server refuses.
    """
    if not are_here(data_dir):
        raise Missing(f"there is no installation in {data_dir}", hint="`omniloom serve` makes one; start it first")
    with contextlib.ExitStack() as undo:
        log, refusals = open_logs(data_dir, settings, undo)
        if (
            isinstance(log, SqliteLog) and log.has_old_ids()
        ):  # what came in before they are known would count as settled
            hint = "start `omniloom serve` once, then the collectors"
            raise Unavailable("the data of an earlier release is not brought over yet", hint=hint)
        state = open_state(data_dir, settings, undo)
        return Stores(log, refusals, state, NoEvents(), data_dir, is_exclusive=False, _closing=undo.pop_all())
