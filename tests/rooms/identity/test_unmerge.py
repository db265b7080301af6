"""Merges and their undoing: whatever the order, people are who the journal says, and a replay says the same."""

import random
import threading
from bisect import bisect_right
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.engines import chosen, open_test_stores

from omniloom.core.errors import Conflict, Missing
from omniloom.core.event import Event, encode
from omniloom.core.ids import SeededIds
from omniloom.identity import find, identifiers_of, merge, merges_of, resolve, unmerge
from omniloom.store import Stores, settle_through
from omniloom.store.sql import parse_events, parse_state

from .conftest import NOW

PERSONS = parse_state("test", "select person_id, root_id from identity_person")
IDENTIFIERS = parse_state("test", "select kind, value, person_id from identity_identifier")
JOURNAL = parse_state("test", "select * from identity_merge")
STRANGERS = parse_state("test", "select kind, value, person_id from identity_stranger")
SIDES = ("from_id", "into_id", "from_end", "into_end")
OVERRIDES = parse_events("test", "select person_id, root_id from identity_override")


def join(stores: Stores, into_id: int, from_id: int, number: int = 0) -> str:
    return merge(stores, into_id=into_id, from_id=from_id, rule="manual", evidence={}, now=NOW, ids=SeededIds(number))


def send(stores: Stores, events: list[Event]) -> None:
    stores.log.append([encode(event) for event in events])


def event(number: int, kind: str, previous_id: str = "", **identifiers: str) -> Event:
    return Event(source_id="s", message_id=str(number), type=kind, occurred_at=NOW, received_at=NOW,
                 identifiers=identifiers, previous_id=previous_id)  # fmt: skip


def resolve_all(stores: Stores, rows_max: int = 500) -> None:
    while not resolve(stores, now=NOW, home_region="RU", home_currency="RUB", rows_max=rows_max).is_done:
        pass


@pytest.fixture
def three(stores):
    """Three people: 1 known by e-mail, 2 by phone, 3 by a user id."""
    send(stores, [event(1, "identify", email="a@x.test"), event(2, "identify", phone="+79161234567"),
                  event(3, "identify", user_id="A")])  # fmt: skip
    resolve_all(stores)
    return stores


def test_an_undone_merge_gives_both_people_back(three):
    merge_id = join(three, 1, 2)
    assert unmerge(three, merge_id, by="olga", now=NOW) == (2, 1)
    assert (find(three, "a@x.test", "RU"), find(three, "+79161234567", "RU")) == ([1], [2])
    assert [i.kind for i in identifiers_of(three, 2)] == ["phone"]
    (entry,) = merges_of(three, 2)
    assert entry.undone_at == NOW
    with three.events.read() as tx:
        assert tx.tuples(OVERRIDES) == []


def test_undoing_the_first_of_two_merges_takes_along_only_what_came_with_it(three):
    first = join(three, 2, 1, 1)
    join(three, 3, 2, 2)
    assert unmerge(three, first, by="olga", now=NOW) == (1, 3)
    assert (find(three, "a@x.test", "RU"), find(three, "A", "RU")) == ([1], [3])
    assert find(three, "+79161234567", "RU") == [3]


def test_a_merge_can_be_undone_once_and_made_again_by_hand(three):
    merge_id = join(three, 1, 2)
    unmerge(three, merge_id, by="olga", now=NOW)
    with pytest.raises(Conflict, match="undone already"):
        unmerge(three, merge_id, by="olga", now=NOW)
    with pytest.raises(Missing, match="no merge"):
        unmerge(three, "nothing", by="olga", now=NOW)
    join(three, 1, 2, 7)
    assert find(three, "+79161234567", "RU") == [1]


def test_a_parting_outlasts_a_merge_elsewhere_that_is_undone(three):
    """1 and 2 are told apart, each is merged with 3, and all of it is undone."""
    unmerge(three, join(three, 1, 2), by="olga", now=NOW)
    first, second = join(three, 3, 1, 1), join(three, 3, 2, 2)
    unmerge(three, first, by="olga", now=NOW)
    unmerge(three, second, by="olga", now=NOW)
    send(three, [event(4, "identify", email="a@x.test", phone="+79161234567")])
    resolve_all(three)
    assert (find(three, "a@x.test", "RU"), find(three, "+79161234567", "RU")) == ([1], [2])
    join(three, 1, 2, 3)
    assert find(three, "+79161234567", "RU") == [1], "by hand they still can be one"


@pytest.mark.parametrize("new", [{"card": "7700000001"}, {"phone": "+79169990002"}, {"anonymous_id": "pc"}])
@pytest.mark.parametrize("into", [1, 3])
def test_what_comes_for_one_of_two_while_they_are_one_is_theirs_once_they_are_two(three, new, into):
    """An e-mail's owner names a card while they are taken for one with somebody who has a user id, either way."""
    other = 4 - into
    merge_id = join(three, into, other)
    send(three, [event(4, "track", email="a@x.test", **new)])
    resolve_all(three)
    assert sorted(unmerge(three, merge_id, by="olga", now=NOW)) == [1, 3]
    (value,) = new.values()
    assert find(three, value, "RU") == find(three, "a@x.test", "RU") == [1]
    send(three, [event(5, "identify", email="a@x.test", **new), event(6, "identify", **new)])
    resolve_all(three)
    assert (find(three, value, "RU"), find(three, "A", "RU")) == ([1], [3])
    check(three)


def test_a_customer_id_that_comes_for_one_of_two_while_they_are_one_is_theirs_once_they_are_two(three):
    merge_id = join(three, 1, 2)
    send(three, [event(4, "identify", phone="+79161234567", user_id="B"), event(5, "track", user_id="B", card="77")])
    resolve_all(three)
    unmerge(three, merge_id, by="olga", now=NOW)
    both = find(three, "+79161234567", "RU")
    assert find(three, "B", "RU") == find(three, "77", "RU") == both != find(three, "a@x.test", "RU")
    check(three)


def test_merges_since_an_undone_one_stay_with_whom_they_were_about(three):
    """1 and 2 are merged, 2 with 3; without the first, 2 and 3 are still one, under the number they had become."""
    first = join(three, 1, 2, 1)
    join(three, 2, 3, 2)
    assert find(three, "A", "RU") == [1], "who was named is part of another one"
    assert unmerge(three, first, by="olga", now=NOW) == (2, 1)
    assert find(three, "A", "RU") == find(three, "+79161234567", "RU") == [2]
    assert find(three, "a@x.test", "RU") == [1]
    check(three)


# --- many at once ----------------------------------------------------------------------------------------------------


def journal(stores: Stores) -> list[dict]:
    with stores.state.read() as tx:
        return tx.rows(JOURNAL)


def components(stores: Stores) -> dict[int, int]:
    """Person -> the smallest of those that merges which stand link with it: the obvious way."""
    with stores.state.read() as tx:
        people = [person_id for person_id, _ in tx.tuples(PERSONS)]
    above = {person: person for person in people}

    def top(person: int) -> int:
        while above[person] != person:
            person = above[person]
        return person

    for line in journal(stores):
        if line["undone_at"] is None:
            one, other = sorted((top(line["from_end"]), top(line["into_end"])))
            assert one != other, "merges that stand are trees"
            above[other] = one
    return {person: top(person) for person in people}


def groups(pairs) -> set[frozenset]:
    found: dict[object, set] = {}
    for member, group in pairs:
        found.setdefault(group, set()).add(member)
    return {frozenset(members) for members in found.values()}


def partition(stores: Stores) -> set[frozenset]:
    """Identifiers by person, as the store has them."""
    with stores.state.read() as tx:
        roots = dict(tx.tuples(PERSONS))
        return groups(((kind, value), roots[person]) for kind, value, person in tx.tuples(IDENTIFIERS))


def check(stores: Stores) -> None:
    """Roots are what the journal says, and the event store knows of each."""
    with stores.state.read() as tx, stores.events.read() as events:
        roots = dict(tx.tuples(PERSONS))
        overrides = dict(events.tuples(OVERRIDES))
    assert groups(roots.items()) == groups(components(stores).items())
    assert all(roots[root] == root for root in roots.values())
    assert overrides == {person: root for person, root in roots.items() if person != root}


def any_event(dice: random.Random, number: int, ids: int) -> Event:
    one = str(dice.randrange(ids))
    other = str(dice.randrange(ids))
    return dice.choice([
        lambda: event(number, "identify", user_id=f"U{one}", email=f"e{other}@x.test"),
        lambda: event(number, "identify", email=f"e{one}@x.test", anonymous_id=f"a{other}"),
        lambda: event(number, "identify", user_id=f"U{one}", anonymous_id=f"a{one}"),
        lambda: event(number, "alias", f"a{other}", user_id=f"U{one}"),
        lambda: event(number, "track", email=f"e{one}@x.test", card=f"C{other}"),
        lambda: event(number, "page", anonymous_id=f"a{one}"),
    ])()  # fmt: skip


def replayed(stores: Stores, again: Stores, bodies: list[tuple[int, bytes]]) -> None:
    """The log and what was decided by hand, once more from the beginning: in batches of other sizes."""
    by_hand = []
    for line in journal(stores):
        if line["rule"] == "manual":
            by_hand.append((line["version"], line["position"], "merge", line))
        if line["undone_by"] == "olga":
            by_hand.append((line["undone_version"], line["undone_position"], "unmerge", line))
    positions = [position for position, _ in bodies]
    sent = 0
    for _, position, act, line in sorted(by_hand, key=lambda one: one[0]):
        until = bisect_right(positions, position)
        if until > sent:
            again.log.append([body for _, body in bodies[sent:until]])
            resolve_all(again, rows_max=37)
            sent = until
        if act == "merge":
            merge(again, into_id=line["into_end"], from_id=line["from_end"], rule="manual", evidence={}, now=NOW,
                  ids=_Fixed(line["merge_id"]))  # fmt: skip
        else:
            unmerge(again, same(again, line), by="olga", now=NOW)
    again.log.append([body for _, body in bodies[sent:]])
    resolve_all(again, rows_max=37)


class _Fixed:
    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        return self._token


def same(stores: Stores, line: dict) -> str:
    """The merge of another run: positions differ, so ids of merges by events do."""
    (found,) = (
        one["merge_id"] for one in journal(stores)
        if one["undone_at"] is None and all(one[side] == line[side] for side in SIDES)
    )  # fmt: skip
    return found


def decide(stores: Stores, dice: random.Random, number: int) -> None:
    """One decision by hand: a merge of any two, or the undoing of any merge."""
    try:
        if dice.random() < 0.5:
            with stores.state.read() as tx:
                people = [person for person, _ in tx.tuples(PERSONS)]
            if len(people) > 1:
                join(stores, *dice.sample(people, 2), number)
        elif standing := [line["merge_id"] for line in journal(stores) if line["undone_at"] is None]:
            unmerge(stores, dice.choice(standing), by="olga", now=NOW)
    except (Conflict, Missing):
        pass  # somebody else was quicker, or these two are never one


def in_threads(count: int, act: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(act, number) for number in range(count)]:
            future.result()


@pytest.mark.timeout(900)  # on a machine that does much else; a deadlock would never end
@pytest.mark.parametrize("rounds", [1, pytest.param(5, marks=pytest.mark.soak)])
def test_sixty_four_threads_agree_with_the_journal_and_a_replay_gives_the_same_people(stores, tmp_path, rounds):
    """64 threads on 5,000 ids: one round each in every day's run, five in `make soak`. A server gets fewer of all."""
    threads, rounds, ids = (16, 2 * rounds, 300) if chosen() == "scaled" else (64, rounds, 5_000)
    stop = threading.Event()

    def work(thread: int) -> None:
        dice = random.Random(thread)
        for number in range(rounds):
            base = (thread * rounds + number) * 100
            send(stores, [any_event(dice, base + n, ids) for n in range(dice.randrange(1, 40))])
            decide(stores, dice, base)

    def follow() -> None:
        while not stop.is_set():
            resolve_all(stores)

    worker = threading.Thread(target=follow)
    worker.start()
    in_threads(threads, work)
    stop.set()
    worker.join()
    resolve_all(stores)
    check(stores)
    again = open_test_stores(tmp_path / "again")
    replayed(stores, again, stores.log.read(after=0, rows_max=100_000))
    check(again)
    assert partition(again) == partition(stores)
    again.close()


def test_whoever_is_parted_while_a_batch_is_read_is_two_people_to_it(three, monkeypatch):
    """An event that uses both people's identifiers, between what is known by heart and what is written."""
    merge_id = join(three, 1, 2)
    send(three, [event(4, "identify", email="a@x.test", phone="+79161234567")])
    resolve_all(three)
    state, real = type(three.state), three.state.write

    def write(_):
        monkeypatch.undo()
        unmerge(three, merge_id, by="olga", now=NOW)
        return real()

    send(three, [event(5, "identify", email="a@x.test", phone="+79161234567")])
    settle_through(three, three.log.last_position(), now=NOW)
    monkeypatch.setattr(state, "write", write)
    resolve_all(three)
    with three.state.read() as tx:
        assert tx.tuples(STRANGERS) == [("phone", "+79161234567", 1)], "he uses a number that is not his"
    check(three)


def test_a_merge_after_an_erasure_of_the_newest_one_is_seen_by_whoever_keeps_something_per_person(three):
    send(three, [event(4, "identify", email="d@x.test")])
    resolve_all(three)
    join(three, 1, 2, 1)
    with three.state.write() as tx:  # all that is left of a person who was erased
        for table in ("identity_merge", "identity_identifier", "identity_person"):
            column = "into_id" if table == "identity_merge" else "person_id"
            tx.run(parse_state("test", f"delete from {table} where {column} in (1, 2)"))
    join(three, 3, 4, 2)
    with three.events.read() as tx:
        assert {"person_id": 4, "root_id": 3} in tx.rows(OVERRIDES)
