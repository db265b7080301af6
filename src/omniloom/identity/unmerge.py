"""Undoing merges: whoever was merged is a person again, with all that was merged into it.

Merges that stand make trees: each person has at most one merge that moved it. Taking one away parts its tree in two;
nothing else changes, because identifiers and events keep the person they came for. Whatever a room keeps per root it
makes anew for both, by the version of the roots (``roots_since``): that is the hook for ledgers too.
"""

from datetime import datetime

from omniloom.core.errors import Conflict, Missing
from omniloom.identity.claim import Key
from omniloom.identity.people import roots_of
from omniloom.store import StateTx, query

CURSOR = "identity"  # of the log: how far people are known
VERSION_CURSOR = "identity.version"  # the highest version ever given to a change of roots

_LAST_PERSON = query(__file__, "last_person")
_MERGE = query(__file__, "merge")
_STANDING = query(__file__, "standing_merges")
_UNDO = query(__file__, "undo_merge")
_SET_ROOT = query(__file__, "set_root")
_JOINED_BY = query(__file__, "joined_by")
_ADD_APART = query(__file__, "add_apart")


def undo(tx: StateTx, merge_id: str, *, by: str, now: datetime) -> tuple[int, int]:
    """Undo one merge; (who is a person again, who it was part of).

    Errors: Missing if there is no such merge; Conflict if it was undone before.
    """
    line = tx.one(_MERGE, merge_id=merge_id)
    if line is None:
        raise Missing(f"no merge {merge_id}", hint="take it from the person's journal of merges", merge_id=merge_id)
    version = next_version(tx)
    decided = {"undone_at": now, "undone_by": by, "position": tx.cursor(CURSOR), "version": version}
    if not tx.run(_UNDO, merge_id=merge_id, **decided):
        raise Conflict("the merge was undone already", hint="nothing is left to do", merge_id=merge_id)
    from_id, root_id = int(line["from_id"]), roots_of(tx, [line["from_id"]])[line["from_id"]]
    parts: dict[int, list[int]] = {}
    for part, whole in tx.tuples(_STANDING, root_id=root_id):
        parts.setdefault(whole, []).append(part)
    tx.run(_SET_ROOT, person_ids=_all_of(from_id, parts), root_id=from_id, version=version)
    tx.run(_SET_ROOT, person_ids=[root_id], root_id=root_id, version=version)  # it changed as well
    return from_id, root_id


def undo_joined_by(tx: StateTx, key: Key, *, now: datetime) -> None:
    """Undo every merge that an identifier caused, because many people use it."""
    for merge_id, _, _ in tx.tuples(_JOINED_BY, kind=key[0], value=key[1]):
        undo(tx, merge_id, by="shared identifier", now=now)


def keep_apart(tx: StateTx, person_id: int, other_id: int, *, by: str, now: datetime) -> None:
    """Let no event make these two one again; a merge by hand still may."""
    for one, other in ((person_id, other_id), (other_id, person_id)):
        tx.run(_ADD_APART, person_id=one, other_id=other, since=now, said_by=by)


def next_version(tx: StateTx, changes: int = 1) -> int:
    """The number of the next change of roots, the last one of so many; no number is ever given again.

    The rows alone do not tell: those of the newest change may have been erased, and readers have passed its number.
    """
    last = int((tx.one(_LAST_PERSON) or {"version": 0})["version"])
    version = max(last, tx.cursor(VERSION_CURSOR)) + changes
    tx.move_cursor(VERSION_CURSOR, version)
    return version


def _all_of(person_id: int, parts: dict[int, list[int]]) -> list[int]:
    """A person and everyone merged into it, at whatever depth."""
    found = [person_id]
    for one in found:
        found.extend(parts.get(one, ()))
    return found
