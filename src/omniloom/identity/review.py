"""Who is likely one person: found by the matcher, merged where it is all but sure, kept for a decision where not.

A pair is asked about once: a rejected pair is never proposed again, nor are two who were parted by hand. A merge that
the matcher makes is journalled like any other and can be undone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import Ids
from omniloom.identity import match
from omniloom.identity.merge import join
from omniloom.identity.normal import KINDS
from omniloom.identity.pair import Pair, PairReason, PairStatus, kept, read_pair, said
from omniloom.identity.people import identifiers_by_root, roots_of
from omniloom.identity.resolve import sync_overrides
from omniloom.identity.unmerge import undo
from omniloom.store import StateTx, Stores, query

_ADD_PAIR = query(__file__, "add_pair")
_APART = query(__file__, "apart")
_DECIDE_PAIR = query(__file__, "decide_pair")
_DECIDED_PAIRS = query(__file__, "decided_pairs")
_OPEN_PAIRS = query(__file__, "open_pairs")
_PAIR = query(__file__, "pair")
_REJECTED_PAIRS = query(__file__, "rejected_pairs")
_ROOTS = query(__file__, "roots")

RULE = "match"
ID_COLUMN = "person_id"
AUTOMATIC = 0.999  # from here on two people are merged unasked, unless somebody says otherwise
PEOPLE_AT_ONCE = 10_000
PAIRS_AT_ONCE = 200  # so many merges keep other writers waiting for a tenth of a second
MATCHED = 0.85  # of the way, when all pairs are known

Progress = Callable[[str, float], None]


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
    progress: Progress = lambda _stage, _share: None, so_far: Callable[[Proposed], None] = lambda _found: None,
) -> Proposed:  # fmt: skip
    """Match people (a table with a column ``person_id``), merge who is all but surely one, keep the rest for review.

    Merges and pairs are written some hundred at a time; ``so_far`` is told after each time. If ``progress`` raises,
    what was written stays.

    Errors: Invalid if no column says who somebody is.
    """
    found = match.match(people, id_column=ID_COLUMN, progress=lambda stage, part: progress(stage, MATCHED * part))
    numbers = [int(value) for value in people[ID_COLUMN].to_pylist()] if people.num_columns else []
    given = _given_names(people)
    settling = Settling(now, ids, automatic)
    told = Proposed(len(numbers), 0, 0, 0, found.threshold, found.precision)
    so_far(told)
    for start in range(0, len(found.left), PAIRS_AT_ONCE):
        progress("merging and keeping pairs", MATCHED + (1 - MATCHED) * start / len(found.left))
        places = range(start, min(start + PAIRS_AT_ONCE, len(found.left)))
        pairs = [_found(found, numbers, given, place) for place in places]
        with stores.state.write() as tx:
            merged, waiting, refused = settling.settle(tx, pairs)
        told = replace(
            told, merged=told.merged + merged, waiting=told.waiting + waiting, refused=told.refused + refused
        )
        if merged:
            sync_overrides(stores)
        so_far(told)
    return told


class Settling:
    """What becomes of likely pairs: the merges and the pairs that wait, some hundred in one transaction.

    Who is who, and who is kept apart, is read anew each time: people decide meanwhile.
    """

    def __init__(self, now: datetime, ids: Ids, automatic: float) -> None:
        self._now, self._ids, self._automatic = now, ids, automatic
        self._apart: set[frozenset[int]] = set()  # two roots that are not to be one
        self._roots: dict[int, int] = {}
        self._single: dict[int, set[str]] = {}

    def settle(self, tx: StateTx, pairs: list[tuple[Pair, bool]]) -> tuple[int, int, int]:
        """How many of the pairs were merged, wait for a decision, and cannot be one."""
        self._roots = roots_of(tx, sorted({n for pair, _ in pairs for n in (pair.left_id, pair.right_id)}))
        roots_now = sorted(set(self._roots.values()))
        self._apart = _kept_apart(tx, roots_now)
        held = identifiers_by_root(tx, roots_now)
        self._single = {root: {i.kind for i in each if KINDS[i.kind].is_single} for root, each in held.items()}
        keeping: list[Pair] = []
        merged: list[Pair] = []
        refused = 0
        for pair, is_accepted in pairs:
            left, right = self._roots.get(pair.left_id), self._roots.get(pair.right_id)
            if left is None or right is None or left == right or frozenset((left, right)) in self._apart:
                continue
            if self._single.get(left, set()) & self._single.get(right, set()):
                refused += 1
                continue
            keeping.append(pair)
            if is_accepted and pair.probability >= self._automatic:
                _join(tx, pair, now=self._now, ids=self._ids, by=RULE)
                self._follow(right, left)
                merged.append(pair)
        tx.many(_ADD_PAIR, (kept(pair, self._now) for pair in keeping))
        tx.many(
            _DECIDE_PAIR,
            (said(replace(p, status=PairStatus.MERGED, decided_by=RULE, decided_at=self._now)) for p in merged),
        )
        return len(merged), len(keeping) - len(merged), refused

    def _follow(self, gone: int, stays: int) -> None:
        """A merge changes who the pairs after it are about."""
        self._roots = {person: stays if root == gone else root for person, root in self._roots.items()}
        self._single[stays] = self._single.get(stays, set()) | self._single.pop(gone, set())
        self._apart = {frozenset(stays if n == gone else n for n in two) for two in self._apart}


def pairs_to_review(stores: Stores, rows_max: int = 50) -> list[Pair]:
    """Pairs that wait for a decision, the likeliest first."""
    with stores.state.read() as tx:
        return [read_pair(row) for row in tx.rows(_OPEN_PAIRS, rows_max=rows_max)]


def decided_pairs(stores: Stores, rows_max: int = 50) -> list[Pair]:
    """Pairs that somebody decided, the last first."""
    with stores.state.read() as tx:
        return [read_pair(row) for row in tx.rows(_DECIDED_PAIRS, rows_max=rows_max, matcher=RULE)]


def proposed_pair(stores: Stores, left_id: int, right_id: int) -> Pair:
    """What is known of two people, in any order, as a pair. Errors: Missing if no such pair was proposed."""
    with stores.state.read() as tx:
        return _proposed(tx, left_id, right_id)


def decide_pair(
    stores: Stores, left_id: int, right_id: int, *, is_same: bool, by: str, now: datetime, ids: Ids
) -> Pair:
    """Merge a waiting pair into its left person, or never ask about it again.

    Errors: Missing if no such pair was proposed; Conflict if it was decided before, or the two cannot be one.
    """
    with stores.state.write() as tx:
        pair = _proposed(tx, left_id, right_id)
        if pair.status is not PairStatus.OPEN:
            raise Conflict(f"this pair was {pair.status} before", hint="nothing is left to decide", status=pair.status)
        merge_id = _join(tx, pair, now=now, ids=ids, by=by) if is_same else None
        status = PairStatus.MERGED if is_same else PairStatus.REJECTED
        pair = replace(pair, status=status, decided_by=by, decided_at=now, merge_id=merge_id)
        tx.run(_DECIDE_PAIR, **said(pair))
    if is_same:
        sync_overrides(stores)
    return pair


def undo_decision(stores: Stores, decided: Pair, *, by: str, now: datetime) -> None:
    """Let a pair wait again, whoever decided it; who was merged is two people until it is decided.

    ``decided`` says which decision is meant: of whom, by whom, when. Nobody said that the two are two: what comes later
    may join them, unless they had been parted before. A merge that was undone in the journal is left so, and the two
    as far apart as whoever undid it left them.

    Errors: Missing if nothing of the kind was decided; Conflict if it was decided anew since, or it is not known which
            merge it was.
    """
    with stores.state.write() as tx:
        told = _proposed(tx, decided.left_id, decided.right_id)
        if told.status is PairStatus.OPEN:
            raise Missing("this decision is not there", hint="list the pairs that were decided")
        if (told.status, told.decided_by, told.decided_at) != (decided.status, decided.decided_by, decided.decided_at):
            raise Conflict("this pair was decided anew since", hint="that decision stands", status=told.status)
        if told.status is PairStatus.MERGED and not told.merge_id:  # by the matcher, or by an earlier release
            raise Conflict("the merge of this pair stands", hint="undo it in the customer's journal of merges")
        merge_id = None if told.is_undone else told.merge_id
        if merge_id:
            undo(tx, merge_id, by=by, now=now)
        tx.run(_DECIDE_PAIR, **said(Pair(told.left_id, told.right_id, 0.0, [], PairStatus.OPEN, None)))
    if merge_id:
        sync_overrides(stores)


def _proposed(tx: StateTx, left_id: int, right_id: int) -> Pair:
    """Errors: Missing if no such pair was proposed."""
    left_id, right_id = sorted((left_id, right_id))
    row = tx.one(_PAIR, left_id=left_id, right_id=right_id)
    if row is None:
        raise Missing(
            f"{left_id} and {right_id} are not a proposed pair", hint="list the pairs that wait or were decided"
        )
    return read_pair(row)


def _join(tx: StateTx, pair: Pair, *, now: datetime, ids: Ids, by: str) -> str:
    evidence = {"probability": round(pair.probability, 6), "by": by, "reasons": pair.reasons}
    merge_id = ids.token()
    join(tx, merge_id, into_id=pair.left_id, from_id=pair.right_id, rule=RULE, evidence=evidence, now=now)
    return merge_id


def _kept_apart(tx: StateTx, root_ids: list[int]) -> set[frozenset[int]]:
    """Who of these is not to be merged with whom: rejected pairs, and people who were parted."""
    rejected = {frozenset(two) for two in tx.tuples(_REJECTED_PAIRS, root_ids=root_ids)}
    return rejected | {frozenset((root, other)) for _, _, root, other in tx.tuples(_APART, root_ids=root_ids)}


def _found(found: match.Matched, numbers: list[int], given: list[str | None], place: int) -> tuple[Pair, bool]:
    """A pair, and whether the matcher takes it for one person without asking anybody."""
    one, other = int(found.left[place]), int(found.right[place])
    told = found.reasons(place)
    left, right = sorted((numbers[one], numbers[other]))
    reasons = [PairReason(*reason) for reason in told]
    pair = Pair(left, right, float(found.probability[place]), reasons, PairStatus.OPEN, None)
    return pair, bool(found.is_accepted[place]) and not match.is_doubtful(told, given[one], given[other])


def _given_names(people: pa.Table) -> list[str | None]:
    """Everybody's given name, or their whole one."""
    columns = [people[name].to_pylist() for name in ("given_name", "full_name") if name in people.column_names]
    return [next(filter(None, names), None) for names in zip(*columns, strict=True)] or [None] * people.num_rows
