"""How much room the stores take in the data directory."""

from contextlib import suppress
from pathlib import Path

from omniloom.store.settings import StoreSettings

_FILES = {"state": ("state.db",), "log": ("log.db", "refusals.db"), "events": ("events.duckdb",)}


def file_sizes(data_dir: Path, settings: StoreSettings) -> dict[str, int | None]:
    """Store -> bytes of its files, with what stands beside them while they are written; None: a server keeps it."""
    addresses = {"state": settings.state_url, "log": settings.log_url, "events": settings.events_url}
    return {store: None if address else _bytes(data_dir, _FILES[store]) for store, address in addresses.items()}


def _bytes(data_dir: Path, names: tuple[str, ...]) -> int:
    total = 0
    for path in (path for name in names for path in data_dir.glob(f"{name}*")):
        with suppress(FileNotFoundError):  # a WAL goes at a checkpoint
            total += path.stat().st_size if path.is_file() else 0
    return total
