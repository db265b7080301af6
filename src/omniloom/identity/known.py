"""What a process knows by heart of who is who, so that a customer who comes back costs no query.

An identifier's person changes only by hand, so what was committed once stays true. Whatever may change has a number
that says so: ``version`` of the roots, ``epoch`` of what was erased, detached or marked. Losing it costs only time.

Identifiers are numbered; what is known of number n stands at place n of every column. So a batch is looked up and
compared all at once.
"""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from omniloom.identity.claim import Key
from omniloom.identity.kind import Level
from omniloom.identity.numbering import UNKNOWN, Ints, Numbering, digests
from omniloom.store import StateTx, Stores, query

EPOCH_CURSOR = "identity.epoch"  # grows when identifiers are erased, detached or marked: nothing is known by heart then

_ROOTS_SINCE = query(__file__, "roots_since")
_LAST_PERSON = query(__file__, "last_person")
_FIRST_ROOM = 1 << 12
_Value = TypeVar("_Value", bound=np.generic)


class Sighting(NamedTuple):
    """One known identifier in its normal form: its person, when it was seen first and last, and how much it says."""

    kind: str
    value: str
    person_id: int
    first: int  # micros, to SEEN_STEP
    last: int
    place: int  # of its kind; that of a shared identifier comes after all
    level: Level


class Known:
    """Identifiers and roots of people. Once there are too many, it forgets them all and learns anew."""

    def __init__(self, identifiers_max: int) -> None:
        self._most = identifiers_max
        self.forget()

    def forget(self) -> None:
        """Know nothing."""
        self._numbering = Numbering()
        self.people: npt.NDArray[np.int64] = np.zeros(_FIRST_ROOM, np.int64)
        self.firsts = np.zeros_like(self.people)
        self.lasts = np.zeros_like(self.people)
        self.places = np.zeros(_FIRST_ROOM, np.int32)
        self.levels = np.zeros(_FIRST_ROOM, np.int8)
        self.roots: dict[int, int] = {}
        self.version = 0
        self.epoch = 0

    def is_behind(self, tx: StateTx) -> bool:
        """Whether roots have changed since it caught up."""
        return _version(tx) > self.version

    def catch_up(self, tx: StateTx) -> None:
        """Take in what others changed since the last call; numbers given before it may no longer hold."""
        if (epoch := tx.cursor(EPOCH_CURSOR)) != self.epoch or self._numbering.count > self._most:
            self.forget()
            self.epoch = epoch
        if (version := _version(tx)) > self.version:
            if self.roots:
                for person_id, root_id, _ in tx.tuples(_ROOTS_SINCE, version=self.version):
                    if person_id in self.roots:
                        self.roots[person_id] = root_id
            self.version = version

    def numbers_of(self, kinds: Iterable[str], values: Sequence[str]) -> Ints:
        """The number of each identifier, normal form of kind and value side by side, or ``UNKNOWN``."""
        return self._numbering.find(digests(kinds, values))

    def learn(self, sightings: Iterable[Sighting], roots: dict[int, int]) -> None:
        """Remember what was committed."""
        self.roots.update(roots)
        rows = list(sightings)
        if not rows:
            return
        kinds, values, people, firsts, lasts, places, levels = zip(*rows, strict=True)
        numbers = self._numbering.give(digests(kinds, values))
        self._make_room()
        self.people[numbers], self.places[numbers], self.levels[numbers] = people, places, levels
        self.firsts[numbers], self.lasts[numbers] = firsts, lasts

    def widen(self, seen: Mapping[Key, tuple[int, int]]) -> None:
        """Remember from when to when identifiers were seen; ``UNKNOWN`` ones stay so."""
        if not seen:
            return
        kinds, values = zip(*seen, strict=True)
        numbers = self.numbers_of(kinds, values)
        firsts, lasts = np.array(list(seen.values()), np.int64)[numbers != UNKNOWN].T
        numbers = numbers[numbers != UNKNOWN]
        self.firsts[numbers] = np.minimum(self.firsts[numbers], firsts)
        self.lasts[numbers] = np.maximum(self.lasts[numbers], lasts)

    def _make_room(self) -> None:
        if self._numbering.count > len(self.people):
            room = 2 * self._numbering.count
            self.people, self.firsts = _longer(self.people, room), _longer(self.firsts, room)
            self.lasts, self.places = _longer(self.lasts, room), _longer(self.places, room)
            self.levels = _longer(self.levels, room)


def _version(tx: StateTx) -> int:
    """The highest version that any root has."""
    return int(tx.tuples(_LAST_PERSON)[0][1])


def _longer(column: npt.NDArray[_Value], room: int) -> npt.NDArray[_Value]:
    return np.concatenate([column, np.zeros(room - len(column), column.dtype)])


_of_stores: "weakref.WeakKeyDictionary[object, Known]" = weakref.WeakKeyDictionary()


def known_of(stores: Stores, identifiers_max: int) -> Known:
    """What this process knows of an installation, as long as its stores are open."""
    key = stores.state
    if key not in _of_stores:
        _of_stores[key] = Known(identifiers_max)
    return _of_stores[key]
