"""Events against a plan: a pure function over a plan that was compiled once.

Meaning, as in JSON Schema: a required field must be there if what holds it is there; null counts as not there; a value
of the wrong kind is one violation, nothing inside it is looked at. Cost: one visit of each planned field of the event.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from omniloom.collect.plan import ANY_NAME, Action, FieldType, Plan, PlannedEvent, PlannedField
from omniloom.core.event import Event

CLOSED_ROOTS = ("properties", "traits")  # where fields may be unplanned: context and identifiers are the trackers'
_MONEY = re.compile(r"-?\d{1,15}(\.\d{1,4})?", re.ASCII)


class ViolationCode(StrEnum):
    """Every way in which an event may miss its plan."""

    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    NOT_ALLOWED = "not_allowed"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNPLANNED_FIELD = "unplanned_field"
    UNPLANNED_EVENT = "unplanned_event"


@dataclass(frozen=True, slots=True)
class Violation:
    """One miss: where (``properties.products[2].price``), which, in words without the value, and what follows."""

    path: str
    code: ViolationCode
    message: str
    action: Action


@dataclass(slots=True)
class _Node:
    """One place of an event and what is planned there."""

    rule: PlannedField | None = None
    action: Action = Action.WARN
    children: dict[str, "_Node"] = field(default_factory=dict)
    element: "_Node | None" = None
    is_bounded: bool = False


@dataclass(frozen=True, slots=True)
class CompiledEvent:
    """One planned event, ready to be checked."""

    roots: tuple[tuple[str, _Node], ...]
    unplanned_fields: Action


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """A plan, ready to be checked."""

    name: str
    unplanned_events: Action
    events: dict[tuple[str, str], CompiledEvent]

    def event_of(self, type_: str, name: str) -> CompiledEvent | None:
        """What is planned for an event."""
        return self.events.get((type_, name)) or self.events.get((type_, ANY_NAME))


def compile_plan(plan: Plan) -> CompiledPlan:
    """The plan, ready to be checked."""
    return CompiledPlan(plan.name, plan.unplanned_events, {one.key(): _event(plan, one) for one in plan.events})


def check(plan: CompiledPlan, event: Event) -> list[Violation]:
    """Every miss of an event, in the plan's order; empty if it fits. An action ``allow`` is no miss."""
    planned = plan.event_of(event.type, event.name)
    if planned is None:
        if plan.unplanned_events is Action.ALLOW:
            return []
        message = f"{event.type} {event.name}".strip() + " is not planned"
        return [Violation("event", ViolationCode.UNPLANNED_EVENT, message, plan.unplanned_events)]
    visit = _Visit()
    for name, node in planned.roots:
        visit.closed = planned.unplanned_fields if name in CLOSED_ROOTS else Action.ALLOW
        visit.object(node, getattr(event, name), name)
    return visit.found


def _event(plan: Plan, event: PlannedEvent) -> CompiledEvent:
    roots: dict[str, _Node] = {}
    for planned in event.fields:
        action = planned.on_violation or event.on_violation or plan.on_violation
        node = _place(roots, planned.path, action)
        node.rule, node.action = planned, action
        bounds = (planned.min, planned.max, planned.min_length, planned.max_length)
        node.is_bounded = bool(planned.values) or any(bound is not None for bound in bounds)
    unplanned = event.unplanned_fields or plan.unplanned_fields
    if unplanned is not Action.ALLOW:
        for name in CLOSED_ROOTS:
            roots.setdefault(name, _Node())
    return CompiledEvent(tuple(roots.items()), unplanned)


def _place(roots: dict[str, _Node], path: str, action: Action) -> _Node:
    """The node of a path, with those that lead there."""
    children, node = roots, _Node()
    for part in path.split("."):
        name, depth = part.rstrip("[]"), part.count("[]")
        node = children.setdefault(name, _Node(action=action))
        for _ in range(depth):
            node.element = node.element or _Node(action=action)
            node = node.element
        children = node.children
    return node


class _Visit:
    """One walk through an event along its plan. ``closed`` is what follows from a field that is not planned."""

    __slots__ = ("closed", "found")

    def __init__(self) -> None:
        self.found: list[Violation] = []
        self.closed = Action.ALLOW

    def object(self, node: _Node, value: dict[str, Any], path: str) -> None:
        """Every planned field of an object, then what else it has."""
        children = node.children
        for name, child in children.items():
            inner = value.get(name)
            if inner is not None:
                self._value(child, inner, f"{path}.{name}")
            elif child.rule is not None and child.rule.required:
                self._miss(f"{path}.{name}", ViolationCode.MISSING, "is missing", child.action)
        if self.closed is not Action.ALLOW:
            for name, inner in value.items():
                if name not in children and inner is not None:
                    self._miss(f"{path}.{name}", ViolationCode.UNPLANNED_FIELD, "is not planned", self.closed)

    def _value(self, node: _Node, value: Any, path: str) -> None:
        rule = node.rule
        wanted = FieldType.OBJECT if node.children else FieldType.LIST if node.element is not None else FieldType.ANY
        for kind in (FieldType.ANY if rule is None else rule.type, wanted):
            if not _FITS[kind](value):
                message = f"should be {kind}, not {kind_of(value)}"
                self._miss(path, ViolationCode.WRONG_TYPE, message, node.action)
                return
        if node.is_bounded and rule is not None:
            self._bounds(rule, value, path, node.action)
        if node.children:
            self.object(node, value, path)
        elif node.element is not None:
            for i, inner in enumerate(value):
                if inner is not None:
                    self._value(node.element, inner, f"{path}[{i}]")

    def _bounds(self, rule: PlannedField, value: Any, path: str, action: Action) -> None:
        if rule.values and not any(_is_same(value, allowed) for allowed in rule.values):
            self._miss(path, ViolationCode.NOT_ALLOWED, "is none of the allowed values", action)
        if rule.min is not None or rule.max is not None:
            number = Decimal(value) if isinstance(value, str) else value
            if rule.min is not None and number < rule.min:
                self._miss(path, ViolationCode.TOO_SMALL, f"is under {rule.min}", action)
            if rule.max is not None and number > rule.max:
                self._miss(path, ViolationCode.TOO_LARGE, f"is over {rule.max}", action)
        if rule.min_length is not None and len(value) < rule.min_length:
            self._miss(path, ViolationCode.TOO_SHORT, f"is shorter than {rule.min_length}", action)
        if rule.max_length is not None and len(value) > rule.max_length:
            self._miss(path, ViolationCode.TOO_LONG, f"is longer than {rule.max_length}", action)

    def _miss(self, path: str, code: ViolationCode, message: str, action: Action) -> None:
        self.found.append(Violation(path, code, message, action))


def _is_same(value: Any, allowed: Any) -> bool:
    """Equal, and both or neither a boolean: 1 is not true."""
    return bool(value == allowed) and isinstance(value, bool) == isinstance(allowed, bool)


def kind_of(value: Any) -> FieldType:
    """The narrowest kind of a JSON value; text that is ISO 8601 is an instant, and money looks like a number."""
    if isinstance(value, str):
        return FieldType.INSTANT if is_instant(value) else FieldType.TEXT
    return _KINDS.get(value.__class__, FieldType.ANY)


def is_instant(value: Any) -> bool:
    """Whether it is ISO 8601 text with a day at least."""
    if value.__class__ is not str or not 10 <= len(value) <= 40 or not value[:4].isdecimal():
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return value.__class__ is int or value.__class__ is float


def _is_integer(value: Any) -> bool:
    return value.__class__ is int or (value.__class__ is float and value.is_integer())


def _is_money(value: Any) -> bool:
    return _is_number(value) or (value.__class__ is str and _MONEY.fullmatch(value) is not None)


_KINDS: dict[type, FieldType] = {
    bool: FieldType.BOOLEAN, int: FieldType.INTEGER, float: FieldType.NUMBER, list: FieldType.LIST,
    dict: FieldType.OBJECT,
}  # fmt: skip
_FITS: dict[FieldType, Callable[[Any], bool]] = {
    FieldType.ANY: lambda _value: True,
    FieldType.TEXT: lambda value: value.__class__ is str,
    FieldType.NUMBER: _is_number,
    FieldType.INTEGER: _is_integer,
    FieldType.BOOLEAN: lambda value: value.__class__ is bool,
    FieldType.INSTANT: is_instant,
    FieldType.MONEY: _is_money,
    FieldType.LIST: lambda value: value.__class__ is list,
    FieldType.OBJECT: lambda value: value.__class__ is dict,
}
