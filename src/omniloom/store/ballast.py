"""A reserve on the disk for what must be stored though the disk is full: that somebody leaves, or takes consent back.

The ballast is a file in the data directory that holds nothing. While it lies there, the log takes messages. When the
disk runs full it is thrown off; from then on the state store uses the room, and so does the log for urgent messages, up
to half of it. Others are refused until there is room for the ballast again. Any number of processes share it: the file
itself says how things stand.
"""

import contextlib
import os
from pathlib import Path

from omniloom.core.errors import Unavailable

NAME = "ballast"
ROOM_MIN = 1 << 20  # bytes that must be free beside the ballast for a write to be tried
PLENTY = 1 << 30  # bytes that free the ballast of its task while nothing runs
RETRY_S = 10


class DiskFull(Unavailable):
    """The disk is full."""


class Ballast:
    """The reserve of one data directory; a size of 0 means none."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._path = folder / NAME
        self._size = size

    def take(self) -> bool:
        """Whether the ballast lies there, after taking it aboard if there is room for it and some more."""
        if not self._size or self._is_aboard():
            return True
        if self._free() < self._size + max(self._size // 2, 2 * ROOM_MIN):  # else what was thrown off came right back
            return False
        try:
            with self._path.open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
        except OSError:
            self.throw_off()
            return False
        return True

    def throw_off(self) -> None:
        """Free the room. Whatever goes wrong with that, the write that needs it will tell."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def make_room(self, size: int = 0) -> bool:
        """Before a write that must not fail: throw the ballast off if the disk is all but full; is there plenty now?"""
        free = self._free()
        if not self._size or free >= 2 * self._size:
            return True
        if free < ROOM_MIN + 2 * size:
            self.throw_off()
        return self._is_aboard()

    def has_free(self, size: int) -> bool:
        """Whether so much of the disk is free."""
        return self._free() >= size

    def admit(self, size: int = 0) -> None:
        """Before a write that can wait. Errors: DiskFull."""
        if self._size and (self._free() < ROOM_MIN + 2 * size or not self.take()):
            raise _full()

    def admit_urgent(self, size: int) -> None:
        """Before messages that must not wait: the ballast makes way, but half of its room is the state store's.

        Errors: DiskFull.
        """
        if not self.make_room(size) and not self.has_free(self._size // 2 + 2 * size):
            raise _full()

    def leave(self) -> None:
        """At the end of a clean run: keep the ballast only where it may be needed at the next start."""
        with contextlib.suppress(OSError):
            if self._free() > PLENTY:
                self.throw_off()

    def _is_aboard(self) -> bool:
        try:
            return self._path.stat().st_size >= self._size
        except OSError:
            return False

    def _free(self) -> int:
        at = os.statvfs(self._folder)
        return at.f_bavail * at.f_frsize


def _full() -> DiskFull:
    return DiskFull("the disk is full", hint="free disk space; send again later", retry_after_s=RETRY_S)
