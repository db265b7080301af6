"""People in real stores, made the way they come about: events in the log, resolved and folded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from omniloom import identity, profiles
from omniloom.core.clock import ManualClock
from omniloom.core.event import Event, encode
from omniloom.core.ids import SeededIds
from omniloom.store import Stores


@dataclass
class Shop:
    """A small business: says what happens, and lets identity and profiles take it in."""

    stores: Stores
    clock: ManualClock
    ids: SeededIds = field(default_factory=lambda: SeededIds(1))
    _pending: list[Event] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def identify(self, user: str, **traits: Any) -> None:
        self._say("identify", user, traits=traits)

    def alias(self, user: str, previous: str) -> None:
        self._say("alias", user, previous_id=previous)

    def did(self, user: str, name: str, *, days_ago: float = 0, kind: str = "user_id", **properties: Any) -> None:
        self._say("track", user, days_ago=days_ago, kind=kind, name=name, properties=properties)

    def settle(self) -> None:
        """Everything said so far becomes known."""
        self.stores.log.append([encode(event) for event in self._pending])
        self._pending.clear()
        while identity.resolve(
            self.stores, now=self.now, home_region="US", home_currency="USD", rows_max=1000
        ).rows:  # fmt: skip
            pass
        while not profiles.fold(self.stores, now=self.now, rows_max=1000).is_done:
            pass

    def person(self, user: str) -> int:
        return identity.find(self.stores, user, "US")[0]

    def _say(self, type_: Any, user: str, *, days_ago: float = 0, kind: str = "user_id", **rest: Any) -> None:
        at = self.now - timedelta(days=days_ago)
        self._pending.append(
            Event(
                source_id="test", message_id=self.ids.token(), type=type_, occurred_at=at, received_at=self.now,
                identifiers={kind: user}, **rest,
            )
        )  # fmt: skip


@pytest.fixture
def shop(stores: Stores, clock: ManualClock) -> Shop:
    return Shop(stores, clock)


@pytest.fixture
def moscow(shop: Shop) -> Callable[[], set[int]]:
    """Four people: anna and boris of Moscow, clara of Kazan, dmitri of nowhere who has bought twice."""
    shop.identify("anna", city="Москва", age=34)
    shop.identify("boris", city="москва", age=51)
    shop.identify("clara", city="Казань")
    for days_ago, price in ((40, 30.0), (5, 20.5)):
        shop.did(
            "dmitri", "Order Completed", days_ago=days_ago, revenue=price, currency="USD", channel="store",
            order_id=f"o{days_ago}", products=[{"product_id": "p1", "quantity": 1, "price": price}],
        )  # fmt: skip
    shop.did("anna", "Consent Given", days_ago=3, channel="email", purpose="marketing")
    shop.did("boris", "Consent Given", days_ago=3, channel="email", purpose="marketing")
    shop.did("boris", "Unsubscribed", days_ago=1, channel="email")
    shop.settle()
    return lambda: {shop.person(user) for user in ("anna", "boris")}
