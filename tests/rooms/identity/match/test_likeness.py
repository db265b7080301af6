"""Likeness of many pairs at once, held equal to one pair after the other, slowly and without any bound beforehand."""

import gc
import itertools
import math
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import JaroWinkler

from omniloom.identity.match.likeness import Sides, equal, of_part, some_equal
from omniloom.identity.match.values import Values

LETTERS = st.text("abcdeё@1", min_size=1, max_size=9)
FIGURES = st.text("0123", min_size=1, max_size=9)


@st.composite
def spellings(draw):
    """Values some of which are others with a few errors in them."""
    signs = draw(st.sampled_from(["abcdeё@1", "0123"]))
    found = draw(st.lists(st.text(signs, min_size=1, max_size=9), min_size=1, max_size=6))
    for value in list(found):
        place = draw(st.integers(0, len(value) - 1))
        sign = draw(st.sampled_from(signs))
        found += [value[:place] + sign + value[place:], value[:place] + sign + value[place + 1 :]]
        found += [value[:place] + value[place : place + 2][::-1] + value[place + 2 :], value[: place + 1]]
    return list(dict.fromkeys(found))


def pairs_of(values):
    left, right = zip(*itertools.product(range(len(values)), repeat=2), strict=True)
    return np.array(left), np.array(right)


def errors_between(one, two):
    """The distance of Damerau and Levenshtein, any two neighbours changed about counting once."""
    last: dict[str, int] = {}
    far = len(one) + len(two)
    table = {(-1, -1): far}
    for n in range(len(one) + 1):
        table[n, -1], table[n, 0] = far, n
    for n in range(len(two) + 1):
        table[-1, n], table[0, n] = far, n
    for a, sign in enumerate(one, 1):
        same = 0
        for b, other in enumerate(two, 1):
            before, there = last.get(other, 0), same
            if sign == other:
                same = b
            table[a, b] = min(
                table[a - 1, b - 1] + (sign != other), table[a, b - 1] + 1, table[a - 1, b] + 1,
                table[before - 1, there - 1] + (a - before - 1) + 1 + (b - there - 1),
            )  # fmt: skip
        last[sign] = a
    return table[len(one), len(two)]


@given(spellings(), st.integers(1, 2), st.integers(0, 4))
def test_typing_errors_are_those_of_the_slow_count(values, edits, letters_min):
    left, right = pairs_of(values)
    found = Values(values).typed_over(left, right, edits, letters_min)
    slow = [
        errors_between(values[a], values[b]) <= edits and min(len(values[a]), len(values[b])) >= letters_min
        for a, b in zip(left, right, strict=True)
    ]
    assert found.tolist() == slow


@given(spellings(), st.sampled_from([0.75, 0.88, 0.9, 0.92, 0.94]))
def test_similar_values_are_those_that_the_measure_alone_takes(values, least):
    left, right = pairs_of(values)
    found = Values(values).similar(left, right, least)
    slow = [JaroWinkler.similarity(values[a], values[b]) >= least - 1e-9 for a, b in zip(left, right, strict=True)]
    assert found.tolist() == slow


@given(spellings())
def test_pieces_and_beginnings_are_found(values):
    left, right = pairs_of(values)
    of = Values(values)
    sides = [(values[a], values[b]) for a, b in zip(left, right, strict=True)]
    assert of.one_holds_other(left, right).tolist() == [a in b or b in a for a, b in sides]
    begins = of.one_holds_other(left, right, at_its_beginning=True).tolist()
    assert begins == [a.startswith(b) or b.startswith(a) for a, b in sides]


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(" ".join), min_size=1, max_size=5))
def test_words_in_common_tell_the_more_the_rarer_they_are(values):
    values = list(dict.fromkeys(values))
    left, right = pairs_of(values)
    sides = Sides({"words": Values(values)}, {"words": np.arange(len(values))}, np.stack([left, right]))
    some = sides.at(np.arange(0, len(left), 2))
    sets = [set(value.split()) for value in values]

    def tell(words):
        return sum(1 + math.log2(len(sets) / sum(word in each for each in sets)) for word in words)

    for these, step in ((sides, 1), (some, 2)):
        both = [(sets[a], sets[b]) for a, b in zip(left, right, strict=True)][::step]
        slow = np.array([(tell(a & b), tell(a), tell(b)) for a, b in both]).T
        assert np.allclose(these.words("words"), slow)


@pytest.mark.parametrize("codes", [(-1, -1), (-1, 0), (0, -1)])
def test_what_one_of_the_two_lacks_is_never_alike(codes):
    sides = Sides({"a": Values(["x"])}, {"a": np.array(codes)}, np.array([[0], [1]]))
    assert not equal("a")(sides).any()
    assert not some_equal(("a",), 1)(sides).any()
    assert not of_part("a", lambda _values, left, _right: np.ones(len(left), np.bool_))(sides).any()


def test_numbers_are_near_by_a_part_of_the_larger():
    found = Values(["100", "101", "95", "-100"]).near(np.array([0, 0, 0]), np.array([1, 2, 3]), 0.01)
    assert found.tolist() == [True, False, False]


def test_pairs_are_let_go_as_soon_as_nobody_asks():
    sides = Sides({"a": Values(["x"])}, {"a": np.zeros(2, np.int64)}, np.array([[0], [1]]))
    assert sides.at(np.array([0])).of("a")[1].tolist() == [0]
    held = weakref.ref(sides)
    gc.disable()  # a circle would wait for the collector, and millions of pairs with it
    try:
        del sides
        assert held() is None
    finally:
        gc.enable()
