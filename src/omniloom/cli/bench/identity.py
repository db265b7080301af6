"""`omniloom bench identity`: how fast events find their person, what a shared phone does, and a match of a million.

Cold: the people are in the store, but this process meets each for the first time. Warm: it knows them by heart. Both go
through the act as the worker runs it (also its collector of garbage is set as the worker's): from the log to people on
disk and events in the event store.
"""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from omniloom import identity
from omniloom.app import Platform, open_platform
from omniloom.cli.bench import stored
from omniloom.cli.output import AsJson, console, print_json
from omniloom.core.clock import micros, stopwatch
from omniloom.core.errors import Conflict
from omniloom.core.event import Event, EventType, encode
from omniloom.core.ids import SeededIds
from omniloom.store import query, settle_through
from omniloom.worker import loop

BATCH = 20_000
NAMED_EACH = 5  # every fifth event names the customer besides the device
BOMB_BATCH = 100
KIOSK_CUSTOMERS = 10_000
CHAIN = 1_000
MERGES = 2_000
_SEED = 20261122
_PHONE = "+79161234567"
_STRONG = ("user_id", "email")
_PEOPLE = query(__file__, "people_roots")
_HOLDERS = query(__file__, "holders_like")


@dataclass(slots=True)
class Figures:
    """What was measured. ``merge_bomb_p99_ms``: of the calls that settle 100 events each, so no event took longer."""

    warm_events_per_s: float = 0.0
    cold_events_per_s: float = 0.0
    merge_bomb_p99_ms: float = 0.0
    wrong_merges: int = 0
    unmerged_share: float = 0.0
    match_1m: dict[str, float] = field(default_factory=dict)


def bench_identity(
    people: Annotated[int, typer.Option(help="People known before.")] = 1_000_000,
    events: Annotated[int, typer.Option(help="Events of each part.")] = 400_000,
    match: Annotated[int, typer.Option(help="Customers to match; 0: leave it out.")] = 1_000_000,
    as_json: AsJson = False,
) -> None:
    """Resolving: events a second cold and warm, a merge bomb, un-merging, and matching a million customers."""
    figures = Figures()
    loop.collect_seldom()
    with tempfile.TemporaryDirectory(prefix="omniloom-bench-") as folder:
        platform = open_platform(Path(folder) / "data")
        try:
            _speed(platform, figures, people, events)
            _bomb(platform, figures)
            _undo(platform, figures)
        finally:
            platform.close()
    if match:
        figures.match_1m = _match(match)
    if as_json:
        print_json(asdict(figures))
    else:
        for name, value in asdict(figures).items():
            console.print(f"{name}: {value}", highlight=False)


def _match(customers: int) -> dict[str, float]:
    from omniloom.cli.bench.linkage import match_customers  # its libraries take seconds to load

    return match_customers(customers)


# --- speed -----------------------------------------------------------------------------------------------------------


def _speed(platform: Platform, figures: Figures, people: int, events: int) -> None:
    at = platform.now()
    for some in stored.chunks(range(1, people + 1)):
        with platform.stores.state.write() as tx:
            stored.add_people(tx, some, micros(at) // identity.SEEN_STEP * identity.SEEN_STEP)
    order = np.random.default_rng(_SEED).permutation(people) + 1
    cold = order[:events]
    figures.cold_events_per_s = _resolved(platform, _Visits(cold, "cold", at))
    for start in range(0, people, events):  # all are met with all they have, so that all is known by heart
        _resolved(platform, _Visits(order[start : start + events], f"met-{start}", at, named_each=1))
    warm = np.random.default_rng(_SEED + 1).integers(1, people + 1, events)
    figures.warm_events_per_s = _resolved(platform, _Visits(warm, "warm", at))


@dataclass(frozen=True, slots=True)
class _Visits:
    """Pages and products, one of each of these people in turn; every ``named_each``-th with the customer id as well.

    All within five minutes (``identity.SEEN_STEP``), as in a busy hour: when somebody was last seen is known as well.
    """

    people: npt.NDArray[np.int64]
    name: str
    at: datetime
    named_each: int = NAMED_EACH

    def events(self) -> Iterator[Event]:
        context = {"library": {"name": "bench", "version": "1"}, "ip": "203.0.113.7", "userAgent": "Mozilla/5.0"}
        page = {"path": "/", "url": "https://shop.test/"}
        product = {"product_id": "p1", "price": 10, "category": "shoes"}
        for number, person in enumerate(self.people.tolist()):
            who = {"anonymous_id": f"device-{person}"}
            if number % self.named_each == 0:
                who["user_id"] = f"user-{person}"
            is_page = number % 2 == 0
            yield Event(
                source_id="bench", message_id=f"{self.name}-{number}", type="page" if is_page else "track",
                name="Home" if is_page else "Product Viewed", occurred_at=self.at, received_at=self.at,
                identifiers=who, properties=page if is_page else product, context=context,
            )  # fmt: skip


def _resolved(platform: Platform, visits: _Visits) -> float:
    """Events a second, already deduplicated."""
    bodies = [encode(event) for event in visits.events()]
    for start in range(0, len(bodies), 4_000):
        last = platform.stores.log.append(bodies[start : start + 4_000])
    settle_through(platform.stores, last, now=platform.now())
    started = stopwatch()
    _resolve_all(platform, BATCH)
    return round(len(bodies) / (stopwatch() - started), 1)


def _resolve_all(platform: Platform, rows_max: int) -> list[float]:
    """Resolve whatever is in the log; the seconds each call took."""
    seconds = []
    while True:
        started = stopwatch()
        progress = identity.resolve(
            platform.stores, now=platform.now(), home_region="RU", home_currency="RUB", rows_max=rows_max
        )
        seconds.append(stopwatch() - started)
        if progress.is_done:
            return seconds


# --- a merge bomb ----------------------------------------------------------------------------------------------------


def _bomb(platform: Platform, figures: Figures) -> None:
    """Ten thousand customers on one kiosk's phone and tablet, half known by e-mail alone, and a chain of devices."""
    events: list[tuple[str, EventType, dict[str, str], str]] = []
    for number in range(KIOSK_CUSTOMERS):
        strong = {"user_id": f"bomb-{number}"} if number % 2 else {"email": f"bomb-{number}@shop.test"}
        events.append((f"bomb-{number}", "identify", strong | {"phone": _PHONE, "anonymous_id": "kiosk"}, ""))
    events += [
        (f"link-{number}", "alias", {"anonymous_id": f"link-{number + 1}"}, f"link-{number}") for number in range(CHAIN)
    ]
    events += [
        (f"null-{number}", "identify", {"user_id": null, "email": f"bomb-null-{number}@shop.test"}, "")
        for number, null in enumerate(("null", "0", "undefined", "-1", "anonymous"))
    ]
    _send(platform, events)
    seconds = _resolve_all(platform, BOMB_BATCH)
    figures.merge_bomb_p99_ms = round(statistics.quantiles(seconds, n=100, method="inclusive")[98] * 1000, 1)
    figures.wrong_merges = _strong_together(platform)


def _send(platform: Platform, events: list[tuple[str, EventType, dict[str, str], str]]) -> None:
    """Into the log, deduplicated: (message id, type, identifiers, previous id)."""
    now = platform.now()
    last = platform.stores.log.append([
        encode(Event(source_id="bench", message_id=message_id, type=kind, occurred_at=now, received_at=now,
                     identifiers=who, previous_id=previous))
        for message_id, kind, who, previous in events
    ])  # fmt: skip
    settle_through(platform.stores, last, now=now)


def _strong_together(platform: Platform) -> int:
    """Strong identifiers of different customers in one person: each customer has one."""
    held: dict[int, int] = {}
    with platform.stores.state.read() as tx:
        for kind, _, root_id in tx.tuples(_HOLDERS, beginning="bomb-"):
            held[root_id] = held.get(root_id, 0) + (kind in _STRONG)
    return sum(count - 1 for count in held.values() if count > 1)


# --- un-merging ------------------------------------------------------------------------------------------------------


def _undo(platform: Platform, figures: Figures) -> None:
    """Merge customers known by e-mail, undo it all in another order; the share of people who are as before."""
    _send(platform, [(f"free-{n}", "identify", {"email": f"free-{n}@shop.test"}, "") for n in range(2 * MERGES)])
    _resolve_all(platform, BATCH)
    before = _roots(platform)
    with platform.stores.state.read() as tx:
        free = [person_id for _, person_id, _ in tx.tuples(_HOLDERS, beginning="free-")]
    dice = np.random.default_rng(_SEED)
    merges = []
    for number in range(MERGES):
        one, other = dice.choice(free, 2, replace=False).tolist()
        with suppress(Conflict):  # they are one already
            merges.append(identity.merge(
                platform.stores, into_id=one, from_id=other, rule="bench", evidence={}, now=platform.now(),
                ids=SeededIds(number),
            ))  # fmt: skip
    for number in dice.permutation(len(merges)).tolist():
        identity.unmerge(platform.stores, merges[number], by="bench", now=platform.now())
    after = _roots(platform)
    figures.unmerged_share = sum(after[person] == root for person, root in before.items()) / len(before)


def _roots(platform: Platform) -> dict[int, int]:
    with platform.stores.state.read() as tx:
        return dict(tx.tuples(_PEOPLE))
