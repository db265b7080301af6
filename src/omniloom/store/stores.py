"""Opens the stores of one installation; where they are files, any second process is kept out."""

import contextlib
import fcntl
import os
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from omniloom.core.errors import Conflict, Unavailable
from omniloom.store.ballast import Ballast
from omniloom.store.engines.by_url import ballast_of, has_files, open_events, open_logs, open_state
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.legacy import carry_over
from omniloom.store.ports import Events, Log, State
from omniloom.store.seen import Seen
from omniloom.store.settings import StoreSettings

LOCK_NAME = "lock"

_held: "weakref.WeakSet[IO[str]]" = weakref.WeakSet()  # this process's locks, so that a forked child can let go of them


@dataclass(frozen=True, slots=True)
class Stores:
    """The ports of one installation, open. ``refusals`` is a second log: what was not accepted, until it is kept."""

    log: Log
    refusals: Log
    state: State
    events: Events
    data_dir: Path
    is_exclusive: bool  # whether no other process can be at work on these stores
    _closing: contextlib.ExitStack
    seen: Seen = field(default_factory=Seen)  # what deduplication keeps in memory
    ballast: Ballast | None = None  # of the data directory, where files are

    def admit(self) -> None:
        """Before work that can wait. Errors: DiskFull while what room there is belongs to work that cannot."""
        if self.ballast is not None:
            self.ballast.admit()

    def close(self) -> None:
        """Close every store, then let another process in."""
        self._closing.close()


def open_stores(data_dir: Path, settings: StoreSettings | None = None) -> Stores:
    """Open (and create or migrate) the stores that the settings name, by default files in ``data_dir``.

    Errors: Conflict if another process holds files of it; Unavailable if a disk or server refuses; Misconfigured for
    newer data or an address that means nothing.
    """
    settings = settings or StoreSettings()
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)  # people's data: for its owner alone
    except OSError as error:
        raise Unavailable(f"cannot create {data_dir}: {error.strerror}", hint="choose another --data-dir") from error
    with contextlib.ExitStack() as undo:
        if is_exclusive := has_files(settings):
            undo.enter_context(take_lock(data_dir))
        else:
            (data_dir / LOCK_NAME).touch()  # says that an installation is here
        log, refusals = open_logs(data_dir, settings, undo)
        state = open_state(data_dir, settings, undo)
        events = open_events(data_dir, settings, undo)
        if isinstance(log, SqliteLog):
            carry_over(log, state)
        ballast = ballast_of(data_dir, settings) if is_exclusive else None
        if ballast is not None:
            undo.callback(ballast.leave)
            ballast.take()
        return Stores(log, refusals, state, events, data_dir, is_exclusive, undo.pop_all(), ballast=ballast)


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
