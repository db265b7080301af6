"""The event tables as ClickHouse keeps them, made from the same migrations; and where queries find them.

Every table gets ``_batch``, the batch (transaction) that wrote the row; a table without a number that tells rows apart
gets ``_row`` too, the row's address in its batch. What a query's table shows is the rows of batches that count
(``Snapshot``); a view is its text.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pyarrow as pa
from sqlglot import exp

from omniloom.core.errors import Misconfigured
from omniloom.store.clickhouse_sql import type_of

AT = "at_batch"  # the parameter that holds a snapshot's last batch
GONE = "store_gone"  # (table, row, batch): rows that a batch deleted and that are not swept away yet
STAGED = "stage_"
# A changed table computes its partitions anew, by the session's settings; after a restart by the server's. If the two
# differ, parts written in between do not load again: the rows are gone. So tables change by what the server has.
_AS_CREATED = "settings enable_extended_results_for_datetime_functions = 0"
OWN_TABLES = ("store_migration", "store_cursor")  # of migrations, but the engine keeps what they hold in its ledger


@dataclass(frozen=True, slots=True)
class Layout:
    """How one table lies: see clickhouse_layout.toml."""

    order: str
    partition: str = ""
    address: str = "_row"
    low: list[str] = field(default_factory=list)
    packed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns with ClickHouse's types, and what tells the rows of one batch apart."""

    columns: dict[str, str]
    address: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a query may see: batches up to one, without void ones; ``gone`` = tables with deleted rows not swept yet."""

    gone: frozenset[str]
    void: tuple[int, ...] = ()


def layouts() -> dict[str, Layout]:
    """Table -> layout, from the file beside this one."""
    text = Path(__file__).with_name("clickhouse_layout.toml").read_text()
    return {name: Layout(**entry) for name, entry in tomllib.loads(text).items()}


class Schema:
    """The tables and views that the migrations have made so far."""

    def __init__(self, layouts: Mapping[str, Layout], *, is_durable: bool) -> None:
        self.tables: dict[str, Table] = {}
        self.views: dict[str, exp.Expression] = {}
        self._layouts = layouts
        self._is_durable = is_durable

    def define(self, tree: exp.Expression) -> list[str]:
        """Take in one definition; the statements that carry it out, each harmless if it ran before.

        Errors: Misconfigured for a table without a layout, or a definition that ClickHouse cannot follow.
        """
        name = table_name(tree)
        if isinstance(tree, exp.Create) and tree.kind == "VIEW":
            self.views[name] = tree.expression
            return []
        if isinstance(tree, exp.Create) and tree.kind == "INDEX":
            return []  # a sorting key takes its place
        if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
            return self._create(name, tree.this)
        if isinstance(tree, exp.Drop):
            self.views.pop(name, None)
            return [f"drop table if exists {name}"] if self.tables.pop(name, None) else []
        if isinstance(tree, exp.Alter):
            return self._alter(name, tree)
        raise Misconfigured(f"ClickHouse cannot follow: {tree.sql()[:80]}", hint="say it in the portable subset")

    def _create(self, name: str, body: exp.Schema) -> list[str]:
        if name in OWN_TABLES:
            return []
        if name not in self._layouts:
            raise Misconfigured(
                f"table {name} has no layout", hint="add it to store/engines/clickhouse_layout.toml, with the reason"
            )
        layout = self._layouts[name]
        columns = {column.name: _column_type(column, layout) for column in body.find_all(exp.ColumnDef)}
        self.tables[name] = Table(columns, layout.address)
        defined = [f"`{column}` {kind}{_codec(column, layout)}" for column, kind in columns.items()]
        defined += ["_batch UInt64 codec(ZSTD(1))", "index _batch_range _batch type minmax"]
        defined += [] if layout.address != "_row" else ["_row UInt64 default generateSnowflakeID() codec(ZSTD(1))"]
        partition = f" partition by {layout.partition}" if layout.partition else ""
        lying = f"engine = MergeTree{partition} order by ({layout.order})"
        made = f"create table if not exists {name} ({', '.join(defined)}) {lying}"
        return [f"{made} settings {settings(is_durable=self._is_durable)}"]

    def _alter(self, name: str, tree: exp.Alter) -> list[str]:
        table, statements = self.tables[name], []
        for action in tree.args["actions"]:
            if isinstance(action, exp.ColumnDef):
                kind = _column_type(action, self._layouts[name])
                table.columns[action.name] = kind
                statements.append(f"alter table {name} add column if not exists `{action.name}` {kind} {_AS_CREATED}")
            elif isinstance(action, exp.Drop):
                table.columns.pop(action.this.name, None)
                statements.append(f"alter table {name} drop column if exists `{action.this.name}` {_AS_CREATED}")
            else:
                raise Misconfigured(f"ClickHouse cannot follow: {tree.sql()[:80]}", hint="add or drop columns only")
        return statements

    def seen(self, tree: exp.Expression, snapshot: Snapshot) -> exp.Expression:
        """The tree with every table and view replaced by what a snapshot shows of it. The tree is used up."""
        whole = exp.Tuple(expressions=[tree])
        own = {cte.alias for cte in whole.find_all(exp.CTE)}
        for node in list(whole.find_all(exp.Table)):
            if node.name in own or node.name.startswith(STAGED):
                continue
            if node.name in self.views:
                body = self.seen(self.views[node.name].copy(), snapshot)
            elif node.name in self.tables:
                body = self.rows(node.name, snapshot)
            else:
                continue  # ClickHouse says that it is unknown
            node.replace(_subquery(body, node))
        return cast("exp.Expression", whole.expressions[0])

    def rows(self, name: str, snapshot: Snapshot, *, with_address: bool = False) -> exp.Select:
        """The rows of a table that a snapshot shows."""
        table = self.tables[name]
        address = cast("exp.Expression", exp.maybe_parse(f"toUInt64({table.address})", dialect="clickhouse"))
        shown = exp.select(*(exp.column(column, quoted=True) for column in table.columns)).from_(exp.to_table(name))
        if with_address:
            shown = shown.select(exp.column("_batch"), exp.alias_(address.copy(), "_row"), copy=False)
        for limit in _counting(snapshot):
            shown = shown.where(limit, copy=False)
        if name in snapshot.gone:
            of_table = exp.EQ(this=exp.column("table_name"), expression=exp.Literal.string(name))
            gone = exp.select("gone_batch", "gone_row").from_(GONE).where(of_table, *_counting(snapshot))
            place = exp.Tuple(expressions=[exp.column("_batch"), address])
            shown = shown.where(exp.Not(this=exp.In(this=place, query=gone.subquery())), copy=False)
        return shown

    def typed(self, name: str, rows: pa.Table) -> pa.Table:
        """Arrow rows with the types of a table's columns. Errors: Misconfigured for another table or other columns."""
        table = self.tables.get(name)
        if table is None:
            raise Misconfigured(f"not a table name: {name!r}")
        if unknown := set(rows.column_names) - set(table.columns):
            raise Misconfigured(f"{name} has no column {', '.join(sorted(unknown))}")
        wanted = [pa.field(column, _arrow_type(table.columns[column])) for column in rows.column_names]
        return rows.cast(pa.schema(wanted))


def staged_columns(rows: pa.Table) -> str:
    """The columns of a table that holds Arrow rows for one transaction."""
    columns = []
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        kind = next((text for is_kind, text in _OF_ARROW if is_kind(column.type)), None)
        if kind is None:
            raise Misconfigured(f"no ClickHouse type for Arrow's {column.type}")
        columns.append(f"`{name}` {f'Nullable({kind})' if column.null_count else kind}")
    return ", ".join(columns)


def settings(*, is_durable: bool) -> str:
    """Of every table: a part is on disk before the insert is answered, and before a merge lets its parents go."""
    if not is_durable:
        return "index_granularity = 8192"
    return "fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1"


def _counting(snapshot: Snapshot) -> list[exp.Expression]:
    batch = exp.column("_batch")
    limits: list[exp.Expression] = [exp.LTE(this=batch, expression=exp.Placeholder(this=AT))]
    if snapshot.void:
        void = [exp.Literal.number(number) for number in snapshot.void]
        limits.append(exp.Not(this=exp.In(this=batch.copy(), expressions=void)))
    return limits


def _subquery(body: exp.Expression, node: exp.Table) -> exp.Subquery:
    """``(body) as name`` in the place of a table."""
    replaced = exp.Subquery(this=body, alias=exp.TableAlias(this=exp.to_identifier(node.alias or node.name)))
    if node.args.get("joins"):
        replaced.set("joins", node.args["joins"])
    return replaced


def table_name(tree: exp.Expression) -> str:
    """The table or view that a definition is about."""
    if isinstance(tree, exp.Drop) and tree.args.get("tables"):
        return str(tree.args["tables"][0].name)
    found = tree.this.find(exp.Table) if isinstance(tree.this, exp.Expression) else None
    return str(found.name) if found is not None else ""


_TO_ARROW = {"String": pa.string(), "Int64": pa.int64(), "Int32": pa.int32(), "Int16": pa.int16(), "Int8": pa.int8(),
             "Float64": pa.float64(), "Bool": pa.bool_(), "Date32": pa.date32(),
             "DateTime64(6, 'UTC')": pa.timestamp("us")}  # fmt: skip
_OF_ARROW: list[tuple[Callable[[pa.DataType], bool], str]] = [
    (pa.types.is_integer, "Int64"), (pa.types.is_floating, "Float64"), (pa.types.is_boolean, "Bool"),
    (pa.types.is_date, "Date32"), (pa.types.is_timestamp, "DateTime64(6, 'UTC')"),
    (lambda kind: any(check(kind) for check in (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)),
     "String"),
]  # fmt: skip


def _arrow_type(kind: str) -> pa.DataType:
    for wrapper in ("LowCardinality(", "Nullable("):
        if kind.startswith(wrapper):
            kind = kind.removeprefix(wrapper)[:-1]
    return _TO_ARROW[kind]


def _column_type(column: exp.ColumnDef, layout: Layout) -> str:
    kind = type_of(column.args["kind"])
    required = (exp.NotNullColumnConstraint, exp.PrimaryKeyColumnConstraint)
    if not any(isinstance(constraint.kind, required) for constraint in column.args.get("constraints") or []):
        kind = f"Nullable({kind})"
    return f"LowCardinality({kind})" if column.name in layout.low else kind


def _codec(column: str, layout: Layout) -> str:
    return " codec(ZSTD(3))" if column in layout.packed else " codec(ZSTD(1))"
