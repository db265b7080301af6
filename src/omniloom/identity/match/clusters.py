"""Groups of records that are one person each, from pairs that contradict one another.

Pairs above the threshold make groups. Within a group every two records are compared, also those that no key brought
together, and the group is built up again from single records: the two parts whose records are on the whole likeliest
the same are joined, until no two parts are. So one mistaken pair does not glue two crowds together, and two faint
copies of one clear record come together through it.
"""

import functools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from omniloom.identity.match.learning import Floats
from omniloom.identity.match.prepare import Codes

GROUP_ROWS_MAX = 120
BITS_MOST = 12.0  # no single pair outvotes many


def groups(left: Codes, right: Codes, bits: Floats, *, lowest: float, rows: int) -> list[Codes]:
    """Records that pairs of at least so many bits connect, two or more each.

    A group of very many is taken apart by asking more of its pairs: nobody has hundreds of copies.
    """
    found: list[Codes] = []
    waiting = [(np.flatnonzero(bits >= lowest), lowest)]
    while waiting:
        pairs, floor = waiting.pop()
        for members, inside in _connected(left[pairs], right[pairs], rows):
            if len(members) <= GROUP_ROWS_MAX:
                found.append(members)
            else:
                own, higher = pairs[inside], floor + 2
                stronger = own[bits[own] >= higher]
                if len(stronger):
                    waiting.append((stronger, higher))
    return sorted(found, key=lambda members: int(members[0]))


def _connected(left: Codes, right: Codes, rows: int) -> Iterator[tuple[Codes, Codes]]:
    """Each connected group's records, and which of the pairs are its."""
    root = np.arange(rows)
    while True:  # each record takes the lowest number among its neighbours, then that one's own, until nothing moves
        lower = np.minimum(root[left], root[right])
        before = root.copy()
        np.minimum.at(root, left, lower)
        np.minimum.at(root, right, lower)
        np.minimum.at(root, before[left], lower)
        np.minimum.at(root, before[right], lower)
        root = root[root]
        if np.array_equal(root, before):
            break
    members = np.unique(np.concatenate([left, right])) if len(left) else left
    order = members[np.argsort(root[members], kind="stable")]
    pair_order = np.argsort(root[left], kind="stable")
    starts = np.flatnonzero(np.diff(root[order], prepend=-1))
    pair_starts = np.flatnonzero(np.diff(root[left][pair_order], prepend=-1))
    record_groups = np.split(order, starts[1:])
    pair_groups = np.split(pair_order, pair_starts[1:])
    if len(order):
        yield from zip(record_groups, pair_groups, strict=True)


def all_pairs(members: list[Codes]) -> Codes:
    """Every pair within each group, as two rows of positions."""
    found = [_places(len(group)) for group in members]
    if not found:
        return np.zeros((2, 0), np.int64)
    return np.concatenate([group[places] for group, places in zip(members, found, strict=True)], axis=1)


@functools.cache
def _places(size: int) -> Codes:
    return np.stack(np.triu_indices(size, 1))


def partition(size: int, bits: Floats, lowest: float) -> list[list[int]]:
    """The parts of a group of ``size`` records, given the evidence of all its pairs (in the order of ``all_pairs``)."""
    between = np.full((size, size), -np.inf)
    left, right = _places(size)
    between[left, right] = np.clip(bits, -BITS_MOST, max(BITS_MOST, lowest + 1)) - lowest
    between = np.maximum(between, between.T)
    parts: list[list[int]] = [[n] for n in range(size)]
    sizes = np.ones(size)
    while True:
        best = int(np.argmax(between))
        a, b = divmod(best, size)
        if not between[a, b] >= 0:
            return [part for part in parts if part]
        joined = (between[a] * sizes[a] + between[b] * sizes[b]) / (sizes[a] + sizes[b])
        between[a], between[:, a] = joined, joined
        between[b], between[:, b] = -np.inf, -np.inf
        between[a, a] = -np.inf
        parts[a], parts[b] = sorted(parts[a] + parts[b]), []
        sizes[a] += sizes[b]


def within(found: list[Codes], bits: Floats, lowest: float) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Of the pairs of all groups (in the order of ``all_pairs``): which are accepted, and how probable each is.

    Two records that a chain of others leads together are as probable as the chain's weakest link.
    """
    probability = np.asarray(1 / (1 + np.exp2(-np.clip(bits, -1000, 1000))))
    accepted = np.asarray(bits >= lowest)
    sizes = np.array([len(group) for group in found], np.int64)
    counts = sizes * (sizes - 1) // 2
    starts = np.cumsum(counts) - counts
    for size in np.unique(sizes[sizes > 2]).tolist():  # all groups of one size at once
        pairs = starts[sizes == size][:, None] + np.arange(size * (size - 1) // 2)
        for contradictory in pairs[~accepted[pairs].all(axis=1)]:
            accepted[contradictory] = _of_one_part(size, bits[contradictory], lowest)
        probability[pairs] = _chained(size, probability[pairs], accepted[pairs])
    return accepted, probability


def _of_one_part(size: int, bits: Floats, lowest: float) -> npt.NDArray[np.bool_]:
    part_of = np.empty(size, np.int64)
    for number, part in enumerate(partition(size, bits, lowest)):
        part_of[part] = number
    left, right = _places(size)
    return np.asarray(part_of[left] == part_of[right])


def _chained(size: int, probability: Floats, accepted: npt.NDArray[np.bool_]) -> Floats:
    """The probability of the pairs of some groups of one size (a row each), chains of accepted pairs taken in."""
    left, right = _places(size)
    chained = np.zeros((len(probability), size, size))
    chained[:, left, right] = chained[:, right, left] = np.where(accepted, probability, 0.0)
    for middle in range(size):
        through = np.minimum(chained[:, :, middle, None], chained[:, None, middle, :])
        chained = np.maximum(chained, through)
    return np.where(accepted, np.maximum(chained[:, left, right], probability), probability)
