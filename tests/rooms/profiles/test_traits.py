"""Traits against the obvious model: sort every word by (time, message id), let the last one on each key stand."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from omniloom.core.ids import SeededIds, digest
from omniloom.core.text import folded
from omniloom.identity import merge
from omniloom.profiles import person, search, traits_of
from omniloom.store.sql import parse_events

from .conftest import NOW, Teller, day

VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["Анна", "ANNA", "straße", ""]) | st.just([1])
words = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]),
        st.dictionaries(st.sampled_from(["name", "city", "age"]), VALUES, min_size=1, max_size=3),
        st.integers(0, 4),
    ),
    max_size=8,
)


def test_any_order_and_any_batches_give_the_newest_word_on_every_key(tmp_path_factory):
    from tests.engines import open_test_stores

    opened = open_test_stores(tmp_path_factory.mktemp("traits"))
    run = iter(range(10**6))

    @settings(max_examples=settings().max_examples // 2 + 1)  # an example goes through the whole loop
    @given(words, st.integers(3, 8), st.integers(1, 5))
    def check(said, settled_each, rows_max):
        example, teller = next(run), Teller(opened)
        names = {who: f"{who}{example}" for who in ("A", "B")}
        expected: dict[str, dict[str, tuple]] = {"A": {}, "B": {}}
        for who, name in names.items():
            teller.tell("track", user_id=name, message_id=f"{example}-{who}")
        for i, (who, traits, hour) in enumerate(said):
            at, message_id = NOW + timedelta(hours=hour), f"{digest(i)}-{example}"  # ids in no order
            teller.tell("identify", user_id=names[who], traits=traits, at=at, message_id=message_id)
            for key, value in traits.items():
                expected[who][key] = max(expected[who].get(key, (NOW, "", None)), (at, message_id, value), key=_order)
            if i % settled_each == 0:
                teller.settle(rows_max)
        teller.settle(rows_max)
        for who, name in names.items():
            (row,) = search(opened, name, home_region="RU", rows_max=1)
            known = {key: value for key, (_, _, value) in expected[who].items() if value is not None}
            assert traits_of(opened, [row.person_id])[row.person_id] == known
            assert in_view(opened, row.person_id) == columns_for(known)
            assert person(opened, row.person_id).name == (known_text(known.get("name")) or name)

    check()
    opened.close()


def _order(word):
    return word[:2]


def known_text(value):
    return value if isinstance(value, str) else ""


def in_view(stores, person_id):
    """What segments see: key -> (text, folded, number)."""
    query = parse_events(
        "test", "select key, text, folded, number from profiles_trait_current where person_id = :person_id"
    )
    with stores.events.read() as tx:
        return {key: (text, fold, number) for key, text, fold, number in tx.tuples(query, person_id=person_id)}


def columns_for(known):
    return {key: _columns(value) for key, value in known.items()}


def _columns(value):
    if isinstance(value, bool):
        return (str(value).lower(), str(value).lower(), None)
    if isinstance(value, int):
        return (str(value), str(value), float(value))
    return (value, folded(value), None) if isinstance(value, str) else (None, None, None)


def test_a_removed_trait_is_not_brought_back_by_a_late_event_nor_by_a_merge(teller):
    teller.tell("identify", user_id="A", traits={"city": "Kazan"}, at=day(1))
    teller.tell("identify", user_id="A", traits={"city": None}, at=day(3))
    teller.tell("identify", email="a@example.test", traits={"city": "Omsk"}, at=day(2))
    teller.settle()
    merge(teller.stores, into_id=1, from_id=2, rule="manual", evidence={}, now=NOW, ids=SeededIds(1))
    teller.settle()
    assert traits_of(teller.stores, [1, 2]) == {1: {}, 2: {}}
    assert in_view(teller.stores, 1) == {}


def test_merged_people_show_the_newest_word_of_both_and_the_card_follows(teller):
    teller.tell("identify", user_id="A", traits={"name": "Old", "city": "Kazan", "age": 30}, at=day(1))
    teller.tell("identify", email="a@example.test", traits={"name": "New", "age": "thirty"}, at=day(2))
    teller.settle()
    merge(teller.stores, into_id=1, from_id=2, rule="manual", evidence={}, now=NOW, ids=SeededIds(1))
    teller.settle()
    shown = person(teller.stores, 2)
    assert {t.key: t.value for t in shown.traits} == {"name": "New", "city": "Kazan", "age": "thirty"}
    assert in_view(teller.stores, 1)["age"] == ("thirty", "thirty", None)
    assert shown.name == "New"
    assert [row.person_id for row in search(teller.stores, "old", home_region="RU", rows_max=5)] == []


def test_a_groups_traits_do_not_become_the_persons(teller):
    teller.tell("identify", user_id="A", traits={"name": "Anna"})
    teller.tell("group", user_id="A", group_id="g1", traits={"name": "Acme"})
    teller.settle()
    assert traits_of(teller.stores, [1])[1] == {"name": "Anna", "group.name": "Acme", "group.id": "g1"}
    assert person(teller.stores, 1).name == "Anna"
