"""Reads comparisons: ``{is: Moscow}``, ``{at_least: 18, less_than: 65}``, or for fields a bare value or list."""

from typing import Any

from omniloom.core.errors import Invalid
from omniloom.segments.definition import Argument, Test
from omniloom.segments.operator import Kind, Operator, Takes, known_operators
from omniloom.segments.reading import child, near
from omniloom.segments.window import check_point


def read_tests(raw: Any, path: str) -> tuple[Test, ...]:
    """The comparisons of a field: a bare value means ``is``, a bare list ``one_of``."""
    if isinstance(raw, list):
        return (_test("one_of", raw, path),)
    if not isinstance(raw, dict):
        return (_test("is", raw, path),)
    if not raw:
        raise Invalid(f"{path}: has no comparison", hint="write one, such as {is: store}", path=path)
    return tuple(_test(name, argument, child(path, name)) for name, argument in raw.items())


def _test(name: str, argument: Any, path: str) -> Test:
    operator = known_operators().get(name)
    if operator is None:
        raise Invalid(f"{path}: there is no comparison {name!r}", hint=near(name, known_operators()), path=path)
    if operator.takes is Takes.FLAG:
        return Test(name, Kind.PRESENCE, _flag(argument, path))
    if operator.takes is Takes.ONE:
        kind, value = _value(operator, argument, path)
        return Test(name, kind, value)
    return _many(name, operator, argument, path)


def _many(name: str, operator: Operator, argument: Any, path: str) -> Test:
    size = "two values" if operator.takes is Takes.PAIR else "values"
    is_right_size = isinstance(argument, list) and (len(argument) == 2 or (operator.takes is Takes.MANY and argument))
    if not is_right_size:
        raise Invalid(f"{path}: should be a list of {size}", hint=f"write {name}: [a, b]", path=path)
    read = [_value(operator, value, f"{path}[{i}]") for i, value in enumerate(argument)]
    kinds = {kind for kind, _ in read}
    if len(kinds) > 1:
        raise Invalid(f"{path}: mixes texts and numbers", hint="put all of them in quotes, or none", path=path)
    values: Any = tuple(value for _, value in read)
    if operator.takes is Takes.PAIR and kinds == {Kind.NUMBER} and values[0] > values[1]:
        raise Invalid(f"{path}: the first number is above the second", hint="swap them", path=path)
    return Test(name, kinds.pop(), values)


def _value(operator: Operator, raw: Any, path: str) -> tuple[Kind, Any]:
    """The kind and form of one argument: a number, a day, or a text (yes and no count as texts)."""
    if isinstance(raw, bool) and Kind.TEXT in operator.kinds:
        return Kind.TEXT, "true" if raw else "false"
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        if Kind.NUMBER in operator.kinds:
            return Kind.NUMBER, float(raw)
        if Kind.TEXT in operator.kinds:
            return Kind.TEXT, str(raw)
    if isinstance(raw, str) and Kind.TEXT in operator.kinds and raw:
        return Kind.TEXT, raw
    if isinstance(raw, str) and Kind.DATE in operator.kinds:
        return Kind.DATE, check_point(raw, path)
    wanted = " or a ".join(kind.value for kind in operator.kinds)
    raise Invalid(f"{path}: {raw!r} should be a {wanted}", hint=_advice(operator, raw), path=path)


def _advice(operator: Operator, raw: Any) -> str:
    if raw == "":
        return "for a missing value write exists: false"
    if isinstance(raw, list):
        return "for several values write one_of: [a, b]"
    if isinstance(raw, str) and operator.kinds == (Kind.NUMBER,):
        return "write the number without quotes; for dates use before, after or between"
    return "write one such value"


def _flag(raw: Any, path: str) -> Argument:
    if not isinstance(raw, bool):
        raise Invalid(f"{path}: should be true or false, not {raw!r}", hint="write true or false", path=path)
    return raw
