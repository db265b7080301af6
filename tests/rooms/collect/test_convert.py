"""Conversions of a mapping: what each value becomes, or why it cannot."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.collect.convert import Column, Unfit, convert, evaluate
from omniloom.collect.field import CONVERSIONS, Field
from omniloom.core.money import to_minor


def field(conversion: str, **more: Any) -> Field:
    return Field("f", column="c", conversion=conversion, **more)


MOSCOW = {"timezone": ZoneInfo("Europe/Moscow")}


@pytest.mark.parametrize(
    ("value", "one", "becomes"),
    [
        ("  x ", field("any"), "x"),
        ("", field("any"), None),
        (float("nan"), field("number"), None),
        (5, field("string"), "5"),
        (5.0, field("string"), "5"),
        ("И\u0306", field("string"), "Й"),
        ("ABC", field("lower"), "abc"),
        ("12.50", field("number"), 12.5),
        ("12", field("number"), 12),
        ("1 234,50", field("number", format=","), 1234.5),
        (3.0, field("integer"), 3),
        ("1.005", field("money"), 1.0),  # a tie goes to the even cent
        ("1.015", field("money"), 1.02),
        (Decimal("9.99"), field("money"), 9.99),
        ("100", field("money", currency="JPY"), 100.0),
        ("1.2345", field("money", currency="KWD"), 1.234),
        ("2026-03-29 03:30:00", field("timestamp", **MOSCOW), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        ("2026-03-29T03:30:00Z", field("timestamp", **MOSCOW), datetime(2026, 3, 29, 3, 30, tzinfo=UTC)),
        ("29.03.2026 03:30", field("timestamp", format="%d.%m.%Y %H:%M"), datetime(2026, 3, 29, 3, 30, tzinfo=UTC)),
        ("1790000000123", field("timestamp", format="epoch_ms"),
         datetime(2026, 9, 21, 14, 13, 20, 123000, tzinfo=UTC)),
        (date(2026, 3, 1), field("timestamp"), datetime(2026, 3, 1, tzinfo=UTC)),
        ("1990-05-01", field("date"), "1990-05-01"),
        ("Да", field("boolean"), True),
        ("0", field("boolean"), False),
        ("Anna@Example.TEST", field("email"), "anna@example.test"),
        ("+7 (916) 000-00-01", field("phone"), "+7 (916) 000-00-01"),
        ('{"a": [1]}', field("json"), {"a": [1]}),
        ("Y", field("boolean", values={"Y": True}), True),
    ],
)  # fmt: skip
def test_a_value_becomes_what_the_mapping_asks_for(value: Any, one: Field, becomes: Any) -> None:
    assert convert(value, one) == becomes


@pytest.mark.parametrize(
    ("value", "one", "reason"),
    [
        ("abc", field("number"), "not a number"),
        ("1,234", field("money"), 'format: ","'),
        ("1.234,5", field("money", format=","), "not a number"),
        ("1_000", field("integer"), "not a number"),
        ("١٢", field("integer"), "not a number"),
        ("NaN", field("number"), "not a number"),
        ("1e999", field("number"), "usual size"),
        ("1.5", field("integer"), "not a whole number"),
        ("1e17", field("money"), "amount of money"),
        (True, field("number"), "not a number"),
        ("soon", field("timestamp"), "not a time"),
        ("31.02.2026", field("timestamp", format="%d.%m.%Y"), "not a time like %d.%m.%Y"),
        ("1899-12-31", field("timestamp"), "between the years"),
        ("perhaps", field("boolean"), "not true or false"),
        ("anna", field("email"), "not an e-mail"),
        ("call me", field("phone"), "not a telephone"),
        ("{", field("json"), "not valid JSON"),
        ("a\x00b", field("string"), "NUL"),
    ],
)
def test_a_value_that_does_not_fit_says_why(value: Any, one: Field, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        convert(value, one)


@given(st.decimals("-1e9", "1e9", places=2), st.sampled_from(["text", "float", "decimal"]))
def test_money_never_loses_a_cent(amount: Decimal, written: str) -> None:
    value: Any = {"text": str(amount), "float": float(amount), "decimal": amount}[written]
    assert to_minor(convert(value, field("money")), "USD") == int(amount.scaleb(2))


@given(
    st.sampled_from(CONVERSIONS),
    st.lists(st.none() | st.text(max_size=8) | st.sampled_from(["1", "2.5", "2026-01-01", "a@b.c", "true"])),
)
def test_a_column_is_converted_as_its_values_one_by_one(conversion: str, values: list[str | None]) -> None:
    one = field(conversion)
    column = evaluate(one, pa.table({"c": pa.array(values, pa.string())}))
    for row, value in enumerate(values):
        assert (column.values[row], _reason(column, row)) == _one_by_one(value, one)


def _reason(column: Column, row: int) -> str:
    return column.problems[row].reason if row in column.problems else ""


def _one_by_one(value: str | None, one: Field) -> tuple[Any, str]:
    try:
        return None if value is None else convert(value, one), ""
    except Unfit as error:
        return None, str(error)


def test_a_template_has_no_value_where_a_column_has_none() -> None:
    rows = pa.table({"a": [1, None], "b": ["x", "y"]})
    column = evaluate(Field("id", template="o-{a}-{b}", is_required=True), rows)
    assert column.values == ["o-1-x", None]
    assert column.problems[1].reason == "no value"
