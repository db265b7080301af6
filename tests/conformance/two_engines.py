"""One made-up history in both event stores, for comparing what they answer."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from omniloom import analytics, catalog, identity, profiles, segments
from omniloom.core.event import Event, encode
from omniloom.core.ids import SeededIds
from omniloom.store import Stores, open_stores
from omniloom.store.engines.clickhouse_events import ClickHouseEvents
from omniloom.store.engines.clickhouse_schema import layouts
from omniloom.store.migrate import migrate
from omniloom.store.sql import parse_events

PEOPLE = 40
CITIES = ["Москва", "МОСКВА", "Straße", "o'_%\\", "2026-05-01", "", "12", " 7.5 ", "1_000", "true", "null"]
CURSORS = ("identity", "identity_roots", "profiles")
VALUES: list[Any] = [
    "Own", "", "жёлтый", 3, 3.0, 2.5, -1, 0, True, False, None, "12", " 7.5", "1_000", "inf", "x",
    "2026-05-01T10:00:00Z",
    [1, "two"], {"deep": {"er": "ё"}}, 10**15, 1e22, "a\\b\"c\n", "true",
]  # fmt: skip


@dataclass
class TwoEngines:
    """The same stores twice: with DuckDB, and with ClickHouse, for events."""

    duckdb: Stores
    clickhouse: Stores
    now: datetime

    @property
    def both(self) -> tuple[Stores, Stores]:
        return self.duckdb, self.clickhouse


@contextmanager
def two_engines(folder: Path, *, now: datetime, seed: int) -> Iterator[TwoEngines]:
    """Both stores, filled with the history of a seed."""
    stores = open_stores(folder / "stores")
    _live(stores, random.Random(seed), now)
    copied = ClickHouseEvents("chdb://memory", database=f"parity_{seed}")
    migrate(copied, "events")
    with stores.events.read() as source, copied.write() as target:
        for table in layouts():
            target.append(table, source.arrow(parse_events("test.copy", f"select * from {table}")))
        for name in CURSORS:
            target.move_cursor(name, source.cursor(name))
    yield TwoEngines(stores, replace(stores, events=copied), now)
    copied.erase()
    stores.close()


def _live(stores: Stores, chance: random.Random, now: datetime) -> None:
    ids = SeededIds(1)
    stores.log.append([encode(event) for event in _events(chance, ids, now)])
    while identity.resolve(stores, now=now, home_region="US", home_currency="USD", rows_max=5000).rows:
        pass
    while not profiles.fold(stores, now=now, rows_max=5000).is_done:
        pass
    for key, rule in (("city", profiles.Rule.TRUST), ("age", profiles.Rule.VOTE), ("name", profiles.Rule.COMPLETENESS)):
        wanted = profiles.Survivorship(key, rule, ("till", "site"))
        profiles.set_survivorship(stores, wanted, by="a test", now=now)
    definitions: list[dict[str, Any]] = [{"trait": "city", "exists": True}, {"did": "Order Completed", "within": "90d"}]
    for n, definition in enumerate(definitions):
        kept = segments.create(stores, name=f"s{n}", definition=definition, now=now, ids=ids)
        segments.refresh(stores, kept.segment_id, now=now)
    _business(stores, chance, now)


def _business(stores: Stores, chance: random.Random, now: datetime) -> None:
    catalog.load_products(
        stores,
        [[{"product_id": f"p{n}", "name": chance.choice(["Кофе", "Soap"]), "category": chance.choice(["A", "B", ""]),
           "brand": chance.choice(["Own", "National"])} for n in range(8)]],
        now=now,
    )  # fmt: skip
    days = [(now - timedelta(days=n)).date().isoformat() for n in range(0, 60, 7)]
    costs = [{"day": day, "campaign_id": chance.choice(["c1", "c2"]), "channel": "email", "cost": chance.randint(1, 90)}
             for day in days]  # fmt: skip
    analytics.load_costs(stores, [costs], now=now, currency="USD")
    named = [{"campaign_id": "c1", "name": "Весна", "channel": "email", "cost_per_message_minor": 3}]
    analytics.name_campaigns(stores, named, currency="USD")
    with stores.events.write() as tx:
        tx.append("journeys_audience", pa.table({"campaign_id": ["c1"] * 9, "person_id": range(1, 10)}))
        kept = "select segment_id, person_id, entered_at from segments_member where person_id < 20"
        tx.append("segments_aside", tx.arrow(parse_events("test.aside", kept)))


def _events(chance: random.Random, ids: SeededIds, now: datetime) -> Iterator[Event]:
    for n in range(1500):
        user = f"u{chance.randrange(PEOPLE)}"
        at = now - timedelta(seconds=chance.choice([0, 60, 3600, 86400, 86400 * 30]) * chance.randrange(30))
        at -= timedelta(microseconds=chance.randrange(1_000_000))
        if n % 90 == 0:
            at -= timedelta(days=366 * chance.choice([3, 30, 60]))
        said = {"source_id": chance.choice(["site", "shop"]), "message_id": ids.token(), "occurred_at": at}
        said |= {"received_at": now - timedelta(seconds=chance.randrange(99)), "identifiers": {"user_id": user}}
        if n < 300 and n % 3 == 0:  # strangers first: who they are is found out later
            said["identifiers"] = {"anonymous_id": f"a{chance.randrange(PEOPLE * 3)}"}
        yield chance.choice(_KINDS)(chance, said)


def _identify(chance: random.Random, said: dict[str, Any]) -> Event:
    keys = chance.sample(["city", "age", "tier", "born", "ключ"], 2)
    said["identifiers"] |= {"anonymous_id": f"a{chance.randrange(PEOPLE * 3)}"}
    return Event(**said, type="identify", traits={key: chance.choice([*CITIES, 35, 35.5, None]) for key in keys})


def _alias(chance: random.Random, said: dict[str, Any]) -> Event:
    if chance.random() < 0.9:
        return _track(chance, said)
    return Event(**said, type="alias", previous_id=f"a{chance.randrange(PEOPLE * 3)}")


def _page(chance: random.Random, said: dict[str, Any]) -> Event:
    campaign = {
        "id": chance.choice(["c1", "c2"]),
        "medium": chance.choice(["ads", "email"]),
        "content": "Ё",
        "term": "t",
    }
    return Event(**said, type="page", name="Home", context={"campaign": campaign} if chance.random() < 0.4 else {})


def _track(chance: random.Random, said: dict[str, Any]) -> Event:
    properties = {"brand": chance.choice(VALUES), "a/b~c": chance.choice(VALUES), "size": chance.choice(VALUES)}
    return Event(**said, type="track", name=chance.choice(["Product Viewed", "Signed Up"]), properties=properties)


def _order(chance: random.Random, said: dict[str, Any]) -> Event:
    lines = [{"product_id": f"p{chance.randrange(10)}", "quantity": chance.choice([1, 2, 0.5]),
              "price": chance.choice([1, 9.99])} for _ in range(chance.randrange(4))]  # fmt: skip
    properties = {"order_id": said["message_id"], "revenue": chance.choice([0, 10, 99.99, -5]), "products": lines,
                  "currency": chance.choice(["USD", "USD", "JPY", "KWD"]),
                  "channel": chance.choice(["store", "web"]), "store_id": chance.choice([1, "1", 2])}  # fmt: skip
    return Event(**said, type="track", name="Order Completed", properties=properties)


def _message(chance: random.Random, said: dict[str, Any]) -> Event:
    name = chance.choice(["Message Sent", "Message Sent", "Message Opened", "Message Clicked", "Message Bounced"])
    properties = {"channel": chance.choice(["email", "sms", "direct_mail"]),
                  "campaign_id": chance.choice(["c1", "c2", "c3"]),
                  "campaign": chance.choice(["A", "Б"]), "is_machine": chance.choice([True, False, None])}  # fmt: skip
    return Event(**said, type="track", name=name, properties=properties)


def _consent(chance: random.Random, said: dict[str, Any]) -> Event:
    name = chance.choice(["Consent Given", "Consent Withdrawn", "Unsubscribed", "Coupon Redeemed"])
    properties = {"channel": chance.choice(["email", "sms", "*"]), "campaign_id": "c1",
                  "purpose": chance.choice(["marketing", "service", ""])}  # fmt: skip
    return Event(**said, type="track", name=name, properties=properties)


_KINDS = (_identify, _identify, _alias, _page, _track, _order, _message, _consent)
