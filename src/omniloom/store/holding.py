"""What a room keeps of people, declared beside its tables: what for, of which class, how long, and how a person's rows
are found, handed over and erased. Privacy reads these lines; it knows no table by itself.

A table that is in no holding fails a house test.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class FieldClass(StrEnum):
    """How much a field gives away."""

    PERSONAL = "personal"  # names a person: addresses, names, identifiers
    SENSITIVE = "sensitive"  # free texts and JSON from outside, which may hold anything
    BEHAVIOUR = "behaviour"  # what somebody did, beside a bare number
    SECRET = "secret"  # noqa: S105 - the name of a class: credentials, sealed or hashed
    INTERNAL = "internal"  # numbers and marks of the platform
    PUBLIC = "public"  # what the brand itself wrote


class Erasing(StrEnum):
    """What erasure does with a person's rows."""

    DELETE = "delete"
    BLANK = "blank"  # the row stays for the sums, without what names anybody
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class ByPerson:
    """Rows are a person's by a column with the person's number."""

    column: str = "person_id"


@dataclass(frozen=True, slots=True)
class ByValue:
    """Rows are a person's by a column with one of their identifiers."""

    column: str


@dataclass(frozen=True, slots=True)
class ByRow:
    """Rows are a person's by a column that names one of the person's rows in another table of the same room."""

    column: str
    table: str
    key: str
    person: str = "person_id"


@dataclass(frozen=True, slots=True)
class ByText:
    """Rows are a person's if a text holds one of their identifiers."""

    column: str


@dataclass(frozen=True, slots=True)
class OnlyTheirs:
    """Rows that a person's rows in another table of the same room name, and nobody else's do. Erased before those."""

    column: str
    table: str
    key: str
    person: str = "person_id"


@dataclass(frozen=True, slots=True)
class Anyone:
    """Rows that may be anybody's, without saying whose: all of them go. For what comes again by itself."""


Finder = ByPerson | ByValue | ByRow | ByText | OnlyTheirs | Anyone


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One table. ``found``: any of these makes a row the person's; none: nobody's data are here.

    ``named``: rows that are others' but for the columns of ``blank``, which may name the person. ``fields`` names
    columns that are more than internal. ``blank``: what a blanked column gets. ``guard``: the table
    in which a person must stand while an append-only table lets go of their rows. ``aged_by``: the column retention
    counts from; ``days`` what is in force unless a rule says otherwise (None: for ever). ``export``: whether a
    person's copy of their data has the rows.
    """

    store: str
    table: str
    purpose: str
    kind: str  # rules of retention may name it in place of tables
    fields: dict[str, FieldClass] = field(default_factory=dict)
    found: tuple[Finder, ...] = ()
    named: tuple[ByValue, ...] = ()
    erasing: Erasing = Erasing.DELETE
    blank: dict[str, str | int] = field(default_factory=dict)
    guard: str = ""
    aged_by: str = ""
    days: int | None = None
    export: bool = True
    note: str = ""
