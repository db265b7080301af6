"""The last requests to each webhook and what became of them, in memory, for its page. Nothing depends on them."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

KEPT_MAX = 50
SHOWN_MAX = 10  # events and refusals named per request


class Outcome(StrEnum):
    """What became of a request."""

    TAKEN = "taken"
    REFUSED = "refused"  # it proved itself, but nothing of it could be taken
    REPEATED = "repeated"
    IGNORED = "ignored"  # the provider's own trial
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request. ``refused`` says why, thing by thing; ``message`` why nothing was even looked at."""

    hook_id: str
    at: datetime
    outcome: Outcome
    method: str
    client_ip: str
    events: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    message: str = ""


class RecentDeliveries:
    """A ring of the newest 50 requests per webhook."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rings: dict[str, deque[Delivery]] = {}

    def add(self, delivery: Delivery) -> None:
        """Remember one."""
        with self._lock:
            self._rings.setdefault(delivery.hook_id, deque(maxlen=KEPT_MAX)).append(delivery)

    def of(self, hook_id: str) -> list[Delivery]:
        """The newest first."""
        with self._lock:
            return list(reversed(self._rings.get(hook_id, ())))
