"""Campaigns over a small real store: people who ordered, a segment of them, templates, and a loop to move it all."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from omniloom import journeys, messaging, segments
from omniloom.core.clock import ManualClock
from omniloom.core.ids import SeededIds
from omniloom.journeys import Campaign
from omniloom.messaging import Renderer, Transport
from omniloom.store import Stores
from omniloom.store.sql import parse_events, parse_state

PEOPLE = 7
ORDERED = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_PERSON = parse_state(
    "test.person", "insert into identity_person (person_id, root_id, created_at) values (:id, :id, 0)"
)
_OVERRIDE = parse_events("test.merge", "insert into identity_override (person_id, root_id) values (:person, :root)")
_TEXTS = ("source_id", "message_id", "type", "name", "channel", "campaign_id", "order_id", "currency", "identifiers",
          "properties", "context")  # fmt: skip

Merge = Callable[[int, int], None]
Make = Callable[..., Campaign]


@pytest.fixture
def ids() -> SeededIds:
    return SeededIds(7)


@pytest.fixture
def people(stores: Stores) -> list[int]:
    """People who ordered, known to both stores; none has an address, so every message ends as skipped."""
    found = list(range(1, PEOPLE + 1))
    at = ORDERED.replace(tzinfo=None)
    rows = [
        {"position": person, "person_id": person, "occurred_at": at, "received_at": at, "revenue_minor": 100}
        | {name: "{}" if name in {"identifiers", "properties", "context"} else None for name in _TEXTS}
        | {"source_id": "test", "message_id": str(person), "type": "track", "name": "Order Completed"}
        for person in found
    ]
    schema = pa.schema(
        [("position", pa.int64()), ("person_id", pa.int64()), ("occurred_at", pa.timestamp("us")),
         ("received_at", pa.timestamp("us")), ("revenue_minor", pa.int64()), *((name, pa.string()) for name in _TEXTS)]
    )  # fmt: skip
    with stores.events.write() as events:
        events.append("identity_event", pa.Table.from_pylist(rows, schema=schema))
    with stores.state.write() as state:
        state.many(_PERSON, ({"id": person} for person in found))
    return found


@pytest.fixture
def merge(stores: Stores) -> Merge:
    """Make one person part of another, as identity's override does."""

    def merged(person: int, root: int) -> None:
        with stores.events.write() as events:
            events.run(_OVERRIDE, person=person, root=root)

    return merged


@pytest.fixture
def make(stores: Stores, people: list[int], clock: ManualClock, ids: SeededIds) -> Make:
    """A draft campaign over e-mail and SMS to everyone who ordered; its terms may be overridden."""
    now = clock.now()
    segment = segments.create(stores, name="Buyers", definition={"did": "Order Completed"}, now=now, ids=ids)
    templates = {
        channel: messaging.save_template(
            stores, name=f"Hello by {channel}", channel=channel, subject=subject, body="Hello", now=now, ids=ids
        ).template_id
        for channel, subject in (("email", "Hello"), ("sms", ""))
    }

    def made(**terms: Any) -> Campaign:
        usual: dict[str, Any] = {
            "name": "Spring", "segment_id": segment.segment_id, "channels": ["email", "sms"], "templates": templates,
            "cost_per_message_minor": {"email": 2, "sms": 350}, "currency": "RUB",
        }  # fmt: skip
        return journeys.create_campaign(stores, **{**usual, **terms}, now=clock.now(), ids=ids)

    return made


@pytest.fixture
def settle(stores: Stores, clock: ManualClock, ids: SeededIds) -> Callable[..., None]:
    """Run the campaigns' act until nothing moves, a small chunk at a time."""

    def settled(*, rows_max: int = 3) -> None:
        while journeys.advance(stores, now=clock.now(), ids=ids, rows_max=rows_max).rows:
            pass

    return settled


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    made = Renderer()
    yield made
    made.close()


@pytest.fixture
def deliver(stores: Stores, clock: ManualClock, ids: SeededIds, renderer: Renderer) -> Iterator[Callable[[], None]]:
    """Let messaging handle everything that is due."""
    transport = Transport(stores, secret=b"s" * 32, public_url="http://127.0.0.1")

    def delivered() -> None:
        while messaging.deliver(stores, transport, renderer, clock=clock, ids=ids).rows:
            pass

    yield delivered
    transport.close()
