"""Events in any order, five times each and up to thirty days late end in the same state as in order, once."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from omniloom import identity, profiles
from omniloom.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, ORDER_COMPLETED, Event, encode
from omniloom.profiles.consent import consents_by_root
from omniloom.profiles.golden import traits_by_root
from omniloom.store import Stores, open_stores
from omniloom.store.sql import parse_events

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATE_MAX = timedelta(days=30)
EVENTS_OF_ONE = 50
PAGES_MIN = 100  # people whose page is looked at too
HISTORY = parse_events(
    "test.history",
    "select person_id, message_id, type, name, occurred_at, revenue_minor, properties, problems from identity_history"
    " order by occurred_at",
)
ITEMS = parse_events(
    "test.items",
    "select person_id, occurred_at, product_id, quantity, amount_minor from identity_history_item"
    " order by occurred_at, line",
)

pytestmark = pytest.mark.timeout(1_200)


def happened(count: int) -> list[Event]:
    """Forty days of some people, in order; each has a user id, two devices and an e-mail address."""
    dice = random.Random(count)
    people = [f"p{number}" for number in range(max(2, count // EVENTS_OF_ONE))]
    step = timedelta(days=40) / count
    events = [one_event(dice, dice.choice(people), number) for number in range(count - 2 * len(people))]
    for device in ("phone", "laptop"):  # everybody signs in on both devices at some time
        events += [
            plain("identify", who, user_id=who, anonymous_id=f"{who}-{device}", email=f"{who}@example.test")
            for who in people
        ]
    dice.shuffle(events)
    for number, event in enumerate(events):
        event.message_id = str(number)
        event.occurred_at = START + number * step
    return events


def one_event(dice: random.Random, who: str, number: int) -> Event:
    by = dice.choice(({"user_id": who}, {"anonymous_id": f"{who}-phone"}, {"anonymous_id": f"{who}-laptop"}))
    kind = dice.randrange(10)
    if kind < 5:
        return plain("track", "Product Viewed", properties={"product_id": f"P{number % 90}"}, **by)
    if kind < 7:
        traits = {dice.choice(("city", "name", "age", "plan")): dice.randrange(5)}
        return plain("identify", "", traits=traits, **by)
    if kind < 8:
        lines = [{"product_id": f"P{line}", "quantity": 1, "amount": number % 100} for line in range(dice.randrange(3))]
        order = {"order_id": f"O{number}", "revenue": number % 1_000 / 4, "currency": "USD", "products": lines}
        return plain("track", ORDER_COMPLETED, properties=order, **by)
    name = dice.choice((CONSENT_GIVEN, CONSENT_WITHDRAWN))
    consent = {"channel": dice.choice(("email", "sms", "*")), "purpose": "marketing"}
    return plain("track", name, properties=consent, **by)


def plain(kind: Any, name: str, *, traits: Any = None, properties: Any = None, **identifiers: str) -> Event:
    return Event(
        source_id="site", message_id="", type=kind, name=name if kind == "track" else "", occurred_at=START,
        received_at=START, identifiers=identifiers, traits=traits or {}, properties=properties or {},
    )  # fmt: skip


def delivered(events: list[Event], *, times: int, late_max: timedelta, seed: int) -> list[tuple[datetime, Event]]:
    """(when it arrives, event), in the order of arrival."""
    dice = random.Random(seed)
    arrivals = [(event.occurred_at + dice.random() * late_max, event) for event in events for _ in range(times)]
    return sorted(arrivals, key=lambda arrival: arrival[0])


def live(stores: Stores, arrivals: list[tuple[datetime, Event]], dice: random.Random) -> None:
    """Take events as they arrive, and let the acts run now and then, every other day or so."""
    at = 0
    while at < len(arrivals):
        until = arrivals[at][0] + timedelta(days=dice.uniform(1.5, 2))
        part = list(itertools.takewhile(lambda arrival: arrival[0] <= until, itertools.islice(arrivals, at, None)))  # noqa: B023 - used at once
        at += len(part)
        bodies = []
        for arrived_at, event in part:
            event.received_at = arrived_at
            bodies.append(encode(event))
        stores.log.append(bodies)
        run_acts(stores, part[-1][0])


def run_acts(stores: Stores, now: datetime) -> None:
    while not identity.resolve(stores, now=now, home_region="US", home_currency="USD", rows_max=20_000).is_done:
        pass
    while not profiles.fold(stores, now=now, rows_max=20_000).is_done:
        pass


def known(stores: Stores) -> dict[str, Any]:
    """All that is known of everybody, by user id: nothing in it depends on the order in which people were numbered."""
    with stores.state.read() as state, stores.events.read() as tx:
        by_person: dict[int, list[Any]] = {}
        for person_id, *event in (*tx.tuples(HISTORY), *tx.tuples(ITEMS)):
            by_person.setdefault(person_id, []).append(tuple(event))
        people = sorted(by_person)
        identifiers = identity.identifiers_by_root(state, people)
        traits = traits_by_root(tx, identity.members_of(state, people))
        consents = consents_by_root(state, people)
    found: dict[str, Any] = {}
    for person_id, events in by_person.items():
        (user,) = (one.value for one in identifiers[person_id] if one.kind == "user_id")
        assert user not in found
        found[user] = {
            "events": events,
            "identifiers": {(i.kind, i.value, i.first_seen_at, i.last_seen_at) for i in identifiers[person_id]},
            "traits": {(trait.key, repr(trait.value), trait.occurred_at) for trait in traits[person_id]},
            "consents": {(c.channel, c.purpose, c.is_given, c.occurred_at) for c in consents.get(person_id, ())},
            "page": page(stores, person_id) if int(user[1:]) % (len(people) // PAGES_MIN or 1) == 0 else None,
        }
    return found


def page(stores: Stores, person_id: int) -> tuple[Any, ...]:
    """What the customer page says of one person, asked for alone."""
    person = profiles.person(stores, person_id)
    return (
        person.name, person.city, person.orders, person.revenue_minor, person.last_order_at, person.first_seen_at,
        person.last_seen_at, len(person.identifiers), len(person.traits), len(person.consents),
    )  # fmt: skip


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=[pytest.mark.soak, pytest.mark.timeout(3_000)])])
def test_any_order_ends_as_the_right_one(tmp_path: Path, count: int) -> None:
    ends: list[dict[str, Any]] = []
    for number, (times, late_max) in enumerate(((1, timedelta(0)), (5, LATE_MAX))):
        stores = open_stores(tmp_path / str(number))
        live(stores, delivered(happened(count), times=times, late_max=late_max, seed=7), random.Random(number))
        ends.append(known(stores))
        stores.close()
    calm, wild = ends
    assert calm.keys() == wild.keys()
    assert sum(len(person["events"]) for person in calm.values()) >= count
    for user, person in calm.items():
        for part, expected in person.items():
            assert wild[user][part] == expected, (user, part)
