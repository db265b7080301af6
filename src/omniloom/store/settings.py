"""Where the stores are and how much they may use."""

from dataclasses import dataclass

from omniloom.core.settings import setting


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Installation settings of the stores."""

    state_url: str = setting("", "the state store: postgresql://user@host/database; empty: a file", secret=True)
    log_url: str = setting("", "the log: nats://host:4222; empty: a file", secret=True)
    events_url: str = setting("", "the event store: clickhouse://user@host/database; empty: a file", secret=True)
    ballast_mb: int = setting(16, "room kept for unsubscribing and consent when the disk is full, MB; 0: none")
    events_memory_mb: int = setting(512, "memory DuckDB may use before it spills to disk, MB")
    events_threads: int = setting(2, "threads of one event query")
