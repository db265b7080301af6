"""The checksum of SQLite's WAL: two sums that feed each other, modulo 2**32, of many frames at once.

For pairs of words (x, y): ``a += x + b; b += y + a``. Each word adds to both sums a multiple of itself that only its
place decides, so all are added in one go.
"""

import numpy as np

_LITTLE, _BIG = 0x82, 0x83  # the last byte of the magic: in which order the bytes of words are
_MAGIC = b"\x37\x7f\x06"
_VERSION = (3_007_000).to_bytes(4, "big")
_MASK = 0xFFFFFFFF
Bytes = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


def is_header(found: bytes) -> bool:
    """Whether these 32 bytes are the header of a WAL, unchanged."""
    if len(found) != 32 or found[:3] != _MAGIC or found[3] not in {_LITTLE, _BIG} or found[4:8] != _VERSION:
        return False
    size = page_bytes(found)
    is_size = 512 <= size <= 65_536 and not size & (size - 1)
    return is_size and Sum(found, 24).of_one(found[:24], bytes(8)) == found[24:]


def page_bytes(header: bytes) -> int:
    """What the header of a WAL says of its pages."""
    size = int.from_bytes(header[8:12], "big")
    return 65_536 if size == 1 else size


class Sum:
    """The sums over so many bytes, in the WAL of a header."""

    def __init__(self, header: bytes, size: int) -> None:
        self._words = "<u4" if header[3] == _LITTLE else ">u4"
        self._weights = np.empty((2, size // 4), np.uint32)
        x, y = (1, 1), (0, 1)  # what the words of the last pair add to the sums; earlier ones, each a step further
        for pair in range(size // 8 - 1, -1, -1):
            self._weights[:, 2 * pair], self._weights[:, 2 * pair + 1] = x, y
            x, y = _step(x), _step(y)
        first, second = (1, 0), (0, 1)  # what the sums of before add
        for _ in range(size // 8):
            first, second = _step(first), _step(second)
        self._seeds = np.array([first, second], np.uint32)

    def of(self, rows: Bytes, seeds: Bytes) -> Bytes:
        """The sums of each row, eight bytes each, as the file holds them; ``seeds`` are the sums of before."""
        words = np.ascontiguousarray(rows).view(self._words).astype(np.uint32)
        before = np.ascontiguousarray(seeds).view(">u4").astype(np.uint32)
        sums = [
            (words * weights).sum(axis=1, dtype=np.uint32) + (before * self._seeds[:, at]).sum(axis=1, dtype=np.uint32)
            for at, weights in enumerate(self._weights)
        ]
        return np.stack(sums, axis=1).astype(">u4").view(np.uint8)

    def of_one(self, row: bytes, seed: bytes) -> bytes:
        """As ``of``, for one row."""
        rows, seeds = (np.frombuffer(given, np.uint8).reshape(1, -1) for given in (row, seed))
        return self.of(rows, seeds).tobytes()


def _step(sums: tuple[int, int]) -> tuple[int, int]:
    a, b = sums
    return (a + b) & _MASK, (a + 2 * b) & _MASK
