"""Merging and un-merging give memberships back as they were, and announce nothing."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.engines import chosen
from tests.trying import seeds

from omniloom.identity import find, merge, unmerge
from omniloom.segments import announce, create, follow, members, membership, refresh, segment, segments_of, update
from omniloom.segments.follow import follow_each
from omniloom.store.sql import parse_events

DEFINITIONS: dict[str, Any] = {
    "Muscovites": {"trait": "city", "is": "Moscow"},
    "No Muscovites": {"not": {"trait": "city", "is": "Moscow"}},
    "Regulars": {"did": "Order Completed", "count": {"at_least": 2}},
    "Silent": {"did_not": "Order Completed"},
    "Regulars of Moscow": {"all": [{"segment": "Regulars"}, {"segment": "Muscovites"}]},
}
ROWS = parse_events("t", "select segment_id, person_id, entered_at from segments_member")
ASIDE = parse_events("t", "select segment_id, person_id, entered_at from segments_aside")
CHANGES = parse_events("t", "select segment_id, person_id, is_entry, changed_at from segments_change")

Row = tuple[str, int, datetime]


def rows(shop: Any, query: Any = ROWS) -> set[Row]:
    with shop.stores.events.read() as tx:
        found = tx.tuples(query)
    assert len(found) == len(set(found))
    return set(found)


def make(shop: Any, *names: str) -> dict[str, str]:
    ids = {name: create(shop.stores, name=name, definition=DEFINITIONS[name], now=shop.now, ids=shop.ids).segment_id
           for name in names}  # fmt: skip
    for segment_id in ids.values():
        refresh(shop.stores, segment_id, now=shop.now)
        shop.clock.advance(timedelta(hours=1))
    return ids


def join(shop: Any, into: int, gone: int) -> str:
    shop.clock.advance(timedelta(hours=1))
    return merge(shop.stores, into_id=into, from_id=gone, rule="manual", evidence={}, now=shop.now, ids=shop.ids)


def part(shop: Any, merge_id: str) -> None:
    shop.clock.advance(timedelta(hours=1))
    unmerge(shop.stores, merge_id, by="olga", now=shop.now)


@pytest.fixture
def two(shop: Any) -> tuple[int, int]:
    """Anna of Moscow, who bought nothing; and a machine that bought twice."""
    shop.identify("anna", city="Moscow")
    for _ in range(2):
        shop.did("pc", "Order Completed", kind="anonymous_id", revenue=1)
    shop.settle()
    return shop.person("anna"), find(shop.stores, "pc", "US")[0]


@pytest.mark.parametrize("how", ["follow", "refresh"])
def test_a_merge_and_its_undoing_leave_every_row_as_it_was(shop: Any, two: tuple[int, int], how: str) -> None:
    ids = make(shop, *DEFINITIONS)

    def ask() -> None:
        if how == "follow":
            follow(shop.stores, now=shop.now)
        else:
            for segment_id in ids.values():
                refresh(shop.stores, segment_id, now=shop.now)

    ask()
    before, told = rows(shop), rows(shop, CHANGES)
    merge_id = join(shop, *two)
    ask()
    assert members(shop.stores, ids["Silent"]) == []
    assert members(shop.stores, ids["Regulars of Moscow"]) == [two[0]]
    assert segment(shop.stores, "Regulars of Moscow").members == 1
    part(shop, merge_id)
    ask()
    assert rows(shop) == before
    assert rows(shop, ASIDE) == set()
    assert rows(shop, CHANGES) == told
    assert [segment(shop.stores, name).members for name in DEFINITIONS] == [1, 1, 1, 1, 0]


def test_a_merge_shown_in_the_middle_of_a_refresh_announces_nobody(
    shop: Any, two: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = make(shop, "Silent")
    before, told = rows(shop), rows(shop, CHANGES)
    merges: list[str] = []

    def follow_then_join(*args: Any, **given: Any) -> Any:
        changed = follow_each(*args, **given)
        if not merges:
            merges.append(join(shop, *two))
        return changed

    monkeypatch.setattr(membership, "follow_each", follow_then_join)
    shop.identify("clara")
    shop.settle()
    clara = shop.person("clara")
    refreshed = refresh(shop.stores, "Silent", now=shop.now)
    assert (refreshed.entered, refreshed.left, refreshed.members) == (1, 0, 1)
    assert {row[1] for row in rows(shop, CHANGES) - told} == {clara}
    assert rows(shop, ASIDE) == before
    part(shop, merges[0])
    refresh(shop.stores, ids["Silent"], now=shop.now)
    assert {row for row in rows(shop) if row[1] != clara} == before


def test_a_merged_person_is_in_since_the_earliest(shop: Any) -> None:
    shop.identify("anna", city="Moscow")
    shop.settle()
    ids = make(shop, "Muscovites")
    entered = shop.now
    shop.did("pc", "Seen", kind="anonymous_id")
    shop.settle()
    pc = find(shop.stores, "pc", "US")[0]
    shop.identify("boris", city="Moscow")
    shop.settle()
    follow(shop.stores, now=shop.now)
    anna, boris = shop.person("anna"), shop.person("boris")
    first = segments_of(shop.stores, anna)[0][1]
    assert segments_of(shop.stores, boris)[0][1] == entered > first
    merge_id = join(shop, pc, anna)
    follow(shop.stores, now=shop.now)
    assert members(shop.stores, ids["Muscovites"]) == sorted([pc, boris])
    assert [at for _, at in segments_of(shop.stores, pc)] == [first]
    part(shop, merge_id)
    join(shop, pc, boris)
    follow(shop.stores, now=shop.now)
    assert [at for _, at in segments_of(shop.stores, pc)] == [entered]
    assert [at for _, at in segments_of(shop.stores, anna)] == [first]


def test_what_somebody_does_while_merged_is_announced(shop: Any, two: tuple[int, int]) -> None:
    make(shop, "Muscovites", "Silent")
    merge_id = join(shop, *two)
    follow(shop.stores, now=shop.now)
    while not announce(shop.stores, now=shop.now).is_done:
        pass
    told = rows(shop, CHANGES)
    shop.identify("anna", city="Kazan")
    shop.settle()
    assert follow(shop.stores, now=shop.now).rows == 1
    assert len(rows(shop, CHANGES) - told) == 1
    part(shop, merge_id)
    follow(shop.stores, now=shop.now)
    assert [kept.name for kept, _ in segments_of(shop.stores, two[0])] == ["Silent"]


def test_whoever_comes_in_by_signing_in_is_announced(shop: Any, two: tuple[int, int]) -> None:
    """The event that joins a device with its owner is something that somebody did."""
    ids = make(shop, "Muscovites", "Regulars", "Regulars of Moscow")
    shop.alias("anna", "pc")
    shop.settle()
    root = shop.person("anna")
    assert shop.person("anna") == find(shop.stores, "pc", "US")[0]
    assert follow(shop.stores, now=shop.now).rows == 1
    assert {(row[0], row[1], row[2]) for row in rows(shop, CHANGES)} >= {(ids["Regulars of Moscow"], root, True)}


def test_a_new_definition_has_no_use_for_what_merges_hid_of_the_old_one(shop: Any, two: tuple[int, int]) -> None:
    ids = make(shop, "Silent")
    merge_id = join(shop, *two)
    follow(shop.stores, now=shop.now)
    assert rows(shop, ASIDE)
    update(shop.stores, ids["Silent"], definition=DEFINITIONS["Regulars"], now=shop.now)
    refresh(shop.stores, ids["Silent"], now=shop.now)
    assert rows(shop, ASIDE) == set()
    part(shop, merge_id)
    follow(shop.stores, now=shop.now)
    assert members(shop.stores, ids["Silent"]) == [two[1]]


# --- a model ---------------------------------------------------------------------------------------------------------


class Model:
    """Rows stay with whom they were made for; whoever is in is so since the earliest row of his parts.

    Whoever is in without a row gets one; a single person who is out has none.
    """

    def __init__(self, facts: dict[int, tuple[bool, int]]) -> None:
        self.facts = facts  # person -> lives in Moscow, orders
        self.above: dict[int, int] = {}
        self.kept: dict[str, dict[int, datetime]] = {name: {} for name in DEFINITIONS}

    def root(self, person: int) -> int:
        return self.root(self.above[person]) if person in self.above else person

    def parts(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for person in self.facts:
            found.setdefault(self.root(person), []).append(person)
        return found

    def is_in(self, name: str, parts: list[int]) -> bool:
        of_moscow = any(self.facts[person][0] for person in parts)
        orders = sum(self.facts[person][1] for person in parts)
        return {"Muscovites": of_moscow, "No Muscovites": not of_moscow, "Regulars": orders >= 2,
                "Silent": orders == 0, "Regulars of Moscow": of_moscow and orders >= 2}[name]  # fmt: skip

    def ask(self, now: datetime) -> None:
        for name, kept in self.kept.items():
            for root, parts in self.parts().items():
                if self.is_in(name, parts):
                    if not any(part in kept for part in parts):
                        kept[root] = now
                elif len(parts) == 1:
                    kept.pop(root, None)

    def entered(self, name: str) -> dict[int, datetime]:
        return {root: min(self.kept[name][part] for part in parts if part in self.kept[name])
                for root, parts in self.parts().items() if self.is_in(name, parts)}  # fmt: skip


def settled(shop: Any, dice: random.Random) -> Model:
    facts = {}
    for number in range(7):
        is_of_moscow, orders = dice.random() < 0.5, dice.choice((0, 0, 1, 2))
        shop.did(f"p{number}", "Seen", kind="anonymous_id")
        shop.settle()
        (person,) = find(shop.stores, f"p{number}", "US")
        facts[person] = (is_of_moscow, orders)
        if is_of_moscow:
            shop._say("identify", f"p{number}", kind="anonymous_id", traits={"city": "Moscow"})
        for _ in range(orders):
            shop.did(f"p{number}", "Order Completed", kind="anonymous_id", revenue=1)
    shop.identify("keeper", city="Moscow")  # a trait that nobody has is refused
    shop.settle()
    facts[shop.person("keeper")] = (True, 0)
    return Model(facts)


@pytest.mark.parametrize("seed", seeds(3))
def test_any_order_of_merges_unmerges_and_refreshes_is_as_the_model_says(shop: Any, seed: int) -> None:
    dice = random.Random(seed)
    model = settled(shop, dice)
    ids = make(shop, *DEFINITIONS)
    first = {(ids[name], person): at for name in DEFINITIONS for _, person, at in rows(shop) if _ == ids[name]}
    for (segment_id, person), at in first.items():
        model.kept[next(name for name, each in ids.items() if each == segment_id)][person] = at
    told, standing = rows(shop, CHANGES), {}

    def ask() -> None:
        if dice.random() < 0.5:
            follow(shop.stores, now=shop.now)
        else:
            refresh(shop.stores, dice.choice(list(ids.values())), now=shop.now)
        model.ask(shop.now.replace(tzinfo=None))
        for name, segment_id in ids.items():
            expected = model.entered(name)
            assert members(shop.stores, segment_id) == sorted(expected), name
            assert segment(shop.stores, segment_id).members == len(expected), name
        for root in model.parts():
            since = {kept.name: at.replace(tzinfo=None) for kept, at in segments_of(shop.stores, root)}
            assert since == {name: model.entered(name)[root] for name in ids if root in model.entered(name)}

    for _ in range(5 if chosen() == "scaled" else 12):
        for _ in range(dice.randint(1, 4)):
            roots = sorted(model.parts())
            if standing and (dice.random() < 0.5 or len(roots) < 2):
                merge_id = dice.choice(sorted(standing))
                part(shop, merge_id)
                del model.above[standing.pop(merge_id)]
            else:
                into, gone = dice.sample(roots, 2)
                standing[join(shop, into, gone)] = gone
                model.above[gone] = into
        ask()
    for merge_id in sorted(standing, key=lambda _: dice.random()):
        part(shop, merge_id)
        del model.above[standing[merge_id]]
    ask()
    assert {(segment_id, person): at for segment_id, person, at in rows(shop)} == first
    assert rows(shop, ASIDE) == set()
    assert rows(shop, CHANGES) == told
