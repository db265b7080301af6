"""Shared by every suite: a start instant, and the stores opened on real files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omniloom.core.clock import ManualClock
from omniloom.store import Stores, open_stores

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at a Monday morning."""
    return ManualClock(START)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Empty stores in a folder of their own, closed afterwards."""
    opened = open_stores(tmp_path / "stores")
    yield opened
    opened.close()
