"""`omniloom person`: one customer in the terminal."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from omniloom.cli import person_whole, privacy
from omniloom.cli.client import connect
from omniloom.cli.files import write_file
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.cli.who import Who, called, person_id

app = typer.Typer(no_args_is_help=True)
app.add_typer(person_whole.app)
app.add_typer(privacy.of_person)


class ProofFormat(StrEnum):
    """What a proof is made as."""

    JSON = "json"
    PDF = "pdf"


@app.command(epilog="Example: `omniloom person show hh-1 --events 5`")
def show(
    who: Who,
    events: Annotated[int, typer.Option(help="How many of the latest events to show.")] = 10,
    lineage: Annotated[bool, typer.Option("--lineage", help="Say where each value is from, and what lost.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Show a person: identifiers, traits, consents, segments, latest events."""
    with connect(data_dir) as client:
        number = person_id(client, who)
        shown = client.get(f"/people/{number}")
        shown["events"] = client.get(f"/people/{number}/timeline", rows_max=events)["events"]
        if lineage:
            shown["golden"] = client.get(f"/people/{number}/golden")["fields"]
        names = person_whole.source_names(client) if lineage and not as_json else {}
    if as_json:
        print_json(shown)
        return
    person = shown["person"]
    console.print(f"[bold]Person {person['person_id']}[/bold] ", end="")
    console.print(called(person), markup=False)
    print_table("Identifiers", ("kind", "value"), [(i["kind"], i["value"]) for i in person["identifiers"]])
    if lineage:
        person_whole.print_lineage(shown["golden"], names)
    else:
        print_table("Traits", ("trait", "value"), [(t["key"], t["value"]) for t in person["traits"]])
    print_table(
        "Consents", ("channel", "purpose", "towards", "given"),
        [(c["channel"], c["purpose"], c["advertiser"] or "ourselves", c["is_given"]) for c in person["consents"]],
        empty="none recorded",
    )  # fmt: skip
    print_table("Segments", ("segment", "since"), [(s["segment"], s["entered_at"]) for s in shown["segments"]])
    print_table(
        "Latest events", ("when", "event", "channel", "revenue"),
        [(e["occurred_at"], e["name"] or e["type"], e["channel"], _major(e["revenue_minor"])) for e in shown["events"]],
    )  # fmt: skip


@app.command(epilog="Example: `omniloom person proof hh-1 --format pdf --output proof.pdf`")
def proof(
    who: Who,
    form: Annotated[ProofFormat, typer.Option("--format", help="What to make.")] = ProofFormat.JSON,
    language: Annotated[str, typer.Option(help="Language of the document: en or ru.")] = "en",
    output: Annotated[Path | None, typer.Option(help="Where to write it; JSON goes to the terminal else.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Prove a person's consents: every word with its wording, time and evidence, as PDF or JSON."""
    with connect(data_dir) as client:
        number = person_id(client, who)
        made = client.read(f"/people/{number}/consent-proof", format=form.value, language=language)
    if output is None and form is ProofFormat.JSON:
        print(made.decode())
        return
    path = output or Path(f"consent-proof-{number}.{form.value}")
    write_file(path, made)
    console.print(f"Written: {path}", markup=False)


def _major(amount_minor: int | None) -> str | None:
    return None if amount_minor is None else f"{amount_minor / 100:,.2f}"
