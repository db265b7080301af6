"""Which engines an installation uses, and their versions: what `omniloom doctor` asks."""

from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

from omniloom.store.engines.duckdb_events import duckdb_version
from omniloom.store.engines.sqlite import check_version, library_version
from omniloom.store.settings import StoreSettings


def engine_versions(settings: StoreSettings) -> dict[str, Callable[[], str]]:
    """Store -> how to ask for its engine, version and place. Asking a server connects to it.

    Errors (of the asking): Misconfigured if the engine may not be used; Unavailable if a server is away.
    """
    return {
        "state": lambda: _postgres(settings.state_url) if settings.state_url else _sqlite(),
        "log": lambda: _nats(settings.log_url) if settings.log_url else _sqlite(),
        "events": lambda: _clickhouse(settings.events_url) if settings.events_url else f"DuckDB {duckdb_version()}",
    }


def _sqlite() -> str:
    check_version(library_version())
    return f"SQLite {library_version()}"


def _postgres(url: str) -> str:
    from omniloom.store.engines.postgres import Connections, place

    with closing(Connections(url)) as connections:
        return f"PostgreSQL {connections.server_version} at {place(url)}"


def _nats(url: str) -> str:
    from omniloom.store.engines.nats import NatsConnection

    with closing(NatsConnection(url)) as connection:
        address = connection.address
        sync = "acknowledges from disk" if address.monitor else "name its ?monitor= so that sync_interval is checked"
        return f"NATS {connection.server_version} at {address.place} ({sync})"


def _clickhouse(url: str) -> str:
    from omniloom.store.engines.clickhouse_link import first_link

    version = first_link(url).rows("select version()")[1][0][0]
    return f"ClickHouse {version} at {urlsplit(url).hostname}"
