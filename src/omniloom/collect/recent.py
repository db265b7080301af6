"""The last verdicts of each source, in memory, for the live event debugger. Nothing depends on them."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from omniloom.collect.drop import Drop
from omniloom.core.event import Event, decode

KEPT_MAX = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one item: accepted, or refused with reason, field and message."""

    at: datetime
    source_id: str
    is_accepted: bool
    type: str = ""
    name: str = ""
    message_id: str = ""
    person: str = ""
    reason: str = ""
    field: str = ""
    message: str = ""


class RecentVerdicts:
    """A ring of the newest 200 verdicts per source, taken apart only when somebody looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rings: dict[str, deque[tuple[datetime, Event | bytes | Drop]]] = {}

    def add(self, source_id: str, verdicts: Sequence[Event | bytes | Drop], *, at: datetime) -> None:
        """Remember what became of a request's items: an event, its body for the log, or why it was refused."""
        with self._lock:
            ring = self._rings.get(source_id)
            if ring is None:
                ring = self._rings[source_id] = deque(maxlen=KEPT_MAX)
            ring.extend([(at, verdict) for verdict in verdicts[-KEPT_MAX:]])

    def of(self, source_id: str | None = None, *, rows_max: int = KEPT_MAX) -> list[Verdict]:
        """The newest verdicts of one source, or of all; newest first."""
        with self._lock:
            rings = list(self._rings) if source_id is None else [source_id]
            found = [(at, ring, verdict) for ring in rings for at, verdict in self._rings.get(ring, ())]
        found.reverse()
        newest = sorted(found, key=lambda one: one[0], reverse=True)[:rows_max]
        return [_verdict(ring, verdict, at) for at, ring, verdict in newest]


def _verdict(source_id: str, verdict: Event | bytes | Drop, at: datetime) -> Verdict:
    if isinstance(verdict, Drop):
        return Verdict(at, source_id, False, reason=verdict.reason, field=verdict.field, message=verdict.message)  # noqa: FBT003 - a column
    event = decode(verdict) if isinstance(verdict, bytes) else verdict
    person = next(iter(event.identifiers.values()), "")
    return Verdict(at, source_id, True, event.type, event.name, event.message_id, person)  # noqa: FBT003 - a column
