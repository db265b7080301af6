"""A worker that stops, or that another one overtakes, at any commit of either store: nothing is lost, nothing doubled.

Each commit of recognising a stream is tried, in each way; then a worker that knows nothing by heart finishes. What is
in both stores then is what a worker left alone comes to.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.engines import EMBEDDED, chosen

from omniloom.core.event import Event, encode
from omniloom.identity import merges_of, passed, resolve, root_of, unmerge
from omniloom.store import EventsTx, StateTx, Stores, seen
from omniloom.store.sql import Query, parse_events, parse_state

from .conftest import NOW, Sender

ROWS_MAX = 4
OTHER_ROWS_MAX = 3  # of whoever overtakes, or goes on: other batches than the first one's
PHONE = "+79161234567"
ORDER = {"order_id": "o1", "products": [{"product_id": "p1", "quantity": 1}, {"product_id": "p2", "quantity": 2}]}
STREAM: list[dict[str, Any]] = [
    {"type": "page", "identifiers": {"anonymous_id": "tablet"}},
    {"type": "identify", "identifiers": {"user_id": "U1", "anonymous_id": "tablet", "phone": PHONE}},
    {"type": "identify", "identifiers": {"email": "anna@x.test"}},
    {"type": "identify", "identifiers": {"user_id": "U1", "email": "anna@x.test"}},
    {"repeats": 3},
    {"type": "track", "message_id": "2", "identifiers": {"email": "other@x.test"}},  # its id is taken
    {"type": "identify", "identifiers": {"email": "guest@x.test", "phone": PHONE}},
    *({"type": "identify", "identifiers": {"user_id": f"U{n}", "phone": PHONE}} for n in range(2, 7)),
    {"type": "track", "identifiers": {"phone": PHONE}},  # many people use it by now
    {"type": "track", "name": "Order Completed", "properties": ORDER, "identifiers": {"user_id": "U1"}},
    {"repeats": 13},
    {"repeats": 0},
    {"type": "track", "identifiers": {"user_id": "null"}},
    {"type": "alias", "identifiers": {"user_id": "U1"}, "previous_id": "old tablet"},
    {"type": "page", "identifiers": {"anonymous_id": "tablet"}},
]


class Stopped(BaseException):
    """The process ends here."""


class Moment:
    """Counts the writing transactions of both stores; around one of them something happens."""

    def __init__(self, at: int = 0, when: str = "", then: Callable[[], None] = lambda: None) -> None:
        self._at, self._when, self._then, self.commits = at, when, then, 0

    @contextlib.contextmanager
    def over(self, write: Callable[[], Any]) -> Iterator[Any]:
        self.commits += 1
        when = self._when if self.commits == self._at else ""
        if when == "before it begins":
            self._then()
        with write() as tx:
            yield tx
            if when == "before it is committed":
                self._then()
        if when == "after it":
            self._then()


class Port:
    """A store of one process, whose writing transactions are counted; what was read never goes back."""

    def __init__(self, store: Any, moment: Moment) -> None:
        self._store, self._moment = store, moment

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self) -> Any:
        return self._moment.over(self._forward)

    @contextlib.contextmanager
    def _forward(self) -> Iterator[Any]:
        with self._store.write() as tx:
            before = [tx.cursor(name) for name in ("settle", "identity")]
            yield tx
            assert [tx.cursor(name) for name in ("settle", "identity")] >= before, "a cursor went back"


def process(stores: Stores, moment: Moment | None = None) -> Stores:
    """The stores as a process has them that has just started: it knows nothing by heart."""
    moment = moment or Moment()
    return dataclasses.replace(
        stores, state=Port(stores.state, moment), events=Port(stores.events, moment), seen=seen.Seen()
    )


def recognise(stores: Stores, rows_max: int = ROWS_MAX) -> None:
    while not resolve(stores, now=NOW, home_region="RU", home_currency="RUB", rows_max=rows_max).is_done:
        pass


def append(stores: Stores, source_id: str) -> None:
    """The stream, with identifiers that no other source has."""

    def own(value: str) -> str:
        return value if value == "null" else value[:-3] + source_id if value == PHONE else f"{source_id}.{value}"

    said: list[bytes] = []
    for n, one in enumerate(STREAM):
        if "repeats" in one:
            said.append(said[one["repeats"]])
            continue
        fields = {"message_id": str(n), "occurred_at": NOW + timedelta(hours=n), "received_at": NOW} | one
        fields["identifiers"] = {kind: own(value) for kind, value in one["identifiers"].items()}
        if "previous_id" in one:
            fields["previous_id"] = own(one["previous_id"])
        said.append(encode(Event(source_id=source_id, **fields)))
    stores.log.append(said)


EVENTS = {
    "theirs": "select position - :since as place, message_id, person_id - :people as person, confidence, problems"
    " from identity_history where position > :since order by position",
    "everybody's": "select position - :since as place, message_id, person_id = 0 as is_nobodys from identity_event"
    " where position > :since order by position",
    "lines": "select position - :since as place, line, person_id - :people as person, product_id"
    " from identity_history_item where position > :since order by position, line",
    "overrides": "select person_id - :people as person, root_id - :people as root from identity_override"
    " where person_id > :people order by person_id",
}
STATE = {
    "people": "select person_id - :people, root_id - :people from identity_person where person_id > :people"
    " order by person_id",
    "identifiers": "select kind, person_id - :people, first_seen_at, last_seen_at, shared_position - :since,"
    " shared_id - :people from identity_identifier where person_id > :people order by kind, person_id, first_seen_at",
    "strangers": "select kind, person_id - :people from identity_stranger where person_id > :people"
    " order by kind, person_id",
    "merges": "select from_id - :people, into_id - :people, rule, joined_kind, position - :since, undone_by"
    " from identity_merge where from_id > :people order by version",
    "repeated": "select position - :since, is_conflict from store_duplicate where position > :since order by position",
}


class Came:
    """What came of one source's stream, in numbers that begin with it."""

    def __init__(self, stores: Stores, source_id: str) -> None:
        self._stores = stores
        before = stores.log.last_position()
        append(stores, source_id)
        with stores.state.read() as tx:
            (people,) = tx.tuples(parse_state("test", "select coalesce(max(person_id), 0) from identity_person"))
        self._begins = {"since": stores.log.read(after=before, rows_max=1)[0][0] - 1, "people": people[0]}

    def to(self) -> dict[str, list[Any]]:
        """Everything there is of it, table by table."""
        assert passed(self._stores) == self._stores.log.last_position()
        with self._stores.state.read() as state, self._stores.events.read() as events:
            found = {name: self._asked(events, parse_events, sql) for name, sql in EVENTS.items()}
            return found | {name: self._asked(state, parse_state, sql) for name, sql in STATE.items()}

    def _asked(self, tx: EventsTx | StateTx, parse: Callable[[str, str], Query], sql: str) -> list[Any]:
        return tx.tuples(parse("test", sql), **{key: at for key, at in self._begins.items() if f":{key}" in sql})


def stops() -> None:
    raise Stopped


def overtakes(stores: Stores) -> None:
    recognise(process(stores), OTHER_ROWS_MAX)


def overtakes_and_stops(stores: Stores) -> None:
    """Far ahead in the state store, and nothing of it in the event store."""
    moment = Moment(3, "before it begins", stops)  # after the duplicates, and who is who
    with contextlib.suppress(Stopped):
        recognise(process(stores, moment), rows_max=1_000)


WAYS: dict[str, tuple[str, Callable[[Stores], None]]] = {
    "it stops before the commit": ("before it is committed", lambda _: stops()),
    "it stops after the commit": ("after it", lambda _: stops()),
    "another does all of it first": ("before it begins", overtakes),
    "another gets ahead and stops": ("before it begins", overtakes_and_stops),
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_happens_at_any_commit_the_stores_end_as_if_nothing_had(stores: Stores, way: str) -> None:
    when, what = WAYS[way]
    came = Came(stores, "000")
    calm = Moment()
    recognise(process(stores, calm))
    expected = came.to()
    assert len(expected["everybody's"]) == len(STREAM) - 3
    assert [undone_by for *_, undone_by in expected["merges"]] == [None, "shared identifier"]
    assert [is_conflict for _, is_conflict in expected["repeated"]] == [0, 1, 0, 0]
    for at in range(1, calm.commits + 1, 1 if chosen() == EMBEDDED else 4):  # three a batch
        came = Came(stores, f"{at:03}")
        with contextlib.suppress(Stopped):
            recognise(process(stores, Moment(at, when, lambda: what(stores))))
        recognise(process(stores), OTHER_ROWS_MAX)
        assert came.to() == expected, f"at commit {at}"


def test_events_are_not_heard_again_against_what_was_decided_between_the_two_commits(sender: Sender) -> None:
    stores = sender.stores
    sender.send("identify", message_id="known", user_id="A")
    sender.send("identify", message_id="reads", email="anna@x.test")
    sender.send("identify", message_id="both", user_id="A", email="anna@x.test")
    sender.flush()
    with pytest.raises(Stopped):
        recognise(process(stores, Moment(3, "before it begins", stops)))  # who is who is known, their events are not
    (merge,) = merges_of(stores, 1)
    unmerge(stores, merge.merge_id, by="anna@example.com", now=NOW)
    recognise(process(stores))
    assert sender.people() == {"known": 1, "reads": 2, "both": 1}
    assert [root_of(stores, person_id) for person_id in (1, 2)] == [1, 2]
    assert sender.state_rows("select * from identity_stranger") == []
