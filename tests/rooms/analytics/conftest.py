"""Histories for the money room: rows put straight into the resolved history, as identity would leave them."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from omniloom.store import Stores
from omniloom.store.sql import parse_events

RECEIVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_CLEAR = [parse_events("test.clear", f"delete from {name}") for name in ("identity_event", "identity_override")]
_TEXTS = (
    "source_id", "message_id", "type", "name", "channel", "campaign_id", "order_id", "currency", "identifiers",
    "properties", "context",
)  # fmt: skip
_SCHEMA = pa.schema(
    [("position", pa.int64()), ("person_id", pa.int64()), ("occurred_at", pa.timestamp("us")),
     ("received_at", pa.timestamp("us")), ("revenue_minor", pa.int64()), *((name, pa.string()) for name in _TEXTS)]
)  # fmt: skip

WriteHistory = Callable[..., None]


@pytest.fixture
def write_history(stores: Stores) -> WriteHistory:
    """Replace the history by events (dicts; person_id, occurred_at and name at least) and merges (person -> root)."""

    def write(events: Iterable[dict[str, Any]], merges: dict[int, int] | None = None) -> None:
        rows = [_row(position, event) for position, event in enumerate(events, start=1)]
        overrides = [{"person_id": person, "root_id": root} for person, root in (merges or {}).items()]
        with stores.events.write() as tx:
            for clear in _CLEAR:
                tx.run(clear)
            tx.append("identity_event", pa.Table.from_pylist(rows, schema=_SCHEMA))
            if overrides:
                tx.append("identity_override", pa.Table.from_pylist(overrides))

    return write


def _row(position: int, event: dict[str, Any]) -> dict[str, Any]:
    row = {"type": "track", "channel": None, "campaign_id": None, "order_id": None, "currency": "RUB"}
    row |= {"source_id": "test", "message_id": str(position), "identifiers": "{}", "received_at": RECEIVED}
    row |= {"position": position, "revenue_minor": None} | event
    row |= {name: json.dumps(event.get(name, {})) for name in ("properties", "context")}
    return row | {name: row[name].replace(tzinfo=None) for name in ("occurred_at", "received_at")}
