"""From a table to pairs: what the columns mean, which pairs to compare, what likeness is worth, who is who."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniloom.core.errors import Invalid
from omniloom.identity.match import clusters
from omniloom.identity.match.candidates import candidates, distinct
from omniloom.identity.match.columns import Meaning, guess
from omniloom.identity.match.judge import Judge, Judged, shared_by_households, threshold
from omniloom.identity.match.learning import Floats, Gammas, learn
from omniloom.identity.match.model import Model, before
from omniloom.identity.match.prepare import Codes, Records, prepare
from omniloom.identity.match.stacked import stacked

DRAWN_PAIRS_MIN, DRAWN_PAIRS_MAX = 10_000, 250_000
DRAWN_PAIRS_PER_ROW = 5
LEARNED_PAIRS = 400_000
SEED = 20_261_122
PRECISION = 0.975  # by the pairs' own probabilities, of what is accepted where no threshold is given
PROBABILITY_MIN = 0.25
REVIEW_MIN = 0.05
BETTER_PARTNER_BITS = 4.0

Progress = Callable[[str, float], None]


class Reason(NamedTuple):
    """What one field says about a pair, in words, and how much it says in bits (below 0: against)."""

    field: str
    title: str
    words: str
    bits: float


class Matched(NamedTuple):
    """Pairs of row positions, likeliest first: accepted ones, and with them those worth a look."""

    left: Codes
    right: Codes
    probability: Floats
    is_accepted: npt.NDArray[np.bool_]
    threshold: float
    precision: float  # of the accepted pairs, as estimated
    reasons: Callable[[int], list[Reason]]
    meanings: list[Meaning]


def match(
    table: pa.Table, other: pa.Table | None = None, *, id_column: str, columns: Mapping[str, str] | None = None,
    least: float | None = None, progress: Progress = lambda _step, _part: None,
) -> Matched:  # fmt: skip
    """Find the rows of one table, or of two, that are one person or thing.

    Positions count the first table's rows and then the second's. ``columns``: column -> field where the guess is not to
    decide. ``least``: the probability from which on a pair is accepted (default: by estimated precision).

    Errors: Invalid if no column says who somebody is, or ``columns`` names what there is not.
    """
    progress("reading columns", 0.0)
    both, split, said = stacked(table, other, id_column, columns or {})
    meanings = guess(both, id_column, said) if both.num_columns else []
    if both.num_rows < 2 or (other is not None and 0 in {split, both.num_rows - split}):
        return _nothing(meanings)
    if not meanings:
        raise Invalid(
            "no column says who a row is about",
            hint="say what the columns mean in a file: `columns: {name of a column: surname, another: birth_date}`",
        )
    progress("writing values alike", 0.05)
    records = prepare(both, meanings, split)
    progress("choosing pairs", 0.15)
    pairs = candidates(records)
    model = Model(records)
    judge, judged = _judged(records, model, pairs, progress)
    lowest = least if least is not None else threshold(judged.probability, PRECISION, PROBABILITY_MIN)
    progress("putting groups together", 0.95)
    return _Decision(records, model, judge, judged).matched(lowest, meanings)


def _nothing(meanings: list[Meaning]) -> Matched:
    empty = np.zeros(0, np.int64)
    return Matched(empty, empty, np.zeros(0), np.zeros(0, np.bool_), 1.0, 1.0, lambda _pair: [], meanings)


def _judged(records: Records, model: Model, pairs: Codes, progress: Progress) -> tuple[Judge, Judged]:
    """Every candidate with its evidence, after learning from the candidates themselves."""
    draw = np.random.default_rng(SEED)
    everything = _everything(records)
    progress("comparing strangers", 0.2)
    drawn = model.levels(_drawn(records, pairs, draw))
    levels = model.levels(pairs, lambda part: progress("comparing", 0.25 + 0.6 * part))
    progress("learning", 0.88)
    sample = levels
    if len(levels) > LEARNED_PAIRS:
        sample = levels[np.sort(draw.choice(len(levels), LEARNED_PAIRS, replace=False))]
    beliefs = [before(one.comparison) for one in model.compared]
    learned = learn(drawn, sample, beliefs, pairs=everything, candidate_pairs=pairs.shape[1],
                    shared=shared_by_households(model.compared))  # fmt: skip
    judge = Judge(records, model.compared, learned)
    return judge, judge.judge(pairs, levels)


def _everything(records: Records) -> float:
    if records.is_link:
        return float(records.split) * (records.rows - records.split)
    return records.rows * (records.rows - 1) / 2


def _drawn(records: Records, candidates: Codes, draw: np.random.Generator) -> Codes:
    """Pairs drawn at random from those that are no candidates, without repeats."""
    count = min(max(DRAWN_PAIRS_MIN, DRAWN_PAIRS_PER_ROW * records.rows), DRAWN_PAIRS_MAX)
    if records.is_link:
        left = draw.integers(0, records.split, count)
        right = draw.integers(records.split, records.rows, count)
    else:
        first, second = draw.integers(0, records.rows, (2, count))
        left, right = np.minimum(first, second), np.maximum(first, second)
        left, right = left[left != right], right[left != right]
    keys = distinct([left * records.rows + right])
    return np.stack(np.divmod(keys[~_looked_up(keys, candidates[0] * records.rows + candidates[1])[1]], records.rows))


def _looked_up(wanted: Codes, known: Codes) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Where in ordered numbers others stand, and which of them do."""
    place = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    return place, known[place] == wanted if len(known) else np.zeros(len(wanted), np.bool_)


class _Decision(NamedTuple):
    """Which of the judged pairs are accepted."""

    records: Records
    model: Model
    judge: Judge
    judged: Judged

    def matched(self, lowest: float, meanings: list[Meaning]) -> Matched:
        """The outcome, likeliest first, accepting from a probability on."""
        floor = float(np.log2(lowest / (1 - lowest))) if 0 < lowest < 1 else (60.0 if lowest >= 1 else -60.0)
        known = self.judged.where(self.judged.probability >= min(REVIEW_MIN, lowest))
        floor = min(floor, known.bits[known.probability >= lowest].min(initial=floor))  # the odds of it were rounded
        if self.records.is_link:
            accepted, probability = _partners(known, floor), known.probability
        else:
            known, accepted, probability = self._grouped(known, floor)
        order = np.lexsort((known.right, known.left, -probability))
        known, probability, accepted = known.where(order), probability[order], accepted[order]
        precision = float(probability[accepted].mean()) if accepted.any() else 1.0
        return Matched(
            known.left, known.right, probability, accepted, lowest, precision,
            lambda pair: _reasons(self.model, self.judge, known, pair), meanings,
        )  # fmt: skip

    def _grouped(self, known: Judged, floor: float) -> tuple[Judged, npt.NDArray[np.bool_], Floats]:
        """The known pairs and those that groups add, which of them are accepted, and their probability."""
        rows = self.records.rows
        found = clusters.groups(known.left, known.right, known.bits, lowest=floor, rows=rows)
        inside = self._all_inside(found)
        accepted, probability = clusters.within(found, inside.bits, floor)
        others = known.where(~np.isin(known.left * rows + known.right, inside.left * rows + inside.right))
        kept = accepted | (probability >= REVIEW_MIN)
        return (
            inside.where(kept).and_(others),
            np.concatenate([accepted[kept], np.zeros(len(others.left), np.bool_)]),
            np.concatenate([probability[kept], others.probability]),
        )

    def _all_inside(self, found: list[Codes]) -> Judged:
        """Every pair within the groups with its evidence, those that were no candidates too."""
        rows, judged = self.records.rows, self.judged
        inside = clusters.all_pairs(found)
        place, is_known = _looked_up(inside[0] * rows + inside[1], judged.left * rows + judged.right)
        levels: Gammas = np.full((len(place), judged.levels.shape[1]), -1, np.int8)
        levels[is_known] = judged.levels[place[is_known]]
        if not is_known.all():
            levels[~is_known] = self.model.levels(inside[:, ~is_known])
        return self.judge.judge(inside, levels)


def _partners(known: Judged, floor: float) -> npt.NDArray[np.bool_]:
    """Of links between two tables those that neither side has a clearly better partner for."""
    rows = int(max(known.left.max(initial=0), known.right.max(initial=0))) + 1
    best = np.full(rows, -np.inf)
    np.maximum.at(best, known.left, known.bits)
    np.maximum.at(best, known.right, known.bits)
    rival = np.maximum(best[known.left], best[known.right])
    return np.asarray((known.bits >= floor) & (known.bits >= rival - BETTER_PARTNER_BITS))


def _reasons(model: Model, judge: Judge, known: Judged, pair: int) -> list[Reason]:
    """What each field says, the most telling first."""
    bits = judge.by_field(known.left[pair : pair + 1], known.levels[pair : pair + 1])[0]
    found = []
    for number, one in enumerate(model.compared):
        level = int(known.levels[pair, number])
        top = len(one.comparison.levels)
        words = "unknown" if level < 0 else "differs" if level == 0 else one.comparison.levels[top - level].words
        found.append(Reason(one.name, one.comparison.title, words, round(float(bits[number]), 2)))
    return sorted(found, key=lambda reason: -abs(reason.bits))
