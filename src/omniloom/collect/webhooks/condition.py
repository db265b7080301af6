"""When a rule takes an item: every condition must hold. A condition compares; it never computes."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from omniloom.collect.convert import plain_text
from omniloom.collect.field import checked, text_of
from omniloom.collect.webhooks.path import find, is_path
from omniloom.core.errors import Invalid

KEYS = ("column", "is", "is_not", "is_set", "over", "at_most")


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true of the value at a path. Texts are compared as a person would write them."""

    column: str
    among: frozenset[str] | None = None
    not_among: frozenset[str] = frozenset()
    is_set: bool | None = None
    over: Decimal | None = None
    at_most: Decimal | None = None

    def holds(self, record: dict[str, Any]) -> bool:
        """Whether it is true of an item. A value that is missing is over nothing and at most nothing."""
        value = find(record, self.column)
        if self.is_set is not None and (value is not None) != self.is_set:
            return False
        text = None if value is None or isinstance(value, (dict, list)) else plain_text(value)
        if self.among is not None and text not in self.among:
            return False
        if text in self.not_among:
            return False
        return self._is_in_range(text)

    def _is_in_range(self, text: str | None) -> bool:
        if self.over is None and self.at_most is None:
            return True
        try:
            number = Decimal((text or "").strip())
        except InvalidOperation:
            return False
        if number.is_nan():
            return False
        return (self.over is None or number > self.over) and (self.at_most is None or number <= self.at_most)


def read_conditions(node: Any, name: str) -> tuple[Condition, ...]:
    """The conditions of a list. Errors: Invalid names the part that is wrong."""
    if not isinstance(node, list):
        raise Invalid(f"{name} should be a list", hint="write `- {column: status, is: paid}`", field=name)
    return tuple(_read(one, f"{name}[{i}]") for i, one in enumerate(node))


def _read(node: Any, name: str) -> Condition:
    table = checked(node, name, KEYS)
    column = text_of(table, "column", name)
    if not is_path(column):
        raise Invalid(f"{name}.column is missing or no path", hint="name the place, such as `data.status`", field=name)
    if len(table) < 2:
        raise Invalid(f"{name} compares with nothing", hint=f"add one of {', '.join(KEYS[1:])}", field=name)
    is_set = table.get("is_set")
    if not isinstance(is_set, bool | None):
        raise Invalid(f"{name}.is_set should be true or false", field=f"{name}.is_set")
    return Condition(
        column=column,
        among=_texts(table["is"]) if "is" in table else None,
        not_among=_texts(table["is_not"]) if "is_not" in table else frozenset(),
        is_set=is_set,
        over=_number(table, "over", name),
        at_most=_number(table, "at_most", name),
    )


def _texts(value: Any) -> frozenset[str]:
    return frozenset(plain_text(one) for one in (value if isinstance(value, list) else [value]))


def _number(table: dict[str, Any], key: str, name: str) -> Decimal | None:
    if key not in table:
        return None
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Invalid(f"{name}.{key} should be a number", field=f"{name}.{key}")
    return Decimal(str(value))
