"""The matcher from tables to pairs: repeats found, families kept apart, two tables linked, and every odd table."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trying import examples

from omniloom.cli.bench.customers import make
from omniloom.cli.bench.linkage import rightness
from omniloom.core.errors import Invalid
from omniloom.identity.match import match
from omniloom.identity.match.candidates import _pairs_of
from omniloom.identity.match.clusters import all_pairs, groups, partition, within
from omniloom.identity.match.judge import threshold
from omniloom.identity.match.prepare import Records

ROWS = 700


@pytest.fixture(scope="module")
def customers():
    return make(ROWS, seed=3)


@pytest.fixture(scope="module")
def found(customers):
    return match(customers.table, id_column="id")


def accepted(found):
    return list(zip(found.left[found.is_accepted].tolist(), found.right[found.is_accepted].tolist(), strict=True))


def test_repeats_are_found_and_families_are_kept_apart(customers, found):
    figures = rightness(customers, accepted(found))
    assert figures["precision"] >= 0.97
    assert figures["recall"] >= 0.93


def test_the_same_table_gives_the_same_pairs(customers, found):
    again = match(customers.table, id_column="id")
    assert accepted(again) == accepted(found)
    assert np.allclose(again.probability, found.probability, atol=1e-6)


def test_the_order_of_rows_and_columns_and_their_names_do_not_matter(customers, found):
    order = np.random.default_rng(5).permutation(ROWS)
    table = customers.table.take(pa.array(order)).select(list(reversed(customers.table.column_names)))
    names = {"Фамилия": "last_name", "Имя": "first_name", "Отчество": "middle_name", "Дата рождения": "dob",
             "Телефон": "mobile", "E-mail": "email", "Город": "town", "Адрес": "address", "id": "id"}  # fmt: skip
    table = table.rename_columns([names[name] for name in table.column_names])
    again = match(table, id_column="id")
    there = [tuple(sorted((order[a], order[b]))) for a, b in accepted(again)]
    figures = rightness(customers, there)
    assert figures["f1"] >= 0.95


def test_two_tables_are_linked(customers):
    is_left = np.arange(ROWS) % 2 == 0
    left, right = customers.table.filter(pa.array(is_left)), customers.table.filter(pa.array(~is_left))
    linked = match(left, right, id_column="id")
    rows = np.concatenate([np.flatnonzero(is_left), np.flatnonzero(~is_left)])
    pairs = accepted(linked)
    assert pairs
    assert all(a < left.num_rows <= b for a, b in pairs)
    people = customers.people[rows]
    right_ones = sum(people[a] == people[b] for a, b in pairs)
    true = sum(int((people[: left.num_rows] == person).sum()) for person in people[left.num_rows :])
    assert right_ones / len(pairs) >= 0.95
    assert right_ones / true >= 0.85


def test_a_pair_says_why(found):
    reasons = found.reasons(0)
    assert {reason.field for reason in reasons} >= {"given_name", "surname", "birth_date", "phone"}
    assert any(reason.words == "the same" and reason.bits > 0 for reason in reasons)
    assert reasons == sorted(reasons, key=lambda reason: -abs(reason.bits))


def test_a_higher_threshold_accepts_fewer(customers, found):
    stricter = match(customers.table, id_column="id", least=0.9999)
    assert set(accepted(stricter)) < set(accepted(found))


@pytest.mark.parametrize("products", [150, 1500])  # every pair compared; those that share a key
def test_things_are_told_apart_by_the_rare_words_of_their_titles(products):
    draw = np.random.default_rng(products)
    kinds, colours = (
        ["coffee machine", "electric shaver", "digital camera", "vacuum cleaner"],
        ["black", "white", "red"],
    )
    rows, things = [], []
    for thing in range(products):
        kind, model, price = draw.choice(kinds), f"X{draw.integers(10**5)}", int(draw.integers(20, 900))
        brand = draw.choice(["Bosch", "Philips", "Braun"])
        rows.append((f"{brand} {kind} {model} {draw.choice(colours)}", price))
        if thing % 3 == 0:
            rows.append((f"{kind} {model} by {brand}", price))
        things += [thing] * (len(rows) - len(things))
    table = pa.table({
        "id": [str(n) for n in range(len(rows))], "title": [r[0] for r in rows], "price": [str(r[1]) for r in rows]
    })  # fmt: skip
    found = match(table, id_column="id")
    assert {(m.column, m.field) for m in found.meanings} == {("title", "text"), ("price", "number")}
    pairs = accepted(found)
    right = sum(things[a] == things[b] for a, b in pairs)
    assert right >= 0.95 * len(pairs)
    assert right >= 0.6 * (products // 3)


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_tables_of_next_to_nothing_have_an_answer(customers, rows):
    assert len(match(customers.table.slice(0, rows), id_column="id").left) <= rows
    assert len(match(customers.table.slice(0, rows), customers.table.slice(0, 0), id_column="id").left) == 0


@pytest.mark.parametrize(("people", "copies"), [(1, 2), (1, 3), (1, 4), (2, 2), (5, 3)])
def test_equal_rows_of_a_small_table_are_one_person(customers, people, copies):
    """Also where all rows are, so that nothing shows how strangers look."""
    numbers = [row for row in range(people) for _ in range(copies)]
    ids = pa.array([str(number) for number in range(len(numbers))])
    table = customers.table.slice(40, people).take(numbers).drop("id").append_column("id", ids)
    assert len(accepted(match(table, id_column="id"))) == people * copies * (copies - 1) // 2


def test_a_table_with_nothing_to_go_by_is_refused():
    table = pa.table({"id": ["1", "2"], "row": ["1", "2"]})
    with pytest.raises(Invalid, match="no column says"):
        match(table, id_column="id")


@given(st.lists(st.integers(-1, 6), max_size=30), st.booleans())
def test_pairs_of_a_key_are_those_that_share_it(codes, is_link):
    split = len(codes) // 2 if is_link else len(codes)
    found = _pairs_of(np.array(codes, np.int64), Records(len(codes), split), len(codes))
    slow = {
        (a, b)
        for a in range(len(codes)) for b in range(a + 1, len(codes))
        if codes[a] == codes[b] >= 0 and (not is_link or a < split <= b)
    }  # fmt: skip
    assert sorted(divmod(int(pair), len(codes)) for pair in found) == sorted(slow)


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=25))
def test_groups_are_what_pairs_connect(edges):
    edges = [(min(e), max(e)) for e in edges if e[0] != e[1]]
    left, right = (np.array([e[n] for e in edges], np.int64) for n in (0, 1))
    found = {tuple(group) for group in groups(left, right, np.ones(len(edges)), lowest=0.0, rows=15)}
    parts = [{n} for n in range(15)]
    for a, b in edges:
        one, other = (next(part for part in parts if n in part) for n in (a, b))
        if one is not other:
            parts.remove(other)
            one |= other
    assert found == {tuple(sorted(part)) for part in parts if len(part) > 1}


@settings(max_examples=examples(16))
@given(st.integers(2, 8), st.data())
def test_parts_are_disjoint_whole_and_accept_no_pair_across(size, data):
    count = size * (size - 1) // 2
    bits = np.array(data.draw(st.lists(st.floats(-20, 20), min_size=count, max_size=count)))
    parts = partition(size, bits, 0.0)
    assert sorted(n for part in parts for n in part) == list(range(size))
    accepted_pairs, probability = within([np.arange(size)], bits, 0.0)
    pairs = all_pairs([np.arange(size)])
    part_of = {n: k for k, part in enumerate(parts) for n in part}
    if size > 2:
        assert [part_of[a] == part_of[b] for a, b in pairs.T.tolist()] == accepted_pairs.tolist()
    assert ((probability >= 0) & (probability <= 1)).all()


@given(st.lists(st.floats(0.3, 1.0), min_size=1, max_size=40), st.floats(0.5, 0.99))
def test_what_is_accepted_is_as_right_as_it_was_asked_to_be(probabilities, precision):
    values = np.array(probabilities)
    least = threshold(values, precision, 0.3)
    taken = values[values >= least]
    assert least == 1.0 or taken.mean() >= precision - 1e-9
