"""`omniloom source`: what sends events, and what to put on a site or into an ad."""

from typing import Annotated

import typer

from omniloom.cli.client import connect
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table

app = typer.Typer(no_args_is_help=True)
_DOORS = {"import", "webhook"}  # they take in another way; their key opens nothing
SourceName = Annotated[str, typer.Argument(help="Name or id.")]


@app.command("list", epilog="Example: `omniloom source list`")
def list_sources(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """List sources with their write keys."""
    with connect(data_dir) as client:
        found = client.get("/sources")["sources"]
    if as_json:
        print_json(found)
        return
    rows = [
        (s["name"], s["kind"], None if s["kind"] in _DOORS else s["write_key"], "off" if s["disabled_at"] else "on")
        for s in found
    ]
    print_table("Sources", ("source", "kind", "write key", "state"), rows, empty="make one with `source add`")


@app.command(epilog="Example: `omniloom source add 'Web shop' --kind website`")
def add(
    name: Annotated[str, typer.Argument(help="What sends the events.")],
    kind: Annotated[str, typer.Option(help="website, app or server.")] = "website",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Add a source; its write key goes into a tracker."""
    with connect(data_dir, may_create=True) as client:
        made = client.post("/sources", {"name": name, "kind": kind})
    if as_json:
        print_json(made)
    else:
        console.print(f"{made['name']} has the write key {made['write_key']}", markup=False, highlight=False)


@app.command(epilog="Example: `omniloom source snippet 'Web shop' > snippet.html`")
def snippet(source: SourceName, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Print the lines that put the web tracker on a site."""
    with connect(data_dir) as client:
        found = client.get(f"/sources/{source}/snippet")
    if as_json:
        print_json(found)
    else:
        print(found["snippet"])


@app.command(epilog="Example: `omniloom source pixel 'Web shop' --campaign spring --system vk --erid 2VtzqwX`")
def pixel(
    source: SourceName,
    campaign: Annotated[str, typer.Option(help="The campaign's id, or its utm_campaign.")],
    system: Annotated[str, typer.Option(help="What shows the ad, as in utm_source.")] = "",
    erid: Annotated[str, typer.Option(help="The ad's token in the register of advertising.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Print the address of a campaign's ad pixel: each loading is an impression."""
    with connect(data_dir) as client:
        found = client.get(f"/sources/{source}/pixel", campaign_id=campaign, system=system, erid=erid)
    if as_json:
        print_json(found)
    else:
        print(found["url"])
