"""The three stores behind their ports: ``log`` (raw accepted messages), ``state`` (rows), ``events`` (columns).

Rooms speak to ports and to SQL files beside them; only ``engines/`` knows a driver. Each port keeps cursors in the
transaction of what they produced, which is what makes every reader idempotent.
"""

from omniloom.store.ballast import DiskFull
from omniloom.store.check import Finding, check_stores
from omniloom.store.collecting import open_collecting
from omniloom.store.dedup import Settled, Stretch, duplicates, forget, settle, settle_through, settled
from omniloom.store.engines.files import Join, arranged
from omniloom.store.engines.parquet import distinct_values, sample_parquet
from omniloom.store.engines.sizes import file_sizes
from omniloom.store.engines.versions import engine_versions
from omniloom.store.hold import Held
from omniloom.store.holding import (
    Anyone,
    ByPerson,
    ByRow,
    ByText,
    ByValue,
    Erasing,
    FieldClass,
    Finder,
    Holding,
    OnlyTheirs,
)
from omniloom.store.holdings import HOLDINGS
from omniloom.store.lag import Lag, Reader, lags
from omniloom.store.lease import (
    LEASE_LASTING,
    Lease,
    fenced,
    lease_fence,
    lease_holder,
    release_lease,
    renew_lease,
    take_lease,
)
from omniloom.store.lease_beat import LeaseBeat
from omniloom.store.move import Carried
from omniloom.store.ports import BLOCK_BODIES_MAX, Events, EventsTx, Log, Progress, Row, State, StateTx
from omniloom.store.relocate import Move, Relocation, Stage
from omniloom.store.seen import RUN_IDS_MAX as SEEN_RUN_MAX
from omniloom.store.seen import Ids as SeenIds
from omniloom.store.seen import seal as seal_seen
from omniloom.store.sql import Query, built, query
from omniloom.store.stores import Stores, are_here, open_stores
from omniloom.store.tail import carry_tail
from omniloom.store.vault import seal, unseal

__all__ = [
    "BLOCK_BODIES_MAX",
    "HOLDINGS",
    "LEASE_LASTING",
    "SEEN_RUN_MAX",
    "Anyone",
    "ByPerson",
    "ByRow",
    "ByText",
    "ByValue",
    "Carried",
    "DiskFull",
    "Erasing",
    "Events",
    "EventsTx",
    "FieldClass",
    "Finder",
    "Finding",
    "Held",
    "Holding",
    "Join",
    "Lag",
    "Lease",
    "LeaseBeat",
    "Log",
    "Move",
    "OnlyTheirs",
    "Progress",
    "Query",
    "Reader",
    "Relocation",
    "Row",
    "SeenIds",
    "Settled",
    "Stage",
    "State",
    "StateTx",
    "Stores",
    "Stretch",
    "are_here",
    "arranged",
    "built",
    "carry_tail",
    "check_stores",
    "distinct_values",
    "duplicates",
    "engine_versions",
    "fenced",
    "file_sizes",
    "forget",
    "lags",
    "lease_fence",
    "lease_holder",
    "open_collecting",
    "open_stores",
    "query",
    "release_lease",
    "renew_lease",
    "sample_parquet",
    "seal",
    "seal_seen",
    "settle",
    "settle_through",
    "settled",
    "take_lease",
    "unseal",
]
