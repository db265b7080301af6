"""What an event costs when so much is stored already, and what was stored in the end.

A history is made without sending it: rows put into the stores as the platform would have left them, with as many
people, identifiers and remembered message ids. Then new events of those people go through the loop, and are timed.
"""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniloom import identity, profiles, segments
from omniloom.app import Platform, open_platform
from omniloom.cli.bench import shoppers
from omniloom.collect import accept, add_source
from omniloom.collect import append as append_events
from omniloom.core.clock import micros, stopwatch
from omniloom.core.errors import Invalid
from omniloom.core.event import Event
from omniloom.store import SEEN_RUN_MAX, SeenIds, StateTx, query, seal_seen
from omniloom.worker import loop
from omniloom.worker.turn import Turn

EVENTS_A_PERSON = 10
LINES = 2  # of an order
CHUNK = SEEN_RUN_MAX  # of events and of remembered ids at once
ROUNDS = 3
ROUND_EVENTS = 40_000
STREAM_EVENTS = 200_000
_YEAR = 365 * 86_400_000_000  # microseconds
SEGMENTS: dict[str, dict[str, Any]] = {
    "Buyers": {"did": "Order Completed", "within": "30d"},
    "Lookers": {"all": [{"did": "Product Viewed", "count": {"at_least": 3}}, {"did_not": "Order Completed"}]},
}
_NAMES = np.array(["Home", "Product Viewed", "Product Added", "Cart Viewed", "Order Completed"])
_SUFFIX = {"k": 1_000, "m": 1_000_000}
_CARD = query(profiles.__file__, "set_card")
_COUNTED = query(__file__, "counted")
_PERSON = query(identity.__file__, "add_person")  # identity's own: its tables are its business
_IDENTIFIER = query(identity.__file__, "add_identifier")


def size_of(text: str) -> int:
    """Such as 5m or 200k. Errors: Invalid."""
    number, unit = text.strip().lower(), 1
    if number[-1:] in _SUFFIX:
        number, unit = number[:-1], _SUFFIX[number[-1]]
    if not number.isdigit():
        raise Invalid(f"{text!r} is not a number of events", hint="write 5m, 50m")
    return int(number) * unit


def counted(data_dir: Path) -> tuple[int, int]:
    """(events stored, different message ids among them) that the bench sent."""
    platform = open_platform(data_dir)
    try:
        loop.catch_up(platform, acts=loop.KNOWING)
        with platform.stores.events.read() as tx:
            kept, different = tx.tuples(_COUNTED)[0]
        return int(kept), int(different)
    finally:
        platform.close()


def costs(sizes: list[int], *, say: Callable[[str], None]) -> list[float]:
    """Microseconds an event costs with so many events stored, for each size: median of the rounds.

    The same number of customers in each, so the larger history is the longer one. The loop runs as the worker runs it:
    acts whose cost grows with the history keep to their share of its time.
    """
    people = min(sizes) // EVENTS_A_PERSON
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="omniloom-bench-") as folder:
            platform = open_platform(Path(folder) / "data")
            try:
                source = add_source(platform.stores, name="bench", kind="server", now=platform.now(), ids=platform.ids)
                say(f"making a history of {size:,} events …")
                make(platform, source.source_id, 0, size, people=people)
                rounds = [
                    _cost(platform, source.source_id, size + number * STREAM_EVENTS, people) for number in range(ROUNDS)
                ]
            finally:
                platform.close()
        found.append(statistics.median(rounds))
        say(f"{size:,} stored: {found[-1]:.1f} µs an event ({', '.join(f'{r:.1f}' for r in rounds)})")
    return found


def _cost(platform: Platform, source_id: str, first: int, people: int) -> float:
    """Let a stream of new events of known people through the whole loop; µs an event."""
    _log(platform, source_id, first, STREAM_EVENTS, people)
    started = stopwatch()
    with Turn(platform) as turn:
        while (mine := turn.mine()) and loop.run_once(mine, is_paced=True):
            pass
    segments.follow(platform.stores, now=platform.now())  # whoever it rests from asking at the end counts as well
    return (stopwatch() - started) / STREAM_EVENTS * 1e6


def play(platform: Platform, source_id: str, first: int, count: int, *, people: int) -> float:
    """Let new events of known people through the loop, numbered from ``first``; µs an event."""
    _log(platform, source_id, first, count, people)
    started = stopwatch()
    loop.catch_up(platform, acts=loop.KNOWING)
    segments.follow(platform.stores, now=platform.now())
    return (stopwatch() - started) / count * 1e6


def _log(platform: Platform, source_id: str, first: int, count: int, people: int) -> None:
    """New events of known people into the log."""
    calls = shoppers.items(first, count, at=platform.now())
    dice = np.random.default_rng(first)
    for call, person in zip(calls, dice.integers(1, people, count).tolist(), strict=True):
        call["anonymousId"] = f"device-{person}"
        if "userId" in call:
            call["userId"] = f"user-{person}"
    taken = accept(calls, source_id=source_id, received_at=platform.now(), sent_at=None, ids=platform.ids)
    events = [event for event in taken if isinstance(event, Event)]
    for start in range(0, len(events), 2_000):
        append_events(platform.stores, events[start : start + 2_000])


def make(platform: Platform, source_id: str, stored: int, size: int, people: int = 0) -> None:
    """Bring the history from ``stored`` to ``size`` events, of as many people or ten events each."""
    people = people or size // EVENTS_A_PERSON
    for some in chunks(range(stored // EVENTS_A_PERSON + 1, people + 1)):
        with platform.stores.state.write() as tx:
            add_people(tx, some, micros(platform.now()))
    expires_at = micros(platform.now() + timedelta(days=30))
    for some in chunks(range(stored, size)):
        with platform.stores.state.write() as tx:
            seal_seen(tx, -1 - some.start, _ids(some), expires_at)
        with platform.stores.events.write() as events:
            events.append("identity_event", rows(some, people, source_id, micros(platform.now()), size))
    if not stored:
        for name, definition in SEGMENTS.items():
            segments.create(platform.stores, name=name, definition=definition, now=platform.now(), ids=platform.ids)
    segments.refresh_due(platform.stores, now=platform.now(), every_s=0)


def chunks(numbers: range) -> Iterator[range]:
    """Parts of a size that one transaction takes."""
    for start in range(0, len(numbers), CHUNK):
        yield numbers[start : start + CHUNK]


def add_people(tx: StateTx, people: range, now: int) -> None:
    """People with a customer id and a device each, as identity would have written them."""
    tx.many(_PERSON, ({"person_id": p, "root_id": p, "created_at": now, "version": 0} for p in people))
    seen = {"first_seen_at": now, "last_seen_at": now}
    for kind, prefix in (("anonymous_id", "device"), ("user_id", "user")):
        tx.many(
            _IDENTIFIER,
            ({"kind": kind, "value": f"{prefix}-{p}", "person_id": p, "browser": None, **seen} for p in people),
        )


def _ids(numbers: range) -> SeenIds:
    """Digests of so many message ids, as good as random."""
    dice = np.random.default_rng(numbers.start)
    high, low, content = dice.integers(0, 1 << 63, (3, len(numbers)), np.uint64) * np.uint64(2)
    return SeenIds(high, low, content, np.zeros(len(numbers), np.bool_)).sorted()


def rows(numbers: range, people: int, source_id: str, now: int, size: int) -> pa.Table:
    """Events of the past year in the order of time, each of anybody; negative positions, below those of the log."""
    dice = np.random.default_rng(numbers.start)
    count = len(numbers)
    person = dice.integers(1, people + 1, count)
    at = now - _YEAR + np.arange(numbers.start, numbers.stop) * (_YEAR // size)
    name = _NAMES[dice.integers(0, len(_NAMES), count)]
    is_order = name == "Order Completed"
    page = msgspec.json.encode({"path": "/", "url": "https://shop.test/", "product_id": "p1"}).decode()
    same = {"source_id": source_id, "identifiers": "{}", "properties": page, "context": "{}"}
    return pa.table({
        "position": pa.array(np.arange(numbers.start, numbers.stop) - 1_000_000_000, pa.int64()),
        "message_id": pa.array(np.char.add("old-", np.arange(numbers.start, numbers.stop).astype(str))),
        "type": pa.array(np.where(name == "Home", "page", "track")),
        "name": pa.array(name),
        "occurred_at": pa.array(at, pa.int64()).view(pa.timestamp("us")),
        "received_at": pa.array(at, pa.int64()).view(pa.timestamp("us")),
        "person_id": pa.array(person, pa.int64()),
        "revenue_minor": pa.array(np.where(is_order, 1000, 0), pa.int64(), mask=~is_order),
        "currency": pa.array(np.where(is_order, "USD", ""), mask=~is_order),
        **{column: pa.array([value] * count) for column, value in same.items()},
    })  # fmt: skip


def dress(platform: Platform, source_id: str, size: int) -> None:
    """Order lines, traits and cards of the history's people."""
    now, people = micros(platform.now()), size // EVENTS_A_PERSON
    for some in chunks(range(1, people + 1)):
        with platform.stores.events.write() as tx:
            tx.append("profiles_trait", _traits(some, source_id, now))
        card = {"name": "", "folded_name": "", "city": "Казань", "timezone": "", "language": "ru"}
        with platform.stores.state.write() as state:
            state.many(_CARD, ({"person_id": person, **card} for person in some))
    for some in chunks(range(size)):
        with platform.stores.events.write() as tx:
            tx.append("identity_item", _lines(rows(some, people, source_id, now, size)))


def _traits(people: range, source_id: str, now: int) -> pa.Table:
    person = np.repeat(np.arange(people.start, people.stop), 2)
    count = len(person)
    return pa.table({
        "person_id": pa.array(person, pa.int64()),
        "key": pa.array(["city", "size"] * len(people)),
        "value": pa.array(['"Казань"', "42"] * len(people)),
        "text": pa.array(["Казань", None] * len(people)),
        "folded": pa.array(["казань", None] * len(people)),
        "number": pa.array([None, 42.0] * len(people), pa.float64()),
        "occurred_at": pa.array(np.full(count, now), pa.int64()).view(pa.timestamp("us")),
        "message_id": pa.array(np.char.add("trait-", person.astype(str))),
        "source_id": pa.array([source_id] * count),
    })  # fmt: skip


def _lines(events: pa.Table) -> pa.Table:
    orders = events.filter(pc.equal(events["name"], "Order Completed"))
    orders = orders.take(np.repeat(np.arange(orders.num_rows), LINES))
    line = np.tile(np.arange(LINES), orders.num_rows // LINES)
    return orders.select(["position", "person_id", "occurred_at"]).append_column(
        "line", pa.array(line, pa.int64())).append_column(
        "product_id", pa.array(np.char.add("p", (line + 1).astype(str)))).append_column(
        "quantity", pa.array(np.ones(len(line)))).append_column(
        "amount_minor", pa.array(np.full(len(line), 500), pa.int64())).append_column(
        "properties", pa.array(["{}"] * len(line)))  # fmt: skip
