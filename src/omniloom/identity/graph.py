"""Who is who, for one batch of claims: union-find over what the store knows plus what the batch says.

Rules, in the order they apply to one event (``settle``):

1. The strongest identifier that is already known names the person; identifiers seen for the first time join them.
   Beside a customer id or a device they are attached. Beside another strong identifier (an e-mail, a phone) a new
   strong one gets a person of its own that is merged with the known one: should the known one turn out to be shared,
   the merge is undone and nothing is glued.
2. A weak identifier (a device) never carries a strong one to somebody already known by another strong one.
3. Identify and alias may merge two people, if a strong identifier (or an alias) joins them or one of them is known by
   devices only: history from before a sign-in is taken over. Never two people who both have a single kind (user_id),
   who were told apart, or who would have more of a kind than its limit.
4. Where a merge is not allowed nothing moves: the event belongs to its strongest identifier's person, and the
   identifier that would have joined has one stranger more. With the sixth user it is shared from then on.
5. What comes under a public key is typed, not proven (``is_public``): it joins nobody who is known by something strong
   with anything strong, unless the person is named by a single kind, or by what was proven in the very browser that
   says so, or told there before anybody else had it. Nor does it count strangers of strong identifiers: anybody could
   make an address shared.

Invariant: an identifier's own person changes only by hand (detach); a merge only moves ``root``. So a merge can be
undone, and the person of an event can be looked up again at any later time with the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from omniloom.core.event import ABOUT_THEM, OWN_SOURCE_ID
from omniloom.identity.claim import MERGING_TYPES, Claim, Key
from omniloom.identity.held import Held
from omniloom.identity.normal import KINDS
from omniloom.identity.verify import browsers_of, proven_by

HOLDERS_MAX = 5  # people who may use one identifier; at the next it is shared. Source: Segment's default limit
_SINGLE = frozenset(name for name, kind in KINDS.items() if kind.is_single)
_STRONG = frozenset(name for name, kind in KINDS.items() if kind.is_strong)


IsPublic = Callable[[str], bool]  # of a source_id: whether anybody can send in its name


def all_secret(_source_id: str) -> bool:
    """Every source's key is its owner's alone."""
    return False


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge to journal: ``from_id`` was a root and becomes part of ``into_id`` because of a claim's key.

    The ends are whom it links: the key's owner and the other one, who may be part of the two only.
    """

    from_id: int
    into_id: int
    from_end: int
    into_end: int
    claim: Claim
    key: Key


@dataclass(slots=True)
class Graph:
    """People and identifiers as known to the store when loaded, changed by each ``settle``."""

    next_id: int
    owners: dict[Key, int]
    roots: dict[int, int]
    held: dict[int, Held]  # root -> what it holds; loaded for those that a claim may join
    shared: dict[Key, tuple[int, int]] = field(default_factory=dict)  # key -> from which position, whose it is then
    strangers: dict[Key, set[int]] = field(default_factory=dict)  # people other than the owner's who used a key
    joins: dict[Key, int] = field(default_factory=dict)  # merges that stand, by the key that joined them
    apart: dict[int, set[int]] = field(default_factory=dict)  # people who are not one, both ways
    created: list[int] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    doubts: list[tuple[Key, int]] = field(default_factory=list)  # strangers to write down
    demoted: list[Key] = field(default_factory=list)  # keys that became shared just now
    seen: dict[Key, tuple[int, int]] = field(default_factory=dict)  # key -> first and last micros in this batch
    over: dict[int, list[str]] = field(default_factory=dict)  # claim's number -> kinds beyond their limit
    own: list[Claim] = field(default_factory=list)  # claims of our own events, which may say what was proven
    proven_in: dict[Key, str] = field(default_factory=dict)  # key -> the browser it was proven in last, as a digest
    is_public: IsPublic = all_secret

    def settle(self, claim: Claim) -> None:
        """Take one event's claim into account; claims come in log order."""
        if claim.event.source_id == OWN_SOURCE_ID:
            self._hear_proof(claim)
        if not claim.may_join:
            for key in claim.keys:
                self._settle_one(key, claim)
            return
        if not claim.keys:
            return
        links = [*claim.keys, *self._previous(claim)]
        keys = [key for key in links if key not in self.shared]
        unseen = {key for key in links if key in self.owners} if claim.event.name in ABOUT_THEM else ()
        if keys:
            self._settle(claim, keys)
        for key in links:
            if key in self.owners and key not in unseen:
                self._see(key, claim.seen_at)

    def _settle_one(self, key: Key, claim: Claim) -> None:
        """As ``settle`` for the commonest event, which names one identifier: nothing can be joined by it."""
        if key not in self.owners:
            person = self._new_person()
            self.owners[key] = person
            self.held[person].add(key[0], claim.seen_at)
        elif claim.event.name in ABOUT_THEM:
            return
        self._see(key, claim.seen_at)

    def _hear_proof(self, claim: Claim) -> None:
        self.own.append(claim)
        self.proven_in.update((proof.key, proof.browser) for proof in proven_by(claim) if proof.browser)

    def _see(self, key: Key, at: int) -> None:
        first, last = self.seen.get(key, (at, at))
        self.seen[key] = (min(first, at), max(last, at))

    def person_of(self, claim: Claim) -> int | None:
        """Whose a settled claim's event is; None if none of its identifiers is usable."""
        owners = self.owners
        if not self.shared:
            return next((owners[key] for key in claim.keys if key in owners), None)
        for key in claim.keys:
            if claim.position <= self.shared.get(key, (claim.position,))[0] and key in owners:
                return owners[key]
        return next((self.shared[key][1] for key in claim.keys if key in self.shared), None)

    def is_parted(self, claim: Claim, person_id: int) -> bool:
        """Whether a settled alias left its two ids with two people."""
        other = next((self.owners[key] for key in self._previous(claim) if key in self.owners), person_id)
        return self.root_of(other) != self.root_of(person_id)

    def root_of(self, person_id: int) -> int:
        """The person that ``person_id`` is part of by now."""
        while (above := self.roots[person_id]) != person_id:
            self.roots[person_id] = self.roots[above]
            person_id = above
        return person_id

    def _settle(self, claim: Claim, keys: list[Key]) -> None:
        known = [key for key in keys if key in self.owners]
        new = [key for key in keys if key not in self.owners]
        if not known:
            self._attach_to_new(new, claim)
            return
        person = self._place(claim, new, known[0]) if new else self.owners[known[0]]
        for key in known:
            if self.root_of(self.owners[key]) != self.root_of(person) and key not in self.shared:
                self._join(claim, key, person, known[0])

    def _place(self, claim: Claim, new: list[Key], by: Key) -> int:
        """Identifiers seen for the first time, beside the strongest known one: whose they are."""
        owner = self.owners[by]
        held = self.held[self.root_of(owner)]
        kinds = {kind for kind, _ in new}
        is_single_twice = bool(kinds & _SINGLE & held.kinds())
        if not kinds & _STRONG or (by[0] in _SINGLE and not is_single_twice):
            return self._attach(new, owner, claim)
        is_full = is_single_twice or not held.has_room(new, claim.seen_at)
        if by[0] not in _STRONG and not is_full and not held.kinds() & _STRONG:
            return self._attach(new, owner, claim)
        if by[0] in _STRONG and not self._may_carry(claim, owner):
            self._attach([key for key in new if key[0] not in _STRONG], owner, claim)
            self._attach_to_new([key for key in new if key[0] in _STRONG], claim)
            return owner
        person = self._attach_to_new(new, claim)
        if is_full or by[0] not in _STRONG:
            self._doubt(by, person, claim)
        else:
            self._merge(claim, by, person)
        return person

    def _join(self, claim: Claim, key: Key, person: int, by: Key) -> None:
        """A known identifier of somebody else: merge, leave them, or take the identifier for shared."""
        is_by_known = self.owners[by] == person  # else the event's person has just been made
        root, other = self.root_of(person), self.root_of(self.owners[key])
        mine, theirs = self.held[root], self.held[other]
        both_strong = bool(mine.kinds() & _STRONG and theirs.kinds() & _STRONG)
        is_against = bool(
            mine.kinds() & theirs.kinds() & _SINGLE
            or (both_strong and key[0] not in _STRONG and claim.event.type != "alias")
            or (both_strong and not self._may_carry(claim, root, other))
            or self._are_apart(root, other)
            or not mine.has_room_for(theirs)
        )
        if is_against:
            self._doubt(key, person, claim)
        elif claim.event.type in MERGING_TYPES:
            if (
                is_by_known and both_strong
            ):  # the one that named the person has one user more, as has the one that joins
                self._doubt(by, self.owners[key], claim)
            if not is_by_known or by not in self.shared:
                self._merge(claim, key, person)

    def _may_carry(self, claim: Claim, *people: int) -> bool:
        """Whether a claim may join these people with something strong: whoever typed it must be known to be each."""
        if not self.is_public(claim.event.source_id):
            return True
        browsers = browsers_of(claim)
        named = {
            self.root_of(self.owners[key])
            for key in claim.all_keys
            if key in self.owners and (key[0] in _SINGLE or self.proven_in.get(key) in browsers)
        }
        return {self.root_of(person) for person in people} <= named

    def _merge(self, claim: Claim, key: Key, person: int) -> None:
        """Join a person with the owner of a key; the one with the stronger identifier stays, of equals the older."""
        if key[0] not in _SINGLE and claim.event.type != "alias" and self._users(key) >= HOLDERS_MAX:
            self._share(key, claim)
            return
        ends = {self.root_of(end): end for end in (person, self.owners[key])}
        into, gone = sorted(ends, key=self._rank)
        self.roots[gone] = into
        self.held[into].take(self.held.pop(gone))
        self.joins[key] = self.joins.get(key, 0) + 1
        self.merges.append(Merge(gone, into, ends[gone], ends[into], claim, key))

    def _doubt(self, key: Key, person: int, claim: Claim) -> None:
        """Somebody else than its owner uses a key."""
        if key[0] in _SINGLE or claim.event.type == "alias" or key in self.shared:
            return
        if key[0] in _STRONG and self.is_public(claim.event.source_id):
            return
        strangers = self.strangers.setdefault(key, set())
        if person in strangers or self.root_of(person) in {self.root_of(stranger) for stranger in strangers}:
            return
        if self._users(key) >= HOLDERS_MAX:
            self._share(key, claim)
            return
        strangers.add(person)
        self.doubts.append((key, person))

    def _users(self, key: Key) -> int:
        return 1 + self.joins.get(key, 0) + len(self.strangers.get(key, ()))

    def _share(self, key: Key, claim: Claim) -> None:
        """From here on the key joins nobody; events that carry nothing else belong to a person of their own."""
        self.shared[key] = (claim.position, self._new_person())
        self.demoted.append(key)

    def _are_apart(self, root: int, other: int) -> bool:
        return any(
            other == self.root_of(them)
            for mine, others in self.apart.items()
            if mine in self.roots and self.root_of(mine) == root
            for them in others
            if them in self.roots
        )

    def _previous(self, claim: Claim) -> list[Key]:
        """An alias's previous id: a user id if one is known by that name, else a device."""
        if not claim.previous:
            return []
        known = [key for key in claim.previous if key in self.owners]
        return [key for key in (*known, claim.previous[-1])[:1] if key not in claim.keys]

    def _rank(self, person_id: int) -> tuple[int, int]:
        return (min((KINDS[kind].priority for kind in self.held[person_id].kinds()), default=1_000), person_id)

    def _new_person(self) -> int:
        person_id = self.next_id
        self.next_id += 1
        self.roots[person_id] = person_id
        self.held[person_id] = Held()
        self.created.append(person_id)
        return person_id

    def _attach_to_new(self, keys: list[Key], claim: Claim) -> int:
        return self._attach(keys, self._new_person(), claim)

    def _attach(self, keys: list[Key], person: int, claim: Claim) -> int:
        """Make a person the owner of new identifiers, as far as limits allow; the claim's first is always owned."""
        held = self.held[self.root_of(person)]
        for key in keys:
            if key[0] in _SINGLE and key[0] in held.kinds():
                continue
            if not held.has_room([key], claim.seen_at):
                if key != claim.keys[0]:
                    self.over.setdefault(claim.number, []).append(key[0])
                    continue
                person = self._new_person()
                held = self.held[person]
            self.owners[key] = person
            held.add(key[0], claim.seen_at)
            self._note_browser(key, claim)
        return person

    def _note_browser(self, key: Key, claim: Claim) -> None:
        """Who first types an address that nobody had speaks for it in that browser: a form, and then an account."""
        if key[0] in _STRONG and self.is_public(claim.event.source_id):
            for browser in sorted(browsers_of(claim))[:1]:
                self.proven_in[key] = browser
