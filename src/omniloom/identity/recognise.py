"""The quick way to whose an event is: all its identifiers are known, and belong to one person.

Most events are of customers who were seen before. Whatever is new, or joins two people, goes the careful way (graph).
What is not known by heart is asked of the store, one question a kind. Then a batch is settled at once: its identifiers
are laid end to end, and what is known of each stands beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt

from omniloom.core.event import ABOUT_THEM, OWN_SOURCE_ID, LoggedEvent
from omniloom.identity.claim import NOBODY, Key, place
from omniloom.identity.kind import Level, Problem, ProblemReason
from omniloom.identity.known import Known, Sighting
from omniloom.identity.normal import KINDS, Normaliser
from omniloom.identity.numbering import UNKNOWN, Ints
from omniloom.store import StateTx, query

Problems = dict[int, dict[str, str]]
Bools = npt.NDArray[np.bool_]

SHARED_PLACE = 1_000  # and beyond: after the place of every kind
SHARED = f"{ProblemReason.SHARED}: many people use it"
_NONE = -2  # the number of a value that identifies nobody
_NO_PLACE = 2 * SHARED_PLACE

_OWNERS = query(__file__, "owners")


@dataclass(slots=True)
class Batch:
    """Messages of the log, in columns."""

    positions: list[int]
    events: list[LoggedEvent]
    seen_at: Ints  # when each occurred, micros, to SEEN_STEP
    conflicts: list[int]  # numbers of the messages whose id was taken by another content


@dataclass(slots=True)
class Recognised:
    """Of a batch: the person of each event (None: goes the careful way), how surely, and what is to be written."""

    people: list[int | None]
    levels: list[int]
    problems: Problems = field(default_factory=dict)
    rest: list[int] = field(default_factory=list)  # numbers of the events that go the careful way
    widened: dict[Key, tuple[int, int]] = field(default_factory=dict)  # seen earlier or later than known


def unrecognised(count: int) -> Recognised:
    """So many events that all go the careful way."""
    return Recognised([None] * count, [Level.ANONYMOUS] * count, rest=list(range(count)))


def recognise(tx: StateTx, batch: Batch, known: Known, normaliser: Normaliser) -> Recognised:
    """Whose the events of a batch are, as far as that is known; what the store knows of them is learned.

    ``tx`` is the one that ``known`` caught up in.
    """
    if not batch.events:
        return unrecognised(0)
    laid = _Laid(batch.events, known, normaliser)
    for kind, values in laid.unknown().items():
        rows = tx.tuples(_OWNERS, kind=kind, sought=sorted(values))
        known.learn(
            (sighting((kind, value), owner, (first, last), shared)
             for value, owner, _, first, last, _, shared, _ in rows),
            dict(row[1:3] for row in rows),
        )  # fmt: skip
    laid.look_again()
    people, levels = laid.settle()
    found = Recognised(people.tolist(), levels.tolist(), laid.problems)
    found.widened = laid.widened(batch.seen_at, people)
    found.rest = np.flatnonzero(people == UNKNOWN).tolist()
    for number in found.rest:
        found.people[number] = None
    return found


def sighting(key: Key, owner: int, times: tuple[int, int], shared_id: int | None) -> Sighting:
    """What is known of an identifier; ``shared_id``: whose it is if many people use it, which says nothing of them."""
    kind = key[0]
    if shared_id is not None:
        return Sighting(*key, shared_id, *times, SHARED_PLACE + place(kind), Level.ANONYMOUS)
    return Sighting(*key, owner, *times, place(kind), KINDS[kind].level)


_CARE = frozenset(("alias", "identify"))


def _needs_care(event: LoggedEvent) -> bool:
    """An alias joins people, and a proof of our own is to be written down."""
    return event.type == "alias" or (event.type == "identify" and event.source_id == OWN_SOURCE_ID)


class _Laid:
    """The identifiers of a batch end to end: ``numbers[i]`` is that of one which event ``event_of[i]`` gave."""

    def __init__(self, events: Sequence[LoggedEvent], known: Known, normaliser: Normaliser) -> None:
        self._events, self._known, self._normaliser = events, known, normaliser
        given = [event.identifiers for event in events]
        self.counts: Ints = np.fromiter(map(len, given), np.int64, len(given))
        self.event_of: Ints = np.repeat(np.arange(len(given)), self.counts)
        self._kinds = list(chain.from_iterable(given))
        self._values = list(chain.from_iterable(map(dict.values, given)))
        self.numbers: Ints = known.numbers_of(self._kinds, self._values)
        self.problems: Problems = {}
        self._waiting: Ints = np.flatnonzero(self.numbers == UNKNOWN)  # places of what nothing is known of

    def unknown(self) -> dict[str, set[str]]:
        """Kind -> normal values that nothing is known of by heart; whatever identifies nobody becomes a problem."""
        for at in self._waiting.tolist():
            kind = self._kinds[at]
            value = self._normaliser(kind, self._values[at])
            if isinstance(value, Problem):
                self.problems.setdefault(int(self.event_of[at]), {})[kind] = str(value)
                self.numbers[at] = _NONE
            else:
                self._values[at] = value
        self.look_again()
        wanted: dict[str, set[str]] = {}
        for at in self._waiting.tolist():
            wanted.setdefault(self._kinds[at], set()).add(self._values[at])
        return wanted

    def look_again(self) -> None:
        """After something was normalised or learned."""
        waiting = self._waiting[self.numbers[self._waiting] == UNKNOWN]
        if len(waiting):
            kinds, values = ([column[at] for at in waiting.tolist()] for column in (self._kinds, self._values))
            self.numbers[waiting] = self._known.numbers_of(kinds, values)
        self._waiting = waiting[self.numbers[waiting] == UNKNOWN]

    def settle(self) -> tuple[Ints, Ints]:
        """The person of each event, ``UNKNOWN`` if that needs care, and how surely: what its strongest identifier says.

        Shared identifiers have no say beside others.
        """
        known, numbers = self._known, self.numbers
        people = np.full(len(self._events), NOBODY, np.int64)
        levels = np.full(len(self._events), Level.ANONYMOUS, np.int64)
        gave = np.flatnonzero(self.counts)  # events that gave an identifier; theirs begin at these places
        if len(gave):
            begin = (np.cumsum(self.counts) - self.counts)[gave]
            places = np.where(numbers >= 0, known.places[numbers], _NO_PLACE).astype(np.int64)
            says = places < SHARED_PLACE
            levels[gave] = np.maximum.reduceat(np.where(says, known.levels[numbers], Level.ANONYMOUS), begin)
            strongest = np.minimum.reduceat(places * len(places) + np.arange(len(places)), begin) % len(places)
            people[gave] = np.where(places[strongest] < _NO_PLACE, known.people[numbers[strongest]], NOBODY)
            for number in self._at_odds(says, people):
                people[number] = UNKNOWN
            for at in np.flatnonzero((places >= SHARED_PLACE) & (places < _NO_PLACE)).tolist():
                self.problems.setdefault(int(self.event_of[at]), {})[self._kinds[at]] = SHARED
        people[self.event_of[numbers == UNKNOWN]] = UNKNOWN
        people[np.array([event.type in _CARE and _needs_care(event) for event in self._events], np.bool_)] = UNKNOWN
        return people, levels

    def _at_odds(self, says: Bools, people: Ints) -> Iterator[int]:
        """Events whose identifiers belong to people who are not known to be one."""
        differ = says.copy()
        differ[says] = self._known.people[self.numbers[says]] != people[self.event_of[says]]
        root_of = self._known.roots.get
        for at in np.flatnonzero(differ).tolist():
            number = int(self.event_of[at])
            root = root_of(int(people[number]))
            if root is None or root_of(int(self._known.people[self.numbers[at]])) != root:
                yield number

    def widened(self, seen_at: Ints, people: Ints) -> dict[Key, tuple[int, int]]:
        """Identifiers of recognised events that were seen earlier or later than known, by acts of their people."""
        known, numbers = self._known, np.maximum(self.numbers, 0)
        at = seen_at[self.event_of]
        is_outside = (at < known.firsts[numbers]) | (at > known.lasts[numbers])
        is_outside &= (self.numbers >= 0) & (people[self.event_of] != UNKNOWN)
        widened: dict[Key, tuple[int, int]] = {}
        for where in np.flatnonzero(is_outside).tolist():
            if self._events[self.event_of[where]].name in ABOUT_THEM:
                continue
            number, seen = int(numbers[where]), int(at[where])
            key = self._kinds[where], self._values[where]
            first, last = widened.get(key, (int(known.firsts[number]), int(known.lasts[number])))
            widened[key] = (min(first, seen), max(last, seen))
        return widened
