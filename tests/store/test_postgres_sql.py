"""State SQL on PostgreSQL: every query is understood, the tables are SQLite's, and no order depends on NULL."""

import functools
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlglot
from sqlglot import exp
from tests.engines import named, postgres

import omniloom
from omniloom.core.errors import Misconfigured
from omniloom.store.engines.postgres_state import PostgresState
from omniloom.store.migrate import migrate
from omniloom.store.postgres_sql import postgres_query, postgres_script
from omniloom.store.schema import schema_texts
from omniloom.store.sql import Query, read_query, store_of

QUERIES = [
    path
    for path in sorted(Path(omniloom.__file__).parent.glob("**/queries/*.sql"))
    if store_of(path.read_text(), path) == "state" and path.name.count(".") == 1
]
KINDS = {"text": "text", "bigint": "bigint", "integer": "bigint", "blob": "bytea", "real": "double precision"}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[PostgresState]:
    with closing(PostgresState(postgres().database(named(tmp_path)))) as opened:
        migrate(opened, "state")
        yield opened


@functools.cache
def definitions() -> list[Any]:
    """What SQLite makes, statement by statement."""
    return sqlglot.parse(schema_texts()["state"], dialect="sqlite")


def tables() -> dict[str, dict[str, Any]]:
    """Table -> its columns in SQLite."""
    made = [tree for tree in definitions() if isinstance(tree, exp.Create) and tree.kind == "TABLE"]
    return {tree.this.this.name: {c.name: c for c in tree.this.find_all(exp.ColumnDef)} for tree in made}


def is_nullable(column: exp.ColumnDef) -> bool:
    kinds = [constraint.kind for constraint in column.constraints]
    return not any(isinstance(kind, (exp.NotNullColumnConstraint, exp.PrimaryKeyColumnConstraint)) for kind in kinds)


def test_postgres_understands_every_state_query(state: PostgresState) -> None:
    faults = []
    for path in QUERIES:
        query = read_query(path)
        names = {str(found.this) for found in query.tree.find_all(exp.Placeholder)}
        text, _ = query.render("postgres")
        try:
            with state.read() as tx:
                tx._connection.execute(f"explain {text}".encode(), dict.fromkeys(names)).fetchall()  # type: ignore[attr-defined]
        except psycopg.Error as error:
            faults.append(f"{query.name}: {error}")
    assert len(QUERIES) > 100
    assert faults == []


def test_postgres_has_the_tables_and_columns_of_sqlite(state: PostgresState) -> None:
    wanted = [
        f"{table} ("
        + ", ".join(
            f"{name} {KINDS[column.kind.sql('sqlite').lower()]}{'' if is_nullable(column) else ' not null'}"
            for name, column in columns.items()
        )
        + ")"
        for table, columns in sorted(tables().items())
    ]
    assert [line for line in state.schema() if not line.startswith("CREATE")] == wanted
    indexes = {tree.this.name for tree in definitions() if isinstance(tree, exp.Create) and tree.kind == "INDEX"}
    assert {line.split(" ON ")[0].split()[-1] for line in state.schema() if line.startswith("CREATE")} >= indexes


def test_no_state_query_orders_by_a_column_that_may_be_null() -> None:
    """SQLite has NULL first, PostgreSQL last: say ``coalesce(column, …)`` where the order matters."""
    columns = tables()
    nullable = {name for of_table in columns.values() for name, column in of_table.items() if is_nullable(column)}
    faults = []
    for path in QUERIES:
        read = {table.name for table in read_query(path).tree.find_all(exp.Table)} & columns.keys()
        risky = {n for table in read for n, column in columns[table].items() if is_nullable(column)} & nullable
        faults.extend(
            f"{path.parent.parent.name}/{path.name}: {ordered.sql()}"
            for ordered in read_query(path).tree.find_all(exp.Ordered)
            if isinstance(ordered.this, exp.Column) and ordered.this.name in risky
        )
    assert faults == []


@pytest.mark.parametrize(
    ("written", "turned"),
    [
        ("select a from t where b in (:x) order by a", "SELECT a FROM t WHERE b = ANY(%(x)s) ORDER BY a"),
        ("select a from t where b not in (:x)", "SELECT a FROM t WHERE NOT b = ANY(%(x)s)"),
        ("select a % 2, '5%' from t where a > :x_1", "SELECT a %% 2, '5%%' FROM t WHERE a > %(x_1)s"),
        ("insert or ignore into t (a) values (:x)", "INSERT INTO t (a) VALUES (%(x)s) ON CONFLICT DO NOTHING"),
        ("insert into t (a) values (:x) on conflict (a) do nothing",
         "INSERT INTO t (a) VALUES (%(x)s) ON CONFLICT(a) DO NOTHING"),
    ],
)  # fmt: skip
def test_a_query_is_turned(written: str, turned: str) -> None:
    assert postgres_query(sqlglot.parse_one(written, dialect="sqlite"))[0] == turned


def test_text_compares_byte_by_byte_and_integers_have_64_bits(state: PostgresState) -> None:
    state.execute_script(postgres_script("create table word (n integer primary key, text text not null) without rowid"))
    state.execute_script("insert into word values (9000000000, 'б'), (2, 'B'), (3, 'a'), (4, 'Я'), (5, 'z'), (6, '');")
    ordered = Query("test.words", sqlglot.parse_one("select text from word order by text", dialect="sqlite"))
    with state.read() as tx:
        assert [text for (text,) in tx.tuples(ordered)] == ["", "B", "a", "z", "Я", "б"]


@pytest.mark.parametrize(
    "text", ["insert or replace into t values (1);", "create trigger x after insert on t begin end;"]
)
def test_what_cannot_be_turned_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="portable"):
        postgres_script(text)
