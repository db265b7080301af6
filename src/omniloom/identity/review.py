"""Who is likely one person: found by the matcher, merged where it is all but sure, kept for a decision where not.

A pair is asked about once: a rejected pair is never proposed again, nor are two who were parted by hand. A merge that
the matcher makes is journalled like any other and can be undone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
import pyarrow as pa

from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import Ids
from omniloom.identity import match
from omniloom.identity.merge import merge
from omniloom.identity.normal import KINDS
from omniloom.identity.people import identifiers_by_root, roots_of
from omniloom.store import Row, StateTx, Stores, query

_ADD_PAIR = query(__file__, "add_pair")
_APART = query(__file__, "apart")
_DECIDE_PAIR = query(__file__, "decide_pair")
_OPEN_PAIRS = query(__file__, "open_pairs")
_PAIR = query(__file__, "pair")
_REJECTED_PAIRS = query(__file__, "rejected_pairs")
_ROOTS = query(__file__, "roots")

RULE = "match"
ID_COLUMN = "person_id"
AUTOMATIC = 0.999
PEOPLE_AT_ONCE = 10_000


class PairStatus(StrEnum):
    """What has become of a pair."""

    OPEN = "open"
    MERGED = "merged"
    REJECTED = "rejected"


class PairReason(msgspec.Struct, frozen=True):
    """What one field says about a pair: in words, and in bits (below 0: against)."""

    field: str
    title: str
    words: str
    bits: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who may be one."""

    left_id: int
    right_id: int
    probability: float
    reasons: list[PairReason]
    status: PairStatus
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a run of the matcher came to. ``precision``: of what it accepts, as estimated."""

    people: int
    merged: int
    waiting: int
    refused: int  # likely one, but each has an identifier that a person has only once
    threshold: float
    precision: float


def roots(stores: Stores) -> list[int]:
    """Everybody there is, merged people once."""
    found: list[int] = []
    with stores.state.read() as tx:
        while page := [int(n) for (n,) in tx.tuples(_ROOTS, after=found[-1] if found else 0, rows_max=PEOPLE_AT_ONCE)]:
            found += page
    return found


def propose(
    stores: Stores, people: pa.Table, *, now: datetime, ids: Ids, automatic: float = AUTOMATIC,
    columns: Mapping[str, str] | None = None, progress: Callable[[str, float], None] = lambda _step, _part: None,
) -> Proposed:  # fmt: skip
    """Match people (a table with a column ``person_id``), merge who is all but surely one, keep the rest for review.

    Errors: Invalid if no column says who somebody is.
    """
    found = match.match(people, id_column=ID_COLUMN, columns=columns, progress=progress)
    numbers = [int(value) for value in people[ID_COLUMN].to_pylist()] if people.num_columns else []
    merged = waiting = refused = 0
    with stores.state.read() as tx:
        kept_apart = _kept_apart(tx, numbers)
    for place in range(len(found.left)):
        left, right = sorted((numbers[found.left[place]], numbers[found.right[place]]))
        pair = Pair(left, right, float(found.probability[place]), _reasons(found, place), PairStatus.OPEN, None)
        if not _is_news(stores, pair, kept_apart):
            continue
        if _are_two(stores, pair):
            refused += 1
            continue
        is_sure = bool(found.is_accepted[place]) and pair.probability >= automatic
        if not is_sure:
            _keep(stores, pair, now)
            waiting += 1
            continue
        try:
            _merge(stores, pair, now=now, ids=ids, by=RULE)
            merged += 1
        except Conflict:
            refused += 1
    return Proposed(len(numbers), merged, waiting, refused, found.threshold, found.precision)


def pairs_to_review(stores: Stores, rows_max: int = 50) -> list[Pair]:
    """Pairs that wait for a decision, the likeliest first."""
    with stores.state.read() as tx:
        return [_pair(row) for row in tx.rows(_OPEN_PAIRS, rows_max=rows_max)]


def decide_pair(
    stores: Stores, left_id: int, right_id: int, *, is_same: bool, by: str, now: datetime, ids: Ids
) -> Pair:
    """Merge a waiting pair into its left person, or never ask about it again.

    Errors: Missing if no such pair was proposed; Conflict if it was decided before, or the two cannot be one.
    """
    left_id, right_id = sorted((left_id, right_id))
    with stores.state.read() as tx:
        row = tx.one(_PAIR, left_id=left_id, right_id=right_id)
    if row is None:
        raise Missing(f"{left_id} and {right_id} are not a proposed pair", hint="list the pairs that wait")
    pair = _pair(row)
    if pair.status is not PairStatus.OPEN:
        raise Conflict(f"this pair was {pair.status} before", hint="nothing is left to decide", status=pair.status)
    if is_same:
        _merge(stores, pair, now=now, ids=ids, by=by)
    else:
        _decided(stores, pair, PairStatus.REJECTED, by=by, now=now)
    with stores.state.read() as tx:
        return _pair(tx.one(_PAIR, left_id=left_id, right_id=right_id) or row)


def _merge(stores: Stores, pair: Pair, *, now: datetime, ids: Ids, by: str) -> None:
    evidence = {"probability": round(pair.probability, 6), "by": by, "reasons": pair.reasons}
    merge(stores, into_id=pair.left_id, from_id=pair.right_id, rule=RULE, evidence=evidence, now=now, ids=ids)
    _keep(stores, pair, now)
    _decided(stores, pair, PairStatus.MERGED, by=by, now=now)


def _keep(stores: Stores, pair: Pair, now: datetime) -> None:
    with stores.state.write() as tx:
        tx.run(
            _ADD_PAIR, left_id=pair.left_id, right_id=pair.right_id, probability=pair.probability,
            reasons=msgspec.json.encode(pair.reasons).decode(), status=PairStatus.OPEN, proposed_at=now,
        )  # fmt: skip


def _decided(stores: Stores, pair: Pair, status: PairStatus, *, by: str, now: datetime) -> None:
    with stores.state.write() as tx:
        tx.run(_DECIDE_PAIR, left_id=pair.left_id, right_id=pair.right_id, status=status, decided_at=now, decided_by=by)


def _is_news(stores: Stores, pair: Pair, kept_apart: set[tuple[int, int]]) -> bool:
    """Whether the two are still two, and nobody said that they are to stay so."""
    with stores.state.read() as tx:
        now = roots_of(tx, [pair.left_id, pair.right_id])
    left, right = now.get(pair.left_id), now.get(pair.right_id)
    return (
        left is not None
        and right is not None
        and left != right
        and (min(left, right), max(left, right)) not in kept_apart
    )


def _are_two(stores: Stores, pair: Pair) -> bool:
    """Whether each has an identifier that a person has only once: nobody could say that they are one."""
    with stores.state.read() as tx:
        held = identifiers_by_root(tx, sorted(set(roots_of(tx, [pair.left_id, pair.right_id]).values())))
    kinds = [{one.kind for one in each if KINDS[one.kind].is_single} for each in held.values()]
    return len(kinds) == 2 and bool(kinds[0] & kinds[1])


def _kept_apart(tx: StateTx, people: list[int]) -> set[tuple[int, int]]:
    """Who is not to be merged: rejected pairs, and people who were parted."""
    rejected = [(int(left), int(right)) for left, right in tx.tuples(_REJECTED_PAIRS)]
    parted: list[tuple[int, int]] = []
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        rows = tx.tuples(_APART, root_ids=people[start : start + PEOPLE_AT_ONCE])
        parted += [(int(root), int(other)) for _, _, root, other in rows]
    return {(min(pair), max(pair)) for pair in rejected + parted}


def _reasons(found: match.Matched, place: int) -> list[PairReason]:
    return [PairReason(*reason) for reason in found.reasons(place)]


def _pair(row: Row) -> Pair:
    reasons = msgspec.json.decode(row["reasons"], type=list[PairReason])
    return Pair(
        row["left_id"], row["right_id"], row["probability"], reasons, PairStatus(row["status"]), row["decided_by"]
    )
