"""A tracking plan: which events a source sends, who owns them, which fields they have, and what happens otherwise.

One definition for files (YAML or JSON), the API and the editor; ``docs/guide/tracking-plan.md`` explains it by example.
Values are held by kinds, lists of allowed values and bounds, never by patterns: what a plan costs an event is bounded.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Literal

import msgspec
import yaml

from omniloom.collect.drop import Dropped
from omniloom.collect.item import cleaned
from omniloom.core.errors import Invalid
from omniloom.core.event import EventType

EVENTS_MAX = 1_000
FIELDS_MAX = 500
VALUES_MAX = 500
NAME_CHARS_MAX = 200
TEXT_CHARS_MAX = 2_000
PLAN_BYTES_MAX = 1 << 20
ANY_NAME = "*"
NAMED: tuple[EventType, ...] = ("track", "page", "screen")

_PATH = re.compile(r"(properties|traits|context|identifiers)(\.[^.\[\]\x00]{1,100}(\[\]){0,2}){1,8}")
_PLACE = re.compile(r"(?P<what>.*) - at `\$(?P<path>.*)`", re.DOTALL)


class FieldType(StrEnum):
    """What a field holds. ``money`` is a number or decimal text, ``instant`` ISO 8601 text."""

    ANY = "any"
    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    MONEY = "money"
    LIST = "list"
    OBJECT = "object"


class Pii(StrEnum):
    """What a field says about a person: it decides how samples show it."""

    NONE = "none"
    IDENTIFIER = "identifier"  # a number or name by which somebody is known: shown in part
    CONTACT = "contact"  # an address or telephone number: shown in part
    SENSITIVE = "sensitive"  # never shown


class Action(StrEnum):
    """What becomes of an event that does not fit: taken, taken and flagged, or kept aside as a dead letter."""

    ALLOW = "allow"
    WARN = "warn"
    QUARANTINE = "quarantine"


OnViolation = Literal[Action.WARN, Action.QUARANTINE]


class _Part(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a definition: unknown fields are refused, so that a misspelt one is seen."""


class PlannedField(_Part):
    """One field of an event: ``path`` begins with properties, traits, context or identifiers; ``[]`` is each element.

    ``min`` and ``max`` bound numbers and money, ``min_length`` and ``max_length`` texts and lists.
    """

    path: str
    type: FieldType = FieldType.ANY
    required: bool = False
    values: list[str | int | float | bool] = []
    min: int | float | None = None
    max: int | float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pii: Pii = Pii.NONE
    description: str = ""
    on_violation: Action | None = None


class PlannedEvent(_Part):
    """One kind of event. A page or screen call named ``*`` is any of them; identify, group and alias have no name."""

    name: str = ""
    type: EventType = "track"
    owner: str = ""
    description: str = ""
    on_violation: Action | None = None
    unplanned_fields: Action | None = None
    fields: list[PlannedField] = []

    def key(self) -> tuple[str, str]:
        """(type, name)."""
        return self.type, self.name


class Plan(_Part):
    """All that is planned of some sources (names or ids; none: of every source that no other plan names)."""

    name: str
    sources: list[str] = []
    owner: str = ""
    description: str = ""
    on_violation: Action = Action.WARN
    unplanned_events: Action = Action.WARN
    unplanned_fields: Action = Action.ALLOW
    events: list[PlannedEvent] = []


PLAN_SCHEMA: dict[str, Any] = msgspec.json.schema(Plan)
"""The definition as JSON Schema, for editors."""


class _Loader(yaml.SafeLoader):
    """YAML without aliases: a few lines of them would stand for any amount of data."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """The next node. Errors: YAMLError for an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken: write the value out")
        return super().compose_node(parent, index)


def parse_plan(definition: dict[str, Any] | str) -> Plan:
    """The plan of values, YAML or JSON. Errors: Invalid whose ``path`` fact is the place, such as events[0].type."""
    raw = _read(definition) if isinstance(definition, str) else definition
    try:
        plan = msgspec.convert(cleaned(raw), Plan)
    except Dropped as dropped:
        raise _wrong(dropped.drop.field, dropped.drop.message, "see docs/guide/tracking-plan.md") from dropped
    except msgspec.ValidationError as error:
        match = _PLACE.match(str(error))
        path = match["path"].lstrip(".") if match else ""
        what = (match["what"] if match else str(error)).replace("`", "")
        raise _wrong(path, what, "see docs/guide/tracking-plan.md") from error
    _check_plan(plan)
    return plan


def plan_yaml(plan: Plan) -> str:
    """The plan as YAML that ``parse_plan`` reads."""
    return yaml.safe_dump(msgspec.to_builtins(plan), sort_keys=False, allow_unicode=True, width=110)


def _read(text: str) -> Any:
    if len(text.encode("utf-8", "surrogatepass")) > PLAN_BYTES_MAX:
        raise Invalid("the plan is over 1 MB", hint="split it by source")
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader, made stricter
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Invalid(f"the plan is not YAML or JSON: {error}", hint="see docs/guide/tracking-plan.md") from error


def _check_plan(plan: Plan) -> None:
    _check_words(plan.name, "name", is_needed=True)
    for name in ("owner", "description"):
        _check_words(getattr(plan, name), name, chars_max=TEXT_CHARS_MAX)
    _check_on_violation(plan.on_violation, "on_violation")
    if len(plan.events) > EVENTS_MAX:
        raise _wrong("events", f"holds {len(plan.events)} events", f"at most {EVENTS_MAX}; plan by source")
    seen: set[tuple[str, str]] = set()
    for i, event in enumerate(plan.events):
        path = f"events[{i}]"
        _check_event(event, path)
        if event.key() in seen:
            raise _wrong(path, f"{event.type} {event.name} is planned twice", "keep one")
        seen.add(event.key())


def _check_event(event: PlannedEvent, path: str) -> None:
    if event.type in NAMED:
        event.name = event.name.strip() or (ANY_NAME if event.type != "track" else "")
        _check_words(event.name, f"{path}.name", is_needed=True)
    elif event.name:
        raise _wrong(f"{path}.name", f"{event.type} calls have no name", "leave it out")
    for name in ("owner", "description"):
        _check_words(getattr(event, name), f"{path}.{name}", chars_max=TEXT_CHARS_MAX)
    _check_on_violation(event.on_violation, f"{path}.on_violation")
    if len(event.fields) > FIELDS_MAX:
        raise _wrong(f"{path}.fields", f"holds {len(event.fields)} fields", f"at most {FIELDS_MAX}")
    kinds: dict[str, FieldType] = {}
    for j, field in enumerate(event.fields):
        place = f"{path}.fields[{j}]"
        _check_field(field, place)
        if field.path in kinds:
            raise _wrong(f"{place}.path", f"{field.path} is planned twice", "keep one")
        kinds[field.path] = field.type
    holders: dict[str, FieldType] = {}
    for j, field in enumerate(event.fields):
        for holder, wanted in _holders(field.path):
            kind = kinds.get(holder, FieldType.ANY)
            if kind not in (FieldType.ANY, wanted) or holders.setdefault(holder, wanted) != wanted:
                what = f"{holder} is planned as another kind, but holds this"
                raise _wrong(f"{path}.fields[{j}].path", what, f"make it {wanted}")


def _check_field(field: PlannedField, path: str) -> None:
    if _PATH.fullmatch(field.path) is None:
        raise _wrong(f"{path}.path", f"{field.path!r} is no path", "such as properties.products[].price")
    _check_words(field.description, f"{path}.description", chars_max=TEXT_CHARS_MAX)
    _check_on_violation(field.on_violation, f"{path}.on_violation")
    is_number = field.type in (FieldType.NUMBER, FieldType.INTEGER, FieldType.MONEY)
    if (field.min is not None or field.max is not None) and not is_number:
        raise _wrong(path, f"min and max do not bound {field.type}", "use them for numbers and money")
    has_length = field.type in (FieldType.TEXT, FieldType.LIST)
    if (field.min_length is not None or field.max_length is not None) and not has_length:
        raise _wrong(path, f"min_length and max_length do not bound {field.type}", "use them for text and lists")
    for low, high in ((field.min, field.max), (field.min_length, field.max_length)):
        if low is not None and high is not None and low > high:
            raise _wrong(path, f"nothing lies between {low} and {high}", "turn them round")
    if field.values and field.type in (FieldType.LIST, FieldType.OBJECT):
        raise _wrong(f"{path}.values", f"{field.type} has no allowed values", f"allow values of {field.path}[]")
    if len(field.values) > VALUES_MAX:
        raise _wrong(f"{path}.values", f"holds {len(field.values)} values", f"at most {VALUES_MAX}")


def _holders(path: str) -> Iterator[tuple[str, FieldType]]:
    """Every place above a path and what it must be: an object before a dot, a list before []."""
    for match in re.finditer(r"\.|\[\]", path):
        yield path[: match.start()], FieldType.OBJECT if match[0] == "." else FieldType.LIST


def _check_words(text: str, path: str, *, is_needed: bool = False, chars_max: int = NAME_CHARS_MAX) -> None:
    if (is_needed and not text.strip()) or len(text) > chars_max:
        raise _wrong(path, "is empty or too long", f"write 1 to {chars_max} characters")


def _check_on_violation(action: Action | None, path: str) -> None:
    if action is Action.ALLOW:
        raise _wrong(path, "a violation is not allowed silently", "use warn or quarantine, or plan less")


def _wrong(path: str, what: str, hint: str) -> Invalid:
    return Invalid(f"at {path}: {what}" if path else what, hint=hint, path=path, field=path)
