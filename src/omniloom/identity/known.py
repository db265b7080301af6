"""What a process knows by heart of who is who, so that a customer who comes back costs no query.

An identifier's person never changes, so what was committed once stays true. Whatever may change has a number that says
so: ``version`` of the roots, ``epoch`` of what was erased or marked by hand. Losing it costs only time.
"""

import weakref
from collections.abc import Iterable

import msgspec

from omniloom.identity.claim import Key
from omniloom.identity.kind import Level
from omniloom.store import StateTx, Stores, query

EPOCH_CURSOR = "identity.epoch"  # grows when identifiers were erased or marked; then nothing is known by heart

_ROOTS_SINCE = query(__file__, "roots_since")
_LAST_PERSON = query(__file__, "last_person")


class Sighting(msgspec.Struct, gc=False):
    """One known identifier: its person, when it was seen first and last, and how much it says."""

    person_id: int
    first: int  # micros, to SEEN_STEP
    last: int
    place: int  # of its kind; that of a shared identifier comes after all
    level: Level


class Known:
    """Identifiers (in two generations, the older one is forgotten when the younger is full) and roots of people."""

    def __init__(self, identifiers_max: int) -> None:
        self._half = max(1, identifiers_max // 2)
        self.forget()

    def forget(self) -> None:
        """Know nothing."""
        self.young: dict[Key, Sighting] = {}
        self.old: dict[Key, Sighting] = {}
        self.roots: dict[int, int] = {}
        self.version = 0
        self.epoch = 0

    def catch_up(self, tx: StateTx) -> None:
        """Take in what others changed since the last call."""
        if (epoch := tx.cursor(EPOCH_CURSOR)) != self.epoch:
            self.forget()
            self.epoch = epoch
        last = tx.tuples(_LAST_PERSON)
        version = last[0][1] if last else 0
        if version > self.version:
            if self.roots:
                for person_id, root_id, _ in tx.tuples(_ROOTS_SINCE, version=self.version):
                    if person_id in self.roots:
                        self.roots[person_id] = root_id
            self.version = version

    def recall(self, key: Key) -> Sighting | None:
        """What is known of an identifier that is not among the young."""
        sighting = self.old.get(key)
        if sighting is not None:
            self.young[key] = sighting
        return sighting

    def learn(self, sightings: Iterable[tuple[Key, Sighting]], roots: dict[int, int]) -> None:
        """Remember what was committed."""
        self.young.update(sightings)
        if len(self.young) > self._half:
            self.old, self.young = self.young, {}
        if len(self.roots) > self._half:
            self.roots = {}
        self.roots.update(roots)


_of_stores: "weakref.WeakKeyDictionary[object, Known]" = weakref.WeakKeyDictionary()


def known_of(stores: Stores, identifiers_max: int) -> Known:
    """What this process knows of an installation, as long as its stores are open."""
    key = stores.state
    if key not in _of_stores:
        _of_stores[key] = Known(identifiers_max)
    return _of_stores[key]
