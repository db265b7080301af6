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
RANKS = {"user_id": 10, "email": 20, "phone": 30, "card": 40, "anonymous_id": 90}
WEAK = 80
LAST = parse_state("test", "select coalesce(max(person_id), 0) as last from identity_person")
OWNERS = parse_state(
    "test",
    "select i.kind, i.value, i.person_id, p.root_id from identity_identifier as i"
    " join identity_person as p on p.person_id = i.person_id where i.person_id > :after",
)
STANDING = parse_state(
    "test",
    "select merge_id from identity_merge where from_end = :one and into_end = :other and undone_at is null",
)
HISTORY = parse_events(
    "test", "select message_id, original_id, person_id from identity_history where source_id = :source_id"
)


def is_weak(key: Key) -> bool:
    return RANKS[key[0]] > WEAK


@dataclass(eq=False)
class Line:
    """One merge that stands: whom it links, what they were called as wholes, and what its event named."""

    ends: tuple[int, int]
    roots: tuple[int, int]
    named: frozenset[Key] = frozenset()
    joined: Key | None = None


@dataclass
class Model:
    """Whose each identifier and event is, and the merges that stand as lines; a person is all that lines connect."""

    last: int
    owner: dict[Key, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    roots: dict[int, int] = field(default_factory=dict)
    apart: set[frozenset[int]] = field(default_factory=set)
    events: dict[str, int] = field(default_factory=dict)

    def root(self, person: int) -> int:
        return self.roots[person]

    def whole(self, person: int, lines: list[Line]) -> set[int]:
        """Everyone that lines connect with somebody."""
        found = {person}
        while more := {end for line in lines if set(line.ends) & found for end in line.ends} - found:
            found |= more
        return found

    def keys(self, root: int) -> set[Key]:
        return {key for key, person in self.owner.items() if self.root(person) == root}

    def newcomer(self) -> int:
        self.last += 1
        self.roots[self.last] = self.last
        return self.last

    def both_signed_in(self, one: int, other: int) -> bool:
        return all(any(kind == "user_id" for kind, _ in self.keys(root)) for root in (one, other))

    def are_apart(self, one: int, other: int) -> bool:
        return any({self.root(person) for person in two} == {one, other} for two in self.apart)

    def take(self, message_id: str, kind: str, keys: list[Key]) -> None:
        known = [key for key in keys if key in self.owner]
        if known:
            self.settle(kind, keys, known, [key for key in keys if key not in self.owner])
        else:
            self.owner |= dict.fromkeys(keys, self.newcomer())
        self.events[message_id] = next(self.owner[key] for key in keys if key in self.owner)

    def settle(self, kind: str, keys: list[Key], known: list[Key], new: list[Key]) -> None:
        person = self.owner[known[0]]
        kinds = {kind for kind, _ in self.keys(self.root(person))}
        has_other_user = "user_id" in kinds and any(kind == "user_id" for kind, _ in new)
        is_strong = any(not is_weak(key) for key in new)
        if new and is_strong and (known[0][0] != "user_id" or has_other_user):
            has_strong = any(RANKS[kind] < WEAK for kind in kinds)
            if not is_weak(known[0]) or has_strong or has_other_user:
                person = self.newcomer()
        self.owner |= dict.fromkeys(new, person)
        if person != self.owner[known[0]] and not has_other_user and not is_weak(known[0]):
            self.join(keys, known[0], person)
        for key in known:
            if kind == "identify" and self.root(self.owner[key]) != self.root(person):
                self.join(keys, key, person)

    def join(self, keys: list[Key], key: Key, person: int) -> None:
        """Whose ``key`` is turns out to be one with somebody."""
        ends = self.owner[key], person
        roots = [self.root(end) for end in ends]
        are_strong = all(any(RANKS[kind] < WEAK for kind, _ in self.keys(root)) for root in roots)
        if self.both_signed_in(*roots) or self.are_apart(*roots) or (are_strong and is_weak(key)):
            return
        into, gone = sorted(roots, key=lambda root: (min(RANKS[kind] for kind, _ in self.keys(root)), root))
        if roots[0] == into:
            ends = ends[1], ends[0]
        self.link(Line(ends, (gone, into), frozenset(keys), key))

    def link(self, line: Line) -> None:
        self.lines.append(line)
        gone, into = line.roots
        self.roots |= {person: into for person, root in self.roots.items() if root == gone}

    def merge(self, into: int, gone: int) -> bool:
        """Of two people by any of their numbers."""
        roots = self.root(gone), self.root(into)
        if roots[0] == roots[1] or self.both_signed_in(*roots):
            return False
        self.link(Line((gone, into), roots))
        return True

    def unmerge(self, line: Line) -> None:
        root = self.root(line.ends[0])
        self.lines.remove(line)
        self.apart.add(frozenset(line.ends))
        sides = [(end, own) for end, own in zip(line.ends, (line.roots, line.roots[::-1]), strict=True)]
        for end, names in sides:
            if root not in (side := self.whole(end, self.lines)):
                name = next(one for one in (*names, end) if one in side)
                self.roots |= dict.fromkeys(side, name)

    def detach(self, key: Key) -> bool | None:
        """Whether it takes its history along; None if it cannot be detached."""
        person = self.owner[key]
        root = self.root(person)
        others = self.keys(root) - {key}
        if not others:
            return None
        resting = [line for line in self.lines if person in line.ends and not self.holds_without(key, line)]
        here = [line for line in self.lines if person in line.ends]
        path = [line for line in here if root in self.beyond(line, person)]
        if beside := {other for other in others if self.owner[other] == person}:
            going = resting if path or any(RANKS[kind] < WEAK for kind, _ in beside) else []
            self.give(key, person, [line for line in going if line not in path])
            return False
        brought = path or (here if len(here) == 1 else [line for line in here if line.joined != key])
        if len(brought) == 1 and {self.owner[other] for other in others} & self.beyond(brought[0], person):
            self.unmerge(brought[0])
            return True
        self.give(key, person, [])
        return False

    def holds_without(self, key: Key, line: Line) -> bool:
        """Whether a line does not rest on an identifier of one of its ends alone; then it links who else was named."""
        if key not in line.named:
            return True
        keys = [one for one in line.named - {key} if one in self.owner and (not is_weak(one) or one == line.joined)]
        lines = [other for other in self.lines if other is not line]
        held: list[Key] = []
        for end in line.ends:
            near = [one for one in keys if self.owner[one] in self.whole(end, lines)]
            own = [one for one in near if self.owner[one] == end]
            held += sorted(own or near, key=lambda one: RANKS[one[0]])[:1]
        if len(held) < 2:
            return False
        line.ends = self.owner[held[0]], self.owner[held[1]]
        if line.joined not in keys:
            line.joined = max(held, key=lambda one: RANKS[one[0]])
        return True

    def beyond(self, line: Line, person: int) -> set[int]:
        far = line.ends[1] if line.ends[0] == person else line.ends[0]
        return self.whole(far, [one for one in self.lines if one is not line])

    def give(self, key: Key, person: int, going: list[Line]) -> None:
        """The identifier to a person of its own, with what rests on it."""
        self.owner[key] = own = self.newcomer()
        for line in going:
            line.ends = tuple(own if end == person else end for end in line.ends)  # type: ignore[assignment]
        name = self.root(person)
        self.link(Line((own, person), (own, name)))
        self.unmerge(self.lines[-1])


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
        if name == "pc":
            return "anonymous_id", f"pc{self.number}"
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
                self.merge(*(owner for owner in owners if owner), ids)
        elif act == "unmerge" and self.model.lines:
            line = self.model.lines[what % len(self.model.lines)]
            with self.stores.state.read() as tx:
                ((merge_id,),) = tx.tuples(STANDING, one=line.ends[0], other=line.ends[1])
            unmerge(self.stores, merge_id, by="olga", now=NOW)
            self.model.unmerge(line)
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
        assert (done.own_id, done.takes_history) == (self.model.root(self.model.owner[key]), takes_history)

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
    follow(shared, drawn, rows_max)


def follow(shared: tuple[Stores, list[int]], drawn: list[tuple[str, Any]], rows_max: int) -> None:
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


def one_of_a_kind(names: set[str]) -> bool:
    return len(names & set(USERS)) < 2 and len(names & set(PHONES)) < 2


MIXED = [*USERS[:2], "email", *PHONES[:2], "card", "pc"]  # the strongest first
a_mixed = st.sampled_from(MIXED)
mixed_events = (
    st.sets(a_mixed, min_size=1, max_size=3)
    .filter(one_of_a_kind)
    .map(lambda names: tuple(sorted(names, key=MIXED.index)))
)
mixed_steps = st.lists(
    st.one_of(
        st.tuples(st.just("identify"), mixed_events), st.tuples(st.just("identify"), mixed_events),
        st.tuples(st.just("merge"), st.tuples(a_mixed, a_mixed)), st.tuples(st.just("unmerge"), st.integers(0, 9)),
        st.tuples(st.just("detach"), a_mixed), st.tuples(st.just("detach"), a_mixed),
    ),
    min_size=8, max_size=20,
)  # fmt: skip


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
    for standing in range(len(both.model.lines)):
        both.decide("unmerge", standing)
    for two in itertools.combinations(FEW, 2):
        both.send("identify", two)
    both.resolve()
    both.check()


@given(mixed_steps, st.integers(1, 5))
def test_whose_everything_is_follows_the_model_whatever_kinds_events_name(shared, drawn, rows_max):
    """Strong identifiers that come for people who are one just then, by a mistake that is taken back or detached."""
    follow(shared, drawn, rows_max)
