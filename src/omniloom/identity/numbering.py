"""Numbers for identifiers: given once, found again a batch at a time.

A hash table in arrays with open addressing (linear probing; Knuth, The Art of Computer Programming 3, 6.4). A dict of a
million texts answers one question at a time, each with four waits for memory; here the waits of a batch overlap, and an
identifier takes half the memory.

An identifier is told from others by two hashes of 64 bits: of its value, and of kind and value. Python's are keyed with
a secret of the process (SipHash), so nobody can make two collide; by chance two of 16 million do in one of 10^24 runs.
"""

from collections.abc import Iterable, Sequence
from operator import add
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

UNKNOWN = -1  # the number of an identifier that none was given to
Ints = npt.NDArray[np.int64]

_FIRST_ROOM = 1 << 12


class Digests(NamedTuple):
    """Identifiers, each as two hashes."""

    of_values: Ints
    of_both: Ints

    def at(self, chosen: npt.NDArray[np.integer]) -> "Digests":
        """The chosen ones."""
        return Digests(self.of_values[chosen], self.of_both[chosen])


def digests(kinds: Iterable[str], values: Sequence[str]) -> Digests:
    """Identifiers by their kinds and values, side by side."""
    of_values = np.fromiter(map(hash, values), np.int64, len(values))
    return Digests(of_values, np.fromiter(map(hash, map(add, kinds, values)), np.int64, len(values)))


class Numbering:
    """Numbers 0, 1, 2, … in the order identifiers are first given. At least half of the slots stay empty."""

    def __init__(self) -> None:
        self.count = 0
        self._known = Digests(np.zeros(_FIRST_ROOM, np.int64), np.zeros(_FIRST_ROOM, np.int64))
        self._slots = np.full(2 * _FIRST_ROOM, UNKNOWN, np.int32)

    def find(self, sought: Digests) -> Ints:
        """The number of each, or ``UNKNOWN``."""
        numbers = np.full(len(sought.of_both), UNKNOWN, np.int64)
        left, slots = np.arange(len(numbers)), self._home(sought.of_both)
        while len(left):
            there = self._slots[slots]
            is_found = self._is_at(there, sought.at(left))
            numbers[left[is_found]] = there[is_found]
            goes_on = ~is_found & (there != UNKNOWN)
            left, slots = left[goes_on], self._next(slots[goes_on])
        return numbers

    def give(self, sought: Digests) -> Ints:
        """The number of each; the next ones to those that have none. The same one may occur twice."""
        numbers = self.find(sought)
        without = np.flatnonzero(numbers == UNKNOWN)
        if len(without):
            new: dict[tuple[int, int], int] = {}
            hashes = sought.at(without)
            numbers[without] = [
                new.setdefault(pair, self.count + len(new))
                for pair in zip(hashes.of_values.tolist(), hashes.of_both.tolist(), strict=True)
            ]
            self._take(Digests(*np.array(list(new), np.int64).T))
        return numbers

    def _take(self, new: Digests) -> None:
        """Take in identifiers that are not here, none of them twice."""
        before, self.count = self.count, self.count + len(new.of_both)
        if 2 * self.count > len(self._slots):
            room = 1 << self.count.bit_length()
            more = np.zeros(room - before, np.int64)
            self._known = Digests(*(np.concatenate([known[:before], more]) for known in self._known))
            self._slots = np.full(2 * room, UNKNOWN, np.int32)
            self._seat(0, before)
        for column, hashes in zip(self._known, new, strict=True):
            column[before : self.count] = hashes
        self._seat(before, self.count)

    def _seat(self, first: int, end: int) -> None:
        """Give slots to those numbers, in rounds: of those who want the same one, one gets it."""
        left = np.arange(first, end)
        slots = self._home(self._known.of_both[first:end])
        while len(left):
            is_free = self._slots[slots] == UNKNOWN
            self._slots[slots[is_free]] = left[is_free]
            goes_on = self._slots[slots] != left
            left, slots = left[goes_on], self._next(slots[goes_on])

    def _home(self, of_both: Ints) -> Ints:
        return of_both & (len(self._slots) - 1)

    def _next(self, slots: Ints) -> Ints:
        return (slots + 1) & (len(self._slots) - 1)

    def _is_at(self, numbers: npt.NDArray[np.int32], sought: Digests) -> npt.NDArray[np.bool_]:
        known = self._known.at(numbers)
        is_same: npt.NDArray[np.bool_] = (known.of_both == sought.of_both) & (known.of_values == sought.of_values)
        is_same &= numbers != UNKNOWN
        return is_same
