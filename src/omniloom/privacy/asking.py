"""Conditions on what a role may not see: who may not see a name may not ask for all whose name is such either.

A count and a few numbers of people are enough to read a hidden value off, letter by letter.
"""

import dataclasses
from typing import Any

from omniloom import segments
from omniloom.collect import Pii
from omniloom.core.errors import Denied, Invalid
from omniloom.privacy import mask
from omniloom.privacy.field_name import Tells, tells
from omniloom.privacy.field_rights import FieldRights
from omniloom.privacy.mask import FIGURES_MAX, HIDDEN
from omniloom.segments import AllOf, AnyOf, Condition, Did, Filter, Kind, Not, Test, TraitHas


class HiddenField(Denied):
    """The role does not see a field, and so it cannot ask by it."""

    code = "hidden_field"


def check_asked(rights: FieldRights, definition: dict[str, Any] | str) -> None:
    """Let a definition pass that asks only for what the role may see.

    Errors: HiddenField names the first field that is hidden; Invalid for a definition that is none.
    """
    for place, condition in segments.walk(segments.parse(definition)):
        for path, tests in _asked(condition):
            if any(_is_hidden(rights, path, test) for test in tests):
                _refuse(path, place)
        if (
            isinstance(condition, Did)
            and condition.total
            and _tells_of_people(rights, f"properties.{condition.total.of}")
        ):
            _refuse(f"properties.{condition.total.of}", place)


def seen_definition(rights: FieldRights, definition: dict[str, Any]) -> dict[str, Any]:
    """A saved definition without the values it compares hidden fields with."""
    try:
        condition = segments.parse(definition)
    except Invalid:
        return {}
    seen = _seen(rights, condition)
    return definition if seen == condition else segments.dump(seen)


def _refuse(path: str, place: str) -> None:
    name = path.partition(".")[2]
    raise HiddenField(
        f"{name}: your role does not see this field, so it cannot ask by its value",
        hint="ask by a field that is shown, or ask somebody whose role sees customers", field=name, path=place,
    )  # fmt: skip


def _asked(condition: Condition) -> list[tuple[str, tuple[Test, ...]]]:
    """The fields a condition compares, each with its tests."""
    match condition:
        case TraitHas(key, tests):
            return [(f"traits.{key}", tests)]
        case Did():
            return [(f"properties.{one.field}", one.tests) for one in condition.where] + [
                (f"items.{one.field}", one.tests) for one in condition.products
            ]
        case _:
            return []


def _is_hidden(rights: FieldRights, path: str, test: Test) -> bool:
    """Whether the answer to a test would say more than the role sees of the field."""
    if not rights.hides(path):
        return False
    if _tells_of_people(rights, path):
        return test.kind is not Kind.PRESENCE or rights.pii_of(path) is Pii.SENSITIVE
    if test.kind is Kind.NUMBER:
        said = test.argument if isinstance(test.argument, tuple) else (test.argument,)
        return any(not isinstance(one, int | float) or abs(one) >= FIGURES_MAX for one in said)
    return test.kind is not Kind.PRESENCE


def _tells_of_people(rights: FieldRights, path: str) -> bool:
    """Whether a hidden field is known to tell of people; any other hidden field is just not known."""
    known = rights.pii_of(path) is not Pii.NONE or tells(path.rpartition(".")[2]) is Tells.PERSON
    return rights.hides(path) and known


def _seen(rights: FieldRights, condition: Condition) -> Condition:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return type(condition)(tuple(_seen(rights, part) for part in parts))
        case Not(part):
            return Not(_seen(rights, part))
        case TraitHas(key, tests):
            return TraitHas(key, _seen_tests(rights, f"traits.{key}", tests))
        case Did():
            return dataclasses.replace(
                condition, where=_seen_filters(rights, "properties", condition.where),
                products=_seen_filters(rights, "items", condition.products),
            )  # fmt: skip
        case _:
            return condition


def _seen_filters(rights: FieldRights, root: str, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    return tuple(Filter(one.field, _seen_tests(rights, f"{root}.{one.field}", one.tests)) for one in filters)


def _seen_tests(rights: FieldRights, path: str, tests: tuple[Test, ...]) -> tuple[Test, ...]:
    return tuple(
        dataclasses.replace(test, argument=_argument(rights, path, test.argument))
        if _is_hidden(rights, path, test)
        else test
        for test in tests
    )


def _argument(rights: FieldRights, path: str, argument: Any) -> Any:
    if isinstance(argument, tuple):
        return tuple(_argument(rights, path, one) for one in argument)
    return HIDDEN if rights.pii_of(path) is Pii.SENSITIVE else mask.masked_text(str(argument))
