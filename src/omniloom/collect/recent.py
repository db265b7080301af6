"""The last verdicts of each source, in memory, for the live event debugger. Nothing depends on them."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from omniloom.collect.drop import Drop
from omniloom.core.event import Event

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
    """A ring of the newest 200 verdicts per source."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rings: dict[str, deque[Verdict]] = {}

    def add(self, source_id: str, verdicts: list[Event | Drop], *, at: datetime) -> None:
        """Remember what became of a request's items."""
        seen = [_verdict(source_id, verdict, at) for verdict in verdicts[-KEPT_MAX:]]
        with self._lock:
            self._rings.setdefault(source_id, deque(maxlen=KEPT_MAX)).extend(seen)

    def of(self, source_id: str | None = None, *, rows_max: int = KEPT_MAX) -> list[Verdict]:
        """The newest verdicts of one source, or of all; newest first."""
        with self._lock:
            rings = self._rings.values() if source_id is None else [self._rings.get(source_id, deque())]
            found = [verdict for ring in rings for verdict in ring]
        found.reverse()
        return sorted(found, key=lambda verdict: verdict.at, reverse=True)[:rows_max]


def _verdict(source_id: str, verdict: Event | Drop, at: datetime) -> Verdict:
    if isinstance(verdict, Drop):
        return Verdict(at, source_id, False, reason=verdict.reason, field=verdict.field, message=verdict.message)  # noqa: FBT003 - a column
    person = next(iter(verdict.identifiers.values()), "")
    return Verdict(at, source_id, True, verdict.type, verdict.name, verdict.message_id, person)  # noqa: FBT003 - a column
