"""Bloom filters over 16-byte digests: what a filter does not let through is surely not in the set.

A key sets four bits in each of two words of 64, so that asking costs one look into memory for most keys that are not
in the set. What a key asks for is worked out once for all filters of one size.
"""

import functools

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]

BITS = 16  # of a filter an id, at least; with 21 one strange key in 4,000 is let through


def new_filter(high: U64, low: U64) -> U64:
    """The filter of some keys."""
    words = np.zeros(1 << (len(high) * BITS // 64).bit_length(), np.uint64)
    Probes(high, low).put_into(words)
    return words


class Probes:
    """What keys look for in a filter: four bits in each of two words of 64. The same for all filters of one size."""

    def __init__(self, high: U64, low: U64) -> None:
        self.high, self.low = high, low
        self._first_bits, self._second_bits = _four_bits(high), _four_bits(high >> np.uint64(24))
        self._words: dict[int, tuple[U64, U64]] = {}

    def _places(self, size: int) -> tuple[U64, U64]:
        """The two words of each key in a filter of so many words, a power of two."""
        if size not in self._words:
            unused, half = np.uint64(64 - (size - 1).bit_length()), np.uint64(32)
            first, second = (low >> unused if size > 1 else low * np.uint64(0) for low in (self.low, self.low << half))
            self._words[size] = first, second
        return self._words[size]

    def passing(self, words: U64) -> npt.NDArray[np.intp]:
        """Numbers of the keys that a filter lets through: all that are in it, and hardly any other."""
        first, second = self._places(len(words))
        left = np.flatnonzero(words[first] & self._first_bits == self._first_bits)
        bits = self._second_bits[left]
        return left[np.flatnonzero(words[second[left]] & bits == bits)]

    def put_into(self, words: U64) -> None:
        """Make a filter let all keys through."""
        first, second = self._places(len(words))
        np.bitwise_or.at(words, first, self._first_bits)
        np.bitwise_or.at(words, second, self._second_bits)


def _four_bits(high: U64) -> U64:
    """Words with four bits set, as the lower 24 bits of keys say."""
    one, six = np.uint64(1), np.uint64(63)
    parts = (one << ((high >> np.uint64(shift)) & six) for shift in (0, 6, 12, 18))
    return functools.reduce(np.bitwise_or, parts)
