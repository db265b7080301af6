"""Events said, resolved and folded, in one line."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from omniloom.core.event import Event, encode
from omniloom.identity import resolve
from omniloom.profiles import fold
from omniloom.store import Stores

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIELDS = ("traits", "properties", "context", "previous_id", "group_id")


def day(number: int) -> datetime:
    """An instant on a day of March."""
    return datetime(2026, 3, number, 9, tzinfo=UTC)


class Teller:
    """Sends events (an hour apart unless told otherwise) and runs the acts over them."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self._sent = 0
        self._told: list[bytes] = []

    def tell(self, kind: str, name: str = "", **fields: Any) -> None:
        """One event with core's fields and identifiers by kind."""
        self._sent += 1
        at = fields.pop("at", NOW + timedelta(hours=self._sent))
        received_at = fields.pop("received_at", max(at, NOW))
        message_id = fields.pop("message_id", f"m{self._sent}")
        source_id = fields.pop("source_id", "site")
        known = {field: fields.pop(field) for field in FIELDS if field in fields}
        event = Event(
            source_id=source_id, message_id=message_id, type=kind, name=name, occurred_at=at, received_at=received_at,
            identifiers=fields, **known,
        )  # fmt: skip
        self._told.append(encode(event))

    def resolve(self, rows_max: int = 100) -> None:
        """Put what was told into the log and resolve all of it."""
        self.stores.log.append(self._told)
        self._told.clear()
        while not resolve(self.stores, now=NOW, home_region="RU", home_currency="RUB", rows_max=rows_max).is_done:
            pass

    def settle(self, rows_max: int = 100) -> None:
        """Resolve and fold until nothing is left."""
        self.resolve(rows_max)
        while not fold(self.stores, now=NOW, rows_max=rows_max).is_done:
            pass


@pytest.fixture
def teller(stores: Stores) -> Teller:
    """A teller to empty stores."""
    return Teller(stores)
