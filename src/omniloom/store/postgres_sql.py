"""State SQL as PostgreSQL takes it: queries and migrations written in SQLite's dialect, turned once when loaded.

Three habits of SQLite are kept: text compares byte by byte (collation "C"), an integer has 64 bits, and NULL is the
smallest value. The last would cost PostgreSQL its indexes (`nulls first`), so no state query orders by a column that
may be NULL without saying what it means (``coalesce``); tests/store/test_postgres_sql.py holds that.
"""

import re
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.dialects.postgres import Postgres

from omniloom.core.errors import Misconfigured

_MARK = "omniloom_parameter_"
_MARKED = re.compile(rf"\b{_MARK}(\w+?)__\b")
_WITHOUT_ROWID = re.compile(r"\)\s*without\s+rowid", re.IGNORECASE)  # a way of storing; nothing to translate


class StatePostgres(Postgres):
    """PostgreSQL whose columns in `order by` hold no NULL, so that plain indexes serve it."""

    NULL_ORDERING = "nulls_are_small"


def postgres_query(tree: exp.Expression) -> tuple[str, frozenset[str]]:
    """(text with ``%(name)s`` parameters, names of the list parameters). The tree is used up.

    A list goes to ``= any(array)``: one parameter whatever its length, and an empty array matches nothing.
    """
    lists: set[str] = set()
    for node in list(tree.find_all(exp.In)):
        values = node.expressions
        if len(values) == 1 and isinstance(values[0], exp.Placeholder):
            lists.add(str(values[0].this))
            node.replace(exp.EQ(this=node.this, expression=exp.Any(this=exp.paren(values[0].copy()))))
    for placeholder in list(tree.find_all(exp.Placeholder)):
        placeholder.replace(exp.var(f"{_MARK}{placeholder.this}__"))
    text = _ignoring(tree).sql(dialect=StatePostgres, comments=False).replace("%", "%%")
    return _MARKED.sub(r"%(\1)s", text), frozenset(lists)


def postgres_script(text: str) -> str:
    """A migration's statements.

    Errors: Misconfigured for a statement that cannot be turned; say it in the portable subset.
    """
    trees = sqlglot.parse(_WITHOUT_ROWID.sub(")", text), dialect="sqlite")
    return (
        ";\n".join(
            _definition(cast("exp.Expression", tree)).sql(dialect=StatePostgres, comments=False)
            for tree in trees
            if tree
        )
        + ";"
    )


def _definition(tree: exp.Expression) -> exp.Expression:
    if isinstance(tree, exp.Command):
        raise Misconfigured(f"not portable SQL: {tree.sql()[:80]}", hint="write it so that sqlglot can read it")
    for column in tree.find_all(exp.ColumnDef):
        kind = column.args.get("kind")
        if not isinstance(kind, exp.DataType):
            continue
        if kind.is_type("int"):
            kind.set("this", exp.DataType.Type.BIGINT)
        elif kind.is_type("text"):
            collated = exp.ColumnConstraint(kind=exp.CollateColumnConstraint(this=exp.to_identifier("C", quoted=True)))
            column.set("constraints", [collated, *column.args.get("constraints", [])])
    return _ignoring(tree)


def _ignoring(tree: exp.Expression) -> exp.Expression:
    """SQLite's ``insert or ignore`` said the standard way."""
    if isinstance(tree, exp.Insert) and (alternative := tree.args.get("alternative")):
        if str(alternative).lower() != "ignore":
            raise Misconfigured(f"`insert or {alternative}` is not portable", hint="write `on conflict … do update`")
        tree.set("alternative", None)
        tree.set("conflict", exp.OnConflict(action=exp.var("DO NOTHING")))
    return tree
