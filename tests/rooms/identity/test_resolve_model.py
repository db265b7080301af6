"""The set-based act against a slow, obvious model: one event at a time, people as plain sets of identifiers.

Whatever the stream, the batch size and the instants at which the process dies, both must agree on who is one person,
and every message must be in the event store exactly once.
"""

import contextlib
import dataclasses
import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines import open_test_stores

from omniloom.core.event import Event, encode
from omniloom.identity import resolve
from omniloom.store import Stores
from omniloom.store.sql import parse_events, parse_state

from .conftest import NOW

Key = tuple[str, str]
STRONG = ("user_id", "email", "card")  # by priority; devices come last


class Model:
    """People as sets of identifiers, by the rules as the guide tells them."""

    def __init__(self) -> None:
        self.people: list[set[Key]] = []

    def owner(self, key: Key) -> set[Key] | None:
        return next((person for person in self.people if key in person), None)

    def take(self, event: Event) -> None:
        keys = usable(event)
        if not keys:
            return
        is_alias = event.type == "alias"
        links = keys + ([previous] if is_alias and (previous := self.previous(event)) not in [*keys, None] else [])
        person: set[Key] | None = None
        waiting: list[Key] = []
        for key in links:
            owner = self.owner(key)
            if owner is None:
                waiting.append(key)
            elif person is None:
                person = owner if self.may_carry(owner, key, waiting) else self.newcomer()
            if owner is not None and owner is not person and self.are_one(event, person, owner, key, waiting):
                person |= owner
                self.people = [p for p in self.people if p is not owner]
        if person is None:
            person = self.newcomer()
        person.update(key for key in waiting if not (key[0] == "user_id" and has(person, "user_id")))

    def newcomer(self) -> set[Key]:
        self.people.append(set())
        return self.people[-1]

    def may_carry(self, owner: set[Key], key: Key, new: list[Key]) -> bool:
        """May new identifiers be attached to the owner of ``key``?"""
        if has(new, "user_id") and has(owner, "user_id"):
            return False
        by_device_only = key[0] == "anonymous_id"
        return not (by_device_only and has(new, *STRONG) and has(owner, *STRONG))

    def are_one(self, event: Event, person: set[Key], owner: set[Key], key: Key, new: list[Key]) -> bool:
        person = person | set(new)
        if event.type not in ("identify", "alias") or (has(person, "user_id") and has(owner, "user_id")):
            return False
        by_device_only = key[0] == "anonymous_id" and event.type != "alias"
        return not (by_device_only and has(person, *STRONG) and has(owner, *STRONG))

    def previous(self, event: Event) -> Key | None:
        if event.previous_id == "null":
            return None
        as_user = ("user_id", event.previous_id)
        return as_user if self.owner(as_user) else ("anonymous_id", event.previous_id)


def has(keys, *kinds: str) -> bool:
    return any(kind in kinds for kind, _ in keys)


def usable(event: Event) -> list[Key]:
    found = [(kind, event.identifiers[kind]) for kind in (*STRONG, "anonymous_id") if kind in event.identifiers]
    return [key for key in found if key[1] != "null"]


POOLS = {
    "user_id": ["U1", "U2", "U3", "null"],
    "email": ["e1@x.test", "e2@x.test", "e3@x.test"],
    "card": ["C1", "C2"],
    "anonymous_id": ["A1", "A2", "A3", "U1"],  # a device may even be called like a user
}
identifiers = st.fixed_dictionaries({}, optional={kind: st.sampled_from(pool) for kind, pool in POOLS.items()})
shapes = st.tuples(
    st.sampled_from(["identify", "identify", "identify", "alias", "track", "page", "group"]),
    identifiers.filter(bool),
    st.sampled_from(["U1", "U2", "A1", "A2", "A9", "null"]),
)


class Killed(Exception):
    """The process dies here."""


class Dying:
    """A store port whose writing transactions sometimes end in the process's death, before or after the commit."""

    def __init__(self, port, chance: random.Random) -> None:
        self._port = port
        self._chance = chance

    def read(self):
        return self._port.read()

    @contextlib.contextmanager
    def write(self):
        fate = self._chance.random()
        with self._port.write() as tx:
            yield tx
            if fate < 0.25:
                raise Killed
        if fate > 0.75:
            raise Killed


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[tuple[Stores, Iterator[int]]]:
    """One pair of stores for all examples: each example has identifiers of its own, so they do not meet."""
    folder: Path = tmp_path_factory.mktemp("model")
    opened = open_test_stores(folder)
    yield opened, itertools.count()
    opened.close()


def stream(drawn, number: int) -> list[Event]:
    """The drawn events with values that no other example has."""

    def own(value: str) -> str:
        return value if value == "null" else f"n{number}.{value}" if "@" in value else f"{value}N{number}"

    return [
        Event(
            source_id=f"s{number}", message_id=str(i), type=kind, occurred_at=NOW, received_at=NOW,
            identifiers={k: own(value) for k, value in ids.items()},
            previous_id=own(previous) if kind == "alias" else "",
        )
        for i, (kind, ids, previous) in enumerate(drawn)
    ]  # fmt: skip


def partition(groups) -> set[frozenset]:
    sets: dict[object, set] = {}
    for member, group in groups:
        sets.setdefault(group, set()).add(member)
    return {frozenset(members) for members in sets.values()}


@given(st.lists(shapes, max_size=14), st.integers(1, 6), st.integers(0, 10_000))
def test_any_stream_in_any_batches_with_any_deaths_gives_the_models_people(shared, drawn, rows_max, seed):
    stores, numbers = shared
    events = stream(drawn, next(numbers))
    stores.log.append([encode(event) for event in events])
    chance = random.Random(seed)
    dying = dataclasses.replace(stores, state=Dying(stores.state, chance), events=Dying(stores.events, chance))
    settings = {"now": NOW, "home_region": "RU", "home_currency": "RUB", "rows_max": rows_max}
    is_done = not events
    while not is_done:
        with contextlib.suppress(Killed):
            is_done = resolve(dying, **settings).is_done

    model = Model()
    for event in events:
        model.take(event)
    if not events:
        return
    source_id = events[0].source_id
    assert stored_partition(stores, source_id) == partition(
        (event.message_id, id(model.owner(keys[0]))) for event in events if (keys := usable(event))
    )
    assert stored_keys(stores, model) == {frozenset(person) for person in model.people}


def stored_partition(stores: Stores, source_id: str) -> set[frozenset]:
    every = parse_events("test", "select message_id from identity_event where source_id = :source_id")
    resolved = parse_events("test", "select message_id, person_id from identity_history where source_id = :source_id")
    with stores.events.read() as tx:
        messages = [message_id for (message_id,) in tx.tuples(every, source_id=source_id)]
        assert len(messages) == len(set(messages)), "a message came in twice"
        return partition(tx.tuples(resolved, source_id=source_id))


def stored_keys(stores: Stores, model: Model) -> set[frozenset]:
    known = parse_state(
        "test",
        "select i.kind, i.value, p.root_id from identity_identifier as i"
        " join identity_person as p on p.person_id = i.person_id where i.value in (:names)",
    )
    names = [value for person in model.people for _, value in person]
    with stores.state.read() as tx:
        return partition(((kind, value), root_id) for kind, value, root_id in tx.tuples(known, names=names))
