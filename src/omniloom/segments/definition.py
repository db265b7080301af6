"""What a segment's definition says, as a typed tree; and how it is written down again.

Every value in the tree was checked by ``parse``; nothing here can fail.
"""

from dataclasses import dataclass
from typing import Any

from omniloom.segments.operator import Kind
from omniloom.segments.window import Window

Argument = str | float | bool | tuple[str, ...] | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: an operator's name, the kind of what it compares, and its argument."""

    __test__ = False  # not a test case, whatever a collector of tests may think

    operator: str
    kind: Kind
    argument: Argument


@dataclass(frozen=True, slots=True)
class TraitHas:
    """People whose trait passes all tests."""

    key: str
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one field of an event or of a product on it."""

    field: str
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """From ``least`` to ``most``, both included; None where open. Decimal numbers, kept as plain text (``99.9``)."""

    least: str | None = None
    most: str | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a field over the matching events: ``revenue``, ``amount``, ``quantity`` or a numeric property."""

    of: str
    bounds: Bounds
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """People with events of one name that pass the window and the filters; the others when ``is_done`` is False.

    ``products`` must all hold of one and the same line of the event. Without ``count`` and ``total`` once is enough.
    """

    event: str
    is_done: bool = True
    window: Window | None = None
    where: tuple[Filter, ...] = ()
    products: tuple[Filter, ...] = ()
    count: Bounds | None = None
    total: Total | None = None


@dataclass(frozen=True, slots=True)
class ConsentIs:
    """People whose last word on a channel and purpose was yes; the others when ``is_given`` is False."""

    channel: str
    purpose: str = "marketing"
    is_given: bool = True


@dataclass(frozen=True, slots=True)
class InSegment:
    """People of another segment, by its id or name."""

    segment: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """People for whom every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """People for whom some part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """People for whom the part does not hold."""

    part: "Condition"


Condition = TraitHas | Did | ConsentIs | InSegment | AllOf | AnyOf | Not


def walk(condition: Condition, path: str = "") -> list[tuple[str, Condition]]:
    """The condition and everything under it, each with its place, such as ``all[1].not``."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            head = f"{path}.all".lstrip(".") if isinstance(condition, AllOf) else f"{path}.any".lstrip(".")
            inner = [found for i, part in enumerate(parts) for found in walk(part, f"{head}[{i}]")]
            return [(path, condition), *inner]
        case Not(part):
            return [(path, condition), *walk(part, f"{path}.not".lstrip("."))]
        case _:
            return [(path, condition)]


def dump(condition: Condition) -> dict[str, Any]:
    """The definition as plain values, in the one form ``parse`` reads back to an equal tree."""
    match condition:
        case AllOf(parts):
            return {"all": [dump(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [dump(part) for part in parts]}
        case Not(part):
            return {"not": dump(part)}
        case TraitHas(key, tests):
            return {"trait": key, **_dump_tests(tests)}
        case ConsentIs(channel, purpose, is_given):
            return {"consent": channel, "purpose": purpose, "given": is_given}
        case InSegment(segment):
            return {"segment": segment}
        case Did():
            return _dump_did(condition)


def _dump_did(did: Did) -> dict[str, Any]:
    plain: dict[str, Any] = {"did" if did.is_done else "did_not": did.event}
    if did.window is not None:
        points = did.window.points
        plain[did.window.form] = list(points) if len(points) > 1 else points[0]
    if did.where or did.products:
        plain["where"] = {part.field: _dump_tests(part.tests) for part in did.where}
        if did.products:
            plain["where"]["product"] = {part.field: _dump_tests(part.tests) for part in did.products}
    if did.count is not None:
        plain["count"] = _dump_bounds(did.count)
    if did.total is not None:
        plain["sum"] = {"of": did.total.of, **_dump_bounds(did.total.bounds)}
        if did.total.currency is not None:
            plain["sum"]["currency"] = did.total.currency
    return plain


def _dump_tests(tests: tuple[Test, ...]) -> dict[str, Any]:
    return {t.operator: list(t.argument) if isinstance(t.argument, tuple) else t.argument for t in tests}


def _dump_bounds(bounds: Bounds) -> dict[str, int | float]:
    named = {"at_least": bounds.least, "at_most": bounds.most}
    return {name: float(text) if "." in text else int(text) for name, text in named.items() if text is not None}
