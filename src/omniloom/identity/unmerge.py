"""Undoing merges: the two that a merge linked are two people again, each with all that came for it, before or since.

Merges that stand make a tree over everyone who is one person (``forest``). Taking one away parts it in two where the
merge linked it; nothing else changes, because identifiers and events keep the person they came for. Whatever a room
keeps per root it makes anew for both, by the version of the roots (``roots_since``): that is the hook for ledgers too.
"""

from datetime import datetime

from omniloom.core.errors import Conflict, Missing
from omniloom.identity.claim import Key
from omniloom.identity.forest import hang, linked_with, links_of, without
from omniloom.identity.people import identifiers_by_root, roots_of
from omniloom.store import StateTx, query

CURSOR = "identity"  # of the log: how far people are known
VERSION_CURSOR = "identity.version"  # the highest version ever given to a change of roots

_LAST_PERSON = query(__file__, "last_person")
_MERGE = query(__file__, "merge")
_UNDO = query(__file__, "undo_merge")
_SET_ROOT = query(__file__, "set_root")
_JOINED_BY = query(__file__, "joined_by")
_OWNERS = query(__file__, "owners")
_ADD_APART = query(__file__, "add_apart")


def undo(tx: StateTx, merge_id: str, *, by: str, now: datetime) -> tuple[int, int]:
    """Undo one merge; (who is a person again, who it was part of).

    The part with the present root keeps it. The other is called as it was before the merge, if that number is still in
    it.

    Errors: Missing if there is no such merge; Conflict if it was undone before.
    """
    line = tx.one(_MERGE, merge_id=merge_id)
    if line is None:
        raise Missing(f"no merge {merge_id}", hint="take it from the person's journal of merges", merge_id=merge_id)
    version = next_version(tx)
    decided = {"undone_at": now, "undone_by": by, "position": tx.cursor(CURSOR), "version": version}
    if not tx.run(_UNDO, merge_id=merge_id, **decided):
        raise Conflict("the merge was undone already", hint="nothing is left to do", merge_id=merge_id)
    sides = [(line["from_end"], line["from_id"], line["into_id"]), (line["into_end"], line["into_id"], line["from_id"])]
    root_id = roots_of(tx, [line["from_end"]])[line["from_end"]]
    links = links_of(tx, root_id)
    if root_id in linked_with(sides[0][0], links):
        sides.reverse()
    end, own, other = sides[0]
    parted = linked_with(end, links)
    gone = next(one for one in (own, other, end) if one in parted)
    tx.run(_SET_ROOT, person_ids=sorted(parted), root_id=gone, version=version)
    tx.run(_SET_ROOT, person_ids=[root_id], root_id=root_id, version=version)  # it changed as well
    return gone, root_id


def undo_joined_by(tx: StateTx, key: Key, *, now: datetime) -> None:
    """Undo every merge that rests on an identifier alone, because many people use it.

    What its event would have joined without it stays joined, by that. An identifier with a person of its own stays
    with whom it came to first.
    """
    joined = [merge_id for (merge_id,) in tx.tuples(_JOINED_BY, kind=key[0], value=key[1])]
    for merge_id in dict.fromkeys([*joined, *_named(tx, key)]):
        end = (tx.one(_MERGE, merge_id=merge_id) or {})["from_end"]
        links = links_of(tx, roots_of(tx, [end])[end])
        link = next(one for one in links if one.merge_id == merge_id)
        by_others = without(tx, link, links, key)
        if by_others is None:
            undo(tx, merge_id, by="shared identifier", now=now)
        elif by_others != link:
            hang(tx, by_others)


def _named(tx: StateTx, key: Key) -> list[str]:
    """Merges in its owner's person whose events named an identifier, newest first; not the one by which it came."""
    found: list[str] = []
    for _, owner, root_id, *_ in tx.tuples(_OWNERS, kind=key[0], sought=[key[1]]):
        named = [link for link in links_of(tx, root_id) if key in link.named]
        first = next((link for link in named if owner in link.ends), None)
        is_own = all((one.kind, one.value) == key for one in identifiers_by_root(tx, [root_id]).get(root_id, ())
                     if one.person_id == owner)  # fmt: skip
        if first and is_own and first.joined != key:
            named.remove(first)
        found += [link.merge_id for link in reversed(named)]
    return found


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
