"""The customer page and the search, as a marketer reads them."""

import pytest

from omniloom import catalog
from omniloom.core.errors import Missing
from omniloom.core.event import (
    CONSENT_WITHDRAWN,
    MESSAGE_BOUNCED,
    MESSAGE_CLICKED,
    MESSAGE_DELIVERED,
    MESSAGE_OPENED,
    MESSAGE_SENT,
    ORDER_COMPLETED,
    SEGMENT_ENTERED,
    SEGMENT_LEFT,
)
from omniloom.core.ids import SeededIds
from omniloom.identity import merge
from omniloom.profiles import people, person, search, timeline, trait_keys, traits_of

from .conftest import NOW, day


@pytest.fixture
def anna(teller):
    """Anna (1) with a device's history (2) taken over, an order, and a stranger (3)."""
    teller.tell("identify", user_id="A", email="anna@example.test", phone="8 916 123-45-67", at=day(2),
                traits={"firstName": "Анна", "last_name": "Ким", "address": {"city": "Казань"}, "locale": "ru_RU",
                        "timezone": "Europe/Moscow", "age": 34})  # fmt: skip
    teller.tell("page", "Home", anonymous_id="pc", at=day(1))
    teller.tell("identify", user_id="A", anonymous_id="pc", at=day(3))
    teller.tell("track", ORDER_COMPLETED, user_id="A", at=day(4), properties={
        "order_id": "O1", "revenue": 12.5, "currency": "RUB", "channel": "store",
        "products": [{"product_id": "P1", "quantity": 2, "amount": 12.5, "shelf": 4}, {"product_id": "P9"}],
    })  # fmt: skip
    teller.tell("identify", user_id="B", card="7700 1", traits={"name": "Борис"}, at=day(5))
    catalog.load_products(teller.stores, [[{"product_id": "P1", "name": "Milk", "category": "Dairy"}]], now=NOW)
    teller.settle()
    return teller


def find(teller, text, rows_max=10):
    return [(row.person_id, row.matched) for row in search(teller.stores, text, home_region="RU", rows_max=rows_max)]


def test_a_person_is_all_that_is_known_by_any_id_they_ever_had(anna):
    shown = person(anna.stores, 2)
    assert shown == person(anna.stores, 1)
    assert (shown.person_id, shown.name, shown.city) == (1, "Анна Ким", "Казань")
    assert (shown.timezone, shown.language) == ("Europe/Moscow", "ru-RU")
    assert [i.kind for i in shown.identifiers] == ["user_id", "email", "phone", "anonymous_id"]
    assert {t.key: t.value for t in shown.traits}["age"] == 34
    assert (shown.orders, shown.revenue_minor, shown.currency) == (1, 1250, "RUB")
    assert (shown.first_seen_at, shown.last_seen_at, shown.last_order_at) == (day(1), day(4), day(4))


@pytest.mark.parametrize("name", [MESSAGE_SENT, MESSAGE_DELIVERED, MESSAGE_BOUNCED, SEGMENT_ENTERED, SEGMENT_LEFT])
def test_what_we_did_is_not_when_a_person_was_seen(anna, name):
    for at in (day(1).replace(hour=1), day(9)):
        anna.tell("track", name, user_id="A", at=at, properties={"channel": "direct_mail"})
    anna.tell("track", name, card="9900 1", at=day(9))
    anna.settle()
    shown, silent = person(anna.stores, 1), person(anna.stores, 4)
    assert (shown.first_seen_at, shown.last_seen_at) == (day(1), day(4))
    assert (silent.first_seen_at, silent.last_seen_at) == (None, None)


@pytest.mark.parametrize("name", [MESSAGE_OPENED, MESSAGE_CLICKED, CONSENT_WITHDRAWN, "Anything Else"])
def test_what_they_did_with_a_message_is(anna, name):
    anna.tell("track", name, user_id="A", at=day(9))
    anna.settle()
    assert person(anna.stores, 1).last_seen_at == day(9)


def test_a_person_without_a_name_is_called_by_their_strongest_identifier(teller):
    teller.tell("track", anonymous_id="pc", email="x@example.test")
    teller.settle()
    assert person(teller.stores, 1).name == "x@example.test"
    assert person(teller.stores, 1).orders == 0
    with pytest.raises(Missing, match="no person 2"):
        person(teller.stores, 2)


def test_the_timeline_is_newest_first_with_named_order_lines(anna):
    order, signed_in, told, browsed = timeline(anna.stores, 1, rows_max=10)
    assert [e.type for e in (signed_in, told, browsed)] == ["identify", "identify", "page"]
    assert (order.name, order.channel, order.revenue_minor, order.currency) == (ORDER_COMPLETED, "store", 1250, "RUB")
    assert order.items == [
        {"line": 0, "product_id": "P1", "name": "Milk", "category": "Dairy", "quantity": 2.0, "amount_minor": 1250,
         "properties": {"shelf": 4}},
        {"line": 1, "product_id": "P9", "name": None, "category": None, "quantity": 1.0, "amount_minor": None,
         "properties": {}},
    ]  # fmt: skip


def test_pages_of_the_timeline_meet_without_gap_or_overlap_even_at_one_instant(teller):
    for _ in range(7):
        teller.tell("track", "Ping", user_id="A", at=day(3))
    teller.settle()
    positions, before, before_position = [], None, 0
    while page := timeline(teller.stores, 1, before=before, before_position=before_position, rows_max=3):
        positions += [event.position for event in page]
        before, before_position = page[-1].occurred_at, page[-1].position
    assert len(positions) == 7
    assert positions == sorted(set(positions), reverse=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A", [(1, "A")]), ("anna@EXAMPLE.test", [(1, "anna@EXAMPLE.test")]), ("anna@", [(1, "anna@example.test")]),
        ("+7 916 1234567", [(1, "+7 916 1234567")]), ("8916", [(1, "+79161234567")]), ("9161", [(1, "+79161234567")]),
        ("77001", [(3, "77001")]), ("770", [(3, "77001")]), ("pc", [(1, "pc")]), ("аННа", [(1, "")]),
        ("Анна К", [(1, "")]), ("борис", [(3, "")]), ("nobody", []), ("%", []), ("", [(3, ""), (1, "")]),
    ],
)  # fmt: skip
def test_search_finds_by_any_identifier_its_beginning_or_a_name(anna, text, found):
    assert find(anna, text) == found


def test_search_gives_at_most_what_was_asked_for_exact_matches_first(teller):
    for n in range(9):
        teller.tell("identify", user_id=f"U{n}", email=f"u{n}@example.test", traits={"name": f"U {n}"})
    teller.tell("identify", user_id="U")
    teller.settle()
    assert find(teller, "U", rows_max=3)[0] == (10, "U")
    assert len(find(teller, "U", rows_max=3)) == 3
    assert [who for who, _ in find(teller, "", rows_max=2)] == [10, 9]


def test_lists_follow_merges(anna):
    merge(anna.stores, into_id=3, from_id=find_device(anna), rule="manual", evidence={}, now=NOW, ids=SeededIds(1))
    anna.settle()
    assert [row.person_id for row in people(anna.stores, [2, 3, 1, 99])] == [1, 3]
    assert traits_of(anna.stores, [2])[2]["age"] == 34
    assert find(anna, "kiosk") == [(3, "kiosk")]


def find_device(teller):
    teller.tell("page", anonymous_id="kiosk")
    teller.settle()
    return find(teller, "kiosk")[0][0]


def test_trait_keys_count_people(anna):
    keys = dict(trait_keys(anna.stores))
    assert keys["age"] == 1
    assert keys["name"] == 1
    assert "products" not in keys


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("8f14e45f-ceea-467f-a0e6-9b2c1d5e3f2a", "3f2a"), ("GA1.2.314159.1700004242", "4242"), ("tab-7", "7"),
        ("a_b!", "b"), ("%&", "%&"),
    ],
)  # fmt: skip
def test_an_anonymous_visitor_has_no_name_but_a_short_code_of_the_first_id(teller, value, code):
    teller.tell("page", anonymous_id=value, at=day(2))
    teller.tell("alias", anonymous_id="another", previous_id=value, at=day(3))
    teller.settle()
    shown = person(teller.stores, 1)
    assert len(shown.identifiers) == 2
    assert (shown.name, shown.visitor) == ("", code)


def test_who_has_a_name_or_says_something_is_no_visitor(teller):
    teller.tell("page", anonymous_id="tab", user_id="U")
    teller.tell("identify", anonymous_id="pc", traits={"name": "Anna"})
    teller.settle()
    found = {row.name: row.visitor for row in people(teller.stores, [1, 2])}
    assert found == {"U": "", "Anna": ""}
