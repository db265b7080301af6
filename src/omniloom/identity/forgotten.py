"""What becomes of events that name somebody erased: they live on for others they name, or are nobody's.

What names the erased is taken out of the event, and it is then whoever's the rest names:

* Beside an erased *strong* identifier (a customer id, an e-mail): somebody whom a strong identifier of it was known to
  name before, or an anonymous visitor known by their device. A device never carries the words of somebody else to a
  customer; nor is a person with a customer id of their own whoever had the erased one. Else the event is nobody's.
* Beside erased *devices* alone: also somebody seen for the first time, by a strong identifier.
* If only a text in it names the erased: whoever its identifiers name, known or not.

Whose the words are is said by the strongest identifier. If it names somebody living whom we know, they are that
person's: traits stay, but for the erased values and, unless those were a device's, for names. If not, they are the
erased person's: no trait is kept, and identifiers seen for the first time are not attached to anybody.

A decision is noted with the message's place in the log until that has forgotten it: read again, it is decided the same.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from omniloom.core.event import OWN_SOURCE_ID
from omniloom.identity import tombstone, unsaid
from omniloom.identity.claim import Claim, Key
from omniloom.identity.graph import Graph
from omniloom.identity.normal import KINDS, Normaliser
from omniloom.identity.recognise import Batch, Problems
from omniloom.identity.told import PHONES, Asked, naming_keys, told_by, told_by_unused
from omniloom.identity.tombstone import ERASED, Buried, Decision, MayLift
from omniloom.store import StateTx

_STRONG = frozenset(name for name, kind in KINDS.items() if kind.is_strong)
_SINGLE = frozenset(name for name, kind in KINDS.items() if kind.is_single)
_ASK = frozenset(("email", *PHONES))
ReadClaims = Callable[[Iterable[int]], list[Claim]]


@dataclass(slots=True)
class Hit:
    """What of one event is erased: identifiers; some only because they read as an erased address or telephone, unless
    they are known to be somebody's; addresses and telephones in its texts; and by which erasures.
    """

    exact: set[Key] = field(default_factory=set)
    alike: dict[Key, set[Key]] = field(default_factory=dict)
    told: set[Key] = field(default_factory=set)
    erasure_ids: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is."""
        return not (self.exact or self.alike or self.told)


@dataclass(slots=True)
class Forgotten:
    """What a batch says of erased people, and what was decided of it."""

    normaliser: Normaliser
    salt: str = ""
    more: list[Claim] = field(default_factory=list)  # events that were recognised, but whose texts name somebody erased
    crowded: set[int] = field(default_factory=set)  # numbers of events with too many telephones to ask about
    _hits: dict[int, Hit] = field(default_factory=dict)  # number of the claim ->
    _before: dict[int, Decision] = field(default_factory=dict)  # position ->
    _made: dict[int, Decision] = field(default_factory=dict)
    _counted: list[tuple[set[str], bool]] = field(default_factory=list)

    def living(self, claim: Claim, graph: Graph, batch: Batch) -> Claim | None:
        """The claim without what is erased, as its event is from now on in the batch; None if it is nobody's.

        Claims come in log order; ``graph`` has settled all before.
        """
        before = self._before.get(claim.position)
        hit = self._hits.get(claim.number)
        if before is None and hit is None:
            return claim
        if before is not None and (before.struck is None or not self._is_news(hit, before.struck)):
            decision: Decision | None = before
        else:
            decision = self._decide(claim, hit or Hit(), graph, before)
            if before is None and decision is not None and claim.event.source_id != OWN_SOURCE_ID:
                self._counted.append(((hit or Hit()).erasure_ids, decision.struck is None))
        if decision is None:
            return claim
        self._made[claim.position] = decision
        if decision.struck is None:
            batch.events[claim.number] = tombstone.without_person(claim.event, claim.position)
            return None
        left = self._without(claim, decision)
        batch.events[claim.number] = left.event
        return left

    def save(self, tx: StateTx, now: datetime) -> None:
        """Write down what was decided."""
        tombstone.note(tx, self._made)
        for erasure_ids, is_out in self._counted:
            tombstone.count(tx, erasure_ids, is_out=is_out, now=now)

    def _is_news(self, hit: Hit | None, struck: frozenset[str]) -> bool:
        """Whether more is erased than when it was decided."""
        return hit is not None and any(self._digest(key) not in struck for key in hit.exact | hit.told)

    def _decide(self, claim: Claim, hit: Hit, graph: Graph, before: Decision | None) -> Decision | None:
        struck_before = before.struck or frozenset() if before else frozenset[str]()
        alike = {key for key in hit.alike if key not in graph.owners} if before is None else set[Key]()
        erased = {key for key in claim.all_keys if key in hit.exact | alike or self._digest(key) in struck_before}
        keys = [key for key in claim.keys if key not in erased]
        known = [key for key in keys if key in graph.owners and key not in graph.shared]
        told = (hit.told | {each for key in alike for each in hit.alike[key]}).difference(
            *(hit.alike.get(key, ()) for key in known)
        )
        if not erased and not told:
            return None
        is_strong = any(key[0] in _STRONG for key in erased)
        if not _lives(erased, claim, known, graph):
            return Decision(None)
        is_first_known = bool(claim.keys) and claim.keys[0] in known
        is_theirs = bool(before and before.is_theirs) or ((is_strong or bool(told)) and not is_first_known)
        dropped = {key for key in keys if key not in graph.owners} if is_strong and is_theirs else set()
        struck = struck_before | {self._digest(key) for key in erased | dropped | told}
        return Decision(frozenset(struck), is_theirs)

    def _without(self, claim: Claim, decision: Decision) -> Claim:
        """The claim, and its event, without what is struck."""
        struck = decision.struck or frozenset()
        gone = [key for key in claim.all_keys if self._digest(key) in struck]
        has_previous = not set(gone).isdisjoint(claim.previous)
        kinds = {key[0] for key in gone if key in claim.keys}
        keys = {key for key in self._named(claim) if self._digest(key) in struck}
        words: dict[str, set[str]] = {}
        for kind, value in gone:
            raw = claim.event.identifiers.get(kind, "") if kind in kinds else claim.event.previous_id
            words.setdefault(kind, set()).update(each.casefold() for each in (value, raw.strip()) if each)
        is_device = not keys and all(kind not in _STRONG for kind, _ in gone)
        left_out = unsaid.Unsaid(
            self.normaliser, frozenset(keys), words, with_names=not is_device, all_traits=decision.is_theirs
        )
        unused = {kind: raw for kind, raw in claim.event.identifiers.items() if kind not in _used(claim)}
        kinds |= {kind for kind, raw in unused.items() if left_out.names(kind, raw)}
        has_previous |= not claim.previous and left_out.names("", claim.event.previous_id)
        problems = {**claim.problems, **dict.fromkeys(kinds, ERASED)}
        if not kinds:
            problems["properties"] = ERASED
        return msgspec.structs.replace(
            claim, keys=tuple(key for key in claim.keys if key not in gone),
            previous=() if has_previous else claim.previous, problems=problems,
            event=left_out.leave_out(claim.event, claim.position, kinds, previous=has_previous),
        )  # fmt: skip

    def _named(self, claim: Claim) -> set[Key]:
        """Addresses and telephones that an event names anywhere."""
        said = told_by([claim.event], self.normaliser).named.get(0, set())
        said = said | told_by_unused(claim.event, _used(claim), self.normaliser)
        return said | {each for key in claim.all_keys for each in (key, *_alike(key, self.normaliser))
                       if each[0] in _ASK}  # fmt: skip

    def _digest(self, key: Key) -> str:
        return tombstone.digest_of(self.salt, key)


def _used(claim: Claim) -> set[str]:
    """What of a claim's event is of use to identity: kinds of identifiers, ``previous_id``."""
    return {kind for kind, _ in claim.keys} | ({"previous_id"} if claim.previous else set())


def _lives(erased: set[Key], claim: Claim, known: Sequence[Key], graph: Graph) -> bool:
    """Whether an event is somebody's without what is erased of it, see above."""
    kinds = {kind for kind, _ in erased}
    if not kinds:
        return True
    if kinds.isdisjoint(_STRONG):
        return bool(known) or any(key[0] in _STRONG for key in claim.keys if key not in erased)
    own = {kind for kind, _ in erased.intersection(claim.keys)} & _SINGLE
    for key in known:
        held = graph.held[graph.root_of(graph.owners[key])].kinds()
        return not own & held if key[0] in _STRONG else not held & _STRONG
    return False


def look(  # noqa: PLR0913 - one act
    tx: StateTx, batch: Batch, claims: Sequence[Claim], *, read_claims: ReadClaims, normaliser: Normaliser,
    may_lift: MayLift, settled_to: int, problems: Problems,
) -> Forgotten:  # fmt: skip
    """What of a batch names somebody erased; ``claims``: of those that go the careful way, ``problems``: of the others.

    A fresh word of consent, of a source that may, lifts what it carries. Of claims up to the position ``settled_to``
    that was decided before. Cost: nothing before the first erasure, then a look over the texts and a query or two.
    """
    if not batch.events or not tx.cursor(tombstone.COUNT_CURSOR):
        return Forgotten(normaliser)
    found = Forgotten(normaliser, tombstone.salt_of(tx))
    before = [position for position in batch.positions if position <= settled_to]
    found._before = tombstone.decided(tx, before)
    said = told_by(batch.events, normaliser)
    found.crowded = said.crowded
    unused = {claim.number: _used(claim) for claim in claims if claim.problems or claim.event.previous_id}
    quick = {number: set(batch.events[number].identifiers).difference(kinds) for number, kinds in problems.items()}
    for number, used in (quick | unused).items():
        if keys := told_by_unused(batch.events[number], used, normaliser):
            said.named.setdefault(number, set()).update(keys)
    alike = {claim.number: {key: _alike(key, normaliser) for key in claim.all_keys} for claim in claims}
    sought = set[Key]().union(*said.named.values(), *alike.values())
    sought.update(*(each for keys in alike.values() for each in keys.values()))
    digests = {key: tombstone.digest_of(found.salt, key) for key in sought}
    older = {key: tombstone.digest_of(found.salt, form) for key in sought if (form := tombstone.older_form(key)) != key}
    buried = tombstone.buried_among(tx, [*digests.values(), *older.values()])
    erased = {key: buried[each] for digested in (older, digests) for key, each in digested.items() if each in buried}
    careful = {claim.number for claim in claims}
    found.more = read_claims(number for number, keys in said.named.items()
                             if number not in careful and not keys.isdisjoint(erased))  # fmt: skip
    for claim in sorted([*claims, *found.more], key=lambda claim: claim.number) if erased else ():
        hit = _hit(alike.get(claim.number, {}), said.named.get(claim.number, set()), erased)
        if hit.exact or hit.alike:
            carried = hit.exact.union(*hit.alike.values()) & erased.keys()
            at = max(erased[key].erased_at for key in carried)
            if claim.position > settled_to and tombstone.is_own_will(claim.event, at, may_lift):
                tombstone.lift_digests(tx, {each[key] for each in (digests, older) for key in carried if key in each})
                for key in carried:
                    del erased[key]
                hit = _hit(alike.get(claim.number, {}), said.named.get(claim.number, set()), erased)
        if not hit.is_empty:
            found._hits[claim.number] = hit
    return found


def _hit(alike: dict[Key, set[Key]], told: set[Key], erased: dict[Key, Buried]) -> Hit:
    hit = Hit({key for key in alike if key in erased}, {}, {key for key in told if key in erased})
    hit.alike = {key: each & erased.keys() for key, each in alike.items() if key not in erased and each & erased.keys()}
    named = hit.exact.union(hit.told, *hit.alike.values())
    hit.erasure_ids = {erased[key].erasure_id for key in named}
    return hit


def _alike(key: Key, normaliser: Normaliser) -> set[Key]:
    """What an identifier reads as, an address or a telephone: some shops have them for customer ids."""
    return naming_keys(key[0], key[1], normaliser, Asked()) - {key}
