"""One value of a mapping: where it comes from in a row, and what it becomes.

Written in a mapping as a column's name, or as a table with exactly one of ``column``, ``template``, ``constant`` and
``sum``.
"""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from omniloom.core.errors import Invalid

CONVERSIONS = (
    "any", "string", "lower", "number", "integer", "money", "duration", "timestamp", "date", "boolean", "email",
    "phone", "json",
)  # fmt: skip
ROW, FILE = "_row", "_file"  # columns every row has: its number in its file, and the file's name
FAULT = "_fault"  # and why the row could not be read, where it could not
_SOURCES = ("column", "template", "constant", "sum")
_KEYS = (*_SOURCES, "as", "format", "timezone", "currency", "required", "default", "values")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a mapping says for all its fields."""

    timezone: str = "UTC"
    currency: str = ""
    nulls: frozenset[str] = frozenset({""})


@dataclass(frozen=True, slots=True)
class Field:
    """One value: ``name`` is its path in the mapping; one of column, template, constant and sum is set."""

    name: str
    column: str = ""
    template: str = ""
    constant: Any = None
    sum: str = ""
    conversion: str = "any"
    format: str = ""
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    currency: str = ""
    is_required: bool = False
    default: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    nulls: frozenset[str] = frozenset({""})

    def columns(self) -> list[str]:
        """The columns it reads."""
        if self.column:
            return [self.column]
        return [name for _, name in template_parts(self.template) if name]


def template_parts(template: str) -> list[tuple[str, str]]:
    """(literal text, column after it) of a template such as ``order-{basket_id}``."""
    return [(literal, name or "") for literal, name, _, _ in string.Formatter().parse(template)]


def read_field(node: Any, name: str, defaults: Defaults, **fixed: Any) -> Field:
    """The field a mapping's node stands for. ``fixed`` are what the place in the mapping implies (as, required).

    Errors: Invalid names the part that is wrong.
    """
    if isinstance(node, str):
        node = {"column": node}
    table = checked(node, name, _KEYS)
    given = [key for key in _SOURCES if key in table]
    if len(given) != 1:
        raise Invalid(
            f"{name} needs exactly one of {', '.join(_SOURCES)}", hint="name a column, such as `column: id`", field=name
        )
    conversion = str(table.get("as", fixed.get("conversion", "any")))
    if conversion not in CONVERSIONS:
        raise unknown(conversion, f"{name}.as", CONVERSIONS)
    return Field(
        name=name,
        column=text_of(table, "column", name),
        template=_template(table, name),
        constant=table.get("constant"),
        sum=text_of(table, "sum", name),
        conversion=conversion,
        format=text_of(table, "format", name),
        timezone=zone(table.get("timezone", defaults.timezone), f"{name}.timezone"),
        currency=str(table.get("currency", defaults.currency)),
        is_required=bool(table.get("required", fixed.get("is_required", False))),
        default=table.get("default"),
        values={str(key): value for key, value in checked(table.get("values", {}), f"{name}.values", None).items()},
        nulls=defaults.nulls,
    )


def checked(node: Any, name: str, keys: Iterable[str] | None) -> dict[str, Any]:
    """The node if it is a table of known keys (any keys with None). Errors: Invalid names an unknown one."""
    if not isinstance(node, dict):
        raise Invalid(f"{name} should be a table of keys, not {node!r}", hint="see docs/guide/importing.md", field=name)
    table = {str(key): value for key, value in node.items()}
    if keys is not None:
        for key in table:
            if key not in keys:
                raise unknown(key, name, keys)
    return table


def unknown(word: str, name: str, known: Iterable[str]) -> Invalid:
    """The error for a word that is not one of the known."""
    words = list(known)
    near = get_close_matches(word, words, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(words)}"
    return Invalid(f"{name}: unknown field {word!r}", hint=hint, field=f"{name}.{word}")


def text_of(table: dict[str, Any], key: str, name: str) -> str:
    """A text of a table, empty if absent. Errors: Invalid for anything else."""
    value = table.get(key, "")
    if not isinstance(value, str):
        raise Invalid(f"{name}.{key} should be text, not {value!r}", hint="put it in quotes", field=f"{name}.{key}")
    return value


def zone(name: Any, field_name: str) -> ZoneInfo:
    """The time zone of that name. Errors: Invalid if there is none."""
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            f"{field_name}: there is no time zone {name!r}", hint="use an IANA name, such as Europe/Moscow",
            field=field_name,
        ) from error  # fmt: skip


def _template(table: dict[str, Any], name: str) -> str:
    template = text_of(table, "template", name)
    try:
        template_parts(template)
    except ValueError as error:
        raise Invalid(f"{name}.template: {error}", hint="write columns as {column}", field=name) from error
    return template
