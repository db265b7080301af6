"""Which engine an address means. An empty address is the embedded one: a file in the data directory.

Each function opens one store, hands its closing to ``undo`` and migrates it. Drivers are imported when asked for.
"""

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from omniloom.core.errors import Misconfigured
from omniloom.core.ids import digest
from omniloom.store.ballast import Ballast
from omniloom.store.engines.duckdb_events import DuckEvents
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.migrate import migrate
from omniloom.store.ports import Events, Log, State
from omniloom.store.settings import StoreSettings


def has_files(settings: StoreSettings) -> bool:
    """Whether a store lies in the data directory, which then belongs to one process."""
    return not (settings.state_url and settings.log_url and settings.events_url)


def ballast_of(data_dir: Path, settings: StoreSettings) -> Ballast:
    """What makes way in the data directory when its disk is full."""
    return Ballast(data_dir, settings.ballast_mb << 20)


def open_logs(data_dir: Path, settings: StoreSettings, undo: ExitStack) -> tuple[Log, Log]:
    """The log and the refusals."""
    if not settings.log_url:
        ballast = ballast_of(data_dir, settings)
        log = SqliteLog(data_dir / "log.db", ballast)
        undo.callback(log.close)
        refusals = SqliteLog(data_dir / "refusals.db", ballast)
        undo.callback(refusals.close)
        return log, refusals
    from omniloom.store.engines.nats import NatsConnection
    from omniloom.store.engines.nats_log import NatsLog

    connection = NatsConnection(settings.log_url)
    undo.callback(connection.close)
    return NatsLog(connection, "log"), NatsLog(connection, "refusals")


def open_state(data_dir: Path, settings: StoreSettings, undo: ExitStack) -> State:
    """The state store."""
    if not settings.state_url:
        files = SqliteState(data_dir / "state.db", ballast_of(data_dir, settings))
        undo.callback(files.close)
        migrate(files, "state")
        return files
    if (scheme := urlsplit(settings.state_url).scheme) not in {"postgresql", "postgres"}:
        raise Misconfigured(f"store.state_url: no engine for {scheme}://", hint="postgresql://user@host/database")
    from omniloom.store.engines.postgres_state import PostgresState

    server = PostgresState(settings.state_url)
    undo.callback(server.close)
    with server.alone():
        migrate(server, "state")
    return server


def open_events(data_dir: Path, settings: StoreSettings, undo: ExitStack) -> Events:
    """The event store. Its tables lie in the database that the address names, else in one of the folder's name."""
    if settings.events_url:
        address = urlsplit(settings.events_url)
        if address.scheme not in {"clickhouse", "clickhouses", "chdb"}:
            raise Misconfigured(
                f"store.events_url: no engine for {address.scheme}://", hint="clickhouse://host:8123/db"
            )
        from omniloom.store.engines.clickhouse_events import ClickHouseEvents

        scaled = ClickHouseEvents(settings.events_url, database=_database(data_dir, address))
        undo.callback(scaled.close)
        migrate(scaled, "events")
        return scaled
    files = DuckEvents(
        data_dir / "events.duckdb", memory_mb=settings.events_memory_mb, threads=settings.events_threads,
        ballast=ballast_of(data_dir, settings),
    )  # fmt: skip
    undo.callback(files.close)
    migrate(files, "events")
    return files


def _database(data_dir: Path, address: SplitResult) -> str:
    """The database of an address; in this process's memory every data directory has one of its own."""
    if address.netloc and (named := address.path.strip("/")):
        return named
    return f"omniloom_{digest(str(data_dir.resolve()))[:24]}" if address.scheme == "chdb" else "omniloom"
