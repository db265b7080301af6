"""Which pairs are compared at all: of a small table those that share any key, else a key that few others have.

A key is one part of a field (``surname_key``), the beginning of one, or two of different fields together. How many
pairs a key would make is counted on a sample first; keys that would make too many are not used, and within a key a
value that very many rows share is left out: it tells nobody apart.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from omniloom.identity.match.columns import FIELDS
from omniloom.identity.match.prepare import Column, Records

Integers = npt.NDArray[np.int64]

ALL_PAIRS_MAX = 500_000
PAIRS_PER_ROW_MAX = 8
SHARED_BY_MOST = 0.9  # of the rows of a small table: what nearly all share tells nobody apart
PAIRS_MIN = 250_000
SAMPLE_ROWS = 60_000
RULES_OF_TWO_MAX = 14
RULES_OF_THREE_MAX = 8
ROWS_MANY = 200_000
BLOCK_ROWS_MAX = 60


class Atom(NamedTuple):
    """One key by itself: what it is called, whose field it is, and each row's code."""

    name: str
    instance: str
    codes: Integers


class Rule(NamedTuple):
    """Keys whose equality makes a candidate."""

    name: str
    codes: Integers
    pairs: float


def candidates(records: Records) -> Integers:
    """Candidate pairs as two rows of positions, the smaller (the left table's) first, in order and without repeats."""
    left, right = records.split, records.rows - records.split
    everything = left * right if records.is_link else left * (left - 1) // 2
    are_people = all(FIELDS[name].is_identity for name in records.fields.values())
    if everything <= ALL_PAIRS_MAX and not are_people:  # titles are alike without a single key in common
        return _all_pairs(records)
    if everything <= ALL_PAIRS_MAX:
        largest = round(SHARED_BY_MOST * records.rows)
        found = [_pairs_of(atom.codes, records, largest) for atom in _atoms(records)]
    else:
        found, largest = [], max(BLOCK_ROWS_MAX, round(4 * records.rows**0.5))
        for rule in rules(records, max(PAIRS_MIN, PAIRS_PER_ROW_MAX * records.rows)):
            found.append(_pairs_of(rule.codes, records, largest))
            if len(found) == 4:
                found = [distinct(found)]
    if not found:
        return np.zeros((2, 0), np.int64)
    together = distinct(found)
    return np.stack(np.divmod(together, records.rows))


def distinct(found: list[Integers]) -> Integers:
    """Every number once, in order."""
    together = np.sort(np.concatenate(found))
    return together[np.concatenate([[True], together[1:] != together[:-1]])] if len(together) else together


def _all_pairs(records: Records) -> Integers:
    if records.is_link:
        left, right = np.arange(records.split), np.arange(records.split, records.rows)
        return np.stack([np.repeat(left, len(right)), np.tile(right, len(left))])
    return np.stack(np.triu_indices(records.split, 1)).astype(np.int64)


class _Choice:
    """The rules chosen so far, and what they spend."""

    def __init__(self, records: Records, pairs_max: int) -> None:
        self.records = records
        self.many = records.rows > ROWS_MANY
        self.pairs_max = pairs_max
        self.sampled = _sampled(records)
        self.chosen: list[Rule] = []
        self._keys: list[frozenset[str]] = []
        self._used: dict[str, int] = {}
        self._spent = 0.0

    def take(self, options: Iterable[tuple[Atom, ...]], part: float, rules_max: int) -> None:
        """Of some combinations those that make the fewest pairs, fields that are seldom asked first."""
        counted = [(_count(_together(keys), self.sampled, self.records), keys) for keys in options]
        counted = [(count, keys) for count, keys in counted if count <= self.pairs_max / (6 if self.many else 3)]
        taken = 0
        while counted and taken < rules_max:
            counted = [(count, keys) for count, keys in counted if not self._is_covered(keys)]
            if not counted:
                break
            place = min(range(len(counted)), key=lambda n: (self._worn(counted[n][1]), counted[n][0]))
            count, keys = counted.pop(place)
            if self._spent + count <= self.pairs_max * part:
                self._spent += count
                self._keys.append(frozenset(key.name for key in keys))
                self.chosen.append(Rule(" + ".join(key.name for key in keys), _together(keys), count))
                taken += 1
                for key in keys:
                    self._used[key.instance] = self._used.get(key.instance, 0) + (len(keys) > 1)

    def _is_covered(self, keys: tuple[Atom, ...]) -> bool:
        names = {key.name for key in keys}
        return any(chosen <= names for chosen in self._keys)

    def _worn(self, keys: tuple[Atom, ...]) -> int:
        return max(self._used.get(key.instance, 0) for key in keys) if len(keys) > 1 else 0


def rules(records: Records, pairs_max: int) -> list[Rule]:
    """The keys to be used: each field by itself where it makes few pairs, then two, then three fields together."""
    atoms = list(_atoms(records))
    choice = _Choice(records, pairs_max)
    choice.take([(atom,) for atom in atoms], 0.4, 20)
    pairs = [keys for keys in itertools.combinations(atoms, 2) if keys[0].instance != keys[1].instance]
    choice.take(pairs, 0.75, RULES_OF_TWO_MAX)
    whole = [atom for atom in atoms if ":" not in atom.name]
    threes = [keys for keys in itertools.combinations(whole, 3) if len({key.instance for key in keys}) == 3]
    choice.take(threes, 1.0, RULES_OF_THREE_MAX)
    return choice.chosen


def _atoms(records: Records) -> Iterator[Atom]:
    for instance, name in records.fields.items():
        for key in FIELDS[name].keys:
            part, _, letters = key.partition(":")
            part, _, rank = part.partition("#")
            column = records.columns[f"{instance}_{part}"]
            codes = _beginnings(column, int(letters)) if letters else column.codes
            codes = _rare_words(column, int(rank)) if rank else codes
            yield Atom(f"{instance}_{key}", instance, codes)


def _beginnings(column: Column, letters: int) -> Integers:
    known: dict[str, int] = {}
    to_code = np.fromiter((known.setdefault(v[:letters], len(known)) for v in column.values), np.int64)
    return np.where(column.codes >= 0, to_code[column.codes], -1) if len(to_code) else column.codes


def _rare_words(column: Column, rank: int) -> Integers:
    """Each row's rarest word (or second rarest, …) of those that some values have, but not many."""
    words = [value.split() for value in column.values]
    counts = Counter(itertools.chain.from_iterable(words))
    known: dict[str, int] = {}
    to_code = np.full(len(words), -1, np.int64)
    for place, own in enumerate(words):
        shared = sorted((counts[word], word) for word in own if 1 < counts[word] <= BLOCK_ROWS_MAX)
        if len(shared) >= rank:
            to_code[place] = known.setdefault(shared[rank - 1][1], len(known))
    return np.where(column.codes >= 0, to_code[column.codes], -1) if len(to_code) else column.codes


def _together(keys: tuple[Atom, ...]) -> Integers:
    """One code for several keys."""
    codes = keys[0].codes
    for key in keys[1:]:
        codes = _joined(codes, key.codes)
    return codes


def _joined(first: Integers, second: Integers) -> Integers:
    together = first * (int(second.max(initial=0)) + 1) + second
    return np.where((first >= 0) & (second >= 0), together, -1)


def _sampled(records: Records) -> Integers:
    """Rows spread over the table, in an order that owes nothing to how it is sorted."""
    draw = np.random.default_rng(7)
    return np.sort(draw.permutation(records.rows)[:SAMPLE_ROWS])


def _count(codes: Integers, sampled: Integers, records: Records) -> float:
    """About how many pairs a key makes in the whole table."""
    scale = (records.rows / max(len(sampled), 1)) ** 2
    picked = codes[sampled]
    is_filled = picked >= 0
    if records.is_link:
        is_left = sampled < records.split
        values, place = np.unique(picked[is_filled], return_inverse=True)
        left = np.bincount(place[is_left[is_filled]], minlength=len(values)).astype(np.float64)
        right = np.bincount(place[~is_left[is_filled]], minlength=len(values)).astype(np.float64)
        return float((left * right).sum() * scale)
    counts = np.unique(picked[is_filled], return_counts=True)[1].astype(np.float64)
    return float((counts * (counts - 1) / 2).sum() * scale)


def _pairs_of(codes: Integers, records: Records, largest: int) -> Integers:
    """The pairs that share a code that at most ``largest`` rows have, as numbers: left position * rows + right one."""
    rows = np.flatnonzero(codes >= 0)
    order = rows[np.argsort(codes[rows], kind="stable")]
    ordered = codes[order]
    bounds = np.flatnonzero(np.diff(ordered)) + 1
    starts = np.concatenate([[0], bounds]) if len(ordered) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(ordered)))
    taken = (sizes > 1) & (sizes <= largest)
    starts, sizes = starts[taken], sizes[taken]
    places = _runs(starts, sizes)
    behind = np.repeat(starts + sizes, sizes) - places - 1  # how many come behind each row in its block
    first, second = order[np.repeat(places, behind)], order[_runs(places + 1, behind)]
    if records.is_link:
        is_across = (first < records.split) & (second >= records.split)
        first, second = first[is_across], second[is_across]
    return np.asarray(first * records.rows + second)


def _runs(starts: Integers, sizes: Integers) -> Integers:
    """The numbers of each run, one run behind the other: from its start on, so many."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + sizes, sizes)
