"""`omniloom deadletters`: refused events from the terminal."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from omniloom.cli.client import Client, connect
from omniloom.cli.files import text_of
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.core.errors import Invalid

app = typer.Typer(no_args_is_help=True)

Ids = Annotated[list[int] | None, typer.Argument(help="Numbers of letters; none: all that fit the filter.")]
SourceOption = Annotated[str, typer.Option("--source", help="Only of this source (name or id).")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Only refused for this reason, such as no_name.")]
NameOption = Annotated[str, typer.Option("--name", help='Only of this event, such as "Order Completed".')]
TextOption = Annotated[str, typer.Option("--text", help="Only with this text in the item.")]
Everything = Annotated[bool, typer.Option("--all", help="Every open letter.")]


def _parts(client: Client, source: str, reason: str, name: str, text: str) -> dict[str, Any]:
    """The filter that the options make."""
    source_id = source
    if source:
        named = {one["name"]: one["source_id"] for one in client.get("/sources")["sources"]}
        source_id = named.get(source, source)
    return {"source_id": source_id, "reason": reason, "name": name, "text": text}


@app.command("list", epilog="Example: `omniloom deadletters list --reason no_name`")
def list_letters(
    source: SourceOption = "",
    reason: ReasonOption = "",
    name: NameOption = "",
    text: TextOption = "",
    status: Annotated[str, typer.Option(help="open, replayed, discarded; empty: all.")] = "open",
    rows: Annotated[int, typer.Option(help="How many to list.")] = 50,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """List refused events, newest first."""
    with connect(data_dir) as client:
        client.settle()
        found = client.get("/dead-letters", **_parts(client, source, reason, name, text), status=status, rows_max=rows)[
            "letters"
        ]
        names = {one["source_id"]: one["name"] for one in client.get("/sources")["sources"]}
    if as_json:
        print_json(found)
        return
    columns = ("letter", "received", "source", "event", "reason", "field", "status")
    for one in found:
        one.update(letter=one["letter_id"], received=one["received_at"], event=one["name"] or one["type"])
        one["source"] = names.get(one["source_id"], one["source_id"])
    listed = [[one[column] for column in columns] for one in found]
    print_table("Dead letters", columns, listed, empty="nothing was refused")


@app.command(epilog="Example: `omniloom deadletters show 17`")
def show(
    letter: Annotated[int, typer.Argument(help="The letter's number.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Show one refused event as it came, with its fault and its replays."""
    with connect(data_dir) as client:
        found = client.get(f"/dead-letters/{letter}")
    if as_json:
        print_json(found)
        return
    one = found["letter"]
    console.print(f"letter {one['letter_id']} of {one['received_at']}: {one['status']}", markup=False)
    console.print(f"{one['reason']} {one['field']}: {one['message']}", markup=False)
    console.print(one["raw"], markup=False, highlight=False, soft_wrap=True)
    tries = [
        (one["attempt"], one["tried_at"], "accepted" if one["is_accepted"] else "refused", one["message"])
        for one in found["attempts"]
    ]
    if tries:
        print_table("Replays", ("try", "at", "outcome", "message"), tries)


@app.command(epilog="Example: `omniloom deadletters replay --reason plan_violation`")
def replay(
    letters: Ids = None,
    source: SourceOption = "",
    reason: ReasonOption = "",
    name: NameOption = "",
    text: TextOption = "",
    everything: Everything = False,
    corrected: Annotated[Path | None, typer.Option("--with", help="A JSON file to replay one letter with.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Judge refused events again, after their cause was mended; what is accepted now counts once."""
    with connect(data_dir) as client:
        if corrected is not None:
            results = [_replay_corrected(client, letters or [], corrected)]
        else:
            body = {"ids": letters or [], "all": everything, **_parts(client, source, reason, name, text)}
            results = _replay_all(client, body)
        client.settle()
    if as_json:
        print_json(results)
        return
    counts = Counter(result["outcome"] for result in results)
    console.print(
        f"{counts['accepted']:,} accepted, {counts['refused']:,} refused again, {counts['skipped']:,} skipped"
    )
    others = [(r["letter_id"], r["reason"], r["message"]) for r in results if r["outcome"] != "accepted"]
    if others:
        print_table("Not accepted", ("letter", "reason", "message"), others[:50])


def _replay_all(client: Client, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Step by step until none is left; every result."""
    results: list[dict[str, Any]] = []
    after = 0
    while True:
        step = client.post("/dead-letters/replay", {**body, "after": after})
        results += step["results"]
        if step["is_done"]:
            return results
        after = step["last_id"]


def _replay_corrected(client: Client, letters: list[int], path: Path) -> Any:
    if len(letters) != 1:
        raise Invalid("a correction is for one letter", hint="give its number", field="letters")
    raw = text_of(path, told_by="--with")
    return client.post(f"/dead-letters/{letters[0]}/replay", {"raw": raw})


@app.command(epilog="Example: `omniloom deadletters discard --source Till --reason bad_time`")
def discard(
    letters: Ids = None,
    source: SourceOption = "",
    reason: ReasonOption = "",
    name: NameOption = "",
    text: TextOption = "",
    everything: Everything = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take discarded ones back instead.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Put refused events aside; they are forgotten when their time is over, and `--undo` takes them back."""
    with connect(data_dir) as client:
        body = {"ids": letters or [], "all": everything, **_parts(client, source, reason, name, text)}
        moved = client.post(f"/dead-letters/{'restore' if undo else 'discard'}", body)
    if as_json:
        print_json(moved)
    else:
        console.print(f"{moved['letters']:,} letters {'restored' if undo else 'discarded'}")
