"""What a kind of identifier is: how its values are compared, and how far a match may be trusted.

A kind is one file in ``kinds/``. A value is normalised once, on its way in, and from then on only the normal form is
compared. A *strong* identifier names a person; a weak one (a browser, a device) only says where someone was, so it
never joins two people who are each known by something strong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from omniloom.identity.placeholder import is_placeholder

VALUE_CHARS_MAX = 512


class ProblemReason(StrEnum):
    """Why a value is not taken for an identifier."""

    BLOCKED = "blocked"  # a placeholder that many people share
    SHARED = "shared"  # a real value, but of a thing that many people use: a kiosk's tablet, a call centre's line
    MALFORMED = "malformed"  # not a value of its kind
    SECOND = "second"  # its event names another of the kind, and one event names one
    OVER_LIMIT = "over_limit"  # its person has as many of the kind as one may have
    TOO_LONG = "too_long"
    UNKNOWN_KIND = "unknown_kind"


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that identifies nobody, and why; the event is kept and resolved by its other identifiers."""

    reason: ProblemReason
    message: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"


class Level(IntEnum):
    """How surely an event is this person's. Rules may require a level."""

    ANONYMOUS = 0  # a browser that anybody may use
    DEVICE = 1  # a thing that is mostly one person's
    PROBABLE = 2  # an address somebody typed
    VERIFIED = 3  # proven by a code, a link, a messenger or a card that was shown
    AUTHENTICATED = 4  # signed in


@dataclass(frozen=True, slots=True)
class Limit:
    """How many identifiers of a kind one person may have: in all, or new ones within so many days."""

    count: int
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of identifier.

    ``priority``: of two identifiers in one event the lower number decides whose event it is. ``is_single``: a person
    has at most one, so two people with one each are never merged. ``level``: how surely an event with it is its
    owner's. ``limit``: what goes beyond is not attached and joins nobody. ``normalise(value, home_region)`` gets a
    stripped value that is not blocked, and leaves a normal form as it is. ``prefixes(text, home_region)``: what a
    normal form may begin with if somebody typed only its beginning. ``examples``: raw value -> normal form
    ("" = refused), checked by the tests. Source of the limits: Segment's defaults (Unify, ID resolution settings).
    """

    title: str
    is_strong: bool
    priority: int
    level: Level
    normalise: Callable[[str, str], str | Problem]
    prefixes: Callable[[str, str], list[str]]
    examples: dict[str, str]
    is_single: bool = False
    limit: Limit | None = Limit(5)


def blocked(value: str) -> Problem | None:
    """The problem of a stripped value that stands for nobody or is absurdly long; None for any other."""
    if is_placeholder(value):
        return Problem(ProblemReason.BLOCKED, f"{value!r} stands for nobody")
    if len(value) > VALUE_CHARS_MAX:
        return Problem(ProblemReason.TOO_LONG, f"longer than {VALUE_CHARS_MAX} characters")
    return None
