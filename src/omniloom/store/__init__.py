"""The three stores behind their ports: ``log`` (raw accepted messages), ``state`` (rows), ``events`` (columns).

Rooms speak to ports and to SQL files beside them; only ``engines/`` knows a driver. Each port keeps cursors in the
transaction of what they produced, which is what makes every reader idempotent.
"""

from omniloom.store.engines.files import Join, arranged
from omniloom.store.engines.parquet import distinct_values, sample_parquet
from omniloom.store.ports import Appended, Events, EventsTx, Log, Message, Progress, Row, State, StateTx
from omniloom.store.sql import Query, built, query
from omniloom.store.stores import Stores, are_here, engine_versions, open_stores

__all__ = [
    "Appended", "Events", "EventsTx", "Join", "Log", "Message", "Progress", "Query", "Row", "State", "StateTx",
    "Stores", "are_here", "arranged", "built", "distinct_values", "engine_versions", "open_stores",
    "query", "sample_parquet",
]  # fmt: skip
