"""What a WAL holds after an unclean end that SQLite's recovery would leave out without a word.

Recovery goes as far as frames follow from each other and takes the first that does not for the end: right after a power
cut, wrong where the disk changed a byte of what was acknowledged. So before SQLite reads it, opening is refused if
whole transactions follow each other behind the break: one begins when the one before is on disk. A byte that changed in
the last two may look like a cut, and is then taken for one.

Only whoever has the file to himself looks: a WAL that others write is recovered already.
Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

import fcntl
from itertools import pairwise
from pathlib import Path

import apsw
import numpy as np

from omniloom.store.engines.sqlite_pages import VFS, Damaged, load_checksums
from omniloom.store.engines.sqlite_sum import Bytes, Sum, is_header, page_bytes

HEADER_BYTES = 32
_FRAME_BYTES = 24  # of a frame's header: page, size after a commit, salts, sums
_COMMIT, _SALTS, _SUM = slice(4, 8), slice(8, 16), slice(16, 24)
_AT_ONCE = 512  # frames
Content = np.ndarray[tuple[int], np.dtype[np.uint8]]


def check_wal(path: Path) -> None:
    """Look at a file's WAL before SQLite recovers it; nothing is done while somebody else has the file open.

    Whoever comes while another looks, waits and looks as well: else he would recover what the other is about to refuse.

    Errors: Damaged if acknowledged transactions would be left out.
    """
    wal = Path(f"{path}-wal")
    try:
        if not path.exists() or wal.stat().st_size <= HEADER_BYTES:
            return
        with wal.open("rb") as looking:  # SQLite has no locks on this file, which closing it would take away
            fcntl.flock(looking, fcntl.LOCK_EX)
            lost_at = _left_out_alone(path, wal)
    except FileNotFoundError:  # whoever was here before may have folded it into the file
        return
    if lost_at is not None:
        raise Damaged(wal, "what is behind it cannot be read", at=f"at byte {lost_at:,}")


def _left_out_alone(path: Path, wal: Path) -> int | None:
    load_checksums()
    connection = apsw.Connection(str(path), vfs=VFS)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    try:
        connection.execute("pragma locking_mode=exclusive").fetchall()
        connection.execute("begin exclusive")
        return left_out(np.memmap(wal, np.uint8, "r")) if wal.stat().st_size > HEADER_BYTES else None
    except apsw.Error:  # somebody has it open, who looked, or whoever opens it next will be told what is wrong
        return None
    finally:
        connection.close()


def left_out(content: Content) -> int | None:
    """Where, in the bytes of a WAL, what would be left out though acknowledged begins; None: nowhere."""
    header = bytes(content[:HEADER_BYTES])
    if not is_header(header):  # no frame is written before the header is on disk
        return 0 if len(content) > HEADER_BYTES + _FRAME_BYTES else None
    wal = _Wal(content, header)
    bad = wal.end()
    if bad < wal.count and wal.goes_on_behind(bad):
        return HEADER_BYTES + bad * wal.size
    return None


class _Wal:
    """The frames of a WAL."""

    def __init__(self, content: Content, header: bytes) -> None:
        self.size = page_bytes(header) + _FRAME_BYTES
        self.count = (len(content) - HEADER_BYTES) // self.size
        self._frames: Bytes = content[HEADER_BYTES : HEADER_BYTES + self.count * self.size].reshape(-1, self.size)
        self._sum = Sum(header, self.size - _FRAME_BYTES + 8)
        self._header = np.frombuffer(header, np.uint8)
        self._salts = self._header[16:24]

    def end(self) -> int:
        """The first frame that does not follow."""
        for first in range(0, self.count, _AT_ONCE):
            last = min(first + _AT_ONCE, self.count)
            if not (follow := self._follow(first, last)).all():
                return first + int(np.flatnonzero(~follow)[0])
        return self.count

    def goes_on_behind(self, bad: int) -> bool:
        """Whether a whole transaction follows another one somewhere behind a frame that is wrong."""
        rest = self._frames[bad:]
        is_own = (rest[:, _SALTS] == self._salts).all(axis=1)
        ends = (bad + np.flatnonzero(is_own & rest[:, _COMMIT].any(axis=1))).tolist()
        return any(bool(self._follow(end + 1, after + 1).all()) for end, after in pairwise(ends))

    def _follow(self, first: int, last: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Which of some frames follow from what the one before says."""
        frames = self._frames[first:last]
        is_summed = (self._summed(first, last) == frames[:, _SUM]).all(axis=1)
        follows: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.logical_and(
            is_summed, (frames[:, _SALTS] == self._salts).all(axis=1)
        )
        return follows

    def _summed(self, first: int, last: int) -> Bytes:
        frames = self._frames[first:last]
        seed = self._frames[first - 1, _SUM] if first else self._header[24:]
        seeds = np.vstack([seed, frames[:-1, _SUM]])
        return self._sum.of(np.hstack([frames[:, :8], frames[:, _FRAME_BYTES:]]), seeds)
