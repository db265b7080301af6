"""`omniloom person`: one customer in the terminal."""

from typing import Annotated

import typer

from omniloom.cli.client import connect
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.core.errors import Missing

app = typer.Typer(no_args_is_help=True)


@app.command(epilog="Example: `omniloom person show hh-1 --events 5`")
def show(
    who: Annotated[str, typer.Argument(help="Any identifier (e-mail, phone, card, user id) or a person's number.")],
    events: Annotated[int, typer.Option(help="How many of the latest events to show.")] = 10,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Show a person: identifiers, traits, consents, segments, latest events."""
    with connect(data_dir) as client:
        found = client.get("/people", q=who, rows_max=2)["people"]
        if not found and not who.isdigit():
            raise Missing(f"nobody is known as {who!r}", hint="give an e-mail, phone, card or user id as it was sent")
        person_id = found[0]["person_id"] if found else int(who)
        shown = client.get(f"/people/{person_id}")
        shown["events"] = client.get(f"/people/{person_id}/timeline", rows_max=events)["events"]
    if as_json:
        print_json(shown)
        return
    person = shown["person"]
    console.print(f"[bold]Person {person['person_id']}[/bold] ", end="")
    console.print(person["name"] or "", markup=False)
    print_table("Identifiers", ("kind", "value"), [(i["kind"], i["value"]) for i in person["identifiers"]])
    print_table("Traits", ("trait", "value"), [(t["key"], t["value"]) for t in person["traits"]])
    print_table(
        "Consents", ("channel", "purpose", "given"),
        [(c["channel"], c["purpose"], c["is_given"]) for c in person["consents"]], empty="none recorded",
    )  # fmt: skip
    print_table("Segments", ("segment", "since"), [(s["segment"], s["entered_at"]) for s in shown["segments"]])
    print_table(
        "Latest events", ("when", "event", "channel", "revenue"),
        [(e["occurred_at"], e["name"] or e["type"], e["channel"], _major(e["revenue_minor"])) for e in shown["events"]],
    )  # fmt: skip


def _major(amount_minor: int | None) -> str | None:
    return None if amount_minor is None else f"{amount_minor / 100:,.2f}"
