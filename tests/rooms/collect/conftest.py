"""Builders of the collect room's tests: real stores, a clock, ids, and what the log holds."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.engines import open_test_stores

from omniloom.core.clock import ManualClock
from omniloom.core.event import Event, decode
from omniloom.core.ids import SeededIds
from omniloom.store import Stores, settle_through, settled

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_test_stores(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def ids() -> SeededIds:
    return SeededIds(1)


@pytest.fixture
def logged(stores: Stores) -> Callable[[], list[Event]]:
    """All events of the log that count, in order."""

    def read() -> list[Event]:
        settle_through(stores, stores.log.last_position(), now=NOW)
        return [decode(message.body) for message in settled(stores, after=0, rows_max=1_000_000).messages]

    return read
