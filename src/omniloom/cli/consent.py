"""`omniloom consent`: the texts people agree to, and who can be reached."""

from pathlib import Path
from typing import Annotated

import typer

from omniloom.cli.client import connect
from omniloom.cli.files import text_of
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table, shown

app = typer.Typer(no_args_is_help=True)
HASH_SHOWN = 12  # of a SHA-256 in a table: whole, it leaves no room for the words beside it


@app.command(epilog="Example: `omniloom consent wordings`")
def wordings(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """List every version of every text people agree to, with its SHA-256."""
    with connect(data_dir) as client:
        found = client.get("/wordings")["wordings"]
    if as_json:
        print_json(found)
        return
    rows = [(w["name"], f"v{w['version']} {w['language']}", w["text"], f"{w['hash'][:HASH_SHOWN]}…") for w in found]
    columns = ("name", "version", "text", "SHA-256")
    print_table("Wordings", columns, rows, empty="none yet: `omniloom consent register NAME FILE`")
    if found:
        console.print("--json has every SHA-256 whole.")


@app.command(epilog="Example: `omniloom consent register newsletter newsletter.ru.txt --language ru`")
def register(
    name: Annotated[str, typer.Argument(help="What the text is called, such as newsletter.")],
    file: Annotated[Path, typer.Argument(help="The text as people read it, in UTF-8.")],
    language: Annotated[str, typer.Option(help="Its language, such as ru.")] = "",
    version: Annotated[int | None, typer.Option(help="A version there is, for a further language of it.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Register a text people agree to: a changed text is a new version, old ones stay."""
    body = {"name": name, "text": text_of(file), "language": language, "version": version}
    with connect(data_dir) as client:
        added = client.post("/wordings", body)["wording"]
    console.print(f"{added['name']} v{added['version']} {added['language']}: SHA-256 {added['hash']}", markup=False)


@app.command(epilog="Example: `omniloom consent reach --advertiser 'Fresh Bakery'`")
def reach(
    advertiser: Annotated[str, typer.Option(help="In whose name; left out, in your own.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Count whom each channel reaches, and what the others are missing."""
    with connect(data_dir) as client:
        found = client.get("/reachability", advertiser=advertiser)["channels"]
    if as_json:
        print_json(found)
        return
    columns = ("channel", "people", "reachable", "no_address", "suppressed", "no_consent", "paused", "verified")
    titles = ("channel", "all", "reachable", "no\naddress", "stop\nlist", "no\nconsent", "silence", "verified")
    title = f"Reachability in the name of {shown(advertiser)}" if advertiser else "Reachability"
    print_table(title, titles, [[row[name] for name in columns] for row in found])
