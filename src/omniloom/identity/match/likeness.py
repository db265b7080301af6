"""Pairs of records in one field, and the conditions by which its levels of likeness are told apart.

A condition is a function of many pairs at once. What words in common tell is counted once for all
levels of a comparison. A part that one of the two lacks is never alike.
"""

from collections.abc import Callable, Mapping

import numpy as np

from omniloom.identity.match.values import Codes, Floats, Mask, Values


class Sides:
    """Pairs in one field, as rows of two positions: which value each record has in each of the field's parts.

    ``codes``: of each part the number of each record's value, -1 for none.
    """

    def __init__(self, values: Mapping[str, Values], codes: Mapping[str, Codes], pairs: Codes) -> None:
        self._values, self._codes, self._pairs = values, codes, pairs
        self._of: tuple[Sides, Codes] | None = None  # the whole that these are some of, and which
        self._asked: dict[str, tuple[Codes, Codes]] = {}
        self._counted: dict[str, tuple[Floats, Floats, Floats]] = {}

    def of(self, part: str) -> tuple[Values, Codes, Codes]:
        """A part's values, and the codes of the two sides."""
        if part not in self._asked:
            if self._of is None:
                codes = self._codes[part]
                self._asked[part] = codes.take(self._pairs[0]), codes.take(self._pairs[1])
            else:
                whole, kept = self._of
                _, left, right = whole.of(part)
                self._asked[part] = left.take(kept), right.take(kept)
        return self._values[part], *self._asked[part]

    def has(self, part: str) -> bool:
        """Whether any record has a part."""
        return len(self._values[part]) > 0

    def at(self, kept: Codes) -> "Sides":
        """Some of the pairs, by their places in the whole."""
        fewer = Sides(self._values, self._codes, self._pairs)
        fewer._of = (self._of[0] if self._of else self, kept)
        return fewer

    def words(self, part: str) -> tuple[Floats, Floats, Floats]:
        """How much the words that the two share tell, and how much those of each."""
        if self._of is not None:
            whole, kept = self._of
            shared, one, other = whole.words(part)
            return shared[kept], one[kept], other[kept]
        if part not in self._counted:
            values, left, right = self.of(part)
            there = np.flatnonzero((left >= 0) & (right >= 0))
            counted = tuple(np.zeros(len(left)) for _ in range(3))
            for every, some in zip(counted, values.words(left[there], right[there]), strict=True):
                every[there] = some
            self._counted[part] = (counted[0], counted[1], counted[2])
        return self._counted[part]


Condition = Callable[[Sides], Mask]


def equal(part: str) -> Condition:
    """The parts are equal."""

    def holds(sides: Sides) -> Mask:
        _, left, right = sides.of(part)
        return np.asarray((left == right) & (left >= 0))

    return holds


def some_equal(parts: tuple[str, ...], least: int) -> Condition:
    """At least so many of the parts are equal."""
    each = [equal(part) for part in parts]
    return lambda sides: np.asarray(sum(holds(sides).astype(np.int8) for holds in each) >= least)


def of_part(part: str, holds: Callable[[Values, Codes, Codes], Mask]) -> Condition:
    """A condition over the values of one part, where both have one."""

    def of_filled(sides: Sides) -> Mask:
        values, left, right = sides.of(part)
        if min(left.min(initial=0), right.min(initial=0)) >= 0:
            return holds(values, left, right)
        filled = (left >= 0) & (right >= 0)
        filled[filled] = holds(values, left[filled], right[filled])
        return filled

    return of_filled


def shared_words(part: str, is_enough: Callable[[Floats, Floats, Floats], Mask]) -> Condition:
    """A condition over how much the words that the two share tell, and how much those of each."""
    return lambda sides: is_enough(*sides.words(part))


def other_script(part: str, written: str, is_so: Callable[[str, str], bool]) -> Condition:
    """One value was written in one script and one in the other (which has the part ``written``), and they pass a test
    of the two; each two values are asked about once.
    """

    def holds(sides: Sides) -> Mask:
        values, left, right = sides.of(part)
        found = np.zeros(len(left), np.bool_)
        if not sides.has(written):
            return found
        _, one, other = sides.of(written)
        there = np.flatnonzero(((one >= 0) != (other >= 0)) & (left >= 0) & (right >= 0))
        in_it, out_of_it = np.where(one[there] >= 0, (left[there], right[there]), (right[there], left[there]))
        pairs, place = np.unique(in_it * len(values) + out_of_it, return_inverse=True)
        found[there] = values.told(*np.divmod(pairs, max(len(values), 1)), is_so)[place]
        return found

    return holds


def both(first: Condition, second: Callable[[Values, Codes, Codes], Mask], part: str) -> Condition:
    """One condition, and where it holds another over the values of a part."""

    def hold(sides: Sides) -> Mask:
        found = first(sides)
        values, left, right = sides.of(part)
        there = np.flatnonzero(found & (left >= 0) & (right >= 0))
        found[:] = False
        found[there] = second(values, left[there], right[there])
        return found

    return hold


def either(first: Condition, second: Condition) -> Condition:
    """One condition, or the other."""
    return lambda sides: first(sides) | second(sides)
