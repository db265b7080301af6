"""`omniloom import`: files into the platform, with a progress bar."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from omniloom.cli.client import Client, connect
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, errors, print_json

POLL_S = 0.1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", epilog="Example: `omniloom import orders.csv --mapping examples/shop/orders.yaml`")(load)


def load(
    paths: Annotated[list[Path], typer.Argument(help="CSV, JSON lines or Parquet files.")],
    mapping: Annotated[Path, typer.Option("--mapping", help="The YAML file that says what the columns mean.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Load files by a mapping. Interrupted or repeated it adds nothing twice; rejected rows are kept, with reasons."""
    with connect(data_dir, may_create=True) as client:
        result = follow(client, [path.resolve() for path in paths], mapping.resolve())
    if as_json:
        print_json(result)
        return
    console.print(
        f"read {result['rows']:,} rows: {result['added']:,} added, {result['known']:,} already known, "
        f"{result['rejected']:,} rows rejected"
    )
    if result["rejected"]:
        console.print(f"rejected rows: {result['rejects_path']}", markup=False)


def follow(client: Client, paths: list[Path], mapping: Path, title: str = "") -> dict[str, Any]:
    """Start an import, show its progress to the end, and let its events reach the people; its result."""
    job = client.post("/imports", {"paths": [str(path) for path in paths], "mapping": str(mapping)})["job_id"]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(title or mapping.stem, total=None)
        while not (state := client.get(f"/imports/jobs/{job}"))["is_done"]:
            if progress := state["progress"]:
                bar.update(task, total=progress["rows_total"], completed=progress["rows_read"])
            time.sleep(POLL_S)
        rows = bar.add_task("recognising people", total=None)
        client.settle(lambda done: bar.update(rows, completed=done))
    result: dict[str, Any] = state["result"]
    return result
