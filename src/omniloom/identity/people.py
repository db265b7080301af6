"""Questions about who is who. Every answer follows merges."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from omniloom.core.clock import instant
from omniloom.core.errors import Missing
from omniloom.identity.normal import BY_PRIORITY, KINDS, normalise
from omniloom.store import StateTx, Stores, query

_HOLDERS = query(__file__, "holders")
_ROOT_OF = query(__file__, "root_of")
_MEMBERS_OF = query(__file__, "members_of")
_IDENTIFIERS_OF = query(__file__, "identifiers_of")
_MERGES_OF = query(__file__, "merges_of")
_ROOTS_SINCE = query(__file__, "roots_since")


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier of a person; ``person_id`` is whose it was when it came.

    ``is_shared``: many people use it, so it joins nobody.
    """

    kind: str
    value: str
    first_seen_at: datetime
    last_seen_at: datetime
    person_id: int
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class MergeEntry:
    """One line of the merge journal: ``from_id`` became part of ``into_id`` by a rule, on this evidence."""

    merge_id: str
    from_id: int
    into_id: int
    rule: str
    evidence: dict[str, Any]
    merged_at: datetime
    undone_at: datetime | None


def find(stores: Stores, text: str, home_region: str) -> list[int]:
    """People who have exactly this identifier, of whatever kind, by the strongest kind first; no one twice."""
    found: dict[int, None] = {}
    with stores.state.read() as tx:
        for kind in BY_PRIORITY:
            value = normalise(kind, text, home_region)
            if isinstance(value, str):
                for holders in tx.tuples(_HOLDERS, kind=kind, value=value):
                    found.update(dict.fromkeys(holder for holder in holders if holder is not None))
    return list(found)


def root_of(stores: Stores, person_id: int) -> int:
    """Who ``person_id`` is by now. Errors: Missing if there never was such a person."""
    with stores.state.read() as tx:
        roots = roots_of(tx, [person_id])
    if person_id not in roots:
        raise Missing(f"no person {person_id}", hint="search for one by any identifier", person_id=person_id)
    return roots[person_id]


def roots_of(tx: StateTx, person_ids: list[int]) -> dict[int, int]:
    """Who people are by now: person -> root; unknown people are left out."""
    return dict(tx.tuples(_ROOT_OF, person_ids=person_ids))


def roots_since(tx: StateTx, version: int) -> list[tuple[int, int, int]]:
    """(person, root, version) of everyone whose root changed after a version, oldest change first.

    For readers that keep something per root: remember the last version, ask again later.
    """
    return [(person_id, root_id, at) for person_id, root_id, at in tx.tuples(_ROOTS_SINCE, version=version)]


def members_of(tx: StateTx, root_ids: list[int]) -> dict[int, list[int]]:
    """Everyone who is part of each person, itself included: the original ids that events and rows carry."""
    members: dict[int, list[int]] = {}
    for root_id, person_id in tx.tuples(_MEMBERS_OF, root_ids=root_ids):
        members.setdefault(root_id, []).append(person_id)
    return members


def identifiers_of(stores: Stores, person_id: int) -> list[Identifier]:
    """All identifiers of a person, strongest kind first, then last seen first.

    Errors: Missing if there never was such a person.
    """
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        return identifiers_by_root(tx, [root_id]).get(root_id, [])


def identifiers_by_root(tx: StateTx, root_ids: list[int]) -> dict[int, list[Identifier]]:
    """As :func:`identifiers_of` for many people at once: root -> identifiers."""
    found: dict[int, list[Identifier]] = {}
    for root_id, person_id, kind, value, first, last, shared_at in tx.tuples(_IDENTIFIERS_OF, root_ids=root_ids):
        known = Identifier(kind, value, instant(first), instant(last), person_id, is_shared=shared_at is not None)
        found.setdefault(root_id, []).append(known)
    for identifiers in found.values():
        identifiers.sort(key=lambda i: KINDS[i.kind].priority)
    return found


def naming(tx: StateTx, person_ids: list[int]) -> dict[int, tuple[str, str]]:
    """What to name each person by in an event about them: person -> (kind, value); who has nothing is left out.

    The strongest identifier, of several the one seen last (so it stays that). Never one that many people use: such an
    event would be its stand-in's.
    """
    roots = roots_of(tx, person_ids)
    known = identifiers_by_root(tx, sorted(set(roots.values())))
    named: dict[int, tuple[str, str]] = {}
    for person_id, root_id in roots.items():
        own = [one for one in known.get(root_id, ()) if not one.is_shared]
        if own:
            newest = max((one for one in own if one.kind == own[0].kind), key=lambda i: (i.last_seen_at, i.value))
            named[person_id] = (newest.kind, newest.value)
    return named


def merges_of(stores: Stores, person_id: int) -> list[MergeEntry]:
    """How a person came together, oldest merge first. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        rows = tx.rows(_MERGES_OF, root_id=root_id)
    return [
        MergeEntry(
            merge_id=row["merge_id"], from_id=row["from_id"], into_id=row["into_id"], rule=row["rule"],
            evidence=msgspec.json.decode(row["evidence"]), merged_at=instant(row["merged_at"]),
            undone_at=None if row["undone_at"] is None else instant(row["undone_at"]),
        )
        for row in rows
    ]  # fmt: skip
