"""Event SQL as ClickHouse takes it: trees written in DuckDB's dialect, with DuckDB's meaning kept.

Each rule below names what would differ; tests/conformance/test_query_parity.py runs every query on both engines.
"""

from collections.abc import Callable

from sqlglot import exp

from omniloom.core.errors import Misconfigured

# What makes ClickHouse answer as SQL does: missing rows of a join and empty sums are NULL, names mean columns first.
SETTINGS: dict[str, int | str] = {
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    "prefer_column_name_to_alias": 1,
    "enable_named_columns_in_function_tuple": 1,
    "enable_extended_results_for_datetime_functions": 1,
    "allow_experimental_correlated_subqueries": 1,
    "input_format_null_as_default": 0,
    "insert_null_as_default": 0,
    "allow_nondeterministic_mutations": 1,
    "async_insert": 0,
    "insert_deduplicate": 0,
    "max_partitions_per_insert_block": 0,
    "session_timezone": "UTC",
}

TYPES = {
    exp.DataType.Type.TEXT: "String",
    exp.DataType.Type.VARCHAR: "String",
    exp.DataType.Type.TINYINT: "Int8",
    exp.DataType.Type.SMALLINT: "Int16",
    exp.DataType.Type.INT: "Int32",
    exp.DataType.Type.BIGINT: "Int64",
    exp.DataType.Type.INT128: "Int128",
    exp.DataType.Type.DOUBLE: "Float64",
    exp.DataType.Type.BOOLEAN: "Bool",
    exp.DataType.Type.DATE: "Date32",
    exp.DataType.Type.TIMESTAMP: "DateTime64(6, 'UTC')",
    exp.DataType.Type.TIMESTAMPNTZ: "DateTime64(6, 'UTC')",
}

_JSON_TYPES = {"String": "VARCHAR", "Int64": "BIGINT", "UInt64": "UBIGINT", "Double": "DOUBLE", "Bool": "BOOLEAN",
               "Array": "ARRAY", "Object": "OBJECT"}  # fmt: skip
_EPOCHS = {"epoch_us": "toUnixTimestamp64Micro", "epoch_ms": "toUnixTimestamp64Milli"}


def type_of(kind: exp.DataType) -> str:
    """ClickHouse's name of a column type, not nullable. Errors: Misconfigured for one that no table of ours has."""
    if isinstance(kind.this, exp.DataType.Type) and kind.this in TYPES:
        return TYPES[kind.this]
    raise Misconfigured(f"no ClickHouse type for {kind.sql()}", hint="add it to store/clickhouse_sql.py TYPES")


def clickhouse_text(tree: exp.Expression, types: dict[str, str]) -> str:
    """The statement, once its tables are what the engine calls them. ``types`` of parameters; "" = an empty list.

    The tree is used up.
    """
    whole = exp.Tuple(expressions=[tree])  # so that the statement itself may be replaced
    _lists(whole, types)
    for select in list(whole.find_all(exp.Select)):
        _order_by_place(select)
    found = {type(node) for node in whole.walk()} | {
        exp.Anonymous
    }  # what rules bring in; each pass looks at every node
    for kind, rule in _RULES:
        if not any(issubclass(one, kind) for one in found):
            continue
        for node in list(whole.find_all(kind)):
            if (turned := rule(node)) is not node:
                node.replace(turned)
    for placeholder in whole.find_all(exp.Placeholder):
        placeholder.set("kind", types[str(placeholder.this)])
    statement = whole.expressions[0]
    _plain_booleans(statement)
    return str(statement.sql(dialect="clickhouse", comments=False))


def _lists(tree: exp.Expression, types: dict[str, str]) -> None:
    """A list parameter is one array; ClickHouse cannot tell the type of an empty one, which matches nothing."""
    for node in list(tree.find_all(exp.In)):
        values = node.expressions
        if len(values) != 1 or not isinstance(values[0], exp.Placeholder):
            continue
        if not types[str(values[0].this)]:
            node.replace(exp.false())
        else:
            node.set("expressions", None)
            node.set("field", values[0])


def _order_by_place(select: exp.Select) -> None:
    """A bare name in `order by` means the column of the result first, where we let names mean stored columns first."""
    order = select.args.get("order")
    if order is None or any(column.is_star for column in select.expressions):
        return
    places = {c.alias: n for n, c in enumerate(select.expressions, 1) if isinstance(c, exp.Alias)}
    for ordered in order.expressions:
        by = ordered.this
        if isinstance(by, exp.Column) and not by.table and by.name in places:
            ordered.set("this", exp.Literal.number(places[by.name]))


def _plain_booleans(statement: exp.Expression) -> None:
    """What is a boolean in the result; ClickHouse's comparisons give 0 and 1."""
    if isinstance(statement, exp.SetOperation):
        _plain_booleans(statement.this)
        _plain_booleans(statement.expression)
    elif isinstance(statement, exp.Subquery | exp.Paren):
        _plain_booleans(statement.this)
    elif isinstance(statement, exp.Select):
        for column in statement.expressions:
            inner = column.unalias().unnest()
            if isinstance(inner, exp.Predicate | exp.Connector | exp.Not):
                cast = _call("CAST", inner.copy(), exp.Literal.string("Nullable(Bool)"))
                column.replace(exp.alias_(cast, column.alias_or_name))


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


# --- JSON ------------------------------------------------------------------------------------------------------------


def _keys(path: exp.Expression | None) -> list[exp.Expression]:
    """The keys of a path: of a constant ``$.a.b``, or of a parameter that holds a JSON pointer of one level."""
    if isinstance(path, exp.JSONPath):
        return [_text(str(part.this)) for part in path.expressions if isinstance(part, exp.JSONPathKey)]
    if path is None:
        return []
    raw = _call("substring", path.copy(), exp.Literal.number(2))
    unescaped = _call("replaceAll", _call("replaceAll", raw, _text("~1"), _text("/")), _text("~0"), _text("~"))
    return [unescaped]


def _json_text(document: exp.Expression, path: exp.Expression | None = None) -> exp.Expression:
    """Missing and null are NULL, not ''; a whole number written with a fraction keeps it (``1.0``)."""
    keys = _keys(path)
    text = _call("JSONExtract", document.copy(), *keys, _text("Nullable(String)"))
    kind = _call("JSONType", document.copy(), *(key.copy() for key in keys))
    is_whole = exp.and_(exp.EQ(this=kind, expression=_text("Double")), _call("match", text.copy(), _text("^-?[0-9]+$")))
    return _call("if", is_whole, _call("concat", text.copy(), _text(".0")), text)


def _json_kind(document: exp.Expression, path: exp.Expression | None = None) -> exp.Expression:
    kind = _call("toString", _call("JSONType", document, *_keys(path)))
    theirs, ours = (
        exp.Array(expressions=[_text(name) for name in names]) for names in zip(*_JSON_TYPES.items(), strict=True)
    )
    return _call("transform", kind, theirs, ours, _text("NULL"))


# --- numbers, text, time ---------------------------------------------------------------------------------------------


def _try_number(node: exp.Expression) -> exp.Expression:
    """Anything but a number is NULL; spaces around it do not matter, nor `_` between digits."""
    if type_of(node.args["to"]) != "Float64":
        raise Misconfigured(f"try_cast to {node.args['to'].sql()} is not portable", hint="use double")
    text = _call("trimBoth", node.this)
    is_plain = exp.EQ(this=_call("position", text.copy(), _text("_")), expression=exp.Literal.number(0))
    is_astray = _call("match", text.copy(), _text("(^|[^0-9])_|_([^0-9]|$)"))
    plain = _call("replaceAll", text.copy(), _text("_"), _text(""))
    return _call("toFloat64OrNull", _call("multiIf", is_plain, text, is_astray, exp.null(), plain))


def _cast(node: exp.Expression) -> exp.Expression:
    """Dates reach back before 1970, instants have microseconds; both in UTC."""
    kind = type_of(node.args["to"])
    return _call("CAST", node.this, _text(f"Nullable({kind})"))


def _position(node: exp.Expression) -> exp.Expression:
    """Places are counted in characters; where one stands does not matter to `> 0`, and bytes are quicker."""
    name = "position" if isinstance(node.parent, exp.GT) else "positionUTF8"
    return _call(name, node.this, node.args["substr"])


def _substring(node: exp.Expression) -> exp.Expression:
    parts = [node.args[name] for name in ("this", "start", "length") if node.args.get(name) is not None]
    return _call("substringUTF8", *parts)


def _truncated(node: exp.Expression) -> exp.Expression:
    return _call("dateTrunc", _text(node.args["unit"].name.lower()), node.this)


def _anonymous(node: exp.Expression) -> exp.Expression:
    name = str(node.this).lower()
    if name in _EPOCHS:
        return _call(_EPOCHS[name], *node.expressions)
    if name == "json_extract_string":
        return _json_text(*node.expressions)
    if name == "json_type":
        return _json_kind(*node.expressions)
    return node


# --- aggregates and windows ------------------------------------------------------------------------------------------


def _struct(node: exp.Expression) -> exp.Expression:
    """A tuple whose parts have names."""
    return _call("tuple", *(exp.alias_(part.expression, part.name) for part in node.expressions))


def _shifted(node: exp.Expression) -> exp.Expression:
    """`lag` and `lead` over the edge are NULL or the default, not 0 or ''."""
    if not (isinstance(node.this, exp.Anonymous) and node.this.name == "toNullable"):
        node.set("this", _call("toNullable", node.this))
    return node


def _joined_text(node: exp.Expression) -> exp.Expression:
    """`string_agg(x, s order by …)`: ClickHouse's own takes no order."""
    inner, separator = node.this, node.args.get("separator") or _text(",")
    if not isinstance(inner, exp.Order):
        return _call("arrayStringConcat", _call("groupArray", inner.copy()), separator.copy())
    is_down = {bool(ordered.args.get("desc")) for ordered in inner.expressions}
    if len(is_down) != 1:
        raise Misconfigured("string_agg in two directions is not portable", hint="order all keys the same way")
    keys = [ordered.this.copy() for ordered in inner.expressions]
    pairs = _call("groupArray", _call("tuple", *keys, inner.this.copy()))
    ordered = _call("arrayReverseSort" if is_down.pop() else "arraySort", pairs)
    return _call(
        "arrayStringConcat", _call("tupleElement", ordered, exp.Literal.number(len(keys) + 1)), separator.copy()
    )


def _renamed(name: str) -> Callable[[exp.Expression], exp.Expression]:
    return lambda node: _call(name, *filter(None, (node.this, node.args.get("expression"))))


_RULES: list[tuple[type[exp.Expression], Callable[[exp.Expression], exp.Expression]]] = [
    (exp.JSONExtractScalar, lambda node: _json_text(node.this, node.args.get("expression"))),
    (exp.JSONType, lambda node: _json_kind(node.this, node.args.get("expression"))),
    (exp.JSONKeys, _renamed("JSONExtractKeys")),
    (exp.TryCast, _try_number),
    (exp.Cast, _cast),
    (exp.IntDiv, _renamed("intDiv")),  # sqlglot divides as floating point, which loses digits
    (exp.StrPosition, _position),
    (exp.Substring, _substring),
    (exp.TimestampTrunc, _truncated),
    (exp.Anonymous, _anonymous),
    (exp.LogicalOr, _renamed("max")),
    (exp.LogicalAnd, _renamed("min")),
    (exp.Struct, _struct),
    (exp.Lag, _shifted),
    (exp.Lead, _shifted),
    (exp.GroupConcat, _joined_text),
]
