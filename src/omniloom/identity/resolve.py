"""The act that turns logged messages into events of people.

Each store moves on in its own transaction with its own cursor: first people and identifiers (state), then the events.
A stop between the two leaves the state ahead; the next call reads from the lower cursor, finds the same owners by the
same identifiers (an identifier never changes its person) and appends what is missing, once.

Merges are late-bound: events keep the person they came for, ``identity_override`` says who that is by now.
"""

from datetime import datetime

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from omniloom.core.event import decode
from omniloom.core.ids import digest
from omniloom.identity.claim import Claim, Key, read_claim
from omniloom.identity.columns import Columns
from omniloom.identity.graph import Graph, Merge
from omniloom.identity.normal import Normaliser
from omniloom.identity.people import roots_since
from omniloom.store import EventsTx, Progress, Settled, StateTx, Stores, query, settle, settled

CURSOR = "identity"
ROOTS_CURSOR = "identity_roots"  # events store: the root version that identity_override shows

_OWNERS = query(__file__, "owners")
_HELD_KINDS = query(__file__, "held_kinds")
_LAST_PERSON = query(__file__, "last_person")
_ADD_PERSON = query(__file__, "add_person")
_SEE_IDENTIFIER = query(__file__, "see_identifier")
_MOVE_ROOT = query(__file__, "move_root")
_ADD_MERGE = query(__file__, "add_merge")
_FORGET_OVERRIDES = query(__file__, "forget_overrides")


def resolve(stores: Stores, *, now: datetime, home_region: str, home_currency: str, rows_max: int) -> Progress:
    """Resolve the next messages of the log: who sent each, and what the event store should keep of it.

    Shapes: log -> identity_person, identity_identifier, identity_merge; identity_event, identity_item,
            identity_override.
    Units:  ``rows_max`` messages a call; ``now`` stamps new people and merges.
    Cost:   one query per kind of identifier and one statement per table, whatever the number of people.
    """
    state_at, events_at = _cursors(stores)
    stretch = settled(stores, after=min(state_at, events_at), rows_max=rows_max)
    if not stretch.rows:
        settle(stores, now=now, rows_max=rows_max)
        stretch = settled(stores, after=min(state_at, events_at), rows_max=rows_max)
    normaliser = Normaliser(home_region)
    claims = [_claim(message, normaliser) for message in stretch.messages]
    owners = _settle(stores, claims, after=state_at, through=stretch.through, now=now)
    missing = [claim for claim in claims if claim.position > events_at]
    columns = _columns(missing, owners, home_currency) if missing else None
    _append(stores, columns, after=events_at, through=stretch.through)
    return Progress(stretch.rows, is_done=stretch.through >= stores.log.last_position())


def passed(stores: Stores) -> int:
    """The log position up to which every message is resolved in both stores, so that the log may forget it."""
    return min(_cursors(stores))


def sync_overrides(stores: Stores) -> None:
    """Bring identity_override up to the state store's roots."""
    _append(stores, None, after=0, through=0)


def _cursors(stores: Stores) -> tuple[int, int]:
    with stores.state.read() as state, stores.events.read() as events:
        return state.cursor(CURSOR), events.cursor(CURSOR)


def _claim(message: Settled, normaliser: Normaliser) -> Claim:
    claim = read_claim(message.position, decode(message.body), normaliser)
    if message.is_conflict:
        claim.problems["message_id"] = "reused: an earlier event with this id says something else"
    return claim


def _settle(stores: Stores, claims: list[Claim], *, after: int, through: int, now: datetime) -> dict[Key, int]:
    """Owners of every identifier in the claims, once those after the state cursor are taken into account."""
    if through <= after:
        with stores.state.read() as tx:
            owners = _load(tx, claims).owners
        if all(_is_owned(claim, owners) for claim in claims):
            return owners
    with stores.state.write() as tx:
        graph, known = _load(tx, claims), tx.cursor(CURSOR)
        for claim in claims:
            if claim.position > known or not _is_owned(claim, graph.owners):
                graph.settle(claim)
        _save(tx, graph, now)
        tx.move_cursor(CURSOR, max(known, through))
    return graph.owners


def _is_owned(claim: Claim, owners: dict[Key, int]) -> bool:
    """Whether a settled claim has its owner. Not if a changed home region reads its number differently: it is new."""
    return claim.primary is None or claim.primary in owners


def _load(tx: StateTx, claims: list[Claim]) -> Graph:
    """What the store knows of the identifiers in the claims: one query per kind."""
    wanted: dict[str, set[str]] = {}
    for claim in claims:
        for kind, value in (*claim.keys, *claim.previous):
            wanted.setdefault(kind, set()).add(value)
    owners: dict[Key, int] = {}
    roots: dict[int, int] = {}
    for kind, values in wanted.items():
        for value, person_id, root_id in tx.tuples(_OWNERS, kind=kind, sought=sorted(values)):
            owners[kind, value] = person_id
            roots[person_id] = root_id
            roots[root_id] = root_id
    held: dict[int, set[str]] = {root_id: set() for root_id in roots.values()}
    joinable = {roots[owners[key]] for claim in claims if claim.may_join for key in claim.all_keys if key in owners}
    for root_id, kind in tx.tuples(_HELD_KINDS, root_ids=sorted(joinable)):
        held[root_id].add(kind)
    last = tx.one(_LAST_PERSON) or {"person_id": 0}
    return Graph(next_id=last["person_id"] + 1, owners=owners, roots=roots, held=held)


def _save(tx: StateTx, graph: Graph, now: datetime) -> None:
    tx.many(_ADD_PERSON, ({"person_id": person_id, "created_at": now} for person_id in graph.created))
    tx.many(
        _SEE_IDENTIFIER,
        (
            {"kind": kind, "value": value, "person_id": graph.owners[kind, value], "first_seen_at": first,
             "last_seen_at": last}
            for (kind, value), (first, last) in graph.seen.items()
        ),
    )  # fmt: skip
    for merge in graph.merges:
        record_merge(tx, _journal(merge, now))


def record_merge(tx: StateTx, journal: dict[str, object]) -> None:
    """Journal one merge and move the roots of everyone in it, under a new version of the roots."""
    last = tx.one(_LAST_PERSON) or {"version": 0}
    version = last["version"] + 1
    tx.run(_MOVE_ROOT, from_id=journal["from_id"], into_id=journal["into_id"], version=version)
    tx.run(_ADD_MERGE, version=version, **journal)


def _journal(merge: Merge, now: datetime) -> dict[str, object]:
    event = merge.claim.event
    evidence = {
        "source_id": event.source_id,
        "message_id": event.message_id,
        "joined_by": {merge.key[0]: merge.key[1]},
        "identifiers": dict(merge.claim.keys),
    }
    return {
        "merge_id": digest("merge", merge.claim.position, merge.from_id, merge.into_id),
        "from_id": merge.from_id,
        "into_id": merge.into_id,
        "rule": event.type,
        "evidence": msgspec.json.encode(evidence).decode(),
        "merged_at": now,
    }


def _columns(claims: list[Claim], owners: dict[Key, int], home_currency: str) -> Columns:
    columns = Columns(home_currency)
    for claim in claims:
        columns.add(claim, owners[claim.primary] if claim.primary else None)
    return columns


def _append(stores: Stores, columns: Columns | None, *, after: int, through: int) -> None:
    """Append the events between two positions; changed roots come along in the transaction."""
    with stores.state.read() as state, stores.events.read() as tx:
        is_current = not roots_since(state, tx.cursor(ROOTS_CURSOR))
    if through <= after and is_current:
        return
    with stores.events.write() as tx, stores.state.read() as state:
        if through > after and tx.cursor(CURSOR) == after:  # else another call was quicker
            if columns is not None:
                tx.append("identity_event", columns.events())
                tx.append("identity_item", columns.items())
            tx.move_cursor(CURSOR, through)
        _override(tx, roots_since(state, tx.cursor(ROOTS_CURSOR)))


def _override(tx: EventsTx, changed: list[tuple[int, int, int]]) -> None:
    """Say who people are by now: one staged join over those whose root changed."""
    if not changed:
        return
    people, roots, versions = zip(*changed, strict=True)
    rows = pa.table({"person_id": pa.array(people, pa.int64()), "root_id": pa.array(roots, pa.int64())})
    tx.stage("override", rows)
    tx.run(_FORGET_OVERRIDES)
    tx.append("identity_override", rows.filter(pc.not_equal(rows["person_id"], rows["root_id"])))
    tx.move_cursor(ROOTS_CURSOR, max(versions))
