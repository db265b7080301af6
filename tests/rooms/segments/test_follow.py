"""Following events keeps every segment as a full computation would have it, and announces each change once."""

import random
from datetime import timedelta
from typing import Any

import pytest
from tests.trying import seeds

from omniloom.identity import find, merge, unmerge
from omniloom.segments import announce, create, follow, members, parse, refresh, sample, segment
from omniloom.segments.preview import people

DEFINITIONS: dict[str, Any] = {
    "Muscovites": {"trait": "city", "is": "Moscow"},
    "No Muscovites": {"not": {"trait": "city", "is": "Moscow"}},
    "Buyers": {"did": "Order Completed", "count": {"at_least": 2}},
    "Silent": {"did_not": "Order Completed"},
    "Reachable": {"consent": "email"},
    "Buyers of Moscow": {"all": [{"segment": "Buyers"}, {"segment": "Muscovites"}]},
}


def everyone(shop: Any, definition: Any) -> set[int]:
    return set(sample(shop.stores, definition, now=shop.now, rows_max=10_000))


def something(shop: Any, dice: random.Random) -> None:
    user = f"u{dice.randint(1, 8)}"
    match dice.randint(1, 6):
        case 1:
            shop.identify(user, city=dice.choice(["Moscow", "Kazan", None]))
        case 2:
            shop.did(user, "Order Completed", revenue=10, order_id=shop.ids.token())
        case 3:
            shop.did(user, dice.choice(["Consent Given", "Consent Withdrawn"]), channel="email", purpose="marketing")
        case 4:
            shop.alias(user, f"device{dice.randint(1, 4)}")
        case 5:
            shop.did(f"device{dice.randint(1, 4)}", "Order Completed", kind="anonymous_id", revenue=1)
        case _:
            shop.did(user, "Page Opened")


@pytest.mark.parametrize("seed", seeds(3))
def test_following_any_events_gives_what_a_full_computation_gives(shop: Any, seed: int) -> None:
    dice = random.Random(seed)
    shop.identify("keeper", city="Moscow")  # a trait that nobody has is refused
    shop.did("u2", "Consent Given", channel="email", purpose="marketing")
    shop.settle()
    ids = {name: create(shop.stores, name=name, definition=definition, now=shop.now, ids=shop.ids).segment_id
           for name, definition in DEFINITIONS.items()}  # fmt: skip
    for segment_id in ids.values():
        refresh(shop.stores, segment_id, now=shop.now)
    for _ in range(6):
        for _ in range(dice.randint(1, 6)):
            shop.clock.advance(timedelta(seconds=1))
            something(shop, dice)
        shop.settle()
        follow(shop.stores, now=shop.now)
        for name, definition in DEFINITIONS.items():
            assert set(members(shop.stores, ids[name])) == everyone(shop, definition), name
    for segment_id in ids.values():
        assert segment(shop.stores, segment_id).members == len(members(shop.stores, segment_id))
        refreshed = refresh(shop.stores, segment_id, now=shop.now)
        assert (refreshed.entered, refreshed.left) == (0, 0)


def test_following_twice_changes_and_announces_nothing_more(shop: Any) -> None:
    shop.identify("anna", city="Kazan")
    shop.settle()
    made = create(shop.stores, name="Muscovites", definition=DEFINITIONS["Muscovites"], now=shop.now, ids=shop.ids)
    refresh(shop.stores, made.segment_id, now=shop.now)
    follow(shop.stores, now=shop.now)
    shop.clock.advance(timedelta(seconds=1))
    shop.identify("anna", city="Moscow")
    shop.settle()
    assert follow(shop.stores, now=shop.now).rows == 1
    assert follow(shop.stores, now=shop.now).rows == 0
    assert announce(shop.stores, now=shop.now).rows == 1


def test_a_segment_that_was_never_computed_waits_for_its_first_full_computation(shop: Any) -> None:
    shop.identify("anna", city="Moscow")
    shop.settle()
    made = create(shop.stores, name="Muscovites", definition=DEFINITIONS["Muscovites"], now=shop.now, ids=shop.ids)
    follow(shop.stores, now=shop.now)
    assert members(shop.stores, made.segment_id) == []


def test_asking_again_asks_by_the_text_that_is_kept(shop: Any) -> None:
    shop.identify("u1", city="Moscow")
    shop.settle()
    first, again = (
        people(shop.stores, parse(DEFINITIONS["Silent"]), now=shop.now + timedelta(days=days)) for days in (0, 3)
    )
    assert first.tree is again.tree
    assert first.params != again.params
    among = people(shop.stores, parse(DEFINITIONS["Silent"]), now=shop.now, is_among_staged=True)
    assert among.tree is not first.tree


def test_whoever_is_merged_or_unmerged_is_asked_again_without_a_new_event(shop: Any) -> None:
    shop.identify("anna", city="Moscow")
    shop.did("pc", "Order Completed", kind="anonymous_id", revenue=1)
    shop.did("pc", "Order Completed", kind="anonymous_id", revenue=1)
    shop.settle()
    ids = [create(shop.stores, name=name, definition=DEFINITIONS[name], now=shop.now, ids=shop.ids).segment_id
           for name in ("Muscovites", "Buyers", "Buyers of Moscow")]  # fmt: skip
    for segment_id in ids:
        refresh(shop.stores, segment_id, now=shop.now)
    anna, pc = find(shop.stores, "anna", "RU")[0], find(shop.stores, "pc", "RU")[0]
    merge_id = merge(shop.stores, into_id=anna, from_id=pc, rule="manual", evidence={}, now=shop.now, ids=shop.ids)
    follow(shop.stores, now=shop.now)
    assert [members(shop.stores, segment_id) for segment_id in ids] == [[anna]] * 3
    unmerge(shop.stores, merge_id, by="olga", now=shop.now)
    follow(shop.stores, now=shop.now)
    assert [members(shop.stores, segment_id) for segment_id in ids] == [[anna], [pc], []]
    assert [segment(shop.stores, segment_id).members for segment_id in ids] == [1, 1, 0]
