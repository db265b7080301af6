"""SQL obeys the house like imports do: a query reads its own room's tables and those of lower rooms, no others.

Each check is a function from a package folder to faults, so that planted faults go through the very same check.
"""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from omniloom.core.errors import Misconfigured
from omniloom.store import Stores
from omniloom.store.engines.clickhouse_schema import Schema, Snapshot, layouts
from omniloom.store.engines.clickhouse_text import Texts
from omniloom.store.migrate import folder
from omniloom.store.sql import CANONICAL, Query, read_query, store_of

LINES_MAX = 80
SCALED = {"state": "postgres", "events": "clickhouse"}  # the dialects of the engines at scale
STAGED = "stage_"
ENGINE_TABLES = {"json_each"}
SLOTS = {"analytics.credits"}  # holds a name that a built tree takes the place of; its room's tests run it


def queries(package: Path) -> list[Path]:
    return sorted(package.glob("**/queries/*.sql"))


def room_of(path: Path, package: Path) -> str:
    return path.relative_to(package).parts[0]


def reachable(room: str, stack: list[frozenset[str]]) -> set[str]:
    """The room itself and every room on a lower line."""
    level = next((n for n, line in enumerate(stack) if room in line), None)
    return {room} if level is None else {room}.union(*stack[level + 1 :])


def table_names(tree: exp.Expression) -> set[str]:
    """The stored tables and views a statement names; not its own `with` names, staged tables or table functions."""
    local = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    named = {table.name for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)}
    return {name for name in named - local - ENGINE_TABLES if not name.startswith(STAGED)}


def written_table(tree: exp.Expression) -> str | None:
    """The table a statement changes."""
    if not isinstance(tree, exp.Insert | exp.Update | exp.Delete | exp.Merge):
        return None
    target = tree.this.find(exp.Table) if tree.this is not None else None
    return target.name if target is not None else None


def owner_of(table: str, stack: list[frozenset[str]]) -> str:
    return next((room for line in stack for room in line if table.startswith(f"{room}_")), "")


def stack_faults(package: Path, stack: list[frozenset[str]]) -> Iterator[str]:
    """Queries that reach up or sideways, or change another room's rows."""
    for path in queries(package):
        room, tree = room_of(path, package), read_query(path).tree
        for table in sorted(table_names(tree)):
            owner = owner_of(table, stack)
            if owner not in reachable(room, stack):
                yield f"{room}/{path.name} reads {table}, which belongs to {owner or 'no room'}"
        written = written_table(tree)
        if written and not written.startswith((f"{room}_", STAGED)):
            yield f"{room}/{path.name} changes {written}, which belongs to {owner_of(written, stack)}"


def code_faults(package: Path, stack: list[frozenset[str]], tables: set[str]) -> Iterator[str]:
    """Tables that built queries name out of reach, and SQL written in code outside the store."""
    for path in sorted(package.rglob("*.py")):
        room = room_of(path, package)
        if room == "store" or path.parent == package:
            continue
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in tables:
                owner = owner_of(node.value, stack)
                if owner not in reachable(room, stack):
                    yield f"{path.relative_to(package)}:{node.lineno} names {node.value}, which belongs to {owner}"
            if isinstance(node, ast.ImportFrom) and {"parse_state", "parse_events"} & {a.name for a in node.names}:
                yield f"{path.relative_to(package)}:{node.lineno} holds SQL in code: put it into queries/"


def form_faults(package: Path) -> Iterator[str]:
    """Queries without their contract, too long, or that some engine's dialect cannot hold."""
    for path in queries(package):
        text, name = path.read_text(), f"{room_of(path, package)}/{path.name}"
        lines = text.splitlines()
        store = store_of(text, path)
        if not lines[0].startswith("-- store:"):
            yield f"{name} does not begin with its store"
        comments = []
        for line in lines[1:]:
            if not line.startswith("--"):
                break
            comments.append(line.removeprefix("--").strip())
        contract = " ".join(comments)
        tree = read_query(path).tree
        wanted = [f"{path.stem}: "]
        wanted += ["in: "] if tree.find(exp.Placeholder) else []
        wanted += ["out: "] if isinstance(tree, exp.Query) else []
        if any(part not in contract for part in wanted) or not contract.startswith(wanted[0]):
            yield f"{name} lacks its contract: `-- {path.stem}: purpose. in: … out: …`"
        if len(lines) > LINES_MAX:
            yield f"{name} has {len(lines)} lines: split it"
        try:
            sqlglot.parse_one(rendered(read_query(path), store), dialect=SCALED[store])
        except (sqlglot.errors.SqlglotError, Misconfigured) as error:
            yield f"{name} does not go into {SCALED[store]}: {str(error).splitlines()[0]}"


def rendered(query: Query, store: str) -> str:
    """The statement as the engine at scale gets it: over the tables that the migrations make there."""
    if store == "state":
        return query.render("postgres")[0]
    types = {str(node.this): "String" for node in query.tree.find_all(exp.Placeholder)}
    texts, everything = clickhouse(), Snapshot(frozenset())
    if isinstance(query.tree, exp.Query):
        return texts.question(query, types, everything)[1]
    return texts.change(query, types, everything)[1]


@functools.cache
def clickhouse() -> Texts:
    """The event tables of every migration. A table without a layout is an error."""
    schema = Schema(layouts(), is_durable=True)
    for path in sorted(folder().glob("[0-9]*.sql")):
        if store_of(path.read_text(), path) == "events":
            for tree in sqlglot.parse(path.read_text(), dialect="duckdb"):
                if isinstance(tree, exp.DDL):
                    schema.define(tree)
    return Texts(schema)


def unused(package: Path) -> Iterator[str]:
    """Queries that no module beside them loads."""
    for path in queries(package):
        code = [module.read_text() for module in path.parent.parent.glob("*.py")]
        if not any("query(__file__" in text and f'"{path.stem}"' in text for text in code):
            yield f"{room_of(path, package)}/{path.name} is not used"


@pytest.fixture(scope="module")
def tables() -> set[str]:
    """Every table and view of the migrations."""
    return {
        match[1]
        for path in folder().glob("[0-9]*.sql")
        for match in re.finditer(r"create (?:table|view) (\w+)", path.read_text())
    }


def test_queries_read_down_the_stack_only(package: Path, stack: list[frozenset[str]]) -> None:
    assert list(stack_faults(package, stack)) == []


def test_code_names_tables_down_the_stack_only(package: Path, stack: list[frozenset[str]], tables: set[str]) -> None:
    assert list(code_faults(package, stack, tables)) == []


def test_every_query_has_its_contract_and_goes_into_every_dialect(package: Path) -> None:
    assert list(form_faults(package)) == []


def test_every_event_table_has_a_layout_on_clickhouse_and_every_layout_a_table() -> None:
    assert set(clickhouse().schema.tables) == set(layouts())


def test_every_query_is_used(package: Path) -> None:
    assert list(unused(package)) == []


def test_every_query_names_tables_and_columns_that_exist(package: Path, stores: Stores) -> None:
    faults = []
    for path in queries(package):
        chosen, store = read_query(path), store_of(path.read_text(), path)
        if chosen.name in SLOTS or any(table.name.startswith(STAGED) for table in chosen.tree.find_all(exp.Table)):
            continue  # needs its staged table; its room's tests run it
        _, lists = chosen.render(CANONICAL[store])
        names = {str(node.this) for node in chosen.tree.find_all(exp.Placeholder)}
        values = {name: [] if name in lists else None for name in names}
        try:
            explained(stores, store, chosen.render(CANONICAL[store])[0], values)
        except Exception as error:  # noqa: BLE001 - whatever the driver says is the finding
            faults.append(f"{chosen.name}: {error}")
    assert faults == []


def explained(stores: Stores, store: str, text: str, values: dict[str, object]) -> None:
    """Let the real engine prepare the statement without running it."""
    port = stores.state if store == "state" else stores.events
    with port.write() as tx:
        connection = tx._connection  # type: ignore[union-attr]  # the port has no way to explain, on purpose
        adapted = {name: "[]" if value == [] and store == "state" else value for name, value in values.items()}
        connection.execute(f"explain {text}", adapted or None).fetchall()


def test_planted_faults_in_queries_are_caught(tmp_path: Path, stack: list[frozenset[str]]) -> None:
    def planted(room: str, name: str, text: str) -> None:
        place = tmp_path / room / "queries"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}.sql").write_text(text)

    contract = "-- store: state\n-- {}: a purpose. in: nothing out: id\n"
    planted("profiles", "good", contract.format("good") + "select person_id from identity_person")
    planted("profiles", "upward", contract.format("upward") + "select 1 from segments_segment")
    planted("identity", "sideways", contract.format("sideways") + "select 1 where exists (select 1 from access_user)")
    planted("messaging", "foreign", contract.format("foreign") + "delete from profiles_card where person_id = :id")
    planted("analytics", "bare", "-- store: state\n-- bare: lacks what comes out. in: nothing\nselect 1 from nowhere")
    assert list(stack_faults(tmp_path, stack)) == [
        "analytics/bare.sql reads nowhere, which belongs to no room",
        "identity/sideways.sql reads access_user, which belongs to access",
        "messaging/foreign.sql changes profiles_card, which belongs to profiles",
        "profiles/upward.sql reads segments_segment, which belongs to segments",
    ]
    assert [fault.split()[0] for fault in form_faults(tmp_path)] == ["analytics/bare.sql"]
    assert len(list(unused(tmp_path))) == 5


def test_a_planted_table_name_in_code_is_caught(tmp_path: Path, stack: list[frozenset[str]], tables: set[str]) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "fold.py").write_text(
        'from x import parse_state\nT = "segments_member"\nU = "store_cursor"\n'
    )
    assert list(code_faults(tmp_path, stack, tables)) == [
        "profiles/fold.py:1 holds SQL in code: put it into queries/",
        "profiles/fold.py:2 names segments_member, which belongs to segments",
    ]
