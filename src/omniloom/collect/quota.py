"""How much a source may send: a bucket of events per source, filled at a steady rate."""

from collections.abc import Callable

from omniloom.core.clock import stopwatch

BURST_S = 2.0  # seconds' worth of events that a quiet source may send at once
SOURCES_MAX = 10_000


class Quota:
    """What one source may still send. ``limit`` is 0 if there is none."""

    __slots__ = ("_at", "_held", "limit")

    def __init__(self, limit: int, at: float) -> None:
        self.limit = limit
        self._held = limit * BURST_S
        self._at = at

    def take(self, count: int, at: float) -> bool:
        """Take ``count`` events out of the bucket; False if it holds less. A full one gives any count, on credit."""
        size = self.limit * BURST_S
        self._held = min(size, self._held + (at - self._at) * self.limit)
        self._at = at
        if self._held < min(count, size):
            return False
        self._held -= count
        return True

    @property
    def remaining(self) -> int:
        """Events that may be sent now."""
        return max(int(self._held), 0)

    @property
    def reset_s(self) -> int:
        """Seconds until the bucket is full again, rounded up."""
        return -int(-(self.limit * BURST_S - self._held) // self.limit) if self.limit else 0

    def wait_s(self, count: int) -> int:
        """Seconds until ``count`` events may be sent, at least 1."""
        wanted = min(count, self.limit * BURST_S) - self._held
        return max(1, -int(-wanted // self.limit)) if self.limit else 1


class Quotas:
    """The quota of every source; all have the same limit."""

    def __init__(self, events_per_s: int, tick: Callable[[], float] = stopwatch) -> None:
        self._limit = events_per_s
        self._tick = tick
        self._quotas: dict[str, Quota] = {}

    def take(self, source_id: str, count: int) -> tuple[Quota, bool]:
        """The source's quota after ``count`` events, and whether they are granted."""
        at = self._tick()
        quota = self._quotas.get(source_id)
        if quota is None:
            if len(self._quotas) >= SOURCES_MAX:
                self._quotas.clear()
            quota = self._quotas[source_id] = Quota(self._limit, at)
        return quota, self._limit == 0 or quota.take(count, at)
