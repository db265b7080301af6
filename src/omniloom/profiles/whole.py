"""Why these identifiers are one person: who was merged with whom on what evidence, and what each of them brought."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from omniloom.core.clock import instant
from omniloom.identity import KINDS, PREVIOUS_KINDS, ProblemReason, members_of, normalise, root_of
from omniloom.store import StateTx, Stores, query

IDENTIFIERS_MAX = 150  # a picture of more says nothing; devices go first
REFUSED_MAX = 20  # identifiers not taken that are worth showing, the newest ones
_REFUSED_ROWS = 500
_OF_NORMAL_FORMS = (ProblemReason.SHARED, ProblemReason.OVER_LIMIT)  # what may be wrong with a value of its kind

_REFUSED = query(__file__, "graph_refused")
_IDENTIFIERS = query(__file__, "graph_identifiers")
_MERGES = query(__file__, "graph_merges")


@dataclass(frozen=True, slots=True)
class Attached:
    """An identifier, and the person (as it was then) whom its events were about.

    ``is_shared``: many people use it, so it joins nobody. ``is_foreign``: another person's, whom it did not join to
    this one. ``users``: people who were counted using it; counting ends where it is shared.
    """

    kind: str
    value: str
    person_id: int
    first_seen_at: datetime
    last_seen_at: datetime
    is_shared: bool
    is_verified: bool
    is_foreign: bool = False
    users: int = 1


@dataclass(frozen=True, slots=True)
class Refused:
    """An identifier that the person's events named and that was not taken for theirs, why, and how often.

    ``value``: its normal form, or as it came if it has none.
    """

    kind: str
    value: str
    reason: ProblemReason
    events: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Joining:
    """One line of the journal of merges. ``joined_kind`` and ``joined_value``: the identifier both turned out to have,
    empty if somebody decided. ``from_end`` and ``into_end``: whom it links, parts of the two. ``is_standing``: it was
    not undone.
    """

    merge_id: str
    from_id: int
    into_id: int
    from_end: int
    into_end: int
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
class KindHeld:
    """How many identifiers of one kind are a person's."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Whole:
    """One person as a graph: ``people`` are the nodes that events came for, ``person_id`` the one they all became.

    ``held``: how many identifiers of each kind are theirs; ``left_out``: identifiers beyond those shown.
    """

    person_id: int
    people: list[int]
    identifiers: list[Attached]
    merges: list[Joining]
    left_out: int
    held: list[KindHeld] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def whole(stores: Stores, person_id: int, *, home_region: str) -> Whole:
    """The graph behind a person. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        people = sorted(members_of(tx, [root_id])[root_id])
        identifiers = _attached(tx, people)
        merges = _merges(tx, people)
    standing = [one for one in merges if one.is_standing]
    shown = identifiers[:IDENTIFIERS_MAX]
    counts = Counter(one.kind for one in identifiers if not one.is_foreign)
    held = [KindHeld(kind, count) for kind, count in counts.items()]
    refused = _refused(stores, people, {(one.kind, one.value) for one in identifiers}, home_region)
    return Whole(root_id, people, shown, standing, len(identifiers) - len(shown), held, refused)


def merge_journal(stores: Stores, person_id: int) -> list[Joining]:
    """Every merge that someone who is part of the person took part in, undone ones too, newest first.

    Errors: Missing if there never was such a person.
    """
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        return _merges(tx, members_of(tx, [root_id])[root_id])


def _attached(tx: StateTx, people: list[int]) -> list[Attached]:
    found = [
        Attached(
            kind, value, person_id, instant(first), instant(last), bool(is_shared), verified_at is not None,
            bool(is_foreign), int(users),
        )
        for kind, value, person_id, first, last, is_shared, verified_at, is_foreign, users in tx.tuples(
            _IDENTIFIERS, person_ids=people
        )
    ]  # fmt: skip
    return sorted(found, key=lambda one: (KINDS[one.kind].priority, -one.last_seen_at.timestamp(), one.value))


def _merges(tx: StateTx, people: list[int]) -> list[Joining]:
    return [
        Joining(
            merge_id=row["merge_id"], from_id=row["from_id"], into_id=row["into_id"],
            from_end=row["from_end"], into_end=row["into_end"], rule=row["rule"],
            evidence=msgspec.json.decode(row["evidence"]),
            joined_kind=row["joined_kind"] or "", joined_value=row["joined_value"] or "",
            merged_at=instant(row["merged_at"]),
            undone_at=None if row["undone_at"] is None else instant(row["undone_at"]),
            undone_by=row["undone_by"] or "",
        )
        for row in tx.rows(_MERGES, person_ids=people)
    ]  # fmt: skip


def _refused(stores: Stores, people: list[int], shown: set[tuple[str, str]], home_region: str) -> list[Refused]:
    """What was not taken, each once, the newest first; what the graph shows anyway is left out."""
    with stores.events.read() as tx:
        rows = tx.tuples(
            _REFUSED, person_ids=people, person_min=min(people), person_max=max(people), rows_max=_REFUSED_ROWS
        )
    reasons = {str(reason): reason for reason in ProblemReason}
    found: dict[tuple[str, str], Refused] = {}
    for identifiers, problems, events, last_seen_at in rows:
        values = msgspec.json.decode(identifiers)
        for kind, said in msgspec.json.decode(problems).items():
            reason = reasons.get(said.partition(":")[0])
            if kind not in KINDS or reason is None:
                continue
            meant = _values_with(reason, kind, values, home_region)
            value = next((each for each in meant if (kind, each) not in shown), None)
            if value is None:
                continue
            last = found.get((kind, value)) or Refused(kind, value, reason, 0, last_seen_at.replace(tzinfo=UTC))
            found[kind, value] = replace(last, events=last.events + int(events))
    return list(found.values())[:REFUSED_MAX]


def _values_with(reason: ProblemReason, kind: str, values: dict[str, str], home_region: str) -> Iterator[str]:
    """The values of an event that a problem of a kind may be of: an alias's previous id is read as several kinds."""
    for name in (kind, "previous_id") if kind in PREVIOUS_KINDS else (kind,):
        if name in values:
            normal = normalise(kind, values[name], home_region)
            if isinstance(normal, str) and reason in _OF_NORMAL_FORMS:
                yield normal
            elif not isinstance(normal, str) and (reason not in _OF_NORMAL_FORMS or normal.reason is reason):
                yield values[name]
