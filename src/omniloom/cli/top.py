"""`omniloom top`: what the platform is doing right now, in the terminal."""

import time
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from omniloom.cli.client import Client, connect
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json

LATE_S = 5.0  # a stage further behind than this is shown as a warning


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("top", epilog="Example: `omniloom top --every 2`")(top)


def top(
    every: Annotated[float, typer.Option(min=0.2, help="Seconds between two looks.")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="One look, then end.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """How far each stage is behind and how much each act of the worker does, until interrupted."""
    with connect(data_dir) as client:
        seen = client.get("/status")
        if as_json:
            print_json(seen)
        elif once:
            console.print(picture(seen, None, every))
        else:
            _watch(client, seen, every)


def _watch(client: Client, seen: dict[str, Any], every: float) -> None:
    before: dict[str, Any] | None = None
    with Live(picture(seen, before, every), console=console, screen=True) as live:
        try:
            while True:
                time.sleep(every)
                before, seen = seen, client.get("/status")
                live.update(picture(seen, before, every))
        except KeyboardInterrupt:
            return


def picture(seen: dict[str, Any], before: dict[str, Any] | None, every: float) -> Group:
    """Two tables: stages with their lag, acts with their rate since the look before."""
    stages = Table("stage", "behind, s", "position", title="Stages of an event", title_justify="left")
    for stage in seen["stages"]:
        style = "bold red" if stage["lag_s"] > LATE_S else ""
        stages.add_row(stage["name"], Text(f"{stage['lag_s']:,.1f}", style), f"{stage['position']:,}")
    acts = Table("act", "rows", "rows/s", "busy", "fault", title="The worker's acts", title_justify="left")
    for name, act in seen["acts"].items():
        was = (before or {}).get("acts", {}).get(name)
        rate = f"{(act['rows'] - was['rows']) / every:,.0f}" if was else ""
        busy = f"{(act['seconds'] - was['seconds']) / every:.0%}" if was else ""
        acts.add_row(name, f"{act['rows']:,}", rate, busy, Text(act["error"], "bold red"))
    hint = "Ctrl-C ends. An empty list of acts: no worker has run here yet." if not seen["acts"] else "Ctrl-C ends."
    return Group(stages, acts, Text(hint, "dim"))
