"""Why these identifiers are one person: who was merged with whom on what evidence, and what each of them brought."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from omniloom.core.clock import instant
from omniloom.identity import KINDS, members_of, root_of
from omniloom.store import StateTx, Stores, query

IDENTIFIERS_MAX = 150  # a picture of more says nothing; devices go first

_IDENTIFIERS = query(__file__, "graph_identifiers")
_MERGES = query(__file__, "graph_merges")


@dataclass(frozen=True, slots=True)
class Attached:
    """An identifier, and the person (as it was then) whom its events were about.

    ``is_shared``: many people use it, so it joins nobody.
    """

    kind: str
    value: str
    person_id: int
    first_seen_at: datetime
    last_seen_at: datetime
    is_shared: bool
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Joining:
    """One line of the journal of merges. ``joined_kind`` and ``joined_value``: the identifier both turned out to have,
    empty if somebody decided. ``is_standing``: it was not undone.
    """

    merge_id: str
    from_id: int
    into_id: int
    rule: str
    evidence: dict[str, Any]
    joined_kind: str
    joined_value: str
    merged_at: datetime
    undone_at: datetime | None
    undone_by: str

    @property
    def is_standing(self) -> bool:
        """Whether the two are one because of it."""
        return self.undone_at is None


@dataclass(frozen=True, slots=True)
class Whole:
    """One person as a graph: ``people`` are the nodes that events came for, ``person_id`` the one they all became.

    ``left_out``: identifiers beyond those shown.
    """

    person_id: int
    people: list[int]
    identifiers: list[Attached]
    merges: list[Joining]
    left_out: int


def whole(stores: Stores, person_id: int) -> Whole:
    """The graph behind a person. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        people = sorted(members_of(tx, [root_id])[root_id])
        identifiers = _attached(tx, people)
        merges = _merges(tx, people)
    standing = [one for one in merges if one.is_standing]
    shown = identifiers[:IDENTIFIERS_MAX]
    return Whole(root_id, people, shown, standing, len(identifiers) - len(shown))


def merge_journal(stores: Stores, person_id: int) -> list[Joining]:
    """Every merge that someone who is part of the person took part in, undone ones too, newest first.

    Errors: Missing if there never was such a person.
    """
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        return _merges(tx, members_of(tx, [root_id])[root_id])


def _attached(tx: StateTx, people: list[int]) -> list[Attached]:
    found = [
        Attached(kind, value, person_id, instant(first), instant(last), bool(is_shared), verified_at is not None)
        for kind, value, person_id, first, last, is_shared, verified_at in tx.tuples(_IDENTIFIERS, person_ids=people)
    ]
    return sorted(found, key=lambda one: (KINDS[one.kind].priority, -one.last_seen_at.timestamp(), one.value))


def _merges(tx: StateTx, people: list[int]) -> list[Joining]:
    return [
        Joining(
            merge_id=row["merge_id"], from_id=row["from_id"], into_id=row["into_id"], rule=row["rule"],
            evidence=msgspec.json.decode(row["evidence"]),
            joined_kind=row["joined_kind"] or "", joined_value=row["joined_value"] or "",
            merged_at=instant(row["merged_at"]),
            undone_at=None if row["undone_at"] is None else instant(row["undone_at"]),
            undone_by=row["undone_by"] or "",
        )
        for row in tx.rows(_MERGES, person_ids=people)
    ]  # fmt: skip
