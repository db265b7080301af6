"""The golden record, and what segments see, beside an obvious model: every word kept, the rule read out loud."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omniloom.core.errors import Invalid
from omniloom.core.ids import SeededIds, digest
from omniloom.identity import merge, merges_of, unmerge
from omniloom.profiles import (
    Rule,
    Survivorship,
    golden,
    person,
    search,
    set_survivorship,
    survivorships,
    traits_of,
)
from omniloom.store.sql import parse_events

from .conftest import NOW, Teller, day

SOURCES = ["crm", "till", "site"]
words = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]), st.sampled_from(SOURCES),
        st.none() | st.sampled_from(["Анна", "Ann", "x", ["a list"], 7]), st.integers(0, 4),
    ),
    min_size=1, max_size=8,
)  # fmt: skip
rules = st.sampled_from(list(Rule))
orders = st.permutations(SOURCES).flatmap(lambda order: st.integers(1, 3).map(lambda n: tuple(order[:n])))
IN_VIEW = parse_events(
    "test", "select value, source_id from profiles_trait_current where person_id = :person_id and key = :key"
)


def model(said, rule, trusted):
    """(source, value) in force: of each source the last word, of whomever; among those what the rule says."""
    last = {}
    for _, source, value, order in said:
        last[source] = max(last.get(source, (order, source, value)), (order, source, value), key=_time)
    newest_first = sorted(last.values(), key=_time, reverse=True)
    if rule is Rule.RECENCY:
        best = newest_first[0]
        return None if best[2] is None else best[1:]
    standing = [word for word in newest_first if word[2] is not None]
    if not standing:
        return None
    if rule is Rule.TRUST:
        named = [word for source in trusted for word in standing if word[1] == source]
        return (named or standing)[0][1:]
    if rule is Rule.COMPLETENESS:
        length = max(len(_json(value)) for _, _, value in standing)
        return next(word[1:] for word in standing if len(_json(word[2])) == length)
    most = max(Counter(_json(value) for _, _, value in standing).items(), key=lambda item: item[1])[1]
    votes = Counter(_json(value) for _, _, value in standing)
    return next(word[1:] for word in standing if votes[_json(word[2])] == most)


def _time(word):
    return word[0], word[1]


def _json(value):
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def test_whatever_rule_the_model_the_record_and_the_segments_view_agree(tmp_path_factory):
    from tests.engines import open_test_stores

    opened = open_test_stores(tmp_path_factory.mktemp("golden"))
    run = iter(range(10**6))

    @settings(max_examples=settings().max_examples // 2 + 1)  # an example goes through the whole loop
    @given(words, rules, orders, st.booleans(), st.booleans())
    def check(said, rule, trusted, are_merged, is_ruled_first):
        example, teller = next(run), Teller(opened)
        key = f"key{example}"
        names = {who: f"{who}{example}" for who in ("A", "B")}
        ruled = Survivorship(key, rule, trusted)
        for who, name in names.items():
            teller.tell("track", user_id=name, message_id=f"{example}-{who}")
        if is_ruled_first:
            set_survivorship(opened, ruled, by="a test", now=NOW)
        told = []
        for i, (who, source, value, hour) in enumerate(said):
            at, message_id = NOW + timedelta(hours=hour), f"{digest(i)}-{example}"
            link = {"user_id": names[who]} if who == "A" else {"email": f"{names[who]}@example.test"}
            teller.tell("identify", traits={key: value}, at=at, message_id=message_id, source_id=source, **link)
            told.append((who, source, value, (at, message_id)))
        teller.settle(3)
        if not is_ruled_first:
            set_survivorship(opened, ruled, by="a test", now=NOW)
        ids = {}
        for who, name in {"A": names["A"], "B": f"{names['B']}@example.test"}.items():
            found = search(opened, name, home_region="RU", rows_max=1)
            if found:
                ids[who] = found[0].person_id
        groups = [[who] for who in ids]
        if are_merged and len(ids) == 2:
            merge(
                opened,
                into_id=ids["A"],
                from_id=ids["B"],
                rule="by hand",
                evidence={},
                now=NOW,
                ids=SeededIds(run.__next__()),
            )
            groups = [["A", "B"]]
        for group in groups:
            mine = [word for word in told if word[0] in group]
            expected = model(mine, rule, trusted) if mine else None
            person_id = ids[group[0]]
            record = {field.key: field for field in golden(opened, person_id)}
            shown = (record[key].chosen.source_id, record[key].value) if key in record else None
            assert shown == expected
            assert traits_of(opened, [person_id])[person_id].get(key) == (expected[1] if expected else None)
            with opened.events.read() as tx:
                (*seen,) = tx.tuples(IN_VIEW, person_id=person_id, key=key)
            assert seen == ([(_json(expected[1]), expected[0])] if expected else [])
            if expected:
                assert 1 + len(record[key].lost) <= len({word[1] for word in mine})

    check()
    opened.close()


def test_lineage_names_the_event_and_what_lost(teller):
    teller.tell("identify", user_id="A", traits={"city": "Казань"}, at=day(1), source_id="crm", message_id="c1")
    teller.tell("identify", user_id="A", traits={"city": "Омск"}, at=day(2), source_id="till", message_id="t1")
    teller.settle()
    (field,) = golden(teller.stores, 1)
    assert (field.value, field.rule, field.chosen.message_id, field.chosen.occurred_at) == (
        "Омск",
        "recency",
        "t1",
        day(2),
    )
    assert [(lost.value, lost.source_id, lost.message_id) for lost in field.lost] == [("Казань", "crm", "c1")]
    assert field.is_disputed


def test_a_rule_takes_effect_at_once_and_cards_follow_and_it_can_be_taken_back(teller):
    teller.tell("identify", user_id="A", traits={"city": "Казань"}, at=day(1), source_id="crm")
    teller.tell("identify", user_id="A", traits={"city": "Омск"}, at=day(2), source_id="till")
    teller.settle()
    set_survivorship(teller.stores, Survivorship("city", Rule.TRUST, ("crm",)), by="Vera", now=NOW)
    assert traits_of(teller.stores, [1])[1] == {"city": "Казань"}
    teller.settle()
    assert person(teller.stores, 1).city == "Казань"
    assert [(one.key, one.sources, one.updated_by) for one in survivorships(teller.stores)] == [
        ("city", ("crm",), "Vera")
    ]
    set_survivorship(teller.stores, Survivorship("city", Rule.RECENCY), by="Vera", now=NOW)
    teller.settle()
    assert (person(teller.stores, 1).city, survivorships(teller.stores)) == ("Омск", [])


def test_unmerged_people_have_their_own_values_and_cards_again(teller):
    teller.tell("identify", user_id="A", traits={"name": "Анна", "city": "Казань"}, at=day(1))
    teller.tell("identify", email="a@example.test", traits={"name": "Аня"}, at=day(2))
    teller.settle()
    merge(teller.stores, into_id=1, from_id=2, rule="by hand", evidence={}, now=NOW, ids=SeededIds(1))
    teller.settle()
    assert person(teller.stores, 1).name == "Аня"
    unmerge(teller.stores, merges_of(teller.stores, 1)[0].merge_id, by="Vera", now=NOW)
    teller.settle()
    assert [person(teller.stores, n).name for n in (1, 2)] == ["Анна", "Аня"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Survivorship(" ", Rule.VOTE), "key"),
        (Survivorship("x" * 201, Rule.VOTE), "key"),
        (Survivorship("city", Rule.TRUST), "sources"),
        (Survivorship("city", Rule.TRUST, ("crm", " ")), "sources"),
    ],
)
def test_a_rule_that_cannot_be_names_the_field(teller, wanted, field):
    with pytest.raises(Invalid) as caught:
        set_survivorship(teller.stores, wanted, by="a test", now=NOW)
    assert caught.value.facts["field"] == field


def test_traits_from_before_words_were_kept_by_source_count_under_a_rule_too(teller):
    teller.tell("identify", user_id="A", traits={"city": "Казань"}, source_id="crm")
    teller.settle()
    with teller.stores.events.write() as tx:
        tx.run(parse_events("test", "delete from profiles_word where person_id > 0"))
    set_survivorship(teller.stores, Survivorship("city", Rule.VOTE), by="Vera", now=NOW)
    assert traits_of(teller.stores, [1])[1] == {"city": "Казань"}
    assert golden(teller.stores, 1)[0].chosen.source_id == "crm"


@pytest.mark.parametrize(
    ("rule", "city"),
    [
        (Rule.RECENCY, "Омск"),
        (Rule.TRUST, "Уфа"),
        (Rule.COMPLETENESS, "Нижнекамск"),
        (Rule.VOTE, "Казань"),
    ],
)
def test_each_rule_chooses_its_own_in_record_and_view(teller, rule, city):
    said = [("site", "Казань"), ("crm", "Казань"), ("till", "Нижнекамск"), ("desk", "Уфа"), ("call", "Омск")]
    for n, (source, value) in enumerate(said, 1):
        teller.tell("identify", user_id="A", traits={"city": value}, at=day(n), source_id=source)
    teller.settle()
    set_survivorship(teller.stores, Survivorship("city", rule, ("desk", "crm")), by="Vera", now=NOW)
    assert golden(teller.stores, 1)[0].value == city
    with teller.stores.events.read() as tx:
        assert [value for value, _ in tx.tuples(IN_VIEW, person_id=1, key="city")] == [_json(city)]
