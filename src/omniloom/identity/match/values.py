"""The distinct values of one part of a field, and how alike many pairs of them are at once.

Of the pairs that are asked about nearly all are far apart. So a cheap bound is taken over all of them in whole arrays
first (lengths; which letters a value has, and how many of them), and only what passes it is measured letter by letter.
The bounds never refuse a pair that the measure would take.
"""

import functools
import itertools
from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from rapidfuzz.process import cpdist

Codes = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PREFIX_MOST = 0.4  # by how much of what is missing Jaro and Winkler's measure rewards a common beginning, at most
VALUES_AT_ONCE = 20_000
_LETTERS, _FIGURES = "abcdefghijklmnopqrstuvwxyz", "0123456789"
# One bit for "has the sign at all", the next for "has it twice", and so on: bits that differ are signs that differ.
_TEXT_DEPTHS = [(letter, 2) for letter in _LETTERS] + [(figure, 1) for figure in _FIGURES]
_NUMBER_DEPTHS = [(figure, 6) for figure in _FIGURES]


class Values:
    """Distinct values by their number (code); every method takes the codes of the left and the right of each pair."""

    def __init__(self, values: list[str]) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @functools.cached_property
    def _texts(self) -> npt.NDArray[np.object_]:
        return np.array([*self._values, None], np.object_)[:-1]

    @functools.cached_property
    def _lengths(self) -> npt.NDArray[np.int16]:
        lengths = np.fromiter(map(len, self._values), np.int64, len(self._values))
        return np.minimum(lengths, 30_000).astype(np.int16)

    @functools.cached_property
    def _signs(self) -> Bits:
        """For each value the signs it has, as bits."""
        depths = _NUMBER_DEPTHS if sum(map(str.isdecimal, self._values)) * 2 > len(self._values) else _TEXT_DEPTHS
        found = np.empty(len(self._values), np.uint64)
        for start in range(0, len(self._values), VALUES_AT_ONCE):
            found[start : start + VALUES_AT_ONCE] = _bits(self._values[start : start + VALUES_AT_ONCE], depths)
        return found

    @functools.cached_property
    def _firsts(self) -> npt.NDArray[np.int32]:
        return np.fromiter((ord(value[0]) if value else 0 for value in self._values), np.int32, len(self._values))

    @functools.cached_property
    def _numbers(self) -> Floats:
        return np.fromiter(map(float, self._values), np.float64, len(self._values))

    @functools.cached_property
    def _words(self) -> list[frozenset[str]]:
        return [frozenset(value.split()) for value in self._values]

    @functools.cached_property
    def _tells(self) -> dict[str, float]:
        """How many bits a word tells: the fewer values have it the more, one at least."""
        counts = Counter(itertools.chain.from_iterable(self._words))
        return {word: 1 + float(np.log2(len(self._words) / count)) for word, count in counts.items()}

    def typed_over(self, left: Codes, right: Codes, edits: int, letters_min: int) -> Mask:
        """Which values at most so many typing errors lead from one to the other (two letters changed about is one)."""
        lengths, others = self._lengths.take(left), self._lengths.take(right)
        near = (np.abs(lengths - others) <= edits) & (np.minimum(lengths, others) >= letters_min)
        there = np.flatnonzero(near)
        differing = np.bitwise_count(self._signs.take(left.take(there)) ^ self._signs.take(right.take(there)))
        there = there[differing <= 2 * edits]  # an error takes one sign and brings another, at most
        distance = DamerauLevenshtein.distance
        found = np.zeros(len(left), np.bool_)
        found[there] = self._measured(distance, left[there], right[there], edits) <= edits
        return found

    def similar(self, left: Codes, right: Codes, least: float) -> Mask:
        """Which values are so similar by Jaro and Winkler's measure."""
        signs, others = self._signs.take(left), self._signs.take(right)
        lengths, other_lengths = self._lengths.take(left), self._lengths.take(right)
        common = np.minimum(
            lengths - np.bitwise_count(signs & ~others), other_lengths - np.bitwise_count(others & ~signs)
        )
        most = (common / lengths + common / other_lengths + 1) / 3  # of Jaro's measure: as if all stood in order
        bare = (least - PREFIX_MOST) / (1 - PREFIX_MOST)
        enough = np.where(self._firsts.take(left) == self._firsts.take(right), bare, least)
        there = np.flatnonzero(most >= enough - 1e-9)
        found = np.zeros(len(left), np.bool_)
        least -= 1e-9  # 0.92 is 0.92, however it was rounded on the way
        found[there] = self._measured(JaroWinkler.similarity, left[there], right[there], least) >= least
        return found

    def _measured(self, measure: Callable[..., float], left: Codes, right: Codes, cutoff: float) -> Floats:
        if not len(left):
            return np.zeros(0)
        texts = self._texts
        return np.asarray(
            cpdist(texts[left].tolist(), texts[right].tolist(), scorer=measure, score_cutoff=cutoff, dtype=np.float64)
        )

    def one_holds_other(self, left: Codes, right: Codes, *, at_its_beginning: bool = False) -> Mask:
        """Which pairs are a value and a piece of it."""
        signs, others = self._signs[left], self._signs[right]
        there = np.flatnonzero(((signs & ~others) == 0) | ((others & ~signs) == 0))
        if at_its_beginning:
            there = there[self._firsts[left[there]] == self._firsts[right[there]]]
        if at_its_beginning:
            return self.told(left, right, lambda one, two: one.startswith(two) or two.startswith(one), there)
        return self.told(left, right, lambda one, two: one in two or two in one, there)

    def told(self, left: Codes, right: Codes, is_so: Callable[[str, str], bool], there: Codes | None = None) -> Mask:
        """Which pairs pass a test that is told value by value; of those at ``there`` only, where it is given."""
        there = np.arange(len(left)) if there is None else there
        found = np.zeros(len(left), np.bool_)
        pairs = zip(self._texts[left[there]].tolist(), self._texts[right[there]].tolist(), strict=True)
        found[there] = np.fromiter((is_so(one, two) for one, two in pairs), np.bool_, len(there))
        return found

    def near(self, left: Codes, right: Codes, part: float) -> Mask:
        """Which numbers are apart by no more than so large a part of the larger."""
        one, other = self._numbers[left], self._numbers[right]
        return np.asarray(np.abs(one - other) <= part * np.maximum(np.abs(one), np.abs(other)))

    def words(self, left: Codes, right: Codes) -> tuple[Floats, Floats, Floats]:
        """How much the words that the two share tell, and how much those of each: rare words tell more."""
        words, tells = self._words, self._tells
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        shared = (sum(map(tells.__getitem__, words[one] & words[other])) for one, other in pairs)
        whole = np.fromiter((sum(map(tells.__getitem__, each)) for each in words), np.float64, len(words))
        return np.fromiter(shared, np.float64, len(left)), whole[left], whole[right]


def _bits(values: list[str], depths: list[tuple[str, int]]) -> Bits:
    """For each value the signs it has: a bit for each time a sign is there, up to its depth."""
    place = np.full(256, len(depths), np.int64)
    for number, (sign, _) in enumerate(depths):
        place[ord(sign)] = number
    signs = place[np.frombuffer("".join(values).encode("latin-1", "replace"), np.uint8)]
    owners = np.repeat(np.arange(len(values)), np.fromiter(map(len, values), np.int64, len(values)))
    width = len(depths) + 1
    counts = np.bincount(owners * width + signs, minlength=len(values) * width).reshape(len(values), width)
    columns = [number for number, (_, depth) in enumerate(depths) for _ in range(depth)]
    times = [time for _, depth in depths for time in range(1, depth + 1)]
    found = np.zeros((len(values), 64), np.bool_)
    found[:, : len(columns)] = counts[:, columns] >= times
    return np.packbits(found, axis=1).view(np.uint64)[:, 0]
