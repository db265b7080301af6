"""SQL texts: one file, one statement, rendered per engine; values never become text."""

from pathlib import Path

import pytest
from sqlglot import exp

from omniloom.core.errors import Misconfigured
from omniloom.store.sql import built, parse_events, parse_state, query, read_query


def sql_file(folder: Path, text: str) -> Path:
    (folder / "queries").mkdir(exist_ok=True)
    path = folder / "queries" / "members.sql"
    path.write_text(text)
    return path


def test_a_query_is_read_from_its_file_once(tmp_path: Path) -> None:
    sql_file(tmp_path, "-- store: state\n-- members: all. in: nothing out: id\nselect 1 as id\n")
    module = str(tmp_path / "segment.py")
    assert query(module, "members") is query(module, "members")
    assert query(module, "members").name == f"{tmp_path.name}.members"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("select 1", "lacks its header"),
        ("-- store: elsewhere\nselect 1", "lacks its header"),
        ("-- store: state\nselect 1; select 2", "holds 2 statements"),
        ("-- store: state\nselect '", "correct the SQL file"),
        ("-- store: state\n", "holds 0 statements"),
        ("-- store: state\nselect from where (", "correct the SQL file"),
    ],
)
def test_a_bad_file_is_refused_with_what_to_do(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        read_query(sql_file(tmp_path, text))


def test_a_list_parameter_takes_the_form_of_each_engine() -> None:
    chosen = parse_state("test.chosen", "select id from t where a = :a and id in (:ids) and b not in (:bs)")
    text, lists = chosen.render("sqlite")
    assert lists == {"ids", "bs"}
    assert "JSON_EACH(:ids)" in text
    assert ":a" in text
    text, lists = parse_events("test.chosen", "select id from t where id in (:ids)").render("duckdb")
    assert lists == {"ids"}
    assert "UNNEST($ids)" in text


def test_a_written_list_stays_as_it_is() -> None:
    for literal in ("id in (1, 2)", "id in (:a, :b)", "id in (select n from u)"):
        text, lists = parse_state("test.literal", f"select id from t where {literal}").render("sqlite")
        assert lists == frozenset()
        assert "JSON_EACH" not in text


def test_rendering_leaves_the_tree_alone() -> None:
    chosen = parse_events("test.twice", "select id from t where id in (:ids)")
    before = chosen.tree.sql("duckdb")
    assert chosen.render("duckdb") == chosen.render("duckdb")
    assert chosen.tree.sql("duckdb") == before


def test_a_built_query_keeps_its_placeholders() -> None:
    tree = exp.select("id").from_("t").where(exp.column("name").eq(exp.Placeholder(this="name")))
    assert built("test.built", tree).render("duckdb")[0] == "SELECT id FROM t WHERE name = $name"
