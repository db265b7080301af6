"""`omniloom identity`: which records are one person."""

import time
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer
import yaml
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from omniloom.cli.client import Client, connect
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, errors, print_json, print_table
from omniloom.cli.who import called
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.identity import AUTOMATIC
from omniloom.identity import match as matching

app = typer.Typer(no_args_is_help=True)
POLL_S = 0.2


@app.command(epilog="Example: `omniloom identity match customers.csv --id customer_id --output pairs.csv`")
def match(
    table: Annotated[Path, typer.Argument(metavar="INPUT", help="A CSV (also .gz) or Parquet file.")],
    id_column: Annotated[str, typer.Option("--id", help="The column that names a row.")],
    output: Annotated[Path, typer.Option(help="Where to write left,right,probability (CSV).")],
    other: Annotated[
        Path | None, typer.Argument(metavar="[INPUT2]", help="A second file: link the two instead of finding repeats.")
    ] = None,
    other_id: Annotated[
        str | None, typer.Option("--id2", help="The id's column in INPUT2, where it is called otherwise.")
    ] = None,
    columns: Annotated[Path | None, typer.Option(help="A YAML file: what columns mean (name: field).")] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Accept from this probability on; estimated if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the rows of one table that are one person, or link two tables. Works on files alone, with no server."""
    first, second = _table(table, id_column), _second(other, other_id or id_column, id_column) if other else None
    found = _matched(first, second, id_column, columns, threshold)
    tables = [each for each in (first, second) if each is not None]
    ids = [value for each in tables for value in each[id_column].to_pylist()]
    taken = found.is_accepted
    left, right, probability = (each[taken].tolist() for each in (found.left, found.right, found.probability))
    rows = [(ids[a], ids[b], p) for a, b, p in zip(left, right, probability, strict=True)]
    try:
        matching.write_pairs(output, rows)
    except OSError as error:
        raise Invalid(f"cannot write {output}: {error.strerror}", hint="name another file with --output") from error
    if as_json:
        columns_told = {meaning.column: meaning.field for meaning in found.meanings}
        print_json({"pairs": len(rows), "threshold": round(found.threshold, 4), "columns": columns_told,
                    "estimated_precision": round(found.precision, 4), "output": str(output)})  # fmt: skip
        return
    print_table("What the columns mean", ("column", "field"), [(m.column, m.field) for m in found.meanings])
    if not any(matching.FIELDS[meaning.field].is_identity for meaning in found.meanings):
        console.print("No column says who a person is: rows were compared as things, by their words and numbers.")
        if len(found.meanings) == 1:
            console.print("One column alone is no evidence; say with --columns what others mean.")
    pairs = "1 pair" if len(rows) == 1 else f"{len(rows):,} pairs"
    told = f"{pairs} from probability {found.threshold:.3f} on, about {found.precision:.1%} right: {output}"
    console.print(told if rows else _none(found, output), markup=False)


@app.command(epilog="Example: `omniloom identity propose --automatic 0.9999`")
def propose(
    automatic: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="Merge by itself from this probability on.")
    ] = AUTOMATIC,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Look for people who are one: merge who is all but sure, keep the rest for review."""
    bars = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with connect(data_dir) as client, Progress(*bars, console=errors, transient=True) as bar:
        task = bar.add_task("reading people", total=1.0)
        job = client.post("/identity/matching", {"automatic": automatic})["job_id"]
        try:
            while not (state := client.get(f"/identity/matching/{job}"))["is_done"]:
                bar.update(task, description=state["stage"], completed=state["share"])
                time.sleep(POLL_S)
        except KeyboardInterrupt:
            client.post(f"/identity/matching/{job}/stop", {})
            raise
    result = state["result"]
    if state["outcome"] != "done":
        raise Conflict(f"the matching ended early: {state['error'] or state['outcome']}", hint="begin it again")
    if as_json:
        print_json(result)
    else:
        console.print(
            f"{result['people']:,} people: {result['merged']:,} merged, {result['waiting']:,} wait for a look"
        )


@app.command(epilog="Example: `omniloom identity review`, then `omniloom identity review --same 12 40`")
def review(
    same: Annotated[tuple[int, int] | None, typer.Option(help="These two are one person: merge them.")] = None,
    apart: Annotated[tuple[int, int] | None, typer.Option(help="These two are two people: never ask again.")] = None,
    undo: Annotated[tuple[int, int] | None, typer.Option(help="Take back what was decided about these two.")] = None,
    decided: Annotated[bool, typer.Option("--decided", help="List what was decided, the last first.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """List the pairs that wait for a decision, with the reasons; decide one, or take a decision back."""
    with connect(data_dir) as client:
        for pair, is_same in ((same, True), (apart, False)):
            if pair:
                client.post(f"/identity/pairs/{pair[0]}/{pair[1]}", {"is_same": is_same})
        if undo:
            _take_back(client, *undo)
        if same or undo:
            client.settle()
        pairs = client.get("/identity/pairs", is_decided=decided)["pairs"]
    if as_json:
        print_json(pairs)
        return
    for first, second in filter(None, (same, apart)):
        console.print(f"Decided. To take it back: omniloom identity review --undo {first} {second}", markup=False)
    _print_pairs(pairs, decided=decided)


def _take_back(client: Client, left_id: int, right_id: int) -> None:
    """Errors: Missing if nothing was decided about the two; Conflict if it cannot be taken back."""
    try:
        client.post(f"/identity/pairs/{left_id}/{right_id}/undo")
    except Missing as error:
        raise Missing(error.message, hint="see what was decided: omniloom identity review --decided") from error


def _print_pairs(pairs: list[dict[str, Any]], *, decided: bool) -> None:
    rows = [
        (_who(p["left_id"], left), _who(p["right_id"], right), f"{p['probability']:.3f}",
         *((_decided(p), p["decided_by"], p["decided_at"]) if decided else
           ("; ".join(f"{r['title']}: {r['words']}" for r in p["reasons"] if r["bits"]),)))
        for p, (left, right) in ((one["pair"], one["people"]) for one in pairs)
    ]  # fmt: skip
    if decided:
        columns = ("person", "person", "probability", "decided", "by", "when")
        print_table("Pairs that were decided", columns, rows, empty="nobody decided anything")
    else:
        print_table("Pairs that wait", ("person", "person", "probability", "why"), rows, empty="nobody waits")


def _none(found: matching.Matched, output: Path) -> str:
    """That nothing was accepted, and what to do if something is worth a look."""
    told = f"No pair is likely enough; {output} has a heading only."
    if not len(found.probability):
        return told
    best = float(found.probability[0])
    least = max(0.05, int(best * 10) / 10 - 0.1)
    return f"{told} The likeliest has {best:.3f}: see it and others with --threshold {least:.1f}."


def _decided(pair: dict[str, Any]) -> str:
    """What was decided, and whether it still holds."""
    return f"{pair['status']}, undone since" if pair["is_undone"] else pair["status"]


def _who(number: int, person: dict[str, Any] | None) -> str:
    """The number to decide with, and whose it is."""
    name = called(person) if person else ""
    return f"{number}: {name}" if name else str(number)


def _table(path: Path, id_column: str, option: str = "--id") -> pa.Table:
    table = matching.read(path)
    matching.check_id(table, id_column, str(path), option=option)
    return table


def _second(path: Path, own_id: str, id_column: str) -> pa.Table:
    """The second table with its ids under the first one's name; a column that was called so is left out."""
    table = _table(path, own_id, "--id2")
    if own_id == id_column:
        return table
    kept = [name for name in table.column_names if name != id_column]
    return table.select(kept).rename_columns([id_column if name == own_id else name for name in kept])


def _matched(
    first: pa.Table, second: pa.Table | None, id_column: str, columns: Path | None, threshold: float | None
) -> matching.Matched:
    """The matcher's answer, with its progress shown."""
    bars = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*bars, console=errors, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        return matching.match(
            first, second, id_column=id_column, columns=_map_of(columns), least=threshold,
            progress=lambda step, part: bar.update(task, description=step, completed=part),
        )  # fmt: skip


def _map_of(path: Path | None) -> dict[str, str]:
    """Column -> field of a map file. Errors: Invalid if it cannot be read or is no such map."""
    if path is None:
        return {}
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"cannot read {path}: {error.strerror}", hint="check the path given with --columns") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is not YAML: {error}", hint="write lines like `surname: surname`") from error
    if isinstance(told, dict) and isinstance(told.get("columns"), dict):
        told = told["columns"]
    if not isinstance(told, dict) or not all(isinstance(v, str) for v in told.values()):
        raise Invalid(f"{path} does not say what columns mean", hint="write lines like `column name: surname`")
    return {str(column): field for column, field in told.items()}
