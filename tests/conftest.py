"""Shared by every suite: a start instant, the stores opened on real files, and how hard Hypothesis tries.

`HYPOTHESIS_PROFILE=night make test` tries a hundred times harder.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from omniloom.core.clock import ManualClock
from omniloom.store import Stores, open_stores

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("night", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

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
