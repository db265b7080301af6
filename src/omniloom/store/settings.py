"""Where the stores lie and how much they may use."""

from dataclasses import dataclass

from omniloom.core.settings import setting


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Installation settings of the stores."""

    events_memory_mb: int = setting(512, "memory DuckDB may use before it spills to disk, MB")
    events_threads: int = setting(2, "threads of one event query")
