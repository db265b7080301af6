"""One logged event as identity sees it: the identifiers it claims belong together, normalised, strongest first."""

from dataclasses import dataclass, field

from omniloom.core.event import Event
from omniloom.identity.kind import Problem
from omniloom.identity.normal import BY_PRIORITY, KINDS, Normaliser

Key = tuple[str, str]  # (kind, normal value)

NOBODY = 0  # the person of an event none of whose identifiers is usable; views leave it out
# Only these may say that two known people are one; every other event just follows its strongest identifier.
MERGING_TYPES = frozenset(("identify", "alias"))
PREVIOUS_KINDS = ("user_id", "anonymous_id")  # what an alias's previous id may be, in the order it is looked up


@dataclass(frozen=True, slots=True)
class Claim:
    """An event, its keys by priority, an alias's previous keys, and what was wrong with the other values."""

    position: int
    event: Event
    keys: tuple[Key, ...]
    previous: tuple[Key, ...] = ()
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def primary(self) -> Key | None:
        """The identifier that decides whose event it is. Its owner never changes, so neither does the event's."""
        return self.keys[0] if self.keys else None


def read_claim(position: int, event: Event, normaliser: Normaliser) -> Claim:
    """The claim of one event; unusable values become ``problems`` and never stop it."""
    problems: dict[str, str] = {}
    given = event.identifiers
    keys = [key for kind in BY_PRIORITY if kind in given and (key := _key(kind, given[kind], normaliser, problems))]
    for kind in given.keys() - KINDS.keys():
        problems[kind] = str(normaliser(kind, given[kind]))
    previous: list[Key] = []
    if event.type == "alias":
        found = [_key(kind, event.previous_id, normaliser, problems) for kind in PREVIOUS_KINDS]
        previous = [key for key in found if key]
    return Claim(position, event, tuple(keys), tuple(previous), problems)


def _key(kind: str, raw: str, normaliser: Normaliser, problems: dict[str, str]) -> Key | None:
    value = normaliser(kind, raw)
    if isinstance(value, Problem):
        problems[kind] = str(value)
        return None
    return (kind, value)
