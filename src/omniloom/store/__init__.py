"""The three stores behind their ports: ``log`` (raw accepted messages), ``state`` (rows), ``events`` (columns).

Rooms speak to ports and to SQL files beside them; only ``engines/`` knows a driver. Each port keeps cursors in the
transaction of what they produced, which is what makes every reader idempotent.
"""

from omniloom.store.engines.files import Join, arranged
from omniloom.store.ports import Appended, Events, EventsTx, Log, Message, Progress, Row, State, StateTx
from omniloom.store.sql import Query, built, query
from omniloom.store.stores import Stores, open_stores

__all__ = [
    "Appended", "Events", "EventsTx", "Join", "Log", "Message", "Progress", "Query", "Row", "State", "StateTx",
    "Stores", "arranged", "built", "open_stores", "query",
]  # fmt: skip
