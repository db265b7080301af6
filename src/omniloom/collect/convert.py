"""From a column of a file to values: each distinct value is converted once, however often it stands in the column.

A conversion is a function of one value that returns what it becomes, or raises ``Unfit`` with the reason; the row then
goes to the rejects.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from omniloom.collect.drop import Dropped
from omniloom.collect.field import Field, template_parts
from omniloom.collect.item import cleaned
from omniloom.collect.reception import YEAR_MAX, YEAR_MIN
from omniloom.core.clock import EPOCH
from omniloom.core.errors import Invalid
from omniloom.core.money import exponent_of, to_minor
from omniloom.core.text import clean

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+?[0-9\s().\-/]{5,30}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:\.\d+)?)", re.ASCII)  # 1:02:03 or 2:03
_SPACES = re.compile(r"[ \u00a0\u202f]")
COMMA = ","  # the format of numbers written 1 234,50
_TRUE, _FALSE = frozenset({"true", "t", "yes", "y", "1", "да"}), frozenset({"false", "f", "no", "n", "0", "нет"})
_EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}  # format -> microseconds of one unit
_VALUE_CHARS_MAX = 200  # of a value quoted in a reject


class Unfit(ValueError):
    """A value that its conversion cannot take; the text says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one row's value is refused, and the value as it stands in the file."""

    field: str
    reason: str
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """A field's values, one per row (None: no value), and the problems by row."""

    values: list[Any]
    problems: dict[int, Problem]


def evaluate(field: Field, rows: pa.Table) -> Column:
    """The field's value in every row.

    Cost: one dictionary encoding of each column it reads, and one conversion per distinct value.
    """
    if field.template:
        column = _templated(field, rows)
    elif field.column:
        column = _converted(field, rows.column(field.column))
    else:
        column = _constant(field, rows.num_rows)
    if field.default is not None:
        return Column([field.default if v is None else v for v in column.values], column.problems)
    if field.is_required:
        for row, value in enumerate(column.values):
            if value is None:
                column.problems.setdefault(row, Problem(field.name, "no value", ""))
    return column


def _constant(field: Field, size: int) -> Column:
    try:
        return Column([convert(field.constant, field)] * size, {})
    except Unfit as error:
        problem = Problem(field.name, str(error), str(field.constant)[:_VALUE_CHARS_MAX])
        return Column([None] * size, dict.fromkeys(range(size), problem))


def _converted(field: Field, column: pa.ChunkedArray) -> Column:
    indices, distinct = distinct_values(column)
    converted: list[Any] = []
    unfit: dict[int, Problem] = {}
    for i, value in enumerate(distinct):
        try:
            converted.append(convert(value, field))
        except Unfit as error:
            unfit[i] = Problem(field.name, str(error), str(value)[:_VALUE_CHARS_MAX])
            converted.append(None)
    converted.append(None)  # index -1: the column has no value there
    values = [converted[i] for i in indices]
    problems = {row: unfit[i] for row, i in enumerate(indices) if i in unfit} if unfit else {}
    return Column(values, problems)


def _templated(field: Field, rows: pa.Table) -> Column:
    """Literal texts and columns' texts put together; no value where any column has none."""
    parts: list[list[str | None]] = []
    problems: dict[int, Problem] = {}
    as_text = Field(field.name, nulls=field.nulls, conversion="string")
    for literal, name in template_parts(field.template):
        if literal:
            parts.append([literal] * rows.num_rows)
        if name:
            column = _converted(as_text, rows.column(name))
            parts.append(column.values)
            problems.update(column.problems)
    values = [None if None in row else "".join(row) for row in zip(*parts, strict=True)]
    return Column(values, problems)


def distinct_values(column: pa.ChunkedArray) -> tuple[list[int], list[Any]]:
    """(per row the index of its value, -1 for none; the distinct values)."""
    array = column.combine_chunks()
    if pa.types.is_timestamp(array.type) and array.type.unit == "ns":
        array = pc.cast(array, pa.timestamp("us", array.type.tz), safe=False)
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    indices: list[int] = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).tolist()
    return indices, encoded.dictionary.to_pylist()


def convert(value: Any, field: Field) -> Any:
    """What one value becomes; None for no value. Errors: Unfit says why it cannot."""
    if isinstance(value, str):
        value = value.strip()
        if value in field.nulls:
            return None
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if field.values and (key := plain_text(value)) in field.values:
        value = field.values[key]
    return _CONVERSIONS[field.conversion](value, field)


def _any(value: Any, _field: Field) -> Any:
    if isinstance(value, str):
        return _cleaned(value)
    if isinstance(value, bytes):
        return _cleaned(value.decode("utf-8", "replace"))
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (list, dict)):
        return _bounded(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _string(value: Any, _field: Field) -> str:
    return _cleaned(plain_text(value))


def _lower(value: Any, field: Field) -> str:
    return _string(value, field).lower()


def _number(value: Any, field: Field) -> float | int:
    number = _decimal(value, field)
    return int(number) if number == number.to_integral_value() and abs(number) < 2**63 else float(number)


def _integer(value: Any, field: Field) -> int:
    number = _decimal(value, field)
    if number != number.to_integral_value() or abs(number) >= 2**63:
        raise Unfit("not a whole number")
    return int(number)


def _money(value: Any, field: Field) -> float:
    """Major units, rounded half to even to the minor unit: the nearest float, which converts back exactly."""
    try:
        minor = to_minor(_decimal(value, field), field.currency)
    except Invalid as error:
        raise Unfit("not an amount of money") from error
    if abs(minor) >= 2**53:
        raise Unfit("not an amount of money that a number of JSON holds exactly")
    return float(minor / 10 ** exponent_of(field.currency))


def _timestamp(value: Any, field: Field) -> datetime:
    at = _moment(value, field)
    try:
        at = (at if at.tzinfo is not None else at.replace(tzinfo=field.timezone)).astimezone(UTC)
    except OverflowError as error:
        raise Unfit("not a usable time") from error
    if not YEAR_MIN <= at.year <= YEAR_MAX:
        raise Unfit(f"not between the years {YEAR_MIN} and {YEAR_MAX}")
    return at


def _date(value: Any, field: Field) -> str:
    return _moment(value, field).date().isoformat()


def _moment(value: Any, field: Field) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    try:
        if field.format in _EPOCHS:
            return EPOCH + timedelta(microseconds=int(_decimal(value, field) * _EPOCHS[field.format]))
        if field.format:
            return datetime.strptime(str(value), field.format)  # noqa: DTZ007 - the field's zone is put on it next
        return datetime.fromisoformat(str(value))
    except (ValueError, OverflowError) as error:
        raise Unfit(f"not a time like {field.format or '2026-11-21 12:00:00'}") from error


def _duration(value: Any, field: Field) -> float | int:
    """Seconds, from a number of them or from a clock's reading."""
    match = _CLOCK.fullmatch(str(value).strip())
    if match is None:
        return _number(value, field)
    hours, minutes, seconds = (Decimal(part or 0) for part in match.groups())
    return _number(hours * 3600 + minutes * 60 + seconds, field)


def _boolean(value: Any, _field: Field) -> bool:
    word = plain_text(value).lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Unfit("not true or false")


def _email(value: Any, field: Field) -> str:
    text = _string(value, field).lower()
    if _EMAIL.fullmatch(text) is None:
        raise Unfit("not an e-mail address")
    return text


def _phone(value: Any, field: Field) -> str:
    text = _string(value, field)
    if _PHONE.fullmatch(text) is None:
        raise Unfit("not a telephone number")
    return text


def _json(value: Any, _field: Field) -> Any:
    if not isinstance(value, str):
        return _bounded(value)
    try:
        return _bounded(msgspec.json.decode(value))
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unfit("not valid JSON") from error


_CONVERSIONS: dict[str, Callable[[Any, Field], Any]] = {
    "any": _any, "string": _string, "lower": _lower, "number": _number, "integer": _integer, "money": _money,
    "duration": _duration, "timestamp": _timestamp, "date": _date, "boolean": _boolean, "email": _email,
    "phone": _phone, "json": _json,
}  # fmt: skip


def _cleaned(text: str) -> str:
    try:
        return clean(text, field="the value")
    except Invalid as error:
        raise Unfit(error.message) from error


def _bounded(value: Any) -> Any:
    try:
        return cleaned(msgspec.to_builtins(value), field="value")
    except Dropped as error:
        raise Unfit(error.drop.message) from error


def plain_text(value: Any) -> str:
    """The value as a person would write it: no exponent, no trailing .0, ISO for times."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def _decimal(value: Any, field: Field) -> Decimal:
    """The exact number. A comma is refused unless the field's format is ``,``: 1,234 may mean either of two things."""
    if isinstance(value, Decimal):
        return value
    text = str(value)
    if field.format == COMMA:
        text = _SPACES.sub("", text).replace(".", "!").replace(",", ".")
    if isinstance(value, bool) or _NUMBER.fullmatch(text) is None:
        raise Unfit("not a number" if "," not in text else 'not a number; for a decimal comma write `format: ","`')
    number = Decimal(text)
    if abs(number.adjusted()) > 300:
        raise Unfit("not a number of usual size")
    return number
