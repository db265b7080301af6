"""Time comes from here alone, so that tests and the demo can set it.

An instant is an aware ``datetime`` in UTC. Stores keep instants as integer microseconds since 1970 (``micros``).
"""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock, optionally shifted by a fixed offset (the demo lives at the end of its data's year)."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    def now(self) -> datetime:
        """The machine's time plus the offset."""
        return datetime.now(UTC) + self._offset


class ManualClock:
    """A clock that moves only when told; for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The instant it was last set to."""
        return self._now

    def advance(self, step: timedelta) -> datetime:
        """Move on by ``step`` and return the new instant."""
        with self._lock:
            self._now += step
        return self._now


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (at - EPOCH) // _MICROSECOND


def instant(us: int) -> datetime:
    """The aware UTC instant of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)


def stopwatch() -> float:
    """Seconds of a monotonic clock, for measuring durations only."""
    return time.monotonic()
