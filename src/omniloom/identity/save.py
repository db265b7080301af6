"""Loads what the state store knows of a batch's identifiers, and writes down what the batch changed."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from omniloom.core.clock import micros
from omniloom.core.ids import digest
from omniloom.identity.claim import Claim, Key
from omniloom.identity.graph import Graph, IsPublic, Merge
from omniloom.identity.held import Held
from omniloom.identity.unmerge import next_version
from omniloom.identity.verify import proven_by, verify_all
from omniloom.store import StateTx, query

_OWNERS = query(__file__, "owners")
_HELD = query(__file__, "held")
_SIZES = query(__file__, "sizes")
_STRANGERS = query(__file__, "strangers")
_JOINS = query(__file__, "joins")
_APART = query(__file__, "apart")
_LAST_PERSON = query(__file__, "last_person")
_ADD_PERSON = query(__file__, "add_person")
_ADD_IDENTIFIER = query(__file__, "add_identifier")
_SEE_IDENTIFIER = query(__file__, "see_identifier")
_SHARE_IDENTIFIER = query(__file__, "share_identifier")
_ADD_STRANGER = query(__file__, "add_stranger")
_MOVE_ROOT = query(__file__, "move_root")
_ADD_MERGE = query(__file__, "add_merge")

Seen = dict[Key, tuple[int, int]]


def load(tx: StateTx, claims: Iterable[Claim], is_public: IsPublic) -> tuple[Graph, Seen]:
    """What the store knows of the identifiers in the claims: one query per kind; and when they were seen."""
    claims = list(claims)
    seen: Seen = {}
    last = tx.one(_LAST_PERSON) or {"person_id": 0}
    graph = Graph(next_id=last["person_id"] + 1, owners={}, roots={}, held={}, is_public=is_public)
    for kind, values in _by_kind(key for claim in claims for key in claim.all_keys):
        rows = tx.tuples(_OWNERS, kind=kind, sought=values)
        for value, person_id, root_id, first, latest, shared, shared_id, proven_in in rows:
            key = (kind, value)
            graph.owners[key] = person_id
            seen[key] = (first, latest)
            _root(graph, person_id, root_id)
            if shared is not None:
                graph.shared[key] = (shared, shared_id)
            if proven_in:
                graph.proven_in[key] = proven_in
    joining = [claim for claim in claims if claim.may_join]
    if joining:
        _load_people(tx, graph, joining)
        _load_disputes(tx, graph, joining)
    return graph, seen


def _by_kind(keys: Iterable[Key]) -> list[tuple[str, list[str]]]:
    wanted: dict[str, set[str]] = {}
    for kind, value in keys:
        wanted.setdefault(kind, set()).add(value)
    return [(kind, sorted(values)) for kind, values in wanted.items()]


def _root(graph: Graph, person_id: int, root_id: int) -> None:
    graph.roots[person_id] = root_id
    graph.roots[root_id] = root_id
    graph.held.setdefault(root_id, Held())


def _load_people(tx: StateTx, graph: Graph, claims: list[Claim]) -> None:
    """What the people hold whom claims may join, and who is not to be joined with whom."""
    roots = sorted({graph.roots[graph.owners[key]] for c in claims for key in c.all_keys if key in graph.owners})
    for root_id, kind, first in tx.tuples(_HELD, root_ids=roots):
        graph.held[root_id].add(kind, first)
    for root_id, members in tx.tuples(_SIZES, root_ids=roots):
        graph.held[root_id].members = members
    for person_id, other_id, root_id, other_root in tx.tuples(_APART, root_ids=roots):
        graph.apart.setdefault(person_id, set()).add(other_id)
        _root(graph, person_id, root_id)
        _root(graph, other_id, other_root)


def _load_disputes(tx: StateTx, graph: Graph, claims: list[Claim]) -> None:
    """Who else used the identifiers, and how many people they joined."""
    known = (key for claim in claims for key in claim.all_keys if key in graph.owners and key not in graph.shared)
    for kind, values in _by_kind(known):
        for value, person_id, root_id in tx.tuples(_STRANGERS, kind=kind, sought=values):
            graph.strangers.setdefault((kind, value), set()).add(person_id)
            _root(graph, person_id, root_id)
        for value, merges in tx.tuples(_JOINS, kind=kind, sought=values):
            graph.joins[kind, value] = merges


def save(tx: StateTx, graph: Graph, seen: Seen, now: datetime) -> Seen:
    """Write down what claims changed; the identifiers that were seen, and when."""
    changed = next_version(tx, len(graph.merges)) if graph.merges else 0
    if graph.created:
        created_at = micros(now)
        people = ((person_id, graph.root_of(person_id)) for person_id in graph.created)
        tx.many(
            _ADD_PERSON,
            (
                {"person_id": person_id, "root_id": root_id, "created_at": created_at,
                 "version": changed if root_id != person_id else 0}
                for person_id, root_id in people
            ),
        )  # fmt: skip
    _move(tx, graph, changed)
    first = changed - len(graph.merges) + 1
    tx.many(_ADD_MERGE, (journal(merge, number, now) for number, merge in enumerate(graph.merges, first)))
    tx.many(_ADD_STRANGER, ({"kind": k, "value": v, "person_id": person} for (k, v), person in graph.doubts))
    news = {key: times for key, times in graph.seen.items() if key not in seen}
    tx.many(_ADD_IDENTIFIER, _sightings(news, graph))
    proven = (proof for claim in graph.own for proof in proven_by(claim))
    verify_all(tx, (one for one in proven if one.key in graph.owners and one.key not in graph.shared))
    wider = {key: joined for key, times in graph.seen.items() if (joined := _joined(times, seen.get(key)))}
    widen(tx, wider)
    for kind, value in graph.demoted:
        position, shared_id = graph.shared[kind, value]
        tx.run(_SHARE_IDENTIFIER, kind=kind, value=value, position=position, shared_id=shared_id)
    return seen | news | wider


def widen(tx: StateTx, wider: Seen) -> None:
    """Note that identifiers were seen earlier or later than before."""
    tx.many(
        _SEE_IDENTIFIER,
        (
            {"kind": k, "value": v, "first_seen_at": first, "last_seen_at": last}
            for (k, v), (first, last) in wider.items()
        ),
    )


def _sightings(news: Seen, graph: Graph) -> Iterator[dict[str, object]]:
    return (
        {"kind": k, "value": v, "person_id": graph.owners[k, v], "first_seen_at": first, "last_seen_at": last,
         "browser": graph.proven_in.get((k, v))}
        for (k, v), (first, last) in news.items()
    )  # fmt: skip


def _joined(times: tuple[int, int], before: tuple[int, int] | None) -> tuple[int, int] | None:
    """Both sightings as one; None if the earlier one says all, or there is none."""
    if before is None or (before[0] <= times[0] and times[1] <= before[1]):
        return None
    return min(before[0], times[0]), max(before[1], times[1])


def _move(tx: StateTx, graph: Graph, version: int) -> None:
    """Everyone who was part of a person that is gone becomes part of who that is now."""
    created = set(graph.created)
    gone = {merge.from_id for merge in graph.merges} - created
    tx.many(
        _MOVE_ROOT,
        ({"from_id": person_id, "into_id": graph.root_of(person_id), "version": version} for person_id in sorted(gone)),
    )


def journal(merge: Merge, version: int, now: datetime) -> dict[str, object]:
    """The journal's line of a merge that an event caused."""
    event = merge.claim.event
    evidence = {
        "source_id": event.source_id,
        "message_id": event.message_id,
        "joined_by": {merge.key[0]: merge.key[1]},
        "identifiers": dict(merge.claim.keys),
    }
    return {
        "merge_id": digest("merge", merge.claim.position, merge.from_id, merge.into_id),
        "from_id": merge.from_id, "into_id": merge.into_id, "from_end": merge.from_end, "into_end": merge.into_end,
        "rule": event.type,
        "evidence": msgspec.json.encode(evidence).decode(), "merged_at": now, "version": version,
        "joined_kind": merge.key[0], "joined_value": merge.key[1], "position": merge.claim.position,
    }  # fmt: skip
