"""The merges that stand in one person: a tree over everyone who is part of it.

A merge rests on an event that named identifiers of two people, or on a decision about two. These two are its *ends*,
whatever they are part of: who is shown beside Boris' e-mail while he is taken for a part of Anna came for Boris. So
each merge joins two trees by one link, and taking a link away parts them where it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from omniloom.identity.claim import Key, place
from omniloom.identity.normal import KINDS
from omniloom.store import StateTx, query

_STANDING = query(__file__, "standing_merges")
_OWNERS = query(__file__, "owners")
_HANG = query(__file__, "hang_merge")


@dataclass(frozen=True, slots=True)
class Link:
    """One merge that stands; ``joined``: the identifier that joined its ends, None if somebody decided."""

    merge_id: str
    from_end: int
    into_end: int
    joined: Key | None
    evidence: str

    @property
    def ends(self) -> tuple[int, int]:
        """Whom it links."""
        return self.from_end, self.into_end

    @property
    def named(self) -> frozenset[Key]:
        """The identifiers that its event named; none if nobody knows (any more), or somebody decided."""
        if self.joined is None:
            return frozenset()
        told: dict[str, Any] = msgspec.json.decode(self.evidence)
        return frozenset(told.get("identifiers", {}).items()) | {self.joined}


def links_of(tx: StateTx, root_id: int) -> list[Link]:
    """The merges that stand in a person, oldest first."""
    return [
        Link(merge_id, from_end, into_end, (kind, value) if kind and value else None, evidence)
        for merge_id, from_end, into_end, kind, value, evidence in tx.tuples(_STANDING, root_id=root_id)
    ]


def linked_with(person_id: int, links: Iterable[Link]) -> set[int]:
    """Everyone whom links join with somebody, themselves included."""
    beside: dict[int, list[int]] = {}
    for link in links:
        beside.setdefault(link.from_end, []).append(link.into_end)
        beside.setdefault(link.into_end, []).append(link.from_end)
    found, new = {person_id}, [person_id]
    for one in new:
        new.extend(other for other in beside.get(one, ()) if other not in found)
        found.update(beside.get(one, ()))
    return found


def without(tx: StateTx, link: Link, links: list[Link], key: Key) -> Link | None:
    """The same merge by what else its event named, of a tree's links; None if it rests on the identifier alone.

    Other identifiers must be strong, as for the rules of merging, or the one that joined the two.
    """
    keys = [one for one in link.named if one != key and one[0] in KINDS]
    owners = _owners(tx, [one for one in keys if KINDS[one[0]].is_strong or one == link.joined])
    others = [other for other in links if other.merge_id != link.merge_id]
    by: list[Key] = []
    for end in link.ends:
        side = linked_with(end, others)
        near = [one for one, owner in owners.items() if owner in side]
        if not near:
            return None
        by.append(min(near, key=lambda one: (owners[one] != end, place(one[0]))))
    joined = link.joined if link.joined in owners else max(by, key=lambda one: place(one[0]))
    return replace(link, from_end=owners[by[0]], into_end=owners[by[1]], joined=joined)


def hang(tx: StateTx, link: Link) -> None:
    """Write down that a merge links other people, or rests on another identifier, than it did."""
    kind, value = link.joined or (None, None)
    tx.run(
        _HANG, merge_id=link.merge_id, from_end=link.from_end, into_end=link.into_end, joined_kind=kind,
        joined_value=value,
    )  # fmt: skip


def _owners(tx: StateTx, keys: list[Key]) -> dict[Key, int]:
    """Whose identifiers are; without those that many people use."""
    found: dict[Key, int] = {}
    for kind, value in sorted(keys):
        for row in tx.tuples(_OWNERS, kind=kind, sought=[value]):
            if row[5] is None:
                found[kind, value] = row[1]
    return found
