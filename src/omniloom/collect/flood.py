"""How many refused items are kept: whoever sends nothing but rubbish must not fill the disk with it."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from omniloom.core.clock import stopwatch

BYTES_MAX = 32 << 20  # of one source in a minute
_MINUTE_S = 60.0


class Flood:
    """Counts what each source had refused in this minute."""

    def __init__(self, per_minute: int, tick: Callable[[], float] = stopwatch) -> None:
        self._per_minute = per_minute
        self._tick = tick
        self._began = tick()
        self._kept: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()  # by source, since the start

    def keep(self, source_id: str, refused: Sequence[Any], encode: Callable[[Any], bytes] = bytes) -> list[bytes]:
        """The bodies of those that are to be kept; the others are only counted, and cost no encoding."""
        now = self._tick()
        if now - self._began >= _MINUTE_S:
            self._began = now
            self._kept.clear()
            self._bytes.clear()
        kept = []
        for one in refused[: max(self._per_minute - self._kept[source_id], 0)]:
            if self._bytes[source_id] + len(body := encode(one)) > BYTES_MAX:
                break
            self._bytes[source_id] += len(body)
            kept.append(body)
        self._kept[source_id] += len(kept)
        self.left_out[source_id] += len(refused) - len(kept)
        return kept
