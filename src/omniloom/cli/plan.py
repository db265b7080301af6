"""`omniloom plan`: tracking plans from files, and plans made of what arrives."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from omniloom import collect
from omniloom.cli.client import connect
from omniloom.cli.files import text_of
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.cli.segment import read_definition
from omniloom.collect import Tried
from omniloom.core.clock import SystemClock
from omniloom.core.errors import Invalid
from omniloom.core.ids import RandomIds

app = typer.Typer(no_args_is_help=True)
PlanFile = Annotated[Path, typer.Argument(help="A YAML or JSON file with the plan; - reads standard input.")]


@app.command(epilog="Example: `omniloom plan apply examples/plan.yaml`")
def apply(plan: PlanFile, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Save a plan; one of the same name is replaced. It is in force within a second."""
    with connect(data_dir, may_create=True) as client:
        saved = client.post("/plans", {"definition": read_definition(plan)})
    if as_json:
        print_json(saved)
        return
    events = len(saved["definition"].get("events", []))
    console.print(f"{saved['name']}: {events:,} events, revision {saved['revision']}", markup=False)


@app.command(epilog="Example: `omniloom plan show Shop > plan.yaml`")
def show(
    plan: Annotated[str, typer.Argument(help="Name or id; none lists all plans.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Print a plan as YAML, or list all plans."""
    with connect(data_dir) as client:
        found = client.get(f"/plans/{plan}") if plan else client.get("/plans")["plans"]
    if as_json:
        print_json(found)
    elif plan:
        print(found["yaml"], end="")
    else:
        rows = [
            (one["name"], ", ".join(one["definition"].get("sources", [])) or "all",
             len(one["definition"].get("events", [])), one["revision"], one["updated_at"])
            for one in found
        ]  # fmt: skip
        columns = ("plan", "sources", "events", "revision", "changed")
        print_table("Tracking plans", columns, rows, empty="make one with `plan draft` and `plan apply`")


@app.command(epilog="Example: `omniloom plan check examples/plan.yaml --events sent.jsonl`")
def check(
    plan: PlanFile,
    events: Annotated[Path | None, typer.Option("--events", help="Items to try it on, one JSON object a line.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a plan, and what it says of events in a file; nothing is saved. Ends with 2 if an event misses it."""
    definition = collect.parse_plan(read_definition(plan))
    items = [] if events is None else read_items(events)
    tried = collect.try_plan(definition, items, now=SystemClock().now(), ids=RandomIds())
    if as_json:
        print_json({"events": len(definition.events), "items": tried})
    else:
        console.print(f"the plan is valid: {len(definition.events):,} events")
        _print_tried(tried)
    if any(one.reason or one.violations for one in tried):
        raise typer.Exit(2)


def _print_tried(tried: list[Tried]) -> None:
    rows: list[tuple[Any, ...]] = []
    for one in tried:
        what = one.name or one.type or "–"
        if one.reason:
            rows.append((one.index + 1, what, "refused", one.reason, one.message))
        rows += [(one.index + 1, what, str(v.action), v.path, v.message) for v in one.violations]
    if rows:
        print_table("Misses", ("line", "event", "action", "where", "what"), rows)
    elif tried:
        console.print(f"all {len(tried):,} events fit")


@app.command(epilog="Example: `omniloom plan draft --source Website > plan.yaml`")
def draft(
    source: Annotated[list[str] | None, typer.Option(help="Only of these sources (name or id).")] = None,
    name: Annotated[str, typer.Option(help="What to call the plan.")] = "Draft",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Print a plan made of what arrives: kinds, what is always there, and what is personal are guessed."""
    with connect(data_dir) as client:
        found = client.post("/plans/draft", {"name": name, "sources": source or []})
    if as_json:
        print_json(found["definition"])
    else:
        print(found["yaml"], end="")


@app.command(epilog="Example: `omniloom plan remove Shop`")
def remove(
    plan: Annotated[str, typer.Argument(help="Name or id.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Forget a plan: its sources may send what they like."""
    with connect(data_dir) as client:
        removed = client.post(f"/plans/{plan}/remove")
    if as_json:
        print_json(removed)
    else:
        console.print(f"{removed['name']} is removed", markup=False)


def read_items(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file, one a line. Errors: Invalid names the line; Missing if there is no file."""
    return [
        _item(line, f"{path}, line {number}")
        for number, line in enumerate(text_of(path, told_by="--events").splitlines(), 1)
        if line.strip()
    ]


def _item(line: str, place: str) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError as error:
        raise Invalid(f"{place}: not JSON: {error}", hint="one JSON object a line") from error
    if not isinstance(item, dict):
        raise Invalid(f"{place}: not an object", hint="one JSON object a line")
    return item
