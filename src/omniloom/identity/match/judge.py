"""How probable each pair is: the learned evidence, rare values counting for more, and what no evidence outweighs."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from omniloom.identity.match.learning import Floats, Gammas, Learned
from omniloom.identity.match.model import Compared
from omniloom.identity.match.prepare import Codes, Records

# What two people of one household do not share; whether they share the rest is learned.
OWN = frozenset(("given_name", "birth_date", "sex", "national_id"))
PERSON = frozenset(("given_name", "birth_date"))
FREQUENCY_MIN = 1e-8


class Judged(NamedTuple):
    """Pairs by position, with their evidence in bits (the odds included) and their levels of likeness."""

    left: Codes
    right: Codes
    bits: Floats
    levels: Gammas

    @property
    def probability(self) -> Floats:
        """How probable each pair is."""
        return np.asarray(1 / (1 + np.exp2(-np.clip(self.bits, -1000, 1000))))

    def where(self, kept: npt.NDArray[np.bool_] | Codes) -> "Judged":
        """Some of the pairs, or all in another order."""
        return Judged(self.left[kept], self.right[kept], self.bits[kept], self.levels[kept])

    def and_(self, others: "Judged") -> "Judged":
        """These pairs and others."""
        return Judged(
            np.concatenate([self.left, others.left]), np.concatenate([self.right, others.right]),
            np.concatenate([self.bits, others.bits]), np.concatenate([self.levels, others.levels]),
        )  # fmt: skip


def shared_by_households(compared: list[Compared]) -> list[bool] | None:
    """Which comparisons say no more than one household; None if nothing tells its people apart."""
    if not any(one.instance in PERSON for one in compared):
        return None
    return [one.field not in OWN for one in compared]


class Judge:
    """Weighs levels of likeness as they were learned."""

    def __init__(self, records: Records, compared: list[Compared], learned: Learned) -> None:
        self._compared = compared
        self._learned = learned
        self._shared = shared_by_households(compared)
        pairs = zip(learned.true.levels, learned.strangers, strict=True)
        self._tables = [np.append(np.log2(m / u), 0.0) for m, u in pairs]
        self._rarity = [self._rarities(records, one) for one in compared]

    @staticmethod
    def _rarities(records: Records, one: Compared) -> dict[int, Floats]:
        """Level -> how many bits more (or less) than the level's mean each row's value is worth."""
        found = {}
        top = len(one.comparison.levels)
        for place, level in enumerate(one.comparison.levels):
            if level.weighs_frequency:
                shares = records.columns[f"{one.instance}_{level.weighs_frequency}"].frequency
                filled = shares[~np.isnan(shares)]
                mean = max(float(filled.mean()), FREQUENCY_MIN) if len(filled) else 1.0
                bits = np.log2(mean / np.maximum(shares, FREQUENCY_MIN))
                found[top - place] = np.nan_to_num(bits, nan=0.0)
        return found

    def by_field(self, left: Codes, levels: Gammas) -> Floats:
        """The evidence of each comparison for each pair, in bits."""
        found = np.empty(levels.shape, np.float64)
        for number, table in enumerate(self._tables):
            found[:, number] = table[levels[:, number]] + self._rarer(number, left, levels)
        return found

    def judge(self, pairs: Codes, levels: Gammas) -> Judged:
        """The evidence of each pair."""
        learned = self._learned
        true = learned.true.bits(learned.strangers, levels)
        rarer = [self._rarer(number, pairs[0], levels) for number in range(levels.shape[1])]
        for more in rarer:
            true += more
        if learned.household is None or self._shared is None:
            return Judged(pairs[0], pairs[1], true, levels)
        household = learned.household.bits(learned.strangers, levels)
        for is_shared, more in zip(self._shared, rarer, strict=True):
            household += more if is_shared else 0.0
        return Judged(pairs[0], pairs[1], true - np.logaddexp2(0.0, household), levels)

    def _rarer(self, number: int, left: Codes, levels: Gammas) -> Floats:
        """What the frequency of the shared values adds or takes in one comparison, in bits."""
        found = np.zeros(len(levels))
        for level, bits in self._rarity[number].items():
            there = np.flatnonzero(levels[:, number] == level)
            found[there] = bits[left[there]]
        return found


def threshold(probability: Floats, precision: float, lowest: float) -> float:
    """The lowest probability from which on the pairs are, by their own probabilities, right so often."""
    ordered = np.sort(probability[probability >= lowest])[::-1]
    if not len(ordered):
        return lowest
    right = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    is_last = np.append(ordered[1:] != ordered[:-1], True)  # equal probabilities are accepted together
    enough = np.flatnonzero(is_last & (right >= precision))
    return float(ordered[enough[-1]]) if len(enough) else 1.0
