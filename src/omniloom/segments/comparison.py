"""Comparisons as SQL: the column an operator meets, of a trait, an event or a product, and its bound arguments.

JSON properties are read by pointers that are parameters themselves, so a field's name never enters SQL text.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlglot import exp

from omniloom.core.money import currencies_with
from omniloom.core.text import folded
from omniloom.segments.definition import Filter, Test
from omniloom.segments.operator import Kind, Takes, known_operators
from omniloom.segments.window import point

HOT_COLUMNS = ("channel", "campaign_id", "order_id", "currency")
CONFIDENCE = "confidence"  # how surely the event is its person's, 0 to 4 (identity.Level); never a property
EVENT = "h"
LINE = "i"
PRODUCT = "p"
_DAY_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DAY_CHARS = 10


class Params:
    """The values of one query's placeholders, in order of appearance."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.values: dict[str, Any] = {}

    def bind(self, value: Any) -> exp.Placeholder:
        """A placeholder that stands for ``value``."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return exp.Placeholder(this=name)


def comparison(test: Test, column: exp.Expr, params: Params, *, is_folded: bool) -> exp.Expr:
    """One test of a column that is already of the test's kind."""
    operator = known_operators()[test.operator]
    argument = prepared(test, params.now, is_folded=is_folded)
    if operator.takes is Takes.PAIR:
        return operator.sql(column, *(params.bind(value) for value in argument))
    return operator.sql(column, params.bind(list(argument) if operator.takes is Takes.MANY else argument))


def prepared(test: Test, now: datetime, *, is_folded: bool) -> Any:
    """The argument as the operator meets it: folded text where values are folded, days as ISO text."""
    if isinstance(test.argument, tuple):
        return tuple(_prepared(value, test.kind, now, is_folded) for value in test.argument)
    return _prepared(test.argument, test.kind, now, is_folded)


def _prepared(value: Any, kind: Kind, now: datetime, is_folded: bool) -> Any:  # noqa: FBT001 - the two callers above
    if kind is Kind.DATE:
        return point(value, now).date().isoformat()
    return folded(value) if kind is Kind.TEXT and is_folded else value


def trait_column(kind: Kind) -> exp.Expr:
    """The column of ``profiles_trait_current`` that holds a kind."""
    match kind:
        case Kind.TEXT:
            return exp.column("folded")
        case Kind.NUMBER:
            return exp.column("number")
        case Kind.DATE:
            return _day(exp.column("text"))
        case Kind.PRESENCE:
            return exp.column("value")


def event_filter(part: Filter, params: Params) -> list[exp.Expr]:
    """The tests of one field of an event: a hot column, the revenue, the confidence, or a JSON property."""
    columns = _event_columns(part.field, params)
    return [comparison(test, columns(test.kind), params, is_folded=False) for test in part.tests]


def _event_columns(field: str, params: Params) -> Callable[[Kind], exp.Expr]:
    if field == "revenue":
        return lambda kind: (
            major_units(exp.column("revenue_minor", EVENT), params)
            if kind is Kind.NUMBER
            else _text(exp.column("revenue_minor", EVENT))
        )
    if field == CONFIDENCE:
        return lambda kind: (
            exp.Cast(this=exp.column(CONFIDENCE, EVENT), to=exp.DataType(this=exp.DataType.Type.DOUBLE))
            if kind is Kind.NUMBER
            else _text(exp.column(CONFIDENCE, EVENT))
        )
    if field in HOT_COLUMNS:
        return lambda kind: _of_text(exp.column(field, EVENT), kind)
    return lambda kind: (
        property_number(field, params) if kind is Kind.NUMBER else _of_text(property_text(field, params), kind)
    )


def product_column(field: str, kind: Kind) -> exp.Expr:
    """The catalogue's column for a product field."""
    return _of_text(exp.column("product_id" if field == "id" else field, PRODUCT), kind)


def property_text(name: str, params: Params, table: str = EVENT) -> exp.Expr:
    """A JSON property as text; NULL if it is missing or null."""
    return exp.Anonymous(
        this="json_extract_string", expressions=[exp.column("properties", table), params.bind(pointer(name))]
    )


def purpose_said(params: Params, *, or_else: str) -> exp.Expr:
    """What a word about consent is for, in small letters, as the ledger of consents reads it."""
    told = exp.Lower(this=exp.Trim(this=property_text("purpose", params)))
    return exp.Coalesce(this=exp.Nullif(this=told, expression=params.bind("")), expressions=[params.bind(or_else)])


def is_towards_us(params: Params) -> exp.Expr:
    """Whether a word about consent is said to our own company: one to another advertiser is about theirs alone."""
    named = exp.Coalesce(this=property_text("advertiser", params), expressions=[params.bind("")])
    return exp.EQ(this=named, expression=params.bind(""))


def property_number(name: str, params: Params) -> exp.Expr:
    """A JSON property as a number; NULL for anything that is not a JSON number."""
    kind = exp.Anonymous(this="json_type", expressions=[exp.column("properties", EVENT), params.bind(pointer(name))])
    is_text = exp.EQ(this=kind, expression=exp.Literal.string("VARCHAR"))
    return exp.case().when(is_text, exp.Null()).else_(_number(property_text(name, params)))


def pointer(name: str) -> str:
    """The JSON pointer of a top-level property. Source: RFC 6901."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def major_units(amount_minor: exp.Expr, params: Params) -> exp.Expr:
    """An amount in the currency's main unit, for comparing; never for adding up."""
    currency = exp.column("currency", EVENT)
    scale = (
        exp.case()
        .when(exp.In(this=currency, expressions=[params.bind(currencies_with(0))]), exp.Literal.number(1))
        .when(exp.In(this=currency.copy(), expressions=[params.bind(currencies_with(3))]), exp.Literal.number(1000))
        .else_(exp.Literal.number(100))
    )
    return exp.Div(this=amount_minor, expression=scale)


def _of_text(column: exp.Expr, kind: Kind) -> exp.Expr:
    match kind:
        case Kind.NUMBER:
            return _number(column)
        case Kind.DATE:
            return _day(column)
        case _:
            return column


def _number(column: exp.Expr) -> exp.Expr:
    return exp.TryCast(this=column, to=exp.DataType(this=exp.DataType.Type.DOUBLE))


def _text(column: exp.Expr) -> exp.Expr:
    return exp.Cast(this=column, to=exp.DataType(this=exp.DataType.Type.VARCHAR))


def _day(column: exp.Expr) -> exp.Expr:
    """The day a text begins with, as text; NULL if it does not begin with one."""
    looks_like_one = exp.RegexpLike(this=column, expression=exp.Literal.string(_DAY_PATTERN))
    first = exp.Substring(this=column.copy(), start=exp.Literal.number(1), length=exp.Literal.number(_DAY_CHARS))
    return exp.case().when(looks_like_one, first)
