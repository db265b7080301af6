"""`omniloom store move`: carries an installation over to other engines."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from omniloom.app import SETTINGS_FILE, Platform, open_platform
from omniloom.cli.client import running_server
from omniloom.cli.output import DEFAULT_DATA_DIR, DataDir, console, print_table
from omniloom.core.errors import Conflict, Invalid
from omniloom.store import Carried, move_stores
from omniloom.worker.drain import drain

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _about() -> None:
    """Where the stores are."""


@app.command(epilog="Example: `omniloom store move --to postgresql://omniloom@db/omniloom --log nats://mq:4222`")
def move(
    to: Annotated[str, typer.Option(help="Where the state goes: postgresql://user@host/database.")],
    events: Annotated[str, typer.Option(help="Where the events go: clickhouse://user@host/database.")] = "",
    log: Annotated[str, typer.Option(help="Where the log goes: nats://host:4222.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Carry state, events and log over, compare them, and switch the settings. Collectors may go on meanwhile.

    Interrupted, call it again. The old files stay; delete them when you are content.
    """
    if server := running_server(data_dir):
        raise Conflict(
            f"the server at {server} has the stores", hint="stop it; `omniloom collect` may go on taking events"
        )
    platform = open_platform(data_dir)
    try:
        if platform.settings.store.state_url:
            raise Invalid("the state is not in files any more", hint="nothing to move")
        carried = _moved(platform, to, events=events, log=log)
    finally:
        platform.close()
    rows = [(c.store, c.table, c.sent, c.arrived, "equal" if c.is_equal else "DIFFERENT") for c in carried]
    print_table(
        "Moved", ("store", "table", "sent", "arrived", "compared"), [[str(cell) for cell in row] for row in rows]
    )
    write_store_settings(
        platform.data_dir / SETTINGS_FILE,
        {name: url for name, url in (("state_url", to), ("events_url", events), ("log_url", log)) if url},
    )
    console.print("The settings name the new stores. Start `omniloom serve`, then restart collectors one by one.")


def _moved(platform: Platform, to: str, *, events: str, log: str) -> list[Carried]:
    target = replace(platform.settings.store, state_url=to)
    target = replace(target, events_url=events or target.events_url, log_url=log or target.log_url)
    place = drain(platform)
    with _telling() as note, ExitStack() as undo:
        return move_stores(
            platform.stores, platform.settings.store, target, installation=sha256(platform.secret).hexdigest()[:16],
            ends=(place.log, place.refusals), note=note, undo=undo,
        )  # fmt: skip


@contextmanager
def _telling() -> Iterator[Any]:
    """A line per table with the rows done so far."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f} rows"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def note(store: str, table: str, rows: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(f"{store} {table}", total=None)
            bars.update(tasks[table], completed=rows)

        yield note


def write_store_settings(file: Path, values: dict[str, str]) -> None:
    """Put settings of the stores into the settings file, whole or not at all; only its owner may read it."""
    lines = file.read_text().splitlines() if file.exists() else []
    kept = [line for line in lines if not re.match(rf"\s*({'|'.join(values)})\s*=", line)]
    if "[store]" not in (line.strip() for line in kept):
        kept += ["", "[store]"]
    at = next(number for number, line in enumerate(kept) if line.strip() == "[store]") + 1
    kept[at:at] = [f'{name} = "{value}"' for name, value in values.items()]
    half = file.with_suffix(".half")
    half.touch(mode=0o600)
    with half.open("w") as written:
        written.write("\n".join(kept).lstrip("\n") + "\n")
        written.flush()
        os.fsync(written.fileno())
    half.replace(file)
