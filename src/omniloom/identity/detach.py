"""Detaching an identifier that is not its person's: a friend's phone, an address with a typo in it.

It gets a person of its own. If it came with one (beside another strong identifier, see graph), that person's merge is
undone, and what came by the identifier alone goes with it. If it was attached, the attachment is journalled as the
merge that it would have been, and undone at once: events keep the person they came for, and from now on those that it
decides about are the new person's. Either way it is an un-merge: the two are kept apart, and a merge by hand takes it
back.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from omniloom.core.clock import micros
from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import Ids
from omniloom.identity.claim import Key
from omniloom.identity.known import EPOCH_CURSOR
from omniloom.identity.merge import part
from omniloom.identity.people import Identifier, identifiers_by_root, roots_of
from omniloom.identity.resolve import sync_overrides
from omniloom.identity.unmerge import CURSOR, next_version
from omniloom.store import StateTx, Stores, query

RULE = "detach"

_LAST_PERSON = query(__file__, "last_person")
_ADD_PERSON = query(__file__, "add_person")
_ADD_MERGE = query(__file__, "add_merge")
_GIVE = query(__file__, "give_identifier")
_JOINED_BY = query(__file__, "joined_by")
_MERGE = query(__file__, "merge")
_MERGES_WITH = query(__file__, "merges_with")
_OWNERS = query(__file__, "owners")
_SET_EVIDENCE = query(__file__, "set_evidence")


@dataclass(frozen=True, slots=True)
class Detaching:
    """What detaching an identifier would come to.

    ``takes_history``: what came by it alone goes with it; else that stays, and what comes from now on is another's.
    ``joined``: other merges that stand because of it; they stay.
    """

    takes_history: bool
    joined: int


@dataclass(frozen=True, slots=True)
class Detached:
    """``person_id``: who the identifier was taken from, as they are called since; ``own_id``: whose it is now."""

    person_id: int
    own_id: int
    takes_history: bool


def detaching(stores: Stores, person_id: int, key: Key) -> Detaching:
    """What :func:`detach` would come to. Errors: as that."""
    with stores.state.read() as tx:
        held, is_alone = _held(tx, person_id, key)
        own = _own_merge(tx, held) if is_alone else None
        joined = [merge_id for merge_id, _, _ in tx.tuples(_JOINED_BY, kind=key[0], value=key[1])]
    return Detaching(takes_history=own is not None, joined=sum(merge_id != own for merge_id in joined))


def detach(stores: Stores, person_id: int, key: Key, *, by: str, now: datetime, ids: Ids, note: str = "") -> Detached:
    """Take an identifier (kind, normal form) from a person, by any of whose ids; it gets a person of its own.

    Events do not join the two again, whatever they prove; ``merge(into_id=person_id, from_id=own_id)`` takes it back.
    ``note``: why.

    Errors: Missing if there is no such person or identifier; Conflict if it is somebody else's, if many people use it,
            or if the person is known by nothing else.
    """
    with stores.state.write() as tx:
        held, is_alone = _held(tx, person_id, key)
        own = _own_merge(tx, held) if is_alone else None
        merge_id = own or _as_merge(tx, held, merge_id=ids.token(), by=by, now=now)
        if note:
            _note(tx, merge_id, note)
        gone, stays = part(tx, merge_id, by=by, now=now)
        tx.move_cursor(EPOCH_CURSOR, tx.cursor(EPOCH_CURSOR) + 1)
    sync_overrides(stores)
    if own and gone != held.person_id:  # the others had been merged into it
        gone, stays = stays, gone
    return Detached(person_id=stays, own_id=gone, takes_history=own is not None)


def _held(tx: StateTx, person_id: int, key: Key) -> tuple[Identifier, bool]:
    """The identifier that is to be taken from a person, and whether it came with a person of its own.

    Errors: as :func:`detach`.
    """
    roots = roots_of(tx, [person_id])
    if person_id not in roots:
        raise Missing(f"no person {person_id}", hint="search for one by any identifier", person_id=person_id)
    identifiers = identifiers_by_root(tx, [roots[person_id]]).get(roots[person_id], [])
    found = next((one for one in identifiers if (one.kind, one.value) == key), None)
    if found is None:
        _refuse(tx, key)
        raise Missing(f"value: nobody has the {key[0]} {key[1]}", hint="take it from the person's identifiers",
                      field="value", kind=key[0])  # fmt: skip
    if found.is_shared:
        raise Conflict("many people use this identifier", hint="it says nothing of anybody and joins nobody",
                       field="value", kind=key[0])  # fmt: skip
    if all(one is found or one.is_shared for one in identifiers):
        raise Conflict("the customer is known by nothing else", hint="merge them with whoever they are, or erase them",
                       field="value", kind=key[0])  # fmt: skip
    return found, all(one is found or one.person_id != found.person_id for one in identifiers)


def _refuse(tx: StateTx, key: Key) -> None:
    """Errors: Conflict if the identifier is somebody else's."""
    if tx.tuples(_OWNERS, kind=key[0], sought=[key[1]]):
        raise Conflict("this identifier is another customer's", hint="open that customer", field="value", kind=key[0])


def _own_merge(tx: StateTx, held: Identifier) -> str | None:
    """The merge whose undoing parts just this identifier's own person from everybody else; None if there are more."""
    merges = tx.tuples(_MERGES_WITH, person_id=held.person_id)
    return str(merges[0][0]) if len(merges) == 1 else None


def _as_merge(tx: StateTx, held: Identifier, *, merge_id: str, by: str, now: datetime) -> str:
    """Give an attached identifier a person of its own, merged with the one it was attached to."""
    own_id = int((tx.one(_LAST_PERSON) or {"person_id": 0})["person_id"]) + 1
    root_id, version = roots_of(tx, [held.person_id])[held.person_id], next_version(tx)
    tx.run(_ADD_PERSON, person_id=own_id, root_id=root_id, created_at=micros(now), version=version)
    tx.run(_GIVE, kind=held.kind, value=held.value, person_id=own_id)
    tx.run(
        _ADD_MERGE, version=version, merge_id=merge_id, from_id=own_id, into_id=held.person_id, rule=RULE,
        evidence=msgspec.json.encode({"by": by}).decode(), merged_at=now, joined_kind=held.kind,
        joined_value=held.value, position=tx.cursor(CURSOR),
    )  # fmt: skip
    return merge_id


def _note(tx: StateTx, merge_id: str, note: str) -> None:
    """Write why beside what the merge rested on."""
    evidence = msgspec.json.decode((tx.one(_MERGE, merge_id=merge_id) or {})["evidence"])
    tx.run(_SET_EVIDENCE, merge_id=merge_id, evidence=msgspec.json.encode(evidence | {"detached": note}).decode())
