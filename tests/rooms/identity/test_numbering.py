"""Numbers for identifiers: the table in arrays against a dict."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from omniloom.identity.numbering import UNKNOWN, Digests, Numbering, digests

KINDS, VALUES = ("email", "phone", "card"), st.text("ab1@", max_size=4)
KEYS = st.lists(st.tuples(st.sampled_from(KINDS), VALUES), max_size=60)


def _of(keys: list[tuple[str, str]]) -> Digests:
    return digests([kind for kind, _ in keys], [value for _, value in keys])


@given(st.lists(KEYS, max_size=6), KEYS)
def test_numbers_are_those_of_a_dict(batches: list[list[tuple[str, str]]], sought: list[tuple[str, str]]) -> None:
    numbering, model = Numbering(), dict[tuple[str, str], int]()
    for batch in batches:
        expected = [model.setdefault(key, len(model)) for key in batch]
        assert numbering.give(_of(batch)).tolist() == expected
    assert numbering.count == len(model)
    assert numbering.find(_of(sought)).tolist() == [model.get(key, UNKNOWN) for key in sought]


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=40), max_size=5))
def test_identifiers_that_want_the_same_slot_are_told_apart(batches: list[list[tuple[int, int]]]) -> None:
    """Whole rows of slots are taken: hashes that differ in their upper bits only, or in the value's hash."""
    numbering, model = Numbering(), dict[tuple[int, int], int]()
    for batch in batches:
        pairs = [(value, both << 40) for value, both in batch]
        expected = [model.setdefault(pair, len(model)) for pair in pairs]
        assert numbering.give(Digests(*np.array(pairs, np.int64).reshape(-1, 2).T)).tolist() == expected


def test_a_table_that_grows_keeps_its_numbers() -> None:
    numbering = Numbering()
    values = [f"customer-{number}" for number in range(50_000)]
    kinds = ["user_id"] * len(values)
    for start in range(0, len(values), 3_000):
        part = slice(start, start + 3_000)
        assert numbering.give(digests(kinds[part], values[part])).tolist() == list(range(len(values)))[part]
    assert numbering.find(digests(kinds, values)).tolist() == list(range(len(values)))
    assert set(numbering.find(digests(["email"] * len(values), values)).tolist()) == {UNKNOWN}


def test_kind_and_value_do_not_run_into_each_other() -> None:
    numbering = Numbering()
    assert numbering.give(digests(["a", "ab"], ["bc", "c"])).tolist() == [0, 1]
