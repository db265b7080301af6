"""SQLite files whose pages end with their checksum, written and compared by SQLite's own checksum VFS.

A page that changed on the disk is an error when it is read, whatever it holds: a row, an index, the pages between. The
room for the checksum, eight bytes a page, is fixed when a file is made; files of earlier releases have none and are
read as they are. ``MARK`` in a file's head says that it has one, so that a head which denies it is seen as changed.
See docs/decisions/0021.
"""

import ctypes
import functools
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import apsw
import apsw.sqlite_extra

from omniloom.core.errors import Misconfigured, Unavailable

VFS = "cksmvfs"
MARK = 0x4F6D6E69  # "Omni", as the file's application id
_CHECKSUM_BYTES = 8  # the only size that the VFS knows
_MAPPED = (apsw.CorruptError, apsw.NotADBError)


class Damaged(Unavailable):
    """Something on the disk is not what was written."""

    code = "damaged"

    def __init__(self, path: Path, error: object, *, at: str = "") -> None:
        """``at``: where in the file, as far as that is known."""
        place = f" {at}" if at else ""
        super().__init__(
            f"{path.name} is damaged{place}: {error}",
            hint="`omniloom store check` says what else is; stop the server and bring this file back from a backup",
            file=str(path), at=at,
        )  # fmt: skip


def is_damage(error: apsw.Error) -> bool:
    """Whether an error says that the file is not what was written, rather than that the disk refuses."""
    return isinstance(error, _MAPPED) or getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_DATA


@functools.cache
def load_checksums() -> None:
    """Bring the checksum VFS into the process, above the default one, which stays the default.

    Errors: Misconfigured if the library was built without it.
    """
    default = apsw.vfs_names()[0]
    connection = apsw.Connection(":memory:")
    try:
        apsw.sqlite_extra.load(connection, "cksumvfs")
    except (LookupError, apsw.sqlite_extra.NotAvailable, apsw.Error) as error:
        raise Misconfigured(
            "this build of apsw has no page checksums",
            hint="install the wheel from the registry, not a build of your own",
        ) from error
    finally:
        connection.close()
        apsw.set_default_vfs(default)


def opened(path: Path, pragmas: Iterable[str]) -> apsw.Connection:
    """A connection that compares checksums, with these settings.

    Errors: Damaged; otherwise apsw's own.
    """
    load_checksums()
    pragmas = tuple(pragmas)
    connection = _connected(path, pragmas)
    if _is_marked(connection) and not has_checksums(connection):  # it saw the file before another process had made it
        connection.close()
        connection = _connected(path, pragmas)
        if not has_checksums(connection):
            connection.close()
            raise Damaged(path, "its head says that pages have no checksums", at="in its first page")
    return connection


def has_checksums(connection: apsw.Connection) -> bool:
    """Whether the pages of the file have checksums that are compared."""
    return str(connection.execute("pragma checksum_verification").get) == "1"


def _connected(path: Path, pragmas: Iterable[str]) -> apsw.Connection:
    connection = apsw.Connection(str(path), vfs=VFS)
    with ExitStack() as undo:
        undo.callback(_abandon, connection)
        connection.set_busy_timeout(10_000)
        if not path.exists() or not path.stat().st_size:
            room = ctypes.c_int(_CHECKSUM_BYTES)
            connection.file_control("main", apsw.SQLITE_FCNTL_RESERVE_BYTES, ctypes.addressof(room))
        for pragma in pragmas:
            connection.execute(f"pragma {pragma}").fetchall()
        if has_checksums(connection) and not _is_marked(connection):
            connection.execute(f"pragma application_id = {MARK}")
        undo.pop_all()
    return connection


def _abandon(connection: apsw.Connection) -> None:
    """Close a connection that could not be opened whole, and leave the WAL as it was found."""
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.close()


def _is_marked(connection: apsw.Connection) -> bool:
    return bool(connection.execute("pragma application_id").get == MARK)
