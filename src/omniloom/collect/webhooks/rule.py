"""One kind of event that a connector makes: which parts of a body it takes, when, and what they become.

The words of ``event`` are those of a file's mapping (docs/guide/importing.md), with paths in the place of columns.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from omniloom.collect.convert import Unfit, convert, plain_text
from omniloom.collect.drop import Dropped, DropReason
from omniloom.collect.field import Defaults, Field, checked, template_parts, text_of
from omniloom.collect.mapping import EVENT_KEYS, EventMapping, read_event
from omniloom.collect.reception import MESSAGE_ID_CHARS_MAX
from omniloom.collect.webhooks.condition import Condition, read_conditions
from omniloom.collect.webhooks.path import elements, find, is_path
from omniloom.core.errors import Invalid
from omniloom.core.ids import digest

RULE_KEYS = ("each", "when", "event")
OWN_KEYS = ("lines_each", "properties_from", "leave_out")  # beside those of a file's mapping
BODY, QUERY, RECEIVED_AT, DIGEST = "_body", "_query", "_received_at", "_digest"  # paths every item has
WHOLE = "."
_VALUE_CHARS_MAX = 100  # of a value quoted in a refusal
_KINDS = {"user_id": "userId", "anonymous_id": "anonymousId"}


@dataclass(frozen=True, slots=True)
class Rule:
    """How the things at ``each`` for which ``when`` holds become events."""

    each: str
    when: tuple[Condition, ...]
    event: EventMapping
    lines_each: str = ""
    properties_from: str = ""
    leave_out: frozenset[str] = frozenset()

    def takes(self, record: dict[str, Any]) -> bool:
        """Whether it is about this item."""
        return all(condition.holds(record) for condition in self.when)

    def item(self, record: dict[str, Any]) -> dict[str, Any]:
        """The Segment-shaped item that ``accept`` judges. Errors: Dropped names the field that cannot be taken."""
        event = self.event
        kind = _value(event.type, record)
        name = plain_text(_value(event.name, record) or "") if event.name else ""
        item: dict[str, Any] = {
            "type": kind,
            "messageId": _message_id(name or kind, _value(event.id, record)),
            "timestamp": _iso(_value(event.occurred_at, record)),
            "event" if kind == "track" else "name": name,
            "properties": self._properties(record),
            "traits": _table(event.traits, record),
            "context": _table(event.context, record),
            **_identified(_table(event.identifiers, record)),
        }
        for key, one in (("groupId", event.group_id), ("previousId", event.previous_id)):
            if one is not None:
                item[key] = _value(one, record)
        if others := item.pop("externalIds"):
            item["context"]["externalIds"] = others
        return item

    def _properties(self, record: dict[str, Any]) -> dict[str, Any]:
        event = self.event
        made = self._spread(record) | _table([one for one in event.properties if not one.sum], record)
        if not event.lines:
            return made
        lines = [_table(event.lines, _with_specials(line, record)) for line in elements(record, self.lines_each)]
        for one in event.properties:
            if one.sum:
                total = sum((Decimal(str(line.get(one.sum, 0))) for line in lines), Decimal())
                made[_leaf(one)] = int(total) if total == total.to_integral_value() else float(total)
        return made | {event.lines_into: lines}

    def _spread(self, record: dict[str, Any]) -> dict[str, Any]:
        """Every value at ``properties_from`` that is not left out and not empty."""
        if not self.properties_from:
            return {}
        node = record if self.properties_from == WHOLE else find(record, self.properties_from)
        if not isinstance(node, dict):
            return {}
        return {
            key: value for key, value in node.items()
            if key not in self.leave_out and key not in (BODY, QUERY, RECEIVED_AT, DIGEST) and value not in (None, "")
        }  # fmt: skip


def read_rule(node: Any, name: str, defaults: Defaults) -> Rule:
    """The rule of a table. Errors: Invalid names the part that is wrong."""
    table = checked(node, name, RULE_KEYS)
    given = checked(table.get("event"), f"{name}.event", (*EVENT_KEYS, *OWN_KEYS))
    event = read_event(
        {"id": {"column": DIGEST}, "occurred_at": {"column": RECEIVED_AT}}
        | {key: value for key, value in given.items() if key in EVENT_KEYS},
        defaults,
    )
    lines_each = text_of(given, "lines_each", f"{name}.event")
    if bool(event.lines) != bool(lines_each):
        raise Invalid(f"{name}.event: lines and lines_each go together", hint="lines_each: the path of the list",
                      field=f"{name}.event.lines_each")  # fmt: skip
    leave_out = given.get("leave_out", [])
    if not isinstance(leave_out, list):
        raise Invalid(f"{name}.event.leave_out should be a list of names", field=f"{name}.event.leave_out")
    rule = Rule(
        each=text_of(table, "each", name),
        when=read_conditions(table.get("when", []), f"{name}.when"),
        event=event,
        lines_each=lines_each,
        properties_from=text_of(given, "properties_from", f"{name}.event"),
        leave_out=frozenset(str(one) for one in leave_out),
    )
    _check_paths(rule, name)
    return rule


def record_of(element: Any, whole: Any, query: dict[str, Any], received_at: datetime) -> dict[str, Any]:
    """One thing of a body with what every item has beside its own values. Errors: Dropped if it is no table."""
    if not isinstance(element, dict):
        raise Dropped(DropReason.WRONG_KIND, "", f"expected a table of values, not {str(element)[:_VALUE_CHARS_MAX]!r}")
    try:
        spelled = json.dumps(element, sort_keys=True, default=str)
    except RecursionError as error:
        raise Dropped(DropReason.TOO_DEEP, "", "the item is nested too deeply: flatten it") from error
    specials = {BODY: whole, QUERY: query, RECEIVED_AT: received_at, DIGEST: digest("webhook", spelled)}
    return {**element, **specials}


def _with_specials(line: Any, record: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(line, dict):
        raise Dropped(DropReason.WRONG_KIND, "event.lines", "expected a list of tables")
    return {**line, **{name: record[name] for name in (BODY, QUERY, RECEIVED_AT, DIGEST)}}


def _check_paths(rule: Rule, name: str) -> None:
    fields = [*rule.event.heads(), *rule.event.lines]
    paths = [path for one in fields for path in one.columns()]
    paths += [path for path in (rule.each, rule.lines_each) if path]
    if wrong := [path for path in paths if not is_path(path)]:
        raise Invalid(f"{name}: {wrong[0]!r} is no path", hint="such as data.FIELDS.ID or phones.0", field=name)


def _value(field: Field, record: dict[str, Any]) -> Any:
    """What the field becomes in this item. Errors: Dropped names it."""
    given: Any = None
    try:
        if field.template:
            value = given = _filled(field, record)
        else:
            given = find(record, field.column) if field.column else field.constant
            value = _converted(given, field)
    except Unfit as error:
        told = f"{field.name}: {error}: {str(given)[:_VALUE_CHARS_MAX]!r}"
        raise Dropped(DropReason.BAD_VALUE, field.name, told) from error
    if value is None:
        value = field.default
    if value is None and field.is_required:
        place = field.column or field.template
        raise Dropped(DropReason.BAD_VALUE, field.name, f"{field.name}: no value at {place!r}")
    return value


def _filled(field: Field, record: dict[str, Any]) -> str | None:
    """The template with its values; None where one of them is missing."""
    as_text = Field(field.name, nulls=field.nulls, conversion="string")
    parts: list[str] = []
    for literal, path in template_parts(field.template):
        parts.append(literal)
        if path:
            value = _converted(find(record, path), as_text)
            if value is None:
                return None
            parts.append(value)
    return "".join(parts)


def _converted(value: Any, field: Field) -> Any:
    if isinstance(value, (dict, list)) and field.conversion not in ("any", "json"):
        raise Unfit("expected one value")
    try:
        return convert(value, field)
    except RecursionError as error:
        raise Unfit("nested too deeply") from error


def _table(fields: Any, record: dict[str, Any]) -> dict[str, Any]:
    values = ((_leaf(one), _value(one, record)) for one in fields)
    return {name: _plain(value) for name, value in values if value is not None}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _leaf(one: Field) -> str:
    return one.name.split(".", 2)[-1]


def _iso(at: Any) -> str:
    return at.isoformat() if isinstance(at, datetime) else str(at)


def _message_id(name: str, given: Any) -> str:
    """The provider's id of the record, told apart by what happened; a long one is shortened to its digest."""
    told = f"{name}:{given}"
    return told if len(told) <= MESSAGE_ID_CHARS_MAX else f"{name[:60]}:{digest('webhook.id', told)}"


def _identified(found: dict[str, Any]) -> dict[str, Any]:
    own = {_KINDS[kind]: str(value) for kind, value in found.items() if kind in _KINDS}
    others = [{"id": str(value), "type": kind} for kind, value in found.items() if kind not in _KINDS and value != ""]
    return {**own, "externalIds": others}
