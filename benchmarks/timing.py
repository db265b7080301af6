"""Times calls in turn, so that a machine's drift falls on both sides of a ratio."""

import statistics
from collections.abc import Callable

from omniloom.core.clock import stopwatch

RUNS = 15


def milliseconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    started = stopwatch()
    act()
    return (stopwatch() - started) * 1000


def in_turn(ours: Callable[[], object], ceiling: Callable[[], object]) -> tuple[float, float]:
    """Median milliseconds of two acts, called alternately after one warm-up each."""
    ours()
    ceiling()
    pairs = [(milliseconds(ours), milliseconds(ceiling)) for _ in range(RUNS)]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)
