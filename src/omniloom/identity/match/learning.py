"""What is learned from the tenant's own pairs, without anybody's labels: how telling each level of likeness is.

Of all pairs nearly all are strangers: they say how often strangers are so much alike. Those that share a key, the
candidates, are all compared anyway and counted; of the others, seldom alike, a few drawn at random tell enough.
The candidates are a mixture of three: true pairs, two people of one household (alike in what a household shares,
strangers in what is a person's own), and strangers. Expectation and maximisation finds the shares and the habits of the
first two, over all fields at once; what all pairs show is put right by the true pairs among them.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Gammas = npt.NDArray[np.int8]

ROUNDS_MAX = 120
CONVERGED = 1e-5
BELIEF = 10.0  # how many pairs the beliefs before the learning weigh
SHARE_MIN = 1e-4
KEYS_MAX = 1 << 62


class Kin(NamedTuple):
    """One kind of pair that are no strangers: its share of all pairs, how often it is at each level."""

    share: float
    levels: list[Floats]

    def bits(self, strangers: list[Floats], gammas: Gammas) -> Floats:
        """The evidence that each pair is of this kind rather than strangers, in bits."""
        total = np.full(len(gammas), np.log2(self.share / (1 - self.share)))
        for number, (own, u) in enumerate(zip(self.levels, strangers, strict=True)):
            total += np.append(np.log2(own / u), 0.0)[gammas[:, number]]
        return total


@dataclass(slots=True)
class Learned:
    """Per comparison: how often each kind of pair is at each level, from "differs" up."""

    true: Kin
    household: Kin | None
    strangers: list[Floats]


def learn(drawn: Gammas, candidates: Gammas, before: list[Floats], *, pairs: float, candidate_pairs: float,
          shared: list[bool] | None = None) -> Learned:  # fmt: skip
    """Learn from ``drawn`` (random pairs that are no candidates) and ``candidates`` (a sample of them).

    Each row is a pair's levels, -1 unknown.

    ``before``: the beliefs about true pairs. ``pairs``: how many there are; ``candidate_pairs``: how many compared.
    ``shared``: which comparisons a household shares; None where there are no households to be told apart.
    """
    patterns, counts = _patterns(candidates, [len(m) + 1 for m in before])
    weights = np.asarray(counts * (candidate_pairs / max(len(candidates), 1)), np.float64)
    others = max(pairs - candidate_pairs, 1.0)
    random = [_of_all(drawn[:, n], others, patterns[:, n], weights, count=len(m)) for n, m in enumerate(before)]
    one = 1 / max(pairs, 2.0)
    first = _first_share(Kin(0.5, before), random, (patterns, weights), one)
    learned = Learned(Kin(first, before), None if shared is None else Kin(first / 4, before), random)
    for _ in range(ROUNDS_MAX):
        is_true, is_household = (weights * chance for chance in _chances(learned, patterns))
        share = float(np.clip(is_true.sum() * one, one, 0.5))
        moved = abs(share - learned.true.share) / learned.true.share
        levels = [_shares(patterns[:, n], len(b), b * BELIEF, is_true) for n, b in enumerate(before)]
        learned.true = Kin(share, levels)
        learned.strangers = [_strangers(r, m, share) for r, m in zip(random, levels, strict=True)]
        if learned.household is not None and shared is not None:
            habits = [
                _shares(patterns[:, n], len(b), b * BELIEF, is_household) if shared[n] else learned.strangers[n]
                for n, b in enumerate(before)
            ]
            learned.household = Kin(float(np.clip(is_household.sum() * one, one / 100, 0.5)), habits)
        if moved < CONVERGED:
            break
    return learned


def _patterns(candidates: Gammas, sizes: list[int]) -> tuple[Gammas, npt.NDArray[np.int64]]:
    """The rows that there are, each once, and how often: learning asks a pattern, not every pair that has it."""
    keys, room = np.zeros(len(candidates), np.int64), 1
    for number, size in enumerate(sizes):
        if room > KEYS_MAX // size:  # a key has no room for more: number the patterns so far
            known, keys = np.unique(keys, return_inverse=True)
            room = len(known)
        keys *= size
        keys += candidates[:, number]
        keys += 1
        room *= size
    order = np.argsort(keys)
    firsts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    return candidates[order[firsts]], np.diff(firsts, append=len(keys))


def _first_share(true: Kin, strangers: list[Floats], seen: tuple[Gammas, Floats], one: float) -> float:
    """Where to begin: as many true pairs as there are candidates whose evidence would outweigh long odds."""
    bits = true.bits(strangers, seen[0])
    return float(np.clip(seen[1][bits > -np.log2(one) - 5].sum() * one, one, 0.2))


def _chances(learned: Learned, patterns: Gammas) -> tuple[Floats, Floats]:
    """How probable it is that a pair is true, and that it is of one household."""
    true = np.exp2(np.clip(learned.true.bits(learned.strangers, patterns), -300, 300))
    if learned.household is None:
        return np.asarray(true / (1 + true)), np.zeros(len(patterns))
    household = np.exp2(np.clip(learned.household.bits(learned.strangers, patterns), -300, 300))
    whole = 1 + true + household
    return np.asarray(true / whole), np.asarray(household / whole)


def _shares(levels: Gammas, count: int, belief: Floats, weights: Floats | None = None) -> Floats:
    """How large a part of the (weighed) pairs is at each level."""
    known = levels >= 0
    found = np.bincount(levels[known], None if weights is None else weights[known], count) + belief
    shares = found / found.sum()
    return np.asarray(np.maximum(shares, SHARE_MIN if weights is not None else 1e-9))


def _of_all(drawn: Gammas, others: float, patterns: Gammas, weights: Floats, *, count: int) -> Floats:
    """How large a part of all pairs is at each level: the candidates are counted, the others are drawn from."""
    rate = np.count_nonzero(drawn >= 0) / max(len(drawn), 1)
    rest = _shares(drawn, count, _of_strangers(count)) * max(others * rate, BELIEF)
    known = patterns >= 0
    found = rest + np.bincount(patterns[known], weights[known], count)
    return np.asarray(found / found.sum())


def _of_strangers(levels: int) -> Floats:
    """What is believed of strangers before any are drawn: nine in ten differ. It weighs as much as a few pairs."""
    belief = np.full(levels, 0.1 * BELIEF / (levels - 1))
    belief[0] = 0.9 * BELIEF
    return belief


def _strangers(random: Floats, true: Floats, share: float) -> Floats:
    """Strangers' part of what the draw showed; at least a fifth of it, for the draw itself is a chance."""
    rest = np.maximum(random - share * true, 0.2 * random)
    return np.asarray(rest / rest.sum())
