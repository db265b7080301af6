"""Opens the three stores of one data directory, and keeps any second process out of it."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from omniloom.core.errors import Conflict, Unavailable
from omniloom.store.engines.duckdb_events import DuckEvents
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.migrate import migrate
from omniloom.store.ports import Events, Log, State
from omniloom.store.settings import StoreSettings

LOCK_NAME = "lock"


@dataclass(frozen=True, slots=True)
class Stores:
    """The three ports of one installation, open."""

    log: Log
    state: State
    events: Events
    data_dir: Path
    _lock: IO[str]
    _closers: tuple[object, ...]

    def close(self) -> None:
        """Close every store, then let another process in."""
        for store in self._closers:
            store.close()  # type: ignore[attr-defined]  # every engine has close()
        self._lock.close()


def open_stores(data_dir: Path, settings: StoreSettings | None = None) -> Stores:
    """Open (and create or migrate) the stores in ``data_dir``.

    Errors: Conflict if another process holds them; Unavailable if the disk refuses; Misconfigured if newer data.
    """
    settings = settings or StoreSettings()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"cannot create {data_dir}: {error.strerror}", hint="choose another --data-dir") from error
    lock = take_lock(data_dir)
    log = SqliteLog(data_dir / "log.db")
    state = SqliteState(data_dir / "state.db")
    events = DuckEvents(
        data_dir / "events.duckdb", memory_mb=settings.events_memory_mb, threads=settings.events_threads
    )
    migrate(state, "state")
    migrate(events, "events")
    return Stores(log, state, events, data_dir, lock, (log, state, events))


def take_lock(data_dir: Path) -> IO[str]:
    """The data directory's lock, held while the returned file is open. Errors: Conflict names the holder."""
    file = (data_dir / LOCK_NAME).open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise Conflict(
            f"{data_dir} is in use by process {holder}", hint="stop it, or work through its API", pid=holder
        ) from error
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()))
    file.flush()
    return file
