"""A mapping file says how rows of a file become events, products or costs. docs/guide/importing.md describes it.

Everything is checked when it is read: a field that nobody knows is an error with the nearest known name, never
ignored.
"""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from omniloom.collect.field import CONVERSIONS, FILE, ROW, Defaults, Field, checked, read_field, text_of, unknown, zone
from omniloom.collect.reception import TYPES
from omniloom.core.errors import Invalid

TARGETS = ("events", "products", "costs")
_KEYS = ("target", "source", "format", "timezone", "currency", "nulls", "csv", "lookup", "group_by", "event", "columns")
EVENT_KEYS = (
    "type", "name", "id", "occurred_at", "identifiers", "traits", "properties", "context", "group_id", "previous_id",
    "lines", "lines_into",
)  # fmt: skip
_CSV_KEYS = ("delimiter", "quote", "encoding")
_LOOKUP_KEYS = ("path", "on", "format")
# What a row of a target holds: column -> its conversion; the first are required.
_COLUMNS = {
    "products": {"product_id": "string", "name": "string", "category": "string", "department": "string",
                 "brand": "string"},
    "costs": {"day": "date", "cost": "money", "campaign_id": "string", "channel": "string", "ad_group": "string",
              "keyword": "string", "currency": "string", "impressions": "integer", "clicks": "integer"},
}  # fmt: skip
_REQUIRED = {"products": ("product_id",), "costs": ("day", "cost")}
_FREE = {"products": "properties"}  # a target whose rows take further values, in one table


class _Yaml(yaml.SafeLoader):
    """YAML where only true and false are truth values: ``on`` is a word here, as in YAML 1.2."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML declares it so
        begin: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or begin in "tTfF"]
        for begin, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True, slots=True)
class CsvShape:
    """How a CSV file is written."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A file beside the data whose columns join each row as ``<name>.<column>``; ``on``: row's column -> its."""

    name: str
    path: str
    on: Table[str, str]
    format: str = ""


@dataclass(frozen=True, slots=True)
class EventMapping:
    """How a row, or a group of rows, becomes an event."""

    type: Field
    name: Field | None
    id: Field
    occurred_at: Field
    identifiers: tuple[Field, ...]
    traits: tuple[Field, ...]
    properties: tuple[Field, ...]
    context: tuple[Field, ...]
    group_id: Field | None
    previous_id: Field | None
    lines: tuple[Field, ...]
    lines_into: str

    def heads(self) -> list[Field]:
        """Every field but those of lines and sums: one value per event."""
        single = [self.type, self.id, self.occurred_at, self.name, self.group_id, self.previous_id]
        several = (*self.identifiers, *self.traits, *self.properties, *self.context)
        return [head for head in (*single, *several) if head is not None and not head.sum]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, checked. ``event`` is set for target events, ``columns`` for the others."""

    name: str
    target: str
    source: str
    format: str = ""
    csv: CsvShape = CsvShape()
    lookups: tuple[Lookup, ...] = ()
    group_by: str = ""
    event: EventMapping | None = None
    columns: tuple[Field, ...] = field(default=())

    def fields(self) -> list[Field]:
        """Every field."""
        return [*self.event.heads(), *self.event.lines] if self.event else list(self.columns)

    def columns_read(self) -> list[str]:
        """The columns of the data files it needs, each once."""
        names = [name for one in self.fields() for name in one.columns()]
        names += [self.group_by] if self.group_by else []
        names += [key for lookup in self.lookups for key in lookup.on]
        prefixes = tuple(f"{lookup.name}." for lookup in self.lookups)
        own = [name for name in names if name not in (ROW, FILE) and not (prefixes and name.startswith(prefixes))]
        return list(dict.fromkeys(own))

    def lookup_columns(self, lookup: Lookup) -> list[str]:
        """The columns of one lookup that fields use, without its prefix."""
        prefix = f"{lookup.name}."
        names = [name for one in self.fields() for name in one.columns() if name.startswith(prefix)]
        return list(dict.fromkeys(name.removeprefix(prefix) for name in names))


def read_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Errors: Invalid names the field that is wrong and what it may be."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Invalid(f"cannot read {path}: {error.strerror}", hint="give the path of a mapping file") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"{path.name} is not valid YAML: {error}", hint="correct the file") from error
    return parse_mapping(decode_yaml(text, path.name), name=path.stem)


def decode_yaml(text: str, name: str) -> Any:
    """The value of a YAML (or JSON) text. Errors: Invalid says where it breaks."""
    try:
        return yaml.load(text, Loader=_Yaml)  # noqa: S506 - a safe loader, see above
    except (yaml.YAMLError, RecursionError) as error:
        raise Invalid(f"{name} is not valid YAML: {error}", hint="correct the file") from error


def parse_mapping(node: Any, *, name: str) -> Mapping:
    """The mapping of a decoded file. Errors: as ``read_mapping``."""
    table = checked(node, name, _KEYS)
    target = text_of(table, "target", name)
    if target not in TARGETS:
        raise unknown(target, f"{name}.target", TARGETS)
    defaults = Defaults(
        timezone=zone(table.get("timezone", "UTC"), "timezone").key,
        currency=text_of(table, "currency", name),
        nulls=frozenset(str(null) for null in table.get("nulls") or [""]),
    )
    lookups = tuple(_lookup(key, value) for key, value in checked(table.get("lookup", {}), "lookup", None).items())
    event = _event(table, defaults) if target == "events" else None
    columns = () if event else _columns(table, target, defaults)
    return Mapping(
        name=name,
        target=target,
        source=text_of(table, "source", name) or name,
        format=text_of(table, "format", name),
        csv=CsvShape(**{key: str(value) for key, value in checked(table.get("csv", {}), "csv", _CSV_KEYS).items()}),
        lookups=lookups,
        group_by=text_of(table, "group_by", name),
        event=event,
        columns=columns,
    )


def _lookup(name: str, node: Any) -> Lookup:
    table = checked(node, f"lookup.{name}", _LOOKUP_KEYS)
    on = checked(table.get("on", {}), f"lookup.{name}.on", None)
    path = text_of(table, "path", f"lookup.{name}")
    if not path or not on:
        raise Invalid(
            f"lookup.{name} needs path and on", hint="on: {column of the rows: column of the file}",
            field=f"lookup.{name}",
        )  # fmt: skip
    keys = {key: str(value) for key, value in on.items()}
    return Lookup(name, path, keys, text_of(table, "format", f"lookup.{name}"))


def _event(table: dict[str, Any], defaults: Defaults) -> EventMapping:
    if "columns" in table:
        raise Invalid("columns is for products and costs", hint="describe events under `event`", field="columns")
    event = read_event(checked(table.get("event"), "event", EVENT_KEYS), defaults)
    if table.get("group_by") and not event.lines:
        raise Invalid("group_by needs event.lines", hint="say what each row of the group becomes", field="event.lines")
    return event


def read_event(node: dict[str, Any], defaults: Defaults) -> EventMapping:
    """What a checked table of ``EVENT_KEYS`` says of an event. Errors: Invalid names the part that is wrong."""
    for key in ("id", "occurred_at"):
        if key not in node:
            raise Invalid(
                f"event.{key} is missing",
                hint="id: a template that names the row for ever; occurred_at: the column of its time",
                field=f"event.{key}",
            )
    identifiers = _fields(node, "identifiers", defaults, conversion="string")
    if not identifiers:
        raise Invalid("event.identifiers is missing", hint="name at least one, such as user_id", field="event")
    event = EventMapping(
        type=_type(node, defaults),
        name=_single(node, "name", defaults, constant=True),
        id=_id(node["id"], defaults),
        occurred_at=read_field(
            node["occurred_at"], "event.occurred_at", defaults, conversion="timestamp", is_required=True
        ),
        identifiers=identifiers,
        traits=_fields(node, "traits", defaults),
        properties=_fields(node, "properties", defaults),
        context=_fields(node, "context", defaults),
        group_id=_single(node, "group_id", defaults),
        previous_id=_single(node, "previous_id", defaults),
        lines=_fields(node, "lines", defaults),
        lines_into=text_of(node, "lines_into", "event") or "products",
    )
    _check_event(event)
    return event


def _check_event(event: EventMapping) -> None:
    if event.type.constant == "track" and event.name is None:
        raise Invalid("event.name is missing", hint='name what happened, such as "Order Completed"', field="event.name")
    lines = {_leaf(line): line for line in event.lines}
    for prop in event.properties:
        if prop.sum and prop.sum not in lines:
            raise unknown(prop.sum, f"{prop.name}.sum", lines)
        if prop.sum and lines[prop.sum].conversion not in ("money", "integer", "number"):
            raise Invalid(
                f"{prop.name}.sum: {prop.sum} is not a number", hint=f"write `as: money` at lines.{prop.sum}",
                field=prop.name,
            )  # fmt: skip
    for head in (event.id, event.occurred_at, *event.identifiers, *event.traits, *event.lines, *event.context):
        if head.sum:
            raise Invalid(f"{head.name}: only a property may be a sum", hint="move it to properties", field=head.name)


def _type(node: dict[str, Any], defaults: Defaults) -> Field:
    given = node.get("type", "track")
    if isinstance(given, str):
        if given not in TYPES:
            raise unknown(given, "event.type", TYPES)
        given = {"constant": given}
    return read_field(given, "event.type", defaults, is_required=True)


def _id(node: Any, defaults: Defaults) -> Field:
    return read_field(
        {"template": node} if isinstance(node, str) else node,
        "event.id", defaults, conversion="string", is_required=True,
    )  # fmt: skip


def _single(node: dict[str, Any], key: str, defaults: Defaults, *, constant: bool = False) -> Field | None:
    """An optional text field; where ``constant``, plain text stands for itself and not for a column."""
    if key not in node:
        return None
    given = {"constant": node[key]} if constant and isinstance(node[key], str) else node[key]
    return read_field(given, f"event.{key}", defaults, conversion="string")


def _fields(node: dict[str, Any], key: str, defaults: Defaults, **fixed: Any) -> tuple[Field, ...]:
    table = checked(node.get(key, {}), f"event.{key}", None)
    return tuple(read_field(value, f"event.{key}.{name}", defaults, **fixed) for name, value in table.items())


def _columns(table: dict[str, Any], target: str, defaults: Defaults) -> tuple[Field, ...]:
    for key in ("event", "group_by"):
        if key in table:
            raise Invalid(f"{key} is for events", hint=f"describe {target} under `columns`", field=key)
    conversions = _COLUMNS[target]
    free = _FREE.get(target)
    node = checked(table.get("columns"), "columns", (*conversions, free) if free else conversions)
    for name in _REQUIRED[target]:
        if name not in node:
            raise Invalid(f"columns.{name} is missing", hint=f"{target} need it", field=f"columns.{name}")
    fields = [
        read_field(node[name], f"columns.{name}", defaults, conversion=conversion,
                   is_required=name in _REQUIRED[target])
        for name, conversion in conversions.items() if name in node
    ]  # fmt: skip
    others = checked(node.get(free, {}), f"columns.{free}", None) if free else {}
    if taken := set(others) & set(conversions):
        raise Invalid(
            f"columns.{free}.{min(taken)} is a column already", hint=f"move it out of {free}", field="columns"
        )
    fields += [read_field(value, f"columns.{free}.{name}", defaults) for name, value in others.items()]
    return tuple(fields)


def _leaf(one: Field) -> str:
    return one.name.split(".", 2)[-1]


__all__ = ["CONVERSIONS", "Mapping", "parse_mapping", "read_mapping"]
