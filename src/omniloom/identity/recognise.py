"""The quick way to whose an event is: all its identifiers are known by heart, and belong to one person.

Most events are of customers who were seen before. Whatever is new, or joins two people, goes the careful way (graph).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from omniloom.core.event import LoggedEvent
from omniloom.identity.claim import NOBODY, Key
from omniloom.identity.kind import Level, Problem
from omniloom.identity.known import Known, Sighting
from omniloom.identity.normal import Normaliser

Problems = dict[int, dict[str, str]]


@dataclass(slots=True)
class Recognised:
    """Of a batch: the person of each event (None: goes the careful way), how surely, and what is to be written."""

    people: list[int | None]
    levels: list[int]
    problems: Problems = field(default_factory=dict)
    rest: list[int] = field(default_factory=list)  # numbers of the events that go the careful way
    erased: set[int] = field(default_factory=set)  # numbers of events of people who asked to be forgotten
    widened: dict[Key, tuple[int, int]] = field(default_factory=dict)  # seen earlier or later than known


def recognise(
    events: Sequence[LoggedEvent], seen_at: Sequence[int], known: Known, normaliser: Normaliser
) -> Recognised:
    """Whose the events of a batch are, as far as that is known by heart."""
    found = Recognised([], [])
    people, levels = found.people, found.levels
    get, recall = known.young.get, known.recall
    of_several = _Several(found, known, normaliser).recognise
    for number, event in enumerate(events):
        person: int | None = None
        level = 0
        if len(event.identifiers) == 1 and event.type != "alias":
            for key in event.identifiers.items():
                sighting = get(key) or recall(key)
                if sighting is not None:
                    person, level = sighting.person_id, sighting.level
                    if not sighting.first <= seen_at[number] <= sighting.last:
                        _widen(found, key, sighting, seen_at[number])
        if person is None and event.type != "alias":
            person, level = of_several(event, number, seen_at[number])
        people.append(person)
        levels.append(level)
        if person is None:
            found.rest.append(number)
    return found


@dataclass(frozen=True, slots=True)
class _Several:
    """As ``recognise``, for one event with any identifiers."""

    found: Recognised
    known: Known
    normaliser: Normaliser

    def recognise(self, event: LoggedEvent, number: int, seen_at: int) -> tuple[int | None, int]:
        """Its person, or None, and how surely."""
        sightings: list[tuple[Key, Sighting]] = []
        for kind, raw in event.identifiers.items():
            key = (kind, raw)
            sighting = self.known.young.get(key) or self.known.recall(key)
            if sighting is None:
                value = self.normaliser(kind, raw)
                if isinstance(value, Problem):
                    self.found.problems.setdefault(number, {})[kind] = str(value)
                    continue
                key = (kind, value)
                sighting = self.known.young.get(key) or self.known.recall(key)
                if sighting is None:
                    return None, 0
            sightings.append((key, sighting))
        for key, sighting in sightings:
            if not sighting.first <= seen_at <= sighting.last:
                _widen(self.found, key, sighting, seen_at)
        return _strongest([sighting for _, sighting in sightings], self.known.roots)


def _strongest(sightings: list[Sighting], roots: dict[int, int]) -> tuple[int | None, int]:
    """The person of the strongest identifier, if all belong to one; shared ones have no say beside others."""
    if not sightings:
        return NOBODY, Level.ANONYMOUS
    first = min(sightings, key=_place)
    if first.place >= SHARED_PLACE:
        return first.person_id, Level.ANONYMOUS
    level = 0
    root: int | None = None
    is_one = True
    for sighting in sightings:
        if sighting.place >= SHARED_PLACE:
            continue
        level = max(level, sighting.level)
        if sighting.person_id != first.person_id and is_one:
            root = roots.get(first.person_id) if root is None else root
            is_one = root is not None and roots.get(sighting.person_id) == root
    return (first.person_id, level) if is_one else (None, 0)


def _place(sighting: Sighting) -> int:
    return sighting.place


SHARED_PLACE = 1_000  # and beyond: after the place of every kind


def _widen(found: Recognised, key: Key, sighting: Sighting, at: int) -> None:
    first, last = found.widened.get(key, (sighting.first, sighting.last))
    found.widened[key] = (min(first, at), max(last, at))
