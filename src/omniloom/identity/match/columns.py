"""What the columns of a table mean, by their names (Russian and English), by their content where the name is silent."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from omniloom.core.errors import Invalid
from omniloom.core.registry import variants
from omniloom.identity.match import fields
from omniloom.identity.match.field import Field

IGNORED = "ignore"
SAMPLE_ROWS = 2_000
SURE = 0.6
_SETTLED_BY_CONTENT = frozenset(("full_name", "text", "birth_date"))  # their names are used for other things too
IDENTITY_FIELDS_ENOUGH = 3  # with so many, a column of unknown meaning adds chance rather than knowledge

FIELDS: dict[str, Field] = variants(fields, "FIELD", Field)

_CAMEL = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])")
_APART = re.compile(r"[^0-9a-zа-яё]+")
_NOTHING = re.compile(
    r"(?:.* )?(?:id|ids|uuid|guid|key|cluster|cluster id|label|labels|index|idx|row|rownum|row number|source|"
    r"source dataset|dataset|entity|entity id|group|group id|truth|match|is match|created|created at|updated|"
    r"updated at|timestamp|"
    r"modified|registered at|registration date|дата регистрации|дата создания|дата изменения|создан|обновлен|ид|номер "
    r"строки|код|unnamed|url|link|image|score|duplicate|duplicates|duplicate of|is duplicate|original|golden)(?: \d+)?"
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One column and the field it is."""

    column: str
    field: str


def words_of(header: str) -> str:
    """A column's name in small letters, its words apart by one space, a number behind it left out."""
    plain = _APART.sub(" ", _CAMEL.sub(" ", header).casefold().replace("ё", "е")).strip()
    return re.sub(r"(?<=[a-zа-я])[ ]?\d+$", "", plain)


@functools.cache
def _headers() -> dict[str, str]:
    found = {words_of(header): name for name, field in FIELDS.items() for header in field.headers}
    return found | {header.replace(" ", ""): name for header, name in found.items()}


def by_name(header: str) -> str:
    """The field that a column's name tells; "" if it tells none, "ignore" if it tells that the column says nothing."""
    words, known = words_of(header), _headers()
    if words in known:
        return known[words]
    parts = words.split()
    for length in range(len(parts), 0, -1):  # the end says more than the beginning: "billing city", "client first name"
        for start in range(len(parts) - length, -1, -1):
            phrase = " ".join(parts[start : start + length])
            if phrase in known and (length > 1 or len(phrase) > 2) and not _NOTHING.fullmatch(words):
                return known[phrase]
    return IGNORED if not words or _NOTHING.fullmatch(words) else ""


def guess(table: pa.Table, id_column: str, given: Mapping[str, str] | None = None) -> list[Meaning]:
    """What each column but the id means; ``given`` (column -> field) decides where it speaks.

    Errors: Invalid if ``given`` names a column or a field that there is not.
    """
    given = dict(given or {})
    _check(given, table.column_names)
    found: dict[str, str] = {}
    for column in table.column_names:
        if column == id_column:
            continue
        found[column] = given.get(column) or _meant(by_name(column), table[column])
    found = _in_company(found, given)
    chosen = [Meaning(column, field) for column, field in found.items() if field != IGNORED]
    known = {meaning.field for meaning in chosen if FIELDS[meaning.field].is_identity}
    if len(known) < IDENTITY_FIELDS_ENOUGH:
        return [m for m in chosen if m.column in given or FIELDS[m.field].is_identity or _tells(table[m.column])]
    return [m for m in chosen if m.column in given or FIELDS[m.field].is_identity]


def _check(given: Mapping[str, str], columns: Sequence[str]) -> None:
    for column, field in given.items():
        if column not in columns:
            raise Invalid(
                f"the map names a column {column!r} that the table has not",
                hint=f"the columns are {', '.join(columns)}", column=column,
            )  # fmt: skip
        if field != IGNORED and field not in FIELDS:
            raise Invalid(
                f"the map calls column {column!r} a {field!r}, which is no field",
                hint=f"say one of {', '.join([*sorted(FIELDS), IGNORED])}", column=column,
            )  # fmt: skip


def _sample(column: pa.ChunkedArray) -> list[str]:
    """Some values of a column, from all over it."""
    step = max(1, len(column) // (2 * SAMPLE_ROWS))
    picked = column.take(pa.array(range(0, len(column), step))) if step > 1 else column
    return [value for value in picked.to_pylist() if value is not None and value.strip()][:SAMPLE_ROWS]


def _meant(told: str, column: pa.ChunkedArray) -> str:
    """What a column's name told, settled by its content where it tells nothing or several things."""
    if told and told not in _SETTLED_BY_CONTENT:
        return told
    values = _sample(column)
    return _settled(told, values) or _by_content(values)


def _settled(field: str, values: Sequence[str]) -> str:
    if field == "full_name" and values and FIELDS["full_name"].looks_like(values) < 0.25:
        if FIELDS["organisation"].looks_like(values) > 0.15:
            return "organisation"
        words = sum(len(value.split()) for value in values) / len(values)
        return "given_name" if words < 1.2 and FIELDS["given_name"].looks_like(values) > 0.3 else "text"
    if field == "text" and values and FIELDS["sex"].looks_like(values) > 0.8:
        return IGNORED  # Mr, Mrs
    if field == "birth_date" and values and max(map(len, values)) <= 3:
        return "number"  # an age
    return field


def _by_content(values: Sequence[str]) -> str:
    if not values:
        return IGNORED
    for name, field in sorted(FIELDS.items(), key=lambda entry: entry[1].rank):
        sure = 0.35 if name == "given_name" else SURE
        if field.looks_like(values) >= sure:
            return name
    words = sum(len(value.split()) for value in values) / len(values)
    return "text" if words >= 2 else "code"


def _in_company(found: dict[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """What one column means beside the others: a whole name is not needed beside its parts, and the like."""
    fields_found = set(found.values())
    if {"given_name", "surname"} <= fields_found:
        found = {c: IGNORED if f == "full_name" and c not in given else f for c, f in found.items()}
    seen: set[str] = set()
    for column, field in found.items():
        if field in {"birth_date", "sex", "given_name", "surname", "patronymic", "full_name"} and column not in given:
            found[column] = IGNORED if field in seen else field
        seen.add(field)
    return found


def _tells(column: pa.ChunkedArray) -> bool:
    """Whether a column of unknown meaning may tell two records apart: not one value, not a running number."""
    distinct = pc.count_distinct(column).as_py()
    filled = len(column) - column.null_count
    if distinct <= 1:
        return False
    is_running = distinct == filled and all(value.isdigit() for value in _sample(column)[:200])
    return not is_running
