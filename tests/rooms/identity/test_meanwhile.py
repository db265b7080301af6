"""Nobody's strong identifiers are with somebody else once mistakes are taken back, whatever came in meanwhile.

Eight people whom we know to be eight. They show identifiers of their own, one that is known beside one that may be new;
they all use one line; anybody is merged by hand with anybody, and parted again. In the end all merges by hand are
undone, and so many others use the line that it is found to be shared.
"""

import random
from typing import Any

import pytest

from omniloom.core.errors import Conflict
from omniloom.core.event import Event, encode
from omniloom.core.ids import SeededIds
from omniloom.identity import find, merge, resolve, unmerge
from omniloom.store import Stores
from omniloom.store.sql import parse_state

from .conftest import NOW

PEOPLE = 8
SEEDS, STEPS = 5, 60
FIRST = ["user_id", "email", "card", "crm_deal", "external_id", "email", "card", "crm_deal"]  # what each is known by
MORE = [
    "card",
    "external_id",
    "crm_deal",
    "external_id",
    "crm_deal",
]  # what each shows later, within limits for all eight
WHOSE = parse_state(
    "test",
    "select i.kind, i.value, p.root_id from identity_identifier as i"
    " join identity_person as p on p.person_id = i.person_id where i.value like :beginning",
)
SHARED = parse_state("test", "select 1 as found from identity_identifier where value = :value and shared_id > 0")
Name = tuple[str, str]


class World:
    """Who has which identifiers in truth, and beside which of theirs one came first, if not with the line."""

    def __init__(self, stores: Stores, number: int, rows_max: int) -> None:
        self.stores, self.number, self.rows_max = stores, number, rows_max
        self.line = f"+7495{number:07}"
        self.known: dict[int, list[Name]] = {}
        self.came_with: list[tuple[Name, Name]] = []
        self.standing: list[str] = []
        self.said = 0
        for person in range(PEOPLE):
            self.known[person] = [self.name(person, FIRST[person], 0)]
            self.send("track", self.known[person])

    def name(self, person: int, kind: str, number: int) -> Name:
        """In its normal form, which begins with the world's number."""
        values = {"card": f"{self.begins()[1]}P{person}N{number}",
                  "email": f"{self.begins()[0]}p{person}n{number}@x.test"}  # fmt: skip
        return kind, values.get(kind, f"{self.begins()[0]}p{person}:{number}")

    def begins(self) -> tuple[str, str]:
        return f"w{self.number:05}", f"W{self.number:05}"

    def send(self, kind: Any, names: list[Name]) -> None:
        self.said += 1
        event = Event(source_id=f"w{self.number}", message_id=str(self.said), type=kind, occurred_at=NOW,
                      received_at=NOW, identifiers=dict(names))  # fmt: skip
        self.stores.log.append([encode(event)])

    def resolve(self) -> None:
        while not resolve(self.stores, now=NOW, home_region="RU", home_currency="RUB", rows_max=self.rows_max).is_done:
            pass

    def shows(self, person: int, old: int, new: int, *, with_line: bool = False) -> None:
        one = self.known[person][old % len(self.known[person])]
        other = self.name(person, MORE[new % len(MORE)], 1 + new) if new < len(MORE) else one
        if other != one and other[0] == one[0]:
            other = one  # an event names one of a kind
        if other not in self.known[person]:
            self.known[person].append(other)
            if not with_line:
                self.came_with.append((other, one))
        self.send("identify", [one, other, *([("phone", self.line)] if with_line else [])])

    def merge(self, one: int, other: int, which: int) -> None:
        self.resolve()
        owners = [find(self.stores, self.known[p][which % len(self.known[p])][1], "RU") for p in (one, other)]
        self.said += 1
        try:
            merge_id = merge(self.stores, into_id=owners[0][0], from_id=owners[1][0], rule="manual", evidence={},
                             now=NOW, ids=SeededIds(1_000 * self.number + self.said))  # fmt: skip
        except Conflict:
            return
        self.standing.append(merge_id)

    def unmerge(self, which: int) -> None:
        self.resolve()
        if self.standing:
            unmerge(self.stores, self.standing.pop(which % len(self.standing)), by="olga", now=NOW)

    def wrong(self) -> list[set[Name]]:
        """People who have identifiers of several in truth."""
        truth = {name: person for person, names in self.known.items() for name in names}
        return [names for names in self.together() if len({truth[name] for name in names}) > 1]

    def together(self) -> list[set[Name]]:
        found: dict[int, set[Name]] = {}
        with self.stores.state.read() as tx:
            for beginning in self.begins():
                for kind, value, root in tx.tuples(WHOSE, beginning=f"{beginning}%"):
                    found.setdefault(root, set()).add((kind, value))
        return list(found.values())

    def is_line_shared(self) -> bool:
        with self.stores.state.read() as tx:
            return bool(tx.tuples(SHARED, value=self.line))


def happen(world: World, dice: random.Random) -> None:
    """One thing of any kind."""
    one, other = dice.sample(range(PEOPLE), 2)
    act = dice.random()
    if act < 0.5:
        world.shows(one, dice.randrange(9), dice.randrange(9), with_line=act < 0.15)
    elif act < 0.8:
        world.merge(one, other, dice.randrange(9))
    else:
        world.unmerge(dice.randrange(9))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_mistake_leaves_an_identifier_with_somebody_else(stores, seed):
    dice = random.Random(seed)
    world = World(stores, seed, rows_max=dice.choice((3, 50)))
    for _ in range(STEPS):
        happen(world, dice)
    while world.standing:
        world.unmerge(dice.randrange(9))
    for person in range(PEOPLE, 2 * PEOPLE):  # whom nobody knew before
        world.known[person] = [world.name(person, "crm_deal", 0)]
        world.shows(person, 0, 9, with_line=True)
    world.resolve()
    assert world.is_line_shared()
    assert world.wrong() == []
    together = world.together()
    assert [two for two in world.came_with if not any(set(two) <= names for names in together)] == []
