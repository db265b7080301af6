"""The comparison itself: the level of likeness of many pairs in each field of the records at hand."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from omniloom.identity.match.columns import FIELDS
from omniloom.identity.match.field import Comparison
from omniloom.identity.match.learning import Floats, Gammas
from omniloom.identity.match.likeness import Sides
from omniloom.identity.match.prepare import Records
from omniloom.identity.match.values import Values

Integers = npt.NDArray[np.int64]
PAIRS_AT_ONCE = 250_000
NAMES = ("given_name", "surname")
ASKED_AGAIN = 0.9  # pairs that have their level are left out as soon as so few are without: leaving out costs too
TYPED_OVER = 3  # the level of e-mails that are one or two letters apart


class Compared(NamedTuple):
    """One comparison of the records at hand: of which instance of which field."""

    instance: str
    comparison: Comparison

    @property
    def field(self) -> str:
        """The kind of field."""
        return self.instance.rstrip("0123456789")

    @property
    def name(self) -> str:
        """What it is called among the others."""
        number = FIELDS[self.field].comparisons.index(self.comparison)
        return self.instance if number == 0 else f"{self.instance}_{number}"


class Model:
    """The records, ready to be compared."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.compared = [Compared(i, c) for i, name in records.fields.items() for c in FIELDS[name].comparisons]
        self._values = {name: Values(column.values) for name, column in records.columns.items()}

    def levels(self, pairs: Integers, progress: Callable[[float], None] = lambda _part: None) -> Gammas:
        """The level of likeness of each pair in each comparison: 0 differs, higher is more alike, -1 unknown."""
        count = pairs.shape[1]
        found = np.empty((count, len(self.compared)), np.int8, order="F")
        for start in range(0, count, PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            self._fill(found[part], pairs[:, part])
            progress(min(1.0, (start + PAIRS_AT_ONCE) / count))
        self._change_about(found, pairs)
        self._say_once(found)
        return found

    def _fill(self, found: Gammas, pairs: Integers) -> None:
        """The levels of some pairs, comparison by comparison."""
        instance, sides = "", Sides({}, {}, pairs)
        for number, one in enumerate(self.compared):
            if one.instance != instance:
                instance, sides = one.instance, self._sides(one, pairs)
            found[:, number] = _level(one.comparison, sides, pairs.shape[1])

    def _sides(self, one: Compared, pairs: Integers) -> Sides:
        names = {part: f"{one.instance}_{part}" for part in FIELDS[one.field].parts}
        values = {part: self._values[name] for part, name in names.items()}
        return Sides(values, {part: self.records.columns[name].codes for part, name in names.items()}, pairs)

    def _change_about(self, levels: Gammas, pairs: Integers) -> None:
        """Names that stand in each other's column are the same names."""
        place = {one.instance: number for number, one in enumerate(self.compared)}
        if not place.keys() >= set(NAMES):
            return
        given, surname = (levels[:, place[name]] for name in NAMES)
        there = np.flatnonzero((given == 0) & (surname == 0))
        names = [self.records.columns[f"{name}_text"] for name in NAMES]
        known = {value: code for code, value in enumerate(names[1].values)}
        to_surname = np.array([*(known.get(value, -2) for value in names[0].values), -2])
        left, right = pairs[0, there], pairs[1, there]
        is_so = (to_surname[names[0].codes[left]] == names[1].codes[right]) & (
            to_surname[names[0].codes[right]] == names[1].codes[left]
        )
        for name in NAMES:
            column = place[name]
            levels[there[is_so], column] = len(self.compared[column].comparison.levels)

    def _say_once(self, levels: Gammas) -> None:
        """E-mail addresses are made of names: where names are alike, likeness of addresses is no second witness."""
        names = {one.field: levels[:, n] > 0 for n, one in enumerate(self.compared) if one.field in NAMES}
        if len(names) == len(NAMES):
            both, any_ = np.logical_and(*names.values()), np.logical_or(*names.values())
            for number, one in enumerate(self.compared):
                if one.field == "email":
                    level = levels[:, number]
                    said = (level > 0) & ((both & (level <= TYPED_OVER)) | (any_ & (level < TYPED_OVER)))
                    level[said] = -1


def _level(comparison: Comparison, sides: Sides, count: int) -> npt.NDArray[np.int8]:
    """The level of each pair in one comparison, the best first."""
    found = np.zeros(count, np.int8)
    is_known = np.ones(count, np.bool_)
    for part in comparison.needs:
        _, left, right = sides.of(part)
        is_known &= (left >= 0) & (right >= 0)
    found[~is_known] = -1
    asked = np.flatnonzero(is_known)
    some = sides.at(asked) if len(asked) < count else sides
    is_open = np.ones(len(asked), np.bool_)
    for place, level in enumerate(comparison.levels):
        is_so = level.condition(some) & is_open
        found[asked[is_so]] = len(comparison.levels) - place
        is_open ^= is_so
        if np.count_nonzero(is_open) < ASKED_AGAIN * len(asked):
            asked = asked[is_open]
            some, is_open = sides.at(asked), np.ones(len(asked), np.bool_)
    return found


def before(comparison: Comparison) -> Floats:
    """What is believed of true pairs before anything is learned, from "differs" up."""
    m = np.array([comparison.differs_m, *(level.m for level in reversed(comparison.levels))])
    return np.asarray(m / m.sum())
