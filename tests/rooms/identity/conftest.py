"""Real stores, and a short way to say what a sender sent."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from omniloom.core.event import Event, encode
from omniloom.identity import resolve
from omniloom.store import Progress, Query, Stores
from omniloom.store.sql import parse_events, parse_state

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PUBLIC = "web"  # a source whose key everybody can read


class Sender:
    """Appends events to the log, one hour apart unless told otherwise, and has them resolved."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self._sent = 0
        self._waiting: list[bytes] = []

    def send(self, kind: str = "track", name: str = "", **fields: Any) -> str:
        """One event with the fields of core's Event and identifiers by kind; its message id."""
        self._sent += 1
        message_id = fields.pop("message_id", f"m{self._sent}")
        known = {
            f: fields.pop(f)
            for f in ("traits", "properties", "context", "previous_id", "group_id", "problems")
            if f in fields
        }
        at = fields.pop("at", NOW + timedelta(hours=self._sent))
        source_id = fields.pop("source_id", "site")
        event = Event(
            source_id=source_id, message_id=message_id, type=kind, name=name, occurred_at=at, received_at=NOW,
            identifiers=fields, **known,
        )  # fmt: skip
        self._waiting.append(encode(event))
        return message_id

    def resolve(self, rows_max: int = 100, stores: Stores | None = None) -> Progress:
        """What was sent goes into the log; one call of the act."""
        self.flush()
        return resolve(
            stores or self.stores, now=NOW, home_region="RU", home_currency="RUB", rows_max=rows_max,
            is_public=lambda source_id: source_id == PUBLIC,
        )  # fmt: skip

    def flush(self) -> None:
        """Put what was sent into the log."""
        self.stores.log.append(self._waiting)
        self._waiting.clear()

    def resolve_all(self, rows_max: int = 100) -> None:
        """The act until nothing is left."""
        while not self.resolve(rows_max).is_done:
            pass

    def people(self) -> dict[str, int]:
        """Whose each event is by now: message id -> person."""
        rows = self.events_rows("select message_id, person_id from identity_history")
        return {row["message_id"]: row["person_id"] for row in rows}

    def events_rows(self, sql: str) -> list[dict[str, Any]]:
        with self.stores.events.read() as tx:
            return tx.rows(_parsed(parse_events, sql))

    def state_rows(self, sql: str) -> list[dict[str, Any]]:
        with self.stores.state.read() as tx:
            return tx.rows(_parsed(parse_state, sql))


def _parsed(parse: Callable[[str, str], Query], sql: str) -> Query:
    return parse("test", sql)


@pytest.fixture
def sender(stores: Stores) -> Sender:
    """A sender to empty stores."""
    return Sender(stores)
