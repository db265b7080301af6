"""One logged event as identity sees it: the identifiers it claims belong together, normalised, strongest first."""

import msgspec

from omniloom.core.event import LoggedEvent
from omniloom.identity.kind import Problem
from omniloom.identity.normal import BY_PRIORITY, Normaliser

Key = tuple[str, str]  # (kind, normal value)

NOBODY = 0  # the person of an event none of whose identifiers is usable; views leave it out
# Only these may say that two known people are one; every other event just follows its strongest identifier.
MERGING_TYPES = frozenset(("identify", "alias"))
PREVIOUS_KINDS = ("user_id", "anonymous_id")  # what an alias's previous id may be, in the order it is looked up
# First and last seen are kept to five minutes, so that a customer's every click need not be written down.
SEEN_STEP = 300_000_000  # microseconds
_PLACES = {kind: place for place, kind in enumerate(BY_PRIORITY)}  # kinds there are none of come last


class Claim(msgspec.Struct, frozen=True, gc=False):
    """An event, its keys by priority, an alias's previous keys, and what was wrong with the other values."""

    number: int  # in its batch
    position: int
    event: LoggedEvent
    seen_at: int  # when it occurred, microseconds, to ``SEEN_STEP``
    keys: tuple[Key, ...]
    previous: tuple[Key, ...] = ()
    problems: dict[str, str] = {}

    @property
    def all_keys(self) -> tuple[Key, ...]:
        """Its keys and the previous ones."""
        return (*self.keys, *self.previous)

    @property
    def may_join(self) -> bool:
        """Whether it names more than one identifier, so that it could attach or merge."""
        return len(self.keys) > 1 or bool(self.previous)


def read_claim(at: tuple[int, int], event: LoggedEvent, seen_at: int, normaliser: Normaliser) -> Claim:
    """The claim of one event, ``at`` (number in its batch, position); bad values become ``problems``."""
    problems: dict[str, str] = {}
    given = event.identifiers
    kinds = given if len(given) == 1 else sorted(given, key=place)
    keys = [key for kind in kinds if (key := _key(kind, given[kind], normaliser, problems))]
    previous: list[Key] = []
    if event.type == "alias":
        found = [_key(kind, event.previous_id, normaliser, problems) for kind in PREVIOUS_KINDS]
        previous = [key for key in found if key]
    return Claim(*at, event, seen_at, tuple(keys), tuple(previous), problems)


def place(kind: str) -> int:
    """Where a kind stands among all: the lower, the more its owner decides whose an event is."""
    return _PLACES.get(kind, len(_PLACES))


def _key(kind: str, raw: str, normaliser: Normaliser, problems: dict[str, str]) -> Key | None:
    value = normaliser(kind, raw)
    if isinstance(value, Problem):
        problems[kind] = str(value)
        return None
    return (kind, value)
