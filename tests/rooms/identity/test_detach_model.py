"""Events, merges, un-merges and detachings in any order against a slow, obvious model: who is whose, to the number."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines import open_test_stores

from omniloom.core.errors import Conflict
from omniloom.core.event import Event, encode
from omniloom.core.ids import SeededIds
from omniloom.identity import detach, detaching, graph, merge, resolve, unmerge
from omniloom.store import Stores
from omniloom.store.sql import parse_events, parse_state

from .conftest import NOW

Key = tuple[str, str]
RANKS = {"user_id": 10, "email": 20, "phone": 30, "card": 40}
LAST = parse_state("test", "select coalesce(max(person_id), 0) as last from identity_person")
OWNERS = parse_state(
    "test",
    "select i.kind, i.value, i.person_id, p.root_id from identity_identifier as i"
    " join identity_person as p on p.person_id = i.person_id where i.person_id > :after",
)
STANDING = parse_state("test", "select merge_id from identity_merge where from_id = :person_id and undone_at is null")
HISTORY = parse_events(
    "test", "select message_id, original_id, person_id from identity_history where source_id = :source_id"
)


@dataclass
class Model:
    """Whose each identifier and event is, and the merges that stand as arrows; a person is all that arrows connect."""

    last: int
    owner: dict[Key, int] = field(default_factory=dict)
    arrows: dict[int, int] = field(default_factory=dict)  # who was merged -> into whom
    apart: set[frozenset[int]] = field(default_factory=set)
    events: dict[str, int] = field(default_factory=dict)

    def root(self, person: int) -> int:
        while person in self.arrows:
            person = self.arrows[person]
        return person

    def keys(self, root: int) -> set[Key]:
        return {key for key, person in self.owner.items() if self.root(person) == root}

    def newcomer(self) -> int:
        self.last += 1
        return self.last

    def both_signed_in(self, one: int, other: int) -> bool:
        return all(any(kind == "user_id" for kind, _ in self.keys(root)) for root in (one, other))

    def are_apart(self, one: int, other: int) -> bool:
        return any({self.root(person) for person in two} == {one, other} for two in self.apart)

    def take(self, message_id: str, kind: str, keys: list[Key]) -> None:
        known = [key for key in keys if key in self.owner]
        new = [key for key in keys if key not in self.owner]
        if not known:
            self.owner |= dict.fromkeys(new, self.newcomer())
        elif new and new[0][0] == "phone":
            self.owner[new[0]] = self.owner[known[0]]
        elif new:
            self.owner[new[0]] = self.newcomer()
            self.join(new[0], known[0])
        elif len(known) == 2 and kind == "identify":
            self.join(*known)
        self.events[message_id] = self.owner[keys[0]]

    def join(self, one: Key, other: Key) -> None:
        roots = [self.root(self.owner[key]) for key in (one, other)]
        if roots[0] != roots[1] and not self.both_signed_in(*roots) and not self.are_apart(*roots):
            into, gone = sorted(roots, key=lambda root: (min(RANKS[kind] for kind, _ in self.keys(root)), root))
            self.arrows[gone] = into

    def merge(self, into: int, gone: int) -> bool:
        if into == gone or self.both_signed_in(into, gone):
            return False
        self.arrows[gone] = into
        return True

    def unmerge(self, gone: int) -> None:
        self.apart.add(frozenset((gone, self.arrows.pop(gone))))

    def detach(self, key: Key) -> bool | None:
        """Whether it takes its history along; None if it cannot be detached."""
        person = self.owner[key]
        if self.keys(self.root(person)) == {key}:
            return None
        arrows = [one for one, other in self.arrows.items() if person in (one, other)]
        if len(arrows) == 1 and list(self.owner.values()).count(person) == 1:
            self.unmerge(arrows[0])
            return True
        self.owner[key] = self.newcomer()
        self.apart.add(frozenset((person, self.owner[key])))
        return False


OTHERS = ["email", "card"]
USERS, PHONES = ["A", "B", "C"], [f"+7916123456{n}" for n in range(3)]
a_user, a_phone = st.sampled_from(USERS), st.sampled_from(PHONES)
keys = st.one_of(st.tuples(a_user), st.tuples(a_phone), st.tuples(a_user, a_phone), st.tuples(a_user, a_phone))
a_key = st.sampled_from(USERS + PHONES)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("identify"), keys), st.tuples(st.sampled_from(["identify", "track"]), keys),
        st.tuples(st.just("merge"), st.tuples(a_key, a_key)), st.tuples(st.just("unmerge"), st.integers(0, 9)),
        st.tuples(st.just("detach"), a_key), st.tuples(st.just("detach"), a_key),
    ),
    min_size=12, max_size=30,
)  # fmt: skip


class Both:
    """A living installation and the model, told the same."""

    def __init__(self, stores: Stores, number: int, rows_max: int) -> None:
        with stores.state.read() as tx:
            self.first = tx.tuples(LAST)[0][0]
        self.stores, self.number, self.rows_max = stores, number, rows_max
        self.model = Model(self.first)
        self.sent = 0

    def key(self, name: str) -> Key:
        """What no other example has."""
        if name in USERS:
            return "user_id", f"{name}{self.number}"
        if name in OTHERS:
            return name, {"email": f"m{self.number}@x.test", "card": f"7700{self.number:06}"}[name]
        return "phone", f"{name[:5]}{int(name[5:]) + 10 * self.number:07}"

    def send(self, kind: str, names: tuple[str, ...]) -> None:
        self.sent += 1
        identifiers = [self.key(name) for name in names]
        event = Event(source_id=f"s{self.number}", message_id=str(self.sent), type=kind, occurred_at=NOW,
                      received_at=NOW, identifiers=dict(identifiers))  # fmt: skip
        self.stores.log.append([encode(event)])
        self.model.take(str(self.sent), kind, identifiers)

    def resolve(self) -> None:
        while not resolve(self.stores, now=NOW, home_region="RU", home_currency="RUB", rows_max=self.rows_max).is_done:
            pass

    def decide(self, act: str, what: Any) -> None:
        self.resolve()
        self.sent += 1  # a name for the journal's line
        ids = SeededIds(1_000 * self.number + self.sent)
        if act == "merge":
            owners = [self.model.owner.get(self.key(name)) for name in what]
            if None not in owners:
                self.merge(*(self.model.root(owner) for owner in owners if owner), ids)
        elif act == "unmerge" and self.model.arrows:
            gone = sorted(self.model.arrows)[what % len(self.model.arrows)]
            with self.stores.state.read() as tx:
                ((merge_id,),) = tx.tuples(STANDING, person_id=gone)
            unmerge(self.stores, merge_id, by="olga", now=NOW)
            self.model.unmerge(gone)
        elif act == "detach" and self.key(what) in self.model.owner:
            self.detach(self.key(what), ids)

    def merge(self, into: int, gone: int, ids: SeededIds) -> None:
        if self.model.merge(into, gone):
            merge(self.stores, into_id=into, from_id=gone, rule="manual", evidence={}, now=NOW, ids=ids)
            return
        with pytest.raises(Conflict):
            merge(self.stores, into_id=into, from_id=gone, rule="manual", evidence={}, now=NOW, ids=ids)

    def detach(self, key: Key, ids: SeededIds) -> None:
        person = self.model.root(self.model.owner[key])
        takes_history = self.model.detach(key)
        if takes_history is None:
            with pytest.raises(Conflict):
                detach(self.stores, person, key, by="olga", now=NOW, ids=ids)
            return
        assert detaching(self.stores, person, key).takes_history == takes_history
        done = detach(self.stores, person, key, by="olga", now=NOW, ids=ids)
        assert (done.own_id, done.takes_history) == (self.model.owner[key], takes_history)

    def check(self) -> None:
        with self.stores.state.read() as state, self.stores.events.read() as events:
            rows = state.tuples(OWNERS, after=self.first)
            history = events.tuples(HISTORY, source_id=f"s{self.number}")
        model = self.model
        assert {(k, v): (person, root) for k, v, person, root in rows} == {
            key: (person, model.root(person)) for key, person in model.owner.items()
        }
        assert {message_id: (person, root) for message_id, person, root in history} == {
            message_id: (person, model.root(person)) for message_id, person in model.events.items()
        }


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stores, list[int]]]:
    """One pair of stores for all examples: each has identifiers of its own, which any number of people may use."""
    opened = open_test_stores(tmp_path_factory.mktemp("detach"))
    with pytest.MonkeyPatch.context() as limit:
        limit.setattr(graph, "HOLDERS_MAX", 1_000)
        yield opened, []
    opened.close()


@given(steps, st.integers(1, 5))
def test_whose_everything_is_follows_the_model(shared, drawn, rows_max):
    stores, examples = shared
    examples.append(1)
    both = Both(stores, len(examples), rows_max)
    for act, what in drawn:
        if act in ("identify", "track"):
            both.send(act, what)
            continue
        both.decide(act, what)
        both.check()
    both.resolve()
    both.check()


FEW = ["A", "email", PHONES[0], "card"]  # the strongest first
two_of_few = st.permutations(FEW).map(lambda names: (names[0], names[1]))
one_event = two_of_few.map(lambda names: tuple(sorted(names, key=FEW.index)))
hand_acts = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), two_of_few), st.tuples(st.just("merge"), two_of_few),
        st.tuples(st.just("unmerge"), st.integers(0, 3)), st.tuples(st.just("unmerge"), st.integers(0, 3)),
        st.tuples(st.just("identify"), one_event),
    ),
    min_size=4, max_size=14,
)  # fmt: skip


@given(hand_acts)
def test_who_was_parted_stays_apart_whatever_was_merged_and_undone_since(shared, drawn):
    """Four people, many decisions about them; at the end each two are named by one event."""
    stores, examples = shared
    examples.append(1)
    both = Both(stores, len(examples), rows_max=5)
    for name in FEW:
        both.send("identify", (name,))
    for act, what in drawn:
        if act == "identify":
            both.send(act, what)
        else:
            both.decide(act, what)
    for standing in range(len(both.model.arrows)):
        both.decide("unmerge", standing)
    for two in itertools.combinations(FEW, 2):
        both.send("identify", two)
    both.resolve()
    both.check()
