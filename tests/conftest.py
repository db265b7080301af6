"""Shared by every suite: a start instant, the stores opened on real engines, and how hard Hypothesis tries.

`HYPOTHESIS_PROFILE=night make test` tries properties 250 times harder than every day, `make soak` five times.
`pytest --engines scaled tests/rooms` runs on the real servers of the scaled installation instead of files (see
engines.py).
"""

import gc
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from tests import engines
from tests.scheduling import Scheduler, long_ones_first
from tests.trying import DAILY_EXAMPLES

from omniloom.core.clock import ManualClock
from omniloom.store import Stores

SCALED_EXAMPLES = 5

if (memory := engines.quick_folder()) is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)
    os.environ.setdefault("TMPDIR", memory)  # where PostgreSQL and ClickHouse lie
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the processes that tests start must not compile every module anew

# The seeds of every day's run are given, so that a commit passes or fails for what it changed; the night's are drawn.
settings.register_profile("dev", max_examples=DAILY_EXAMPLES, deadline=None, derandomize=True)
settings.register_profile("scaled", max_examples=SCALED_EXAMPLES, deadline=None, derandomize=True)
settings.register_profile("soak", max_examples=5 * DAILY_EXAMPLES, deadline=None, derandomize=True)
settings.register_profile("night", max_examples=250 * DAILY_EXAMPLES, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engines",
        choices=(engines.EMBEDDED, engines.SCALED),
        default=engines.chosen(),
        help="files (embedded) or PostgreSQL, NATS and ClickHouse (scaled)",
    )


def pytest_configure(config: pytest.Config) -> None:
    os.environ[engines.CHOICE] = config.getoption("engines")
    if config.getoption("engines") == engines.SCALED and "HYPOTHESIS_PROFILE" not in os.environ:
        settings.load_profile("scaled")  # for properties that say nothing themselves; see also below


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return Scheduler(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A transaction on a server costs many times one on a file: there each property is tried on fewer examples.

    What touches no store runs on the first set of engines alone.
    """
    long_ones_first(items)
    if config.getoption("engines") == engines.SCALED:
        items[:] = [item for item in items if needs_engines(item)]
    if config.getoption("engines") == engines.SCALED and "HYPOTHESIS_PROFILE" not in os.environ:
        for item in items:
            tried = getattr(item, "function", None)
            if (terms := getattr(tried, "_hypothesis_internal_use_settings", None)) is not None:
                few = settings(terms, max_examples=min(terms.max_examples, SCALED_EXAMPLES))
                tried._hypothesis_internal_use_settings = few  # type: ignore[union-attr]  # Hypothesis names no other way


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for cycles again and again took a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def needs_engines(item: pytest.Item) -> bool:
    """Whether a test has stores: by a fixture, or by opening them itself."""
    return "stores" in getattr(item, "fixturenames", ()) or "engines" in item.path.read_text()


START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _engines_tidied() -> Iterator[None]:
    """Whatever a test made on a server is gone after it."""
    with engines.forgotten():
        yield


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at a Monday morning."""
    return ManualClock(START)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Empty stores in a place of their own, closed afterwards."""
    opened = engines.open_test_stores(tmp_path / "stores")
    yield opened
    opened.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
