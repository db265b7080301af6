"""How far each stage of the loop is behind the log: what the status page, the metrics and `omniloom top` show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from omniloom.app import Platform
from omniloom.core.event import decode
from omniloom.store import EventsTx, Log, StateTx


@dataclass(frozen=True, slots=True)
class Stage:
    """One reader of a log. ``lag_s``: the age of the oldest message it has not handled; 0 if there is none."""

    name: str
    position: int
    lag_s: float


# Stage -> where it stands. A stage that writes two stores is as far as the slower one.
_POSITIONS: dict[str, Callable[[StateTx, EventsTx], int]] = {
    "dedup": lambda state, _events: state.cursor("settle"),
    "identity": lambda state, events: min(state.cursor("identity"), events.cursor("identity")),
    "profiles": lambda state, events: min(state.cursor("profiles"), events.cursor("profiles")),
    "segments": lambda _state, events: events.cursor("segments.follow"),
}


def stages(platform: Platform) -> list[Stage]:
    """Every stage, in the order in which an event passes them.

    Cost: one message read from the log for each stage that is behind.
    """
    stores, now = platform.stores, platform.now()
    with stores.state.read() as state, stores.events.read() as events:
        positions = {name: find(state, events) for name, find in _POSITIONS.items()}
    last = stores.log.last_position()
    return [Stage(name, at, _lag_s(stores.log, at, now) if at < last else 0.0) for name, at in positions.items()]


def _lag_s(log: Log, position: int, now: datetime) -> float:
    """How long the first message after a position has waited, seconds."""
    waiting = log.read(after=position, rows_max=1)
    return max(0.0, (now - decode(waiting[0][1]).received_at).total_seconds()) if waiting else 0.0
