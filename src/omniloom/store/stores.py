"""Opens the three stores of one data directory, and keeps any second process out of it."""

import contextlib
import fcntl
import os
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from omniloom.core.errors import Conflict, Unavailable
from omniloom.store.engines.duckdb_events import DuckEvents, duckdb_version
from omniloom.store.engines.sqlite import check_version, library_version
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.legacy import carry_over
from omniloom.store.migrate import migrate
from omniloom.store.ports import Events, Log, State
from omniloom.store.settings import StoreSettings

LOCK_NAME = "lock"

_held: "weakref.WeakSet[IO[str]]" = weakref.WeakSet()  # this process's locks, so that a forked child can let go of them


class Closable(Protocol):
    """An engine, as far as closing goes."""

    def close(self) -> None:
        """Let go of the files."""
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """The ports of one installation, open. ``refusals`` is a second log: what was not accepted, until it is kept."""

    log: Log
    refusals: Log
    state: State
    events: Events
    data_dir: Path
    _lock: IO[str]
    _closers: tuple[Closable, ...]

    def close(self) -> None:
        """Close every store, then let another process in."""
        with self._lock:
            for store in self._closers:
                store.close()


def open_stores(data_dir: Path, settings: StoreSettings | None = None) -> Stores:
    """Open (and create or migrate) the stores in ``data_dir``.

    Errors: Conflict if another process holds them; Unavailable if the disk refuses; Misconfigured if newer data.
    """
    settings = settings or StoreSettings()
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)  # people's data: for its owner alone
    except OSError as error:
        raise Unavailable(f"cannot create {data_dir}: {error.strerror}", hint="choose another --data-dir") from error
    with contextlib.ExitStack() as undo:
        lock = undo.enter_context(take_lock(data_dir))
        log = SqliteLog(data_dir / "log.db")
        undo.callback(log.close)
        refusals = SqliteLog(data_dir / "refusals.db")
        undo.callback(refusals.close)
        state = SqliteState(data_dir / "state.db")
        undo.callback(state.close)
        events = DuckEvents(
            data_dir / "events.duckdb", memory_mb=settings.events_memory_mb, threads=settings.events_threads
        )
        undo.callback(events.close)
        migrate(state, "state")
        migrate(events, "events")
        carry_over(log, state)
        undo.pop_all()
    return Stores(log, refusals, state, events, data_dir, lock, (log, refusals, state, events))


def engine_versions() -> dict[str, str]:
    """Engine -> its version. Errors: Misconfigured if one may not be used."""
    check_version(library_version())
    return {"SQLite": library_version(), "DuckDB": duckdb_version()}


def are_here(data_dir: Path) -> bool:
    """Whether a data directory holds stores already."""
    return (data_dir / LOCK_NAME).exists()


def take_lock(data_dir: Path) -> IO[str]:
    """The data directory's lock, held while the returned file is open. Errors: Conflict names the holder."""
    try:
        file = (data_dir / LOCK_NAME).open("a+")
    except OSError as error:
        raise Unavailable(f"cannot write in {data_dir}: {error.strerror}", hint="choose another --data-dir") from error
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
    _held.add(file)
    return file


def _let_go_in_child() -> None:
    """A forked child shares its parent's locks and would outlive it with them; its own copies are closed at once."""
    for file in list(_held):
        file.close()


os.register_at_fork(after_in_child=_let_go_in_child)
