"""A migration may say that a table only grows; the engine holds it, also in a store that was filled before."""

from contextlib import closing
from pathlib import Path

import pytest

from omniloom.core.errors import Misconfigured
from omniloom.store.append_only import guards
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.migrate import migrate

PLAIN = "-- append-only: a"
EXCEPT = "-- append-only: a unless id in gone"


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_each_engine_gets_its_own_words(dialect: str) -> None:
    assert guards("create table a (id bigint);", dialect) == ""
    assert "create trigger" in guards(PLAIN, dialect)
    assert "gone.id = old.id" in guards(f"create table a (id bigint);\n{EXCEPT}\n", dialect)
    assert guards(f"select 1; {PLAIN}", dialect) == "", "only a line of its own declares"


def test_an_engine_that_cannot_hold_it_refuses() -> None:
    with pytest.raises(Misconfigured, match="append-only"):
        guards(PLAIN, "duckdb")


def test_rows_stay_as_they_are_from_the_migration_on(tmp_path: Path) -> None:
    source = tmp_path / "m"
    source.mkdir()
    (source / "2026_01_01_1_a.sql").write_text(
        "-- store: state\ncreate table a (id bigint, text text);\ninsert into a values (1, 'x'), (2, 'y');\n"
        f"create table gone (id bigint);\n{EXCEPT}\n"
    )
    with closing(SqliteState(tmp_path / "state.db")) as state:
        migrate(state, "state", source)
        for change in (
            "update a set text = 'z'",
            "delete from a",
            "insert or replace into a (rowid, id) values (1, 9)",
        ):
            with pytest.raises(Exception, match="append-only"):
                state.execute_script(change)
        state.execute_script("insert into a values (3, 'z'); insert into gone values (1);")
        with pytest.raises(Exception, match="append-only"):
            state.execute_script("update a set text = 'z' where id = 1")
        state.execute_script("delete from a where id = 1")
        with pytest.raises(Exception, match="append-only"):
            state.execute_script("delete from a where id = 2")
