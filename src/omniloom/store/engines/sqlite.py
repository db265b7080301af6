"""SQLite as both embedded row stores use it: WAL, ``synchronous=FULL``, never an older library than 3.51.3.

A simulated power cut loses acknowledged rows with NORMAL and none with FULL (tests/store/test_power_cut.py); so FULL is
not a setting. Older libraries carry the WAL-reset corruption bug. See docs/decisions/0003.

Each page ends with its checksum, which is compared whenever it is read (engines/sqlite_pages.py, decision 0021).
"""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from omniloom.core.errors import Misconfigured, Unavailable
from omniloom.store.ballast import Ballast, DiskFull
from omniloom.store.engines.sqlite_pages import Damaged, is_damage, opened
from omniloom.store.engines.sqlite_recovery import check_wal

VERSION_MIN = (3, 51, 3)
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-65536",
    "wal_autocheckpoint=4000",
    "recursive_triggers=ON",
)  # fmt: skip - else `insert or replace` would pass by what keeps a table append-only
PAGE_BYTES = 4096
_READERS_KEPT = 8  # idle reading connections worth keeping open; more readers than that open their own


def check_version(version: str) -> None:
    """Errors: Misconfigured for a library with the WAL-reset bug."""
    if tuple(int(part) for part in version.split(".")[:3]) < VERSION_MIN:
        raise Misconfigured(
            f"SQLite {version} can corrupt a database in WAL mode (the WAL-reset bug, fixed in 3.51.3)",
            hint="install a newer `apsw` wheel",
        )


def library_version() -> str:
    """The version of the SQLite library in use."""
    return str(apsw.sqlite_lib_version())


def connect(path: Path, *, page_bytes: int = PAGE_BYTES) -> apsw.Connection:
    """A connection with the platform's settings. ``page_bytes`` counts for a file that this call makes."""
    check_version(library_version())
    try:
        return opened(path, (f"page_size={page_bytes}", *PRAGMAS))
    except apsw.Error as error:
        if is_damage(error):
            raise Damaged(path, error) from error
        raise Unavailable(f"cannot open {path.name}: {error}", hint="check the disk and the data directory") from error


class Connections:
    """One writing connection behind a lock, and as many reading ones as there are readers at the same time.

    A snapshot belongs to its thread: nested reads share it. Reading connections cannot write. After ``close`` every
    use is Unavailable; a snapshot still open then ends undisturbed and closes its own connection.
    """

    def __init__(self, path: Path, ballast: Ballast | None = None, *, page_bytes: int = PAGE_BYTES) -> None:
        self._path = path
        self._ballast = ballast or Ballast(path.parent, 0)
        check_wal(path)
        self._writer = connect(path, page_bytes=page_bytes)
        self._write_lock = threading.RLock()
        self._is_writing = False
        self._is_closed = False
        self._idle: list[apsw.Connection] = []
        self._idle_lock = threading.Lock()
        self._snapshot = threading.local()

    @contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """The writer inside ``begin immediate``; committed at the end, rolled back on any exception.

        Errors: Unavailable if the disk refuses or the store is closed; RuntimeError if the thread is writing already.
        """
        with self._write_lock:
            if self._is_writing:
                raise RuntimeError("write() does not nest: pass the open transaction on")
            self._check_open()
            self._is_writing = True
            try:
                with self._faults_told():
                    yield from self._committed()
            finally:
                self._is_writing = False

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """A reader inside one snapshot; nested use by the same thread shares the snapshot."""
        outer: apsw.Connection | None = getattr(self._snapshot, "connection", None)
        if outer is not None:
            yield outer
            return
        connection = self._borrowed()
        self._snapshot.connection = connection
        try:
            with self._faults_told():
                connection.execute("begin")
                yield connection
        finally:
            self._snapshot.connection = None
            _roll_back(connection)
            self._return(connection)

    def fold(self) -> None:
        """Bring what was written into the file itself, if that has room, so that the WAL begins anew."""
        with self._write_lock, contextlib.suppress(apsw.Error, OSError):
            self._check_open()
            if self._ballast.has_free(Path(f"{self._path}-wal").stat().st_size):
                self._writer.wal_checkpoint()

    def damage(self) -> list[str]:
        """What is wrong in the file, after reading every page of it anew."""
        with self._faults_told():
            reader = connect(self._path)
            try:
                rows = reader.execute("pragma integrity_check").fetchall()
            finally:
                reader.close()
        return [str(row[0]) for row in rows if row[0] != "ok"]

    def rewrite(self) -> bool:
        """Write the file anew without what was deleted, and empty the WAL; False if somebody still reads the old one.

        Deleted rows stay in free pages otherwise. What it takes grows with the file; writers wait meanwhile.
        """
        with self._write_lock, self._faults_told():
            self._check_open()
            self._writer.execute("pragma temp_store=FILE; vacuum; pragma temp_store=MEMORY")
            return self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)[0] <= 0

    def close(self) -> None:
        """Close after the running write; the last connection folds the WAL into the file."""
        with self._write_lock:
            with self._idle_lock:
                self._is_closed = True
                idle, self._idle = self._idle, []
            for reader in idle:
                reader.close()
            self._writer.close()

    def _committed(self) -> Iterator[apsw.Connection]:
        self._writer.execute("begin immediate")
        try:
            yield self._writer
            self._writer.execute("commit")
        except BaseException:
            _roll_back(self._writer)
            raise

    def _borrowed(self) -> apsw.Connection:
        with self._idle_lock:
            self._check_open()
            if self._idle:
                return self._idle.pop()
        reader = connect(self._path)
        reader.execute("pragma query_only=ON")
        return reader

    def _return(self, reader: apsw.Connection) -> None:
        with self._idle_lock:
            if not self._is_closed and len(self._idle) < _READERS_KEPT:
                self._idle.append(reader)
                return
        reader.close()

    def _check_open(self) -> None:
        if self._is_closed:
            raise Unavailable(f"{self._path.name} is closed", hint="the server is stopping; try again in a moment")

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        """What the disk refuses becomes Unavailable; anything else is a fault of ours and stays as it is."""
        try:
            yield
        except (apsw.FullError, apsw.IOError, apsw.CantOpenError) as error:
            if is_damage(error):
                raise Damaged(self._path, "a page is not what its checksum says") from error
            if isinstance(error, apsw.FullError):
                self._ballast.throw_off()  # so that what must not fail succeeds when it is tried again
                raise DiskFull(f"{self._path.name}: {error}", hint="free disk space") from error
            raise Unavailable(f"{self._path.name}: {error}", hint="check the disk") from error
        except apsw.BusyError as error:
            raise Unavailable(f"{self._path.name} is busy", hint="try again in a moment") from error
        except (apsw.CorruptError, apsw.NotADBError) as error:
            raise Damaged(self._path, error) from error


def _roll_back(connection: apsw.Connection) -> None:
    if connection.in_transaction:
        connection.execute("rollback")
