"""How far readers are behind the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from omniloom.core.event import decode
from omniloom.store.ports import Log
from omniloom.store.stores import Stores


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader: its cursors in the state store and in the event store. It is as far as the slowest."""

    state: Sequence[str] = ()
    events: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Lag:
    """Where one reader stands. ``lag_s``: the age of the oldest message it has not handled; 0 if there is none."""

    name: str
    position: int
    lag_s: float


def lags(stores: Stores, readers: Mapping[str, Reader], *, now: datetime) -> list[Lag]:
    """Every reader, in the order given. Cost: one message read from the log for each that is behind."""
    with stores.state.read() as state, stores.events.read() as events:
        positions = {
            name: min([*map(state.cursor, reader.state), *map(events.cursor, reader.events)])
            for name, reader in readers.items()
        }
    last = stores.log.last_position()
    return [Lag(name, at, _waited_s(stores.log, at, now) if at < last else 0.0) for name, at in positions.items()]


def _waited_s(log: Log, position: int, now: datetime) -> float:
    """How long the first message after a position has waited, seconds."""
    waiting = log.read(after=position, rows_max=1)
    return max(0.0, (now - decode(waiting[0][1]).received_at).total_seconds()) if waiting else 0.0
