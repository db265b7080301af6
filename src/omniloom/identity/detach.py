"""Detaching an identifier that is not its person's: a friend's phone, an address with a typo in it.

It gets a person of its own. If it came with one (beside another strong identifier, see graph), that person's merge is
undone, and what came by the identifier alone goes with it. If it was attached, the attachment is journalled as the
merge that it would have been, and undone at once: events keep the person they came for, and from now on those that it
decides about are the new person's. Either way it is an un-merge: the two are kept apart, and a merge by hand takes it
back.

Whoever was merged because an event named this identifier beside theirs goes with it; if the event named another one of
the customer's as well, they stay by that (``_plan``).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from omniloom.core.clock import micros
from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import Ids
from omniloom.identity.claim import Key
from omniloom.identity.forest import Link, hang, linked_with, links_of, without
from omniloom.identity.known import EPOCH_CURSOR
from omniloom.identity.merge import part
from omniloom.identity.normal import KINDS
from omniloom.identity.people import Identifier, identifiers_by_root, roots_of
from omniloom.identity.resolve import sync_overrides
from omniloom.identity.unmerge import CURSOR, next_version
from omniloom.store import StateTx, Stores, query

RULE = "detach"

_LAST_PERSON = query(__file__, "last_person")
_ADD_PERSON = query(__file__, "add_person")
_ADD_MERGE = query(__file__, "add_merge")
_GIVE = query(__file__, "give_identifier")
_MERGE = query(__file__, "merge")
_OWNERS = query(__file__, "owners")
_SET_EVIDENCE = query(__file__, "set_evidence")


@dataclass(frozen=True, slots=True)
class Detaching:
    """What detaching an identifier would come to.

    ``takes_history``: what came by it alone goes with it; else that stays, and what comes from now on is another's.
    ``going``: merges that stand because of it, and go with it; ``staying``: those that stay, because nothing that names
    the customer would be left without them.
    """

    takes_history: bool
    going: int
    staying: int


@dataclass(frozen=True, slots=True)
class Detached:
    """``person_id``: who the identifier was taken from, as they are called since; ``own_id``: whose it is now."""

    person_id: int
    own_id: int
    takes_history: bool


@dataclass(slots=True)
class _Plan:
    """``cut``: the merge to undo, None if the identifier was attached. ``hung``: merges that others of their events'
    identifiers hold; ``going`` and ``staying``: merges that rest on this one alone.
    """

    held: Identifier
    cut: Link | None = None
    hung: list[Link] = field(default_factory=list)
    going: list[Link] = field(default_factory=list)
    staying: list[Link] = field(default_factory=list)


def detaching(stores: Stores, person_id: int, key: Key) -> Detaching:
    """What :func:`detach` would come to. Errors: as that."""
    with stores.state.read() as tx:
        plan = _plan(tx, person_id, key)
    return Detaching(takes_history=plan.cut is not None, going=len(plan.going), staying=len(plan.staying))


def detach(stores: Stores, person_id: int, key: Key, *, by: str, now: datetime, ids: Ids, note: str = "") -> Detached:
    """Take an identifier (kind, normal form) from a person, by any of whose ids; it gets a person of its own.

    Events do not join the two again, whatever they prove; ``merge(into_id=person_id, from_id=own_id)`` takes it back.
    ``note``: why.

    Errors: Missing if there is no such person or identifier; Conflict if it is somebody else's, if many people use it,
            or if the person is known by nothing else.
    """
    with stores.state.write() as tx:
        plan = _plan(tx, person_id, key)
        for link in plan.hung:
            hang(tx, link)
        merge_id = plan.cut.merge_id if plan.cut else _as_merge(tx, plan, merge_id=ids.token(), by=by, now=now)
        if note or plan.cut:
            _note(tx, merge_id, note, None if plan.cut is None else key)
        gone, stays = part(tx, merge_id, by=by, now=now)
        (own_id,) = [owner for _, owner, *_ in tx.tuples(_OWNERS, kind=key[0], sought=[key[1]])]
        is_gone = roots_of(tx, [own_id])[own_id] == gone  # else the others had been merged into it
        tx.move_cursor(EPOCH_CURSOR, tx.cursor(EPOCH_CURSOR) + 1)
    sync_overrides(stores)
    own_id, rest_id = (gone, stays) if is_gone else (stays, gone)
    return Detached(person_id=rest_id, own_id=own_id, takes_history=plan.cut is not None)


# --- what goes and what stays ----------------------------------------------------------------------------------------


def _plan(tx: StateTx, person_id: int, key: Key) -> _Plan:
    """What is to be done. The customer is whoever the root is; or, if the identifier's own person is that, whoever
    remains there; or whom it came to.

    Errors: as :func:`detach`.
    """
    held, root_id, others = _held(tx, person_id, key)
    node = held.person_id
    plan = _Plan(held)
    links = links_of(tx, root_id)
    resting = _hang_elsewhere(tx, plan, links)
    at_node = [link for link in links if node in link.ends]
    path = next((link for link in at_node if root_id in _beyond(link, links, node)), None)
    beside = [one for one in others if one.person_id == node]
    if beside:
        is_known = path is not None or any(KINDS[one.kind].is_strong and not one.is_shared for one in beside)
        plan.going, plan.staying = (resting, []) if is_known else ([], resting)
        plan.going = [link for link in plan.going if link != path]
        return plan
    cut = path or _came_by(at_node, key)
    if cut and {one.person_id for one in others if not one.is_shared} & _beyond(cut, links, node):
        plan.cut, plan.going = cut, [link for link in at_node if link != cut]
    else:
        plan.staying = resting
    return plan


def _hang_elsewhere(tx: StateTx, plan: _Plan, links: list[Link]) -> list[Link]:
    """Have merges held by what else their events named, where there is such; those that rest on the identifier."""
    key, node = (plan.held.kind, plan.held.value), plan.held.person_id
    resting: list[Link] = []
    for place, link in enumerate(links):
        if node not in link.ends or key not in link.named:
            continue
        by_others = without(tx, link, links, key)
        if by_others is None:
            resting.append(link)
        elif by_others != link:
            plan.hung.append(by_others)
            links[place] = by_others
    return resting


def _beyond(link: Link, links: list[Link], node: int) -> set[int]:
    """Everyone on the other side of a link of somebody's."""
    far = link.into_end if link.from_end == node else link.from_end
    return linked_with(far, [one for one in links if one != link])


def _came_by(at_node: list[Link], key: Key) -> Link | None:
    """The merge that brought the root's only identifier: the only one there is, or the only one by another's."""
    brought = at_node if len(at_node) == 1 else [link for link in at_node if link.joined != key]
    return brought[0] if len(brought) == 1 else None


def _held(tx: StateTx, person_id: int, key: Key) -> tuple[Identifier, int, list[Identifier]]:
    """The identifier that is to be taken from a person, the root, and what else they are known by.

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
    others = [one for one in identifiers if one is not found]
    if all(one.is_shared for one in others):
        raise Conflict("the customer is known by nothing else", hint="merge them with whoever they are, or erase them",
                       field="value", kind=key[0])  # fmt: skip
    return found, roots[person_id], others


def _refuse(tx: StateTx, key: Key) -> None:
    """Errors: Conflict if the identifier is somebody else's."""
    if tx.tuples(_OWNERS, kind=key[0], sought=[key[1]]):
        raise Conflict("this identifier is another customer's", hint="open that customer", field="value", kind=key[0])


def _as_merge(tx: StateTx, plan: _Plan, *, merge_id: str, by: str, now: datetime) -> str:
    """Give an attached identifier, and what goes with it, a person merged with the one it was attached to."""
    held, node = plan.held, plan.held.person_id
    own_id = int((tx.one(_LAST_PERSON) or {"person_id": 0})["person_id"]) + 1
    root_id, version = roots_of(tx, [node])[node], next_version(tx)
    tx.run(_ADD_PERSON, person_id=own_id, root_id=root_id, created_at=micros(now), version=version)
    tx.run(_GIVE, kind=held.kind, value=held.value, person_id=own_id)
    for link in plan.going:
        from_end, into_end = (own_id if end == node else end for end in link.ends)
        hang(tx, replace(link, from_end=from_end, into_end=into_end))
    tx.run(
        _ADD_MERGE, version=version, merge_id=merge_id, from_id=own_id, into_id=node, from_end=own_id, into_end=node,
        rule=RULE, evidence=msgspec.json.encode({"by": by}).decode(), merged_at=now, joined_kind=held.kind,
        joined_value=held.value, position=tx.cursor(CURSOR),
    )  # fmt: skip
    return merge_id


def _note(tx: StateTx, merge_id: str, note: str, taken: Key | None) -> None:
    """Write why beside what the merge rested on, and what was taken away if the merge does not say that."""
    evidence = msgspec.json.decode((tx.one(_MERGE, merge_id=merge_id) or {})["evidence"])
    said = ({"detached": note} if note else {}) | ({"taken": dict([taken])} if taken else {})
    tx.run(_SET_EVIDENCE, merge_id=merge_id, evidence=msgspec.json.encode(evidence | said).decode())
