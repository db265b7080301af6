"""Migrations: they add up to the schema files, run once, and either whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from omniloom.core.errors import Misconfigured
from omniloom.store.engines.duckdb_events import DuckEvents
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.migrate import folder, migrate
from omniloom.store.schema import schema_texts

STORES: dict[str, Callable[[Path], Any]] = {
    "state": lambda folder_: SqliteState(folder_ / "state.db"),
    "events": lambda folder_: DuckEvents(folder_ / "events.duckdb", memory_mb=128, threads=1),
}


@pytest.fixture(params=sorted(STORES))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store(kind: str, tmp_path: Path) -> Iterator[Any]:
    with closing(STORES[kind](tmp_path)) as opened:
        yield opened


def migration(source: Path, name: str, kind: str, text: str) -> None:
    source.mkdir(exist_ok=True)
    (source / f"{name}.sql").write_text(f"-- store: {kind}\n{text}\n")


def test_the_migrations_add_up_to_the_schema_file(kind: str) -> None:
    written = (folder() / f"schema.{kind}.sql").read_text()
    assert written == schema_texts()[kind], "run `make schema` and commit what it writes"


def test_the_schema_file_makes_the_same_store(kind: str, store: Any, tmp_path: Path) -> None:
    store.execute_script((folder() / f"schema.{kind}.sql").read_text())
    (tmp_path / "migrated").mkdir()
    with closing(STORES[kind](tmp_path / "migrated")) as migrated:
        migrate(migrated, kind)
        assert store.schema() == migrated.schema()


def test_each_migration_runs_once_and_only_in_its_store(kind: str, store: Any, tmp_path: Path) -> None:
    source = tmp_path / "m"
    other = "events" if kind == "state" else "state"
    migration(source, "2026_01_01_1_a", kind, "create table a (id bigint);")
    migration(source, "2026_01_01_2_b", other, "create table b (id bigint);")
    assert migrate(store, kind, source) == ["2026_01_01_1_a"]
    assert migrate(store, kind, source) == []
    migration(source, "2026_01_02_1_c", kind, "create table c (id bigint);\ninsert into c values (1);")
    assert migrate(store, kind, source) == ["2026_01_02_1_c"]
    assert store.applied() == {"2026_01_01_1_a", "2026_01_02_1_c"}


def test_a_migration_that_breaks_in_the_middle_leaves_nothing(kind: str, store: Any, tmp_path: Path) -> None:
    source = tmp_path / "m"
    migration(source, "2026_01_01_1_a", kind, "create table a (id bigint);")
    migrate(store, kind, source)
    before = store.schema()
    migration(source, "2026_01_02_1_b", kind, "create table b (id bigint);\ninsert into nowhere values (1);")
    with pytest.raises(Exception, match="nowhere"):
        migrate(store, kind, source)
    assert store.schema() == before
    assert store.applied() == {"2026_01_01_1_a"}
    migration(source, "2026_01_02_1_b", kind, "create table b (id bigint);")
    assert migrate(store, kind, source) == ["2026_01_02_1_b"]


def test_data_of_a_newer_version_is_refused_politely(kind: str, store: Any, tmp_path: Path) -> None:
    source = tmp_path / "m"
    migration(source, "2026_01_01_1_a", kind, "create table a (id bigint);")
    migration(source, "2027_01_01_1_later", kind, "create table later (id bigint);")
    migrate(store, kind, source)
    (source / "2027_01_01_1_later.sql").unlink()
    with pytest.raises(Misconfigured, match=r"newer version .*2027_01_01_1_later.*upgrade omniloom"):
        migrate(store, kind, source)


def test_a_migration_without_its_header_is_refused(kind: str, store: Any, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "2026_01_01_1_a.sql").write_text("create table a (id bigint);")
    with pytest.raises(Misconfigured, match="lacks its header"):
        migrate(store, kind, tmp_path / "m")
