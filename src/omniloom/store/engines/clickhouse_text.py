"""Queries and changes as ClickHouse text over one snapshot, rendered once per query and kinds of its values."""

import functools
from collections.abc import Mapping
from typing import cast

from sqlglot import exp

from omniloom.core.errors import Misconfigured
from omniloom.store.clickhouse_sql import clickhouse_text
from omniloom.store.engines.clickhouse_schema import AT, GONE, STAGED, Schema, Snapshot
from omniloom.store.sql import Query, parsing

PARTS_MAX = 100  # ClickHouse writes a `with` part out wherever it is named; beyond this they become tables

Asked = tuple[tuple[tuple[str, str], ...], str]  # (temporary table, its text) in order, and the text of the whole

_KEPT = 1024
_Types = tuple[tuple[str, str], ...]


class Texts:
    """The texts of one database."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._question = functools.lru_cache(maxsize=_KEPT)(self._render_question)
        self._change = functools.lru_cache(maxsize=_KEPT)(self._render_change)

    def forget(self) -> None:
        """The tables have changed."""
        self._question.cache_clear()
        self._change.cache_clear()

    def question(self, query: Query, types: Mapping[str, str], snapshot: Snapshot) -> Asked:
        """The text of a query, and what it reads from temporary tables. ``types`` of its parameters."""
        return self._question(query, tuple(types.items()), snapshot)

    def change(self, query: Query, types: Mapping[str, str], snapshot: Snapshot) -> tuple[str, str]:
        """(table it writes, text) of an insert or a delete."""
        return self._change(query, tuple(types.items()), snapshot)

    def _render_question(self, query: Query, types: _Types, snapshot: Snapshot) -> Asked:
        kinds = {**dict(types), AT: "UInt64"}
        with parsing():
            tree = query.tree.copy()
            parts = _parts(tree) if _written_out(tree) > PARTS_MAX else []
            asked = [(name, clickhouse_text(self.schema.seen(body, snapshot), dict(kinds))) for name, body in parts]
            return tuple(asked), clickhouse_text(self.schema.seen(tree, snapshot), kinds)

    def _render_change(self, query: Query, types: _Types, snapshot: Snapshot) -> tuple[str, str]:
        with parsing():
            tree = query.tree.copy()
            if isinstance(tree, exp.Insert):
                table, columns, rows = self._inserted(tree, snapshot)
            elif isinstance(tree, exp.Delete):
                table, columns, rows = self._deleted(tree, snapshot)
            else:
                raise Misconfigured(f"{query.name}: rows are added and deleted only", hint="delete, then insert")
            text = clickhouse_text(rows, {**dict(types), AT: "UInt64"})
        return table, f"insert into {table} ({', '.join(columns)}) {text}"

    def _inserted(self, tree: exp.Insert, snapshot: Snapshot) -> tuple[str, list[str], exp.Expression]:
        """``insert into t (…) select …``: the same rows with the batch that adds them."""
        table, named = tree.this.find(exp.Table).name, tree.this.expressions
        if table not in self.schema.tables or not named:
            raise Misconfigured(f"an insert into {table} must name a table of ours and its columns")
        source = tree.expression
        if isinstance(source, exp.Values):
            source = _selected(source)
        body = cast("exp.Query", self.schema.seen(source, snapshot))
        names = [f"c{n}" for n in range(len(named))]
        first = cast("exp.Select", body.find(exp.Select))
        first.set("expressions", [exp.alias_(c.unalias(), n) for c, n in zip(first.expressions, names, strict=True)])
        rows = exp.select(*(exp.column(name, "s") for name in names), exp.Placeholder(this=AT))
        columns = [f"`{column.name}`" for column in named]
        return table, [*columns, "_batch"], rows.from_(body.subquery("s"), copy=False)

    def _deleted(self, tree: exp.Delete, snapshot: Snapshot) -> tuple[str, list[str], exp.Expression]:
        """``delete from t``: the addresses of the rows, noted."""
        table = tree.this.name
        if table not in self.schema.tables:
            raise Misconfigured(f"a delete must name a table of ours, not {table}")
        address = [exp.Literal.string(table), exp.column("_batch", table), exp.column("_row", table)]
        target = self.schema.rows(table, snapshot, with_address=True).subquery(tree.this.alias or table)
        rows = exp.select(*address, exp.Placeholder(this=AT)).from_(target, copy=False)
        for other in tree.args.get("using") or []:
            rows.join(self.schema.seen(other, snapshot), join_type="cross", copy=False)
        if (where := tree.args.get("where")) is not None:
            rows.where(self.schema.seen(where.this, snapshot), copy=False)
        return GONE, ["table_name", "gone_batch", "gone_row", "_batch"], rows


def _selected(values: exp.Values) -> exp.Query:
    rows: list[exp.Query] = [exp.select(*row.expressions) for row in values.expressions]
    whole = rows[0]
    for row in rows[1:]:
        whole = exp.union(whole, row, distinct=False, copy=False)
    return whole


def _written_out(tree: exp.Expression) -> int:
    """How many selects a query is once every `with` part stands wherever it is named."""
    sizes: dict[str, int] = {}
    for part in _with_parts(tree):
        sizes[part.alias] = 1 + sum(sizes.get(table.name, 0) for table in part.this.find_all(exp.Table))
    named = [table.name for table in tree.find_all(exp.Table) if table.find_ancestor(exp.CTE) is None]
    return sum(sizes.get(name, 1) for name in named)


def _parts(tree: exp.Expression) -> list[tuple[str, exp.Expression]]:
    """Take the `with` parts out of a query: each becomes a table that the later ones and the rest read."""
    parts = [(part.alias, part.this) for part in _with_parts(tree)]
    names = {name: f"{STAGED}part_{name}" for name, _ in parts}
    for table in tree.find_all(exp.Table):
        if table.name in names:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(names[table.name]))
    for kept in list(tree.find_all(exp.With)):
        kept.pop()
    return [(names[name], body) for name, body in parts]


def _with_parts(tree: exp.Expression) -> list[exp.CTE]:
    """The `with` parts of a query, wherever they begin; each may name those before it."""
    return [part for found in tree.find_all(exp.With) for part in found.expressions]
