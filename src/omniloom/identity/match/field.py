"""What a field of a person or a company is to the matcher: how values are written alike, and what being alike is worth.

A field is one file in ``fields/``. It never sees a table: it is given values and returns normal forms, and the
conditions by which levels of likeness are told apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from omniloom.identity.match.likeness import (
    Condition,
    both,
    either,
    equal,
    of_part,
    other_script,
    shared_words,
    some_equal,
)
from omniloom.identity.match.skeleton import sounds_like

__all__ = [
    "Comparison",
    "Field",
    "Level",
    "Parts",
    "alike",
    "begins_other",
    "both",
    "either",
    "equal",
    "holds_other",
    "in_other_script",
    "of_part",
    "same",
    "share",
    "shared_words",
    "some_equal",
    "typed_over",
]

Parts = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of likeness, from the best down. ``m``: how often a true pair is so, before anything is learned."""

    words: str
    condition: Condition
    m: float
    weighs_frequency: str = ""  # the part whose rare values count for more


@dataclass(frozen=True, slots=True)
class Comparison:
    """Levels over the parts of one field; a pair that lacks one of the ``needs`` says nothing."""

    title: str
    needs: tuple[str, ...]
    levels: tuple[Level, ...]
    differs_m: float = 0.05  # how often a true pair is none of the levels, before anything is learned


@dataclass(frozen=True, slots=True)
class Field:
    """One kind of field.

    ``headers``: words by which a column's name gives it away, Russian and English, in small letters, words apart by a
    space. ``looks_like(values)``: 0 to 1, how sure the content alone is. ``normalise(value)`` gives the ``parts``.
    ``keys``: parts that two records of one person usually share, their beginnings (``part:4``), their rarest words
    (``part#1``, ``part#2``). ``rank``: which field is asked first about a column's content.
    ``survivorship``: which value of several lives on by default.
    ``examples``: raw value -> parts, checked by the tests.
    """

    title: str
    headers: tuple[str, ...]
    looks_like: Callable[[Sequence[str]], float]
    parts: tuple[str, ...]
    normalise: Callable[[str], Parts]
    comparisons: tuple[Comparison, ...]
    keys: tuple[str, ...]
    rank: int
    survivorship: str
    examples: dict[str, Parts]
    is_identity: bool = True  # says who somebody is; an unknown column does not


def share(values: Sequence[str], is_one: Callable[[str], object]) -> float:
    """How many of the values pass."""
    return sum(1 for value in values if is_one(value)) / len(values) if values else 0.0


def same(part: str, m: float, words: str, *, weighs_frequency: bool = True) -> Level:
    """The level of equal parts."""
    return Level(words, equal(part), m, part if weighs_frequency else "")


def typed_over(part: str, edits: int, m: float, words: str, *, letters_min: int = 3) -> Level:
    """The level of parts that a few typing errors (also two letters changed about) lead from one to the other."""
    return Level(words, of_part(part, lambda values, one, two: values.typed_over(one, two, edits, letters_min)), m)


def alike(part: str, similarity: float, m: float, words: str) -> Level:
    """The level of parts that are similar by Jaro and Winkler's measure."""
    return Level(words, of_part(part, lambda values, one, two: values.similar(one, two, similarity)), m)


def in_other_script(part: str, written: str, m: float, words: str) -> Level:
    """The level of a foreign name beside what it is called in Cyrillic (which has the part ``written``)."""
    return Level(words, other_script(part, written, sounds_like), m)


def holds_other(part: str, m: float, words: str) -> Level:
    """The level of parts one of which is a piece of the other."""
    return Level(words, of_part(part, lambda values, one, two: values.one_holds_other(one, two)), m)


def begins_other(part: str, m: float, words: str) -> Level:
    """The level of parts one of which is the beginning of the other."""
    return Level(
        words, of_part(part, lambda values, one, two: values.one_holds_other(one, two, at_its_beginning=True)), m
    )
