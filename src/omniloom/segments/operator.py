"""What an operator is: one comparison of a trait or property with an argument, meant in Python and said in SQL.

Both halves live in one file of ``operators/`` and are held equal by the conformance suite. An operator meets values
already brought to its kind: text of traits is folded (``core.text.folded``), a number is a double, a date is the
ISO day ``2026-11-21``, presence is the raw value or None.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlglot import exp


class Kind(StrEnum):
    """What is compared: decides the column read and the form of the argument."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    PRESENCE = "presence"


class Takes(StrEnum):
    """How many arguments: one value, a list of them, a low and a high one, or yes and no."""

    ONE = "one"
    MANY = "many"
    PAIR = "pair"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the operator's documentation and of its test."""

    value: Any
    argument: Any
    holds: bool


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison.

    ``matches(value, argument)`` is the meaning; ``sql(column, *placeholders)`` says the same of a column, with one
    placeholder (ONE, FLAG, and MANY, where it is a list for ``in``) or two (PAIR). A missing value (None, NULL)
    matches nothing unless the operator is about missing itself. ``title`` holds one ``{}`` for the argument.
    """

    title: str
    title_ru: str
    kinds: tuple[Kind, ...]
    takes: Takes
    matches: Callable[[Any, Any], bool]
    sql: Callable[..., exp.Expr]
    examples: tuple[Example, ...]


@functools.cache
def known_operators() -> dict[str, Operator]:
    """Every operator by its file's name; ``is_.py`` is ``is``, which Python keeps to itself."""
    from omniloom.core.registry import variants
    from omniloom.segments import operators as folder

    return {name.rstrip("_"): operator for name, operator in variants(folder, "OPERATOR", Operator).items()}
