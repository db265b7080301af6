"""`omniloom privacy` and the commands of `omniloom person` about somebody's own data."""

import json
from pathlib import Path
from typing import Annotated

import typer

from omniloom.cli.client import connect
from omniloom.cli.files import check_output, write_file
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.cli.who import Who, called, person_id
from omniloom.privacy import ExportFormat, NoticeKind

app = typer.Typer(no_args_is_help=True)
of_person = typer.Typer()
Days = Annotated[int, typer.Option(help="For how many days; 0: as declared.")]


@of_person.command(epilog="Example: `omniloom person export hh-1 --format csv --output hh-1.zip`")
def export(
    who: Who,
    output: Annotated[Path, typer.Option(help="Where to write it.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="json, or csv: one file a table in a ZIP.")] = (
        ExportFormat.JSON
    ),
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Write everything stored of a person to a file."""
    with connect(data_dir) as client:
        size = client.save(f"/people/{person_id(client, who)}/export", output, format=form.value)
    console.print(f"Written: {output} ({size:,} bytes)", markup=False)


@of_person.command(epilog='Example: `omniloom person erase hh-1 --reason "letter 17 of 2 March" --yes`')
def erase(
    who: Who,
    reason: Annotated[str, typer.Option(help="What asked for it; it stands in the act of deletion.")],
    output: Annotated[Path | None, typer.Option(help="Where to write the act of deletion.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Erase a person with everyone merged into them. It cannot be undone."""
    check_output(output)
    with connect(data_dir) as client:
        number = person_id(client, who)
        if not yes:
            person = client.get(f"/people/{number}")["person"]
            known = ", ".join(
                part for part in (called(person), *(i["value"] for i in person["identifiers"][:3])) if part
            )
            typer.confirm(f"Erase person {number} ({known}) for good?", abort=True)
        act = client.post(f"/people/{number}/erasure", {"reason": reason})
        client.settle()
        act = client.get(f"/erasures/{act['act']['erasure_id']}")
    if output is None:
        print_json(act)
        return
    write_file(output, _text(act))
    console.print(f"Erased; the act of deletion: {output}", markup=False)


@app.command(epilog="Example: `omniloom privacy map --json`")
def map(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:  # noqa: A001 - the command's name
    """Show what is stored where."""
    with connect(data_dir) as client:
        places = client.get("/data-map")["places"]
    if as_json:
        print_json(places)
        return
    rows = [(p["table"], p["location"], p["kind"], p["purpose"], p["retention"], p["erasure"]) for p in places]
    print_table("What is stored where", ("table", "where", "kind", "purpose", "kept", "erasure"), rows)


@app.command(epilog="Example: `omniloom privacy retention`")
def retention(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Show for how long what is kept, and what the rules would delete now."""
    with connect(data_dir) as client:
        shown = client.get("/retention")
    if as_json:
        print_json(shown)
        return
    due = {one["table"]: one["rows"] for one in shown["due"]}
    rows = [(r["table"], r["kind"], r["days"], r["said_by"], due.get(r["table"])) for r in shown["rules"]]
    print_table("Retention", ("table", "kind", "days", "said by", "due now"), rows)


@app.command(epilog="Example: `omniloom privacy keep behaviour --days 1095`")
def keep(
    subject: Annotated[str, typer.Argument(help="A table, or a kind of data.")],
    days: Days,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Keep a table or kind of data so many days from now on."""
    with connect(data_dir) as client:
        client.put(f"/retention/{subject}", {"days": days or None})
    console.print(f"{subject}: {f'{days} days' if days else 'as declared'}", markup=False)


@app.command(epilog="Example: `omniloom privacy erasures`")
def erasures(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """List acts of deletion."""
    with connect(data_dir) as client:
        found = client.get("/erasures")["erasures"]
    if as_json:
        print_json(found)
        return
    rows = [(one["asked_at"], one["state"], one["reason"], one["asked_by"], one["erasure_id"]) for one in found]
    print_table("Erasures", ("when", "state", "reason", "by", "id"), rows)


@app.command(epilog="Example: `omniloom privacy incidents`")
def incidents(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """List incidents with personal data, and by when the authority is to be told."""
    with connect(data_dir) as client:
        found = client.get("/incidents")["incidents"]
    if as_json:
        print_json(found)
        return
    rows = [
        (one["report"]["found_at"], one["report"]["what"], one["report"]["people"],
         *(notice["sent_at"] or f"due {notice['due_at']}" for notice in one["notices"]), one["incident_id"])
        for one in found
    ]  # fmt: skip
    print_table("Incidents", ("found", "what", "people", "first notice", "full notice", "id"), rows)


@app.command(epilog='Example: `omniloom privacy incident "a laptop was stolen" --people 120 --data "names, phones"`')
def incident(
    what: Annotated[str, typer.Argument(help="What happened.")],
    found_at: Annotated[str, typer.Option(help="When it was found, ISO 8601; now if left out.")] = "",
    data: Annotated[str, typer.Option(help="Which data.")] = "",
    people: Annotated[int, typer.Option(help="How many people it touches, as far as is known.")] = 0,
    cause: Annotated[str, typer.Option(help="The presumed cause.")] = "",
    harm: Annotated[str, typer.Option(help="The presumed harm.")] = "",
    measures: Annotated[str, typer.Option(help="What was done.")] = "",
    contact: Annotated[str, typer.Option(help="Who answers questions.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Write an incident down: the authority is to be told within 24 hours, and again within 72."""
    said = {"what": what, "found_at": found_at or None, "data": data, "people": people, "cause": cause, "harm": harm,
            "measures": measures, "contact": contact}  # fmt: skip
    with connect(data_dir) as client:
        made = client.post("/incidents", said)
    for notice in made["notices"]:
        console.print(f"{notice['kind']} notice due: {notice['due_at']}", markup=False)
    console.print(f"incident: {made['incident_id']}", markup=False)


@app.command(epilog='Example: `omniloom privacy amend INCIDENT --cause "a stolen key" --people 340`')
def amend(
    incident_id: str,
    what: Annotated[str | None, typer.Option(help="What happened.")] = None,
    data: Annotated[str | None, typer.Option(help="Which data.")] = None,
    people: Annotated[int | None, typer.Option(help="How many people it touches.")] = None,
    cause: Annotated[str | None, typer.Option(help="The presumed cause.")] = None,
    harm: Annotated[str | None, typer.Option(help="The presumed harm.")] = None,
    measures: Annotated[str | None, typer.Option(help="What was done.")] = None,
    contact: Annotated[str | None, typer.Option(help="Who answers questions.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Add to what is known of an incident; what was known before stays in its history (`incidents --json`)."""
    said = {"what": what, "data": data, "people": people, "cause": cause, "harm": harm, "measures": measures,
            "contact": contact}  # fmt: skip
    with connect(data_dir) as client:
        amended = client.post(f"/incidents/{incident_id}/amendments", said)
    console.print(f"Written down; states known so far: {len(amended['history'])}", markup=False)


@app.command(epilog="Example: `omniloom privacy notice INCIDENT first --output notice.json`")
def notice(
    incident_id: str,
    kind: NoticeKind,
    output: Annotated[Path | None, typer.Option(help="Where to write it.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Write a notice to the authority as a document, with what is still unsaid in it."""
    with connect(data_dir) as client:
        document = client.get(f"/incidents/{incident_id}/notices/{kind}")
    if output is None:
        print_json(document)
        return
    write_file(output, _text(document))
    console.print(f"Written: {output}", markup=False)


@app.command(epilog="Example: `omniloom privacy told INCIDENT first --reference 77-123`")
def told(
    incident_id: str,
    kind: NoticeKind,
    reference: Annotated[str, typer.Option(help="The number it was taken under.")] = "",
    findings: Annotated[str, typer.Option(help="What the inquiry found; the full notice says it.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Note that a notice went to the authority."""
    with connect(data_dir) as client:
        client.post(f"/incidents/{incident_id}/notices/{kind}", {"reference": reference, "findings": findings})
    console.print(f"The {kind} notice went.", markup=False)


@app.command(epilog="Example: `omniloom privacy lift ann@example.org`")
def lift(
    identifier: Annotated[str, typer.Argument(help="An address or id of somebody who was erased.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Let an identifier of somebody erased be known again, on the person's own word."""
    with connect(data_dir) as client:
        lifted = client.post("/tombstones/lift", {"identifier": identifier})["lifted"]
    console.print(f"Lifted: {lifted}")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
