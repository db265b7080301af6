"""`omniloom store check` reads all that is stored; `omniloom store move` carries it over to other engines."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from omniloom import access
from omniloom.api.manage.store import check_installation
from omniloom.app import open_platform
from omniloom.cli.client import Client, running_server
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.store import Relocation
from omniloom.worker.relocation import relocate

LOOK_EVERY_S = 0.5
_STAGES = {
    "asked": "waiting for the worker", "ahead": "carrying history over; everything works meanwhile",
    "standing": "carrying the rest over; changes wait, events are taken in", "moved": "moved",
}  # fmt: skip

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
    as_json: AsJson = False,
) -> None:
    """Carry state, events and log over, compare them, and switch the settings. Events are taken in meanwhile.

    A running server does it itself. Interrupted, call it again. The old files stay; delete them when you are content.
    """
    server = running_server(data_dir)
    carried = _by_server(data_dir, server, to, events, log) if server else _here(data_dir, to, events, log)
    if as_json:
        print_json(carried)
        return
    rows = [[c["store"], c["table"], c["sent"], c["arrived"], "equal"] for c in carried]
    print_table("Moved", ("store", "table", "sent", "arrived", "compared"), rows)
    begin = "Restart the server: it opens them" if server else "Start `omniloom serve`"
    console.print(f"The settings name the new stores. {begin}; then restart other collectors one by one.")


@app.command(epilog="Example: `omniloom store check`")
def check(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Read all that is stored and say what is not as it was written, and what to do. Exit code 1 if any."""
    server = running_server(data_dir)
    if server:
        found = Client(access.local_token(data_dir), base_url=server).post("/store/check", {})
    else:
        platform = open_platform(data_dir)
        try:
            found = [asdict(finding) for finding in check_installation(platform.stores)]
        finally:
            platform.close()
    if as_json:
        print_json(found)
    else:
        rows = [[f["part"], "sound" if f["is_sound"] else "DAMAGED", f["message"], f["hint"]] for f in found]
        print_table("Checked", ("part", "", "what", "do"), rows)
    if not all(f["is_sound"] for f in found):
        raise typer.Exit(1)


def _by_server(data_dir: Path, server: str, to: str, events: str, log: str) -> list[dict[str, Any]]:
    """Let the server do it, and watch."""
    client = Client(access.local_token(data_dir), base_url=server)
    seen = client.post("/store/move", {"to": to, "events": events, "log": log})
    with _bars() as show:
        while seen["stage"] != "moved":
            time.sleep(LOOK_EVERY_S)
            seen = client.get("/store/move")
            show(seen["stage"], seen["rows"])
    return list(seen["carried"])


def _here(data_dir: Path, to: str, events: str, log: str) -> list[dict[str, Any]]:
    """Without a server: open the files and do it."""
    platform = open_platform(data_dir)
    try:
        old = platform.settings.store
        order = Relocation(replace(old, state_url=to, events_url=events or old.events_url, log_url=log or old.log_url))
        with _bars() as show, _shown_while(order, show):
            relocate(platform, order, threading.Event())
    finally:
        platform.close()
    return [
        {"store": c.store, "table": c.table, "sent": str(c.sent), "arrived": str(c.arrived), "is_equal": c.is_equal}
        for c in order.carried
    ]


@contextmanager
def _shown_while(order: Relocation, show: Any) -> Iterator[None]:
    """Show how far a move in this process is, until it ends."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_EVERY_S):
            show(order.stage.value, dict(order.rows))

    watcher = threading.Thread(target=look, name="progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


@contextmanager
def _bars() -> Iterator[Any]:
    """A line for the stage and one per table with the rows done so far."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20),
               TextColumn("{task.fields[rows]}"), TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bars:
        whole = bars.add_task(_STAGES["asked"], total=None, rows="")
        tasks: dict[str, TaskID] = {}

        def show(stage: str, rows: dict[str, int]) -> None:
            bars.update(whole, description=_STAGES.get(stage, stage))
            newest = next(reversed(rows), "")
            for name, count in rows.items():
                if name not in tasks:
                    tasks[name] = bars.add_task(name, total=None, rows="")
                bars.update(tasks[name], rows=f"{count:,} rows")
                if name != newest:
                    bars.update(tasks[name], total=1, completed=1)

        yield show
