"""`omniloom segment`: groups of people from the terminal."""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from omniloom.cli.client import connect
from omniloom.cli.files import text_of
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.cli.who import called
from omniloom.core.errors import Invalid

app = typer.Typer(no_args_is_help=True)
Definition = Annotated[Path, typer.Argument(help="A YAML or JSON file with the definition; - reads standard input.")]


def read_definition(path: Path) -> dict[str, Any]:
    """The definition of a file. Errors: Invalid if it is not a YAML or JSON mapping."""
    text = text_of(path)
    try:
        definition = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Invalid(f"{path} is not YAML or JSON: {error}", hint="see docs/guide/segments.md") from error
    if not isinstance(definition, dict):
        raise Invalid(f"{path} does not hold a definition", hint="begin with all:, any: or a condition")
    return definition


@app.command(epilog="Example: `omniloom segment preview lapsing.yaml`")
def preview(
    definition: Definition,
    rows: Annotated[int, typer.Option(help="How many people to show.")] = 10,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Count the people a definition holds now, and show some of them. Nothing is saved."""
    with connect(data_dir) as client:
        found = client.post(f"/segments/preview?rows_max={rows}", {"definition": read_definition(definition)})
    if as_json:
        print_json(found)
        return
    console.print(f"[bold]{found['count']:,}[/bold] people")
    print_table("Some of them", ("person", "name"), [(str(p["person_id"]), called(p)) for p in found["sample"]])


@app.command(epilog="Example: `omniloom segment create Lapsing lapsing.yaml`")
def create(
    name: Annotated[str, typer.Argument(help="The segment's name.")],
    definition: Definition,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Save a segment and compute its membership."""
    with connect(data_dir, may_create=True) as client:
        made = client.post("/segments", {"name": name, "definition": read_definition(definition)})
    if as_json:
        print_json(made)
    else:
        console.print(f"{made['name']}: {made['members']:,} people", markup=False)


@app.command("list", epilog="Example: `omniloom segment list --json`")
def list_segments(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """List segments with their size."""
    with connect(data_dir) as client:
        found = client.get("/segments")["segments"]
    if as_json:
        print_json(found)
        return
    rows = [(s["name"], s["members"], s["refreshed_at"], s["segment_id"]) for s in found]
    print_table("Segments", ("segment", "people", "computed", "id"), rows, empty="make one with `segment create`")


@app.command(epilog="Example: `omniloom segment refresh Lapsing`")
def refresh(
    segment: Annotated[str, typer.Argument(help="Name or id.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Compute a segment's membership now."""
    with connect(data_dir) as client:
        done = client.post(f"/segments/{segment}/refresh")
        client.settle()
    if as_json:
        print_json(done)
    else:
        console.print(f"{done['members']:,} people: {done['entered']:,} entered, {done['left']:,} left")
