"""Who is who, for one batch of claims: union-find over what the store knows plus what the batch says.

Rules, in the order they apply to one event (``settle``):

1. The strongest identifier that is already known names the person. A new identifier is attached to that person.
2. A weak identifier (a device) never carries a strong one to somebody already known by another strong one.
3. Identify and alias may merge two people, if a strong identifier (or an alias) joins them or one of them is known by
   devices only: history from before a sign-in is taken over. Never two people who both have a single kind (user_id).
4. Where a merge is not allowed nothing moves: the event belongs to its strongest identifier's person.

Invariant: an identifier's own person never changes; a merge only moves ``root``. So a merge can be undone, and the
person of an event can be looked up again at any later time with the same answer.
"""

from dataclasses import dataclass, field

from omniloom.core.clock import micros
from omniloom.identity.claim import MERGING_TYPES, Claim, Key
from omniloom.identity.normal import KINDS

_SINGLE = frozenset(name for name, kind in KINDS.items() if kind.is_single)
_STRONG = frozenset(name for name, kind in KINDS.items() if kind.is_strong)


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge to journal: ``from_id`` was a root and becomes part of ``into_id`` because of a claim's key."""

    from_id: int
    into_id: int
    claim: Claim
    key: Key


@dataclass(slots=True)
class Graph:
    """People and identifiers as known to the store when loaded, changed by each ``settle``."""

    next_id: int
    owners: dict[Key, int]
    roots: dict[int, int]
    held: dict[int, set[str]]  # root -> kinds of identifier it holds; loaded for those that a claim may join
    created: list[int] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    seen: dict[Key, tuple[int, int]] = field(default_factory=dict)  # key -> first and last micros in this batch

    def settle(self, claim: Claim) -> None:
        """Take one event's claim into account; claims come in log order."""
        if not claim.keys:
            return
        if not claim.may_join:
            self._settle_one(claim, claim.keys[0])
            return
        keys = [*claim.keys, *self._previous(claim)]
        target: int | None = None
        waiting: list[Key] = []
        for key in keys:
            known = self.owners.get(key)
            if known is None:
                waiting.append(key)
                continue
            root = self.root_of(known)
            if target is None:
                target = root if self._may_join(waiting, root, key) else self._new_person()
                waiting = self._attach(waiting, target)
            if root != target and self._may_merge(claim, key, target, root):
                target = self._merge(claim, key, target, root)
        self._attach(waiting, self._new_person() if target is None else target)
        self._see(claim, keys)

    def _settle_one(self, claim: Claim, key: Key) -> None:
        """As ``settle`` for the commonest event, which names one identifier: nothing can be joined by it."""
        if key not in self.owners:
            person_id = self._new_person()
            self.owners[key] = person_id
            self.held[person_id].add(key[0])
        at = micros(claim.event.occurred_at)
        first, last = self.seen.get(key, (at, at))
        self.seen[key] = (min(first, at), max(last, at))

    def root_of(self, person_id: int) -> int:
        """The person that ``person_id`` is part of by now."""
        while (above := self.roots[person_id]) != person_id:
            self.roots[person_id] = self.roots[above]
            person_id = above
        return person_id

    def _previous(self, claim: Claim) -> list[Key]:
        """An alias's previous id: a user id if one is known by that name, else a device."""
        if not claim.previous:
            return []
        known = [key for key in claim.previous if key in self.owners]
        return [key for key in (*known, claim.previous[-1])[:1] if key not in claim.keys]

    def _may_join(self, waiting: list[Key], root: int, key: Key) -> bool:
        """Whether identifiers seen for the first time may be attached to the person that ``key`` belongs to."""
        new = {kind for kind, _ in waiting}
        held = self.held[root]
        if new & held & _SINGLE:
            return False
        return key[0] in _STRONG or not (new & _STRONG) or not (held & _STRONG)

    def _may_merge(self, claim: Claim, key: Key, target: int, root: int) -> bool:
        if claim.event.type not in MERGING_TYPES:
            return False
        a, b = self.held[target], self.held[root]
        if a & b & _SINGLE:
            return False
        return claim.event.type == "alias" or key[0] in _STRONG or not (a & _STRONG) or not (b & _STRONG)

    def _merge(self, claim: Claim, key: Key, target: int, root: int) -> int:
        """Join two people; the one with the stronger identifier stays, of equals the older."""
        into, gone = sorted((target, root), key=self._rank)
        self.roots[gone] = into
        self.held[into] |= self.held.pop(gone)
        self.merges.append(Merge(gone, into, claim, key))
        return into

    def _rank(self, person_id: int) -> tuple[int, int]:
        return (min(KINDS[kind].priority for kind in self.held[person_id]), person_id)

    def _new_person(self) -> int:
        person_id = self.next_id
        self.next_id += 1
        self.roots[person_id] = person_id
        self.held[person_id] = set()
        self.created.append(person_id)
        return person_id

    def _attach(self, keys: list[Key], target: int) -> list[Key]:
        for key in keys:
            if key[0] not in self.held[target] & _SINGLE:
                self.owners[key] = target
                self.held[target].add(key[0])
        return []

    def _see(self, claim: Claim, keys: list[Key]) -> None:
        at = micros(claim.event.occurred_at)
        for key in keys:
            if key in self.owners:
                first, last = self.seen.get(key, (at, at))
                self.seen[key] = (min(first, at), max(last, at))
