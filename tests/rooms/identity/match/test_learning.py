"""What strangers have in common is learned from all pairs: the candidates are counted, the others are drawn from."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from omniloom.identity.match.learning import learn
from omniloom.identity.match.prepare import Records
from omniloom.identity.match.run import _drawn


@given(st.integers(2, 30), st.booleans(), st.data())
def test_what_is_drawn_are_pairs_that_are_no_candidates(rows, is_link, data):
    split = data.draw(st.integers(1, rows - 1)) if is_link else rows
    lefts, rights = (range(split), range(split, rows)) if is_link else (range(rows), range(rows))
    every = [(a, b) for a in lefts for b in rights if a < b]
    chosen = sorted(data.draw(st.sets(st.sampled_from(every))))
    found = _drawn(Records(rows, split), np.array(chosen, np.int64).reshape(-1, 2).T, np.random.default_rng(1))
    assert sorted(zip(*found.tolist(), strict=True)) == sorted(set(every) - set(chosen))  # so few are drawn all


def test_strangers_are_as_often_alike_as_all_pairs_are():
    draw = np.random.default_rng(1)
    every = (draw.random((100_000, 2)) < (0.02, 0.3)).astype(np.int8)
    is_candidate = every[:, 0] > 0
    candidates, others = every[is_candidate], every[~is_candidate]
    beliefs = [np.array([0.1, 0.9]), np.array([0.1, 0.9])]
    learned = learn(others[:5_000], candidates, beliefs, pairs=len(every), candidate_pairs=len(candidates))
    assert np.allclose([own[1] for own in learned.strangers], every.mean(axis=0), atol=0.02)
    assert learned.true.share < 0.02
