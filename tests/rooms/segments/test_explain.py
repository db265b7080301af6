"""Why a person is in a segment or not, and what the form builder can offer."""

from collections.abc import Callable
from typing import Any

from omniloom.segments import (
    Kind,
    count,
    create,
    event_names,
    explain,
    property_names,
    property_values,
    trait_names,
    trait_values,
)  # fmt: skip

DEFINITION = {
    "all": [
        {"trait": "city", "is": "Москва"},
        {"any": [{"did": "Order Completed", "sum": {"of": "revenue", "at_least": 50}}, {"consent": "email"}]},
        {"did_not": "Order Completed", "within": "30d"},
    ]
}


def test_each_condition_says_whether_it_holds_and_what_was_seen(shop: Any, moscow: Callable[[], set[int]]) -> None:
    anna = explain(shop.stores, DEFINITION, shop.person("anna"), now=shop.now)
    city, either, lately = anna.parts
    assert (anna.holds, city.holds, either.holds, lately.holds) == (True, True, True, True)
    assert city.observed["text"] == "Москва"
    assert (either.path, [part.path for part in either.parts]) == ("all[1]", ["all[1].any[0]", "all[1].any[1]"])
    assert [part.holds for part in either.parts] == [False, True]
    assert either.parts[1].observed["name"] == "Consent Given"

    boris = explain(shop.stores, DEFINITION, shop.person("boris"), now=shop.now)
    assert boris.holds is False
    assert boris.parts[1].parts[1].observed["name"] == "Unsubscribed"

    dmitri = explain(shop.stores, DEFINITION, shop.person("dmitri"), now=shop.now)
    assert [part.holds for part in dmitri.parts] == [False, True, False]
    bought = dmitri.parts[1].parts[0].observed
    assert (bought["count"], bought["sum"]) == (2, 5050)
    assert dmitri.parts[2].observed["count"] == 1


def test_a_verdict_is_the_same_as_being_found(shop: Any, moscow: Callable[[], set[int]]) -> None:
    kept = create(shop.stores, name="Kept", definition=DEFINITION, now=shop.now, ids=shop.ids)
    definition = {"not": {"segment": "Kept"}}
    held = [
        explain(shop.stores, definition, shop.person(u), now=shop.now) for u in ("anna", "boris", "clara", "dmitri")
    ]
    assert [e.holds for e in held] == [False, True, True, True]
    assert count(shop.stores, definition, now=shop.now) == 3
    inner = held[0].parts[0].parts[0]
    assert inner.path == "not.segment"
    assert len(inner.parts) == 3
    assert explain(shop.stores, kept, shop.person("anna"), now=shop.now).holds


def test_a_form_is_offered_what_there_is(shop: Any, moscow: Callable[[], set[int]]) -> None:
    assert event_names(shop.stores)[:2] == [("Consent Given", 2), ("Order Completed", 2)]
    names = property_names(shop.stores, "Order Completed")
    assert names[:5] == ["channel", "campaign_id", "order_id", "currency", "revenue"]
    assert "product.category" in names
    assert property_values(shop.stores, "Order Completed", "channel") == [("store", 2)]
    assert property_values(shop.stores, "Order Completed", "order_id", prefix="o4") == [("o40", 1)]
    assert [(t.key, t.people, t.kind) for t in trait_names(shop.stores)] == [
        ("city", 3, Kind.TEXT), ("age", 2, Kind.NUMBER),
    ]  # fmt: skip
    assert trait_values(shop.stores, "city", prefix="МОС") == [("Москва", 1), ("москва", 1)]
