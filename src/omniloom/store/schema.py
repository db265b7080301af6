"""What all migrations add up to, as one readable file per store. Written by ``make schema``, held equal by a test."""

import tempfile
from contextlib import closing
from pathlib import Path

from omniloom.store.engines.duckdb_events import DuckEvents
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.migrate import folder, migrate

_HEADER = "-- The {store} store after every migration. Written by `make schema`: change a migration, not this file.\n\n"


def schema_texts(source: Path | None = None) -> dict[str, str]:
    """Store name -> the statements that make a fresh one, runnable in that order."""
    with tempfile.TemporaryDirectory() as scratch:
        with closing(SqliteState(Path(scratch) / "state.db")) as state:
            migrate(state, "state", source)
            state_schema = state.schema()
        with closing(DuckEvents(Path(scratch) / "events.duckdb", memory_mb=256, threads=1)) as events:
            migrate(events, "events", source)
            events_schema = events.schema()
    return {"state": _text("state", state_schema), "events": _text("events", events_schema)}


def write_schemas() -> None:
    """Write ``schema.<store>.sql`` beside the migrations."""
    for store, text in schema_texts().items():
        (folder() / f"schema.{store}.sql").write_text(text)


def _text(store: str, statements: list[str]) -> str:
    return _HEADER.format(store=store) + "\n\n".join(statement.rstrip("; \n") + ";" for statement in statements) + "\n"
