"""How often a property is tried: on few examples in every day's run, on five times as many in `make soak`."""

from typing import Any

import pytest
from hypothesis import settings
from tests.engines import EMBEDDED, chosen

DAILY_EXAMPLES = 20  # of a property that says nothing itself


def examples(daily: int) -> int:
    """So many in every day's run, and as many times more in the others as a property that says nothing itself gets."""
    return max(1, daily * settings().max_examples // DAILY_EXAMPLES)


def seeds(count: int) -> list[Any]:
    """So many runs; on servers, where each costs ten times as much, the first, and the others in `make soak`."""
    daily = count if chosen() == EMBEDDED else 1
    return [pytest.param(seed, marks=[pytest.mark.soak] if seed >= daily else []) for seed in range(count)]
