"""Merging two people by hand, and undoing a merge: one journal and one set of limits with what events cause."""

from datetime import datetime
from typing import Any

import msgspec

from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import Ids
from omniloom.identity.normal import KINDS
from omniloom.identity.people import identifiers_by_root, roots_of
from omniloom.identity.resolve import sync_overrides
from omniloom.identity.unmerge import CURSOR, keep_apart, next_version, undo
from omniloom.store import StateTx, Stores, query

_MERGE = query(__file__, "merge")
_MOVE_ROOT = query(__file__, "move_root")
_ADD_MERGE = query(__file__, "add_merge")


def merge(
    stores: Stores, *, into_id: int, from_id: int, rule: str, evidence: dict[str, Any], now: datetime, ids: Ids
) -> str:
    """Make ``from_id`` part of ``into_id``; the id of the journal's line.

    Errors: Missing if one of them does not exist; Conflict if they are one person already, or each has an
            identifier of a kind that a person has only once. Limits of other kinds do not bind whoever decides by hand.
    """
    merge_id = ids.token()
    with stores.state.write() as tx:
        join(tx, merge_id, into_id=into_id, from_id=from_id, rule=rule, evidence=evidence, now=now)
    sync_overrides(stores)
    return merge_id


def join(
    tx: StateTx, merge_id: str, *, into_id: int, from_id: int, rule: str, evidence: dict[str, Any], now: datetime
) -> None:
    """As :func:`merge`, in the caller's transaction; the event store follows with the next events.

    The merge links the two that are named, also if they are part of others: so it is undone there.

    Who was told apart stays so on paper: it says nothing while the two are one, and holds again once they are two,
    whichever merge between them is undone.

    Errors: as :func:`merge`; then nothing was written.
    """
    into_root, from_root = _roots(tx, into_id, from_id)
    held = identifiers_by_root(tx, [into_root, from_root])
    kinds = [{i.kind for i in held.get(root, ())} for root in (into_root, from_root)]
    for kind in sorted(kinds[0] & kinds[1]):
        if KINDS[kind].is_single:
            raise Conflict(f"both have their own {kind}", hint="these are two people", kind=kind)
    version = next_version(tx)
    tx.run(_MOVE_ROOT, from_id=from_root, into_id=into_root, version=version)
    tx.run(
        _ADD_MERGE, version=version, merge_id=merge_id, from_id=from_root, into_id=into_root, from_end=from_id,
        into_end=into_id, rule=rule, evidence=msgspec.json.encode(evidence).decode(), merged_at=now, joined_kind=None,
        joined_value=None, position=tx.cursor(CURSOR),
    )  # fmt: skip


def unmerge(stores: Stores, merge_id: str, *, by: str, now: datetime) -> tuple[int, int]:
    """Undo a merge, whoever or whatever made it; the two people there are then: (who is one again, who stays).

    Both get back what is theirs: events and everything else follow their own identifiers, those too that came while the
    two were one. Events do not merge the two again; a merge by hand still can.

    Errors: Missing if there is no such merge; Conflict if it was undone before.
    """
    with stores.state.write() as tx:
        gone, stays = part(tx, merge_id, by=by, now=now)
    sync_overrides(stores)
    return gone, stays


def part(tx: StateTx, merge_id: str, *, by: str, now: datetime) -> tuple[int, int]:
    """As :func:`unmerge`, in the caller's transaction; the event store follows with the next events."""
    gone, stays = undo(tx, merge_id, by=by, now=now)
    keep_apart(tx, *_linked(tx, merge_id), by=by, now=now)
    return gone, stays


def _linked(tx: StateTx, merge_id: str) -> tuple[int, int]:
    line = tx.one(_MERGE, merge_id=merge_id) or {}
    return int(line["from_end"]), int(line["into_end"])


def _roots(tx: StateTx, into_id: int, from_id: int) -> tuple[int, int]:
    roots = roots_of(tx, [into_id, from_id])
    for person_id in (into_id, from_id):
        if person_id not in roots:
            raise Missing(f"no person {person_id}", hint="search for one by any identifier", person_id=person_id)
    if roots[into_id] == roots[from_id]:
        raise Conflict(f"{into_id} and {from_id} are one person already", hint="nothing is left to do")
    return roots[into_id], roots[from_id]
