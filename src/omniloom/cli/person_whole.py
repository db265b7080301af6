"""`omniloom person merge|unmerge|detach|graph|rule`: why a customer is one person, and who decided so."""

from typing import Annotated, Any

import typer

from omniloom.cli.client import Client, connect
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.cli.who import Who, person_id

app = typer.Typer()


@app.command(epilog="Example: `omniloom person graph hh-1`")
def graph(who: Who, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Show why these identifiers are one person: what each part brought, and the merges with their evidence."""
    with connect(data_dir) as client:
        number = person_id(client, who)
        shown = client.get(f"/people/{number}/graph")["graph"]
        shown["journal"] = client.get(f"/people/{number}/merges")["merges"]
    if as_json:
        print_json(shown)
        return
    console.print(f"[bold]Person {shown['person_id']}[/bold], made of {len(shown['people'])}")
    print_table(
        "Identifiers", ("part", "kind", "value", "shared", "verified"),
        [(str(i["person_id"]), i["kind"], i["value"], i["is_shared"], i["is_verified"]) for i in shown["identifiers"]],
    )  # fmt: skip
    print_table(
        "Merges", ("merge", "when", "part", "into", "rule", "evidence", "undone"),
        [(m["merge_id"], m["merged_at"], str(m["from_id"]), str(m["into_id"]), m["rule"], _evidence(m), m["undone_at"])
         for m in shown["journal"]],
        empty="none",
    )  # fmt: skip


@app.command(epilog="Example: `omniloom person merge hh-1 hh-2 --note 'the same loyalty card'`")
def merge(
    who: Who,
    other: Annotated[str, typer.Argument(help="Who becomes part of the first one.")],
    note: Annotated[str, typer.Option(help="Why; kept in the journal.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Make two people one. `omniloom person unmerge` takes it back."""
    with connect(data_dir) as client:
        body = {"other_id": person_id(client, other), "note": note}
        done = client.post(f"/people/{person_id(client, who)}/merge", body)
        client.settle()
    if as_json:
        print_json(done)
        return
    console.print(f"Merged. To undo it: omniloom person unmerge {done['merge_id']}", markup=False)


@app.command(epilog="Example: `omniloom person unmerge 4f1c…`")
def unmerge(
    merge_id: Annotated[str, typer.Argument(help="The merge, as `omniloom person graph` shows it.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Make two people of one again, whoever or whatever merged them; each gets back what is theirs."""
    with connect(data_dir) as client:
        done = client.post(f"/merges/{merge_id}/undo")
        client.settle()
    if as_json:
        print_json(done)
        return
    stays, gone = done["people"]
    console.print(f"Person {gone} is a person again, apart from person {stays}.")


@app.command(epilog="Example: `omniloom person detach hh-1 phone '+7 916 123-45-67' --note 'her sister'`")
def detach(
    who: Who,
    kind: Annotated[str, typer.Argument(help="The identifier's kind, such as phone or email.")],
    value: Annotated[str, typer.Argument(help="The identifier that is not theirs.")],
    note: Annotated[str, typer.Option(help="Why; kept in the journal.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Take an identifier away from a person; it gets a person of its own, and events join the two no more."""
    with connect(data_dir) as client:
        done = client.post(f"/people/{person_id(client, who)}/detach", {"kind": kind, "value": value, "note": note})
        client.settle()
    if as_json:
        print_json(done)
        return
    stays, own = done["person_id"], done["own_id"]
    past = "What came by it alone went with it." if done["takes_history"] else "What came before stays."
    console.print(f"It is person {own}'s now, not person {stays}'s. {past}")
    console.print(f"To take it back: omniloom person merge {stays} {own}", markup=False)


@app.command(epilog="Example: `omniloom person rule city --by trust --source CRM --source 'Web shop'`")
def rule(
    trait: Annotated[str, typer.Argument(help="The trait's key.")],
    by: Annotated[str, typer.Option(help="recency, trust, completeness or vote.")] = "recency",
    source: Annotated[list[str] | None, typer.Option(help="For trust: name or id, the most trusted first.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Say which of several sources' values is in force for a trait; the newest where nothing is said."""
    with connect(data_dir) as client:
        done = client.put(f"/survivorship/{trait}", {"rule": by, "sources": source or []})
        client.settle()
        names = source_names(client)
    if as_json:
        print_json(done)
        return
    rows = [(one["key"], one["rule"], " > ".join(names.get(n, n) for n in one["sources"])) for one in done["rules"]]
    print_table("Rules", ("trait", "rule", "sources"), rows, empty="the newest value everywhere")


@app.command(epilog="Example: `omniloom person relate hh-1 owner --inn 7707083893 --company 'Daisy'`")
def relate(
    who: Who,
    kind: Annotated[
        str,
        typer.Argument(
            help="household, spouse, child, parent, relative: what --other is to them; "
            "owner, director, employee, contact: what they are to --inn."
        ),
    ],
    other: Annotated[str, typer.Option(help="The other person.")] = "",
    inn: Annotated[str, typer.Option(help="The company's INN.")] = "",
    company: Annotated[str, typer.Option(help="The company's name.")] = "",
    role: Annotated[str, typer.Option(help="Their role, in words.")] = "",
    since: Annotated[str, typer.Option(help="Since which day, such as 2024-05-01.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Say who belongs with whom: a household, a family, a company."""
    with connect(data_dir) as client:
        number = person_id(client, who)
        body = {"kind": kind, "other_id": person_id(client, other) if other else 0, "inn": inn, "company": company,
                "role": role, "since": since, "source": "command line"}  # fmt: skip
        done = client.post(f"/people/{number}/relations", body)
        done["relations"] = client.get(f"/people/{number}/relations")["relations"]
    if as_json:
        print_json(done)
        return
    rows = [
        (r["kind"], r["other_id"] and str(r["other_id"]), r["company"], r["inn"], r["role"], r["since"])
        for r in done["relations"]
    ]
    print_table("Relations", ("kind", "person", "company", "INN", "role", "since"), rows)


def source_names(client: Client) -> dict[str, str]:
    """What sources are called, by their ids."""
    return {one["source_id"]: one["name"] for one in client.get("/sources")["sources"]}


def print_lineage(fields: list[dict[str, Any]], names: dict[str, str]) -> None:
    """Each value with the event it is from, and what lost below it. ``names``: of sources, by their ids."""

    def origin(word: dict[str, Any]) -> tuple[str, str, str]:
        return names.get(word["source_id"], word["source_id"]), word["message_id"], word["occurred_at"]

    rows = []
    for field in fields:
        rows.append((field["key"], field["value"], field["rule"], *origin(field["chosen"])))
        rows += [("", f"({lost['value']})", "lost", *origin(lost)) for lost in field["lost"]]
    print_table("Golden record", ("trait", "value", "rule", "source", "message", "when"), rows)


def _evidence(joining: dict[str, Any]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in joining["evidence"].items())
