"""The act that turns logged messages into events of people.

Each store moves on in its own transaction with its own cursor: first people and identifiers (state), then the events.
A stop between the two leaves the state ahead; the next call reads from the lower cursor, finds the same owners by the
same identifiers (only by hand does one change its person) and appends what is missing, once.

Merges are late-bound: events keep the person they came for, ``identity_override`` says who that is by now.
"""

import functools
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import compress
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniloom.core.event import read_all
from omniloom.identity.claim import NOBODY, SEEN_STEP, Claim, read_claim
from omniloom.identity.columns import Resolved, read_columns
from omniloom.identity.forgotten import Forgotten, look
from omniloom.identity.graph import Graph, IsPublic, all_secret
from omniloom.identity.kind import Level, ProblemReason
from omniloom.identity.known import EPOCH_CURSOR, Known, known_of
from omniloom.identity.normal import KINDS, Normaliser
from omniloom.identity.people import roots_since
from omniloom.identity.recognise import SHARED, Batch, Recognised, recognise, sighting, unrecognised
from omniloom.identity.save import Seen, load, save, widen
from omniloom.identity.times import read_times
from omniloom.identity.told import CROWDED
from omniloom.identity.tombstone import ERASED, MayLift, nobody_else
from omniloom.identity.unmerge import CURSOR, undo_joined_by
from omniloom.store import EventsTx, Progress, Settled, StateTx, Stores, query, settle, settled

ROOTS_CURSOR = "identity_roots"  # events store: the root version that identity_override shows
KNOWN_MAX = 1 << 23  # identifiers that a process knows by heart at most, some 130 bytes each with their people

_FORGET_OVERRIDES = query(__file__, "forget_overrides")
_CONFLICT = "reused: an earlier event with this id says something else"
_OVER_LIMIT = f"{ProblemReason.OVER_LIMIT}: its person has as many as one may have"
_PARTED = "not_joined: an alias does not make one of two customers who each have a customer id, or were told apart"
_PROBLEMS_OF = attrgetter("problems")
_LEVELS = {name: kind.level for name, kind in KINDS.items()}
Tables = tuple[pa.Table, pa.Table]  # rows of identity_event, of identity_item


def resolve(  # noqa: PLR0913 - one act
    stores: Stores, *, now: datetime, home_region: str, home_currency: str, rows_max: int, known_max: int = KNOWN_MAX,
    may_lift: MayLift = nobody_else, is_public: IsPublic = all_secret,
    blocked: Iterable[str] = (),
) -> Progress:  # fmt: skip
    """Resolve the next messages of the log: who sent each, and what the event store should keep of it.

    Shapes: log -> identity_person, identity_identifier, identity_merge; identity_event, identity_item,
            identity_override.
    Units:  ``rows_max`` messages a call; ``now`` stamps new people and merges; ``known_max`` identifiers kept in
            memory; ``may_lift``: whether a consent sent by a source, besides our own, may let an erased person back;
            ``is_public``: whether anybody can send in a source's name, so that its word proves nothing;
            ``blocked``: what stands for nobody in this installation, besides the usual.
    Cost:   customers who are known by heart cost no query; of the others, one query per kind of identifier and one
            statement per table, whatever their number.
    """
    state_at, events_at = _cursors(stores)
    stretch = settled(stores, after=min(state_at, events_at), rows_max=rows_max)
    if not stretch.rows:
        settle(stores, now=now, rows_max=rows_max)
        stretch = settled(stores, after=min(state_at, events_at), rows_max=rows_max)
    batch = _batch(stretch.messages)
    found = _settle(
        stores, batch, Normaliser(home_region, blocked), through=stretch.through, now=now, known_max=known_max,
        may_lift=may_lift, is_public=functools.cache(is_public),
    )  # fmt: skip
    columns = _columns(batch, found, after=events_at, home_currency=home_currency)
    _append(stores, columns, after=events_at, through=stretch.through)
    return Progress(stretch.rows, is_done=not stretch.rows or stretch.through >= stores.log.last_position())


def passed(stores: Stores) -> int:
    """The log position up to which every message is resolved in both stores, so that the log may forget it."""
    return min(_cursors(stores))


def sync_overrides(stores: Stores) -> None:
    """Bring identity_override up to the state store's roots."""
    _append(stores, None, after=0, through=0)


def _cursors(stores: Stores) -> tuple[int, int]:
    with stores.state.read() as state, stores.events.read() as events:
        return state.cursor(CURSOR), events.cursor(CURSOR)


def _batch(messages: list[Settled]) -> Batch:
    events = read_all(message.body for message in messages)
    times = read_times(pa.array([event.occurred_at for event in events], pa.string()))
    micros = times.view(pa.int64()).to_numpy(zero_copy_only=False)
    return Batch(
        [message.position for message in messages],
        events,
        micros - np.mod(micros, SEEN_STEP),
        [number for number, message in enumerate(messages) if message.is_conflict],
    )


# --- who -------------------------------------------------------------------------------------------------------------


def _settle(  # noqa: PLR0913 - one act
    stores: Stores, batch: Batch, normaliser: Normaliser, *, through: int, now: datetime, known_max: int,
    may_lift: MayLift, is_public: IsPublic,
) -> Recognised:  # fmt: skip
    """The person of every event, once those after the state cursor are taken into account."""
    known = known_of(stores, known_max)
    with stores.state.read() as tx:
        after = tx.cursor(CURSOR)
        found = _recognise(tx, batch, known, normaliser, after=after)
    if not found.rest and not found.widened and through <= after:
        return found
    learned: list[tuple[Graph, Seen]] = []
    with stores.state.write() as tx:
        if tx.cursor(EPOCH_CURSOR) != known.epoch:  # somebody was erased, or an identifier marked, just now
            known.forget()
            found = unrecognised(len(batch.events))
        elif known.is_behind(tx):  # somebody was merged or parted just now
            found = _recognise(tx, batch, known, normaliser, after=after)
        before = tx.cursor(CURSOR)
        forgotten, claims = _rest(tx, batch, found, normaliser=normaliser, may_lift=may_lift, settled_to=before)
        living = functools.partial(forgotten.living, batch=batch)
        while claims:
            graph, seen = load(tx, claims, is_public)
            done = _settle_claims(graph, claims, found, functools.partial(living, graph=graph), after=before)
            learned.append((graph, save(tx, graph, seen, now)))
            rest = claims[done:]
            if graph.demoted:
                for key in graph.demoted:
                    undo_joined_by(tx, key, now=now)
                rest += _recognised_behind(claims[done - 1].number, batch, found, normaliser)
            claims = sorted(rest, key=lambda claim: claim.number)
        for number in forgotten.crowded:
            found.problems.setdefault(number, {}).setdefault("properties", CROWDED)
        forgotten.save(tx, now)
        widen(tx, found.widened)
        tx.move_cursor(CURSOR, max(before, through))
        epoch = _next_epoch(tx) if any(graph.demoted for graph, _ in learned) else known.epoch
    if epoch == known.epoch + 1:  # else others said something meanwhile
        known.epoch = epoch
    _learn(known, found, learned)
    return found


def _rest(
    tx: StateTx, batch: Batch, found: Recognised, *, normaliser: Normaliser, may_lift: MayLift, settled_to: int
) -> tuple[Forgotten, list[Claim]]:
    """The claims of events that go the careful way, those among them whose texts name somebody erased."""
    read_claims = functools.partial(_claims, batch, normaliser=normaliser)
    claims = read_claims(found.rest)
    forgotten = look(
        tx, batch, claims, read_claims=read_claims, normaliser=normaliser, may_lift=may_lift, settled_to=settled_to,
        problems=found.problems,
    )  # fmt: skip
    found.rest += [claim.number for claim in forgotten.more]
    return forgotten, sorted([*claims, *forgotten.more], key=lambda claim: claim.number)


def _recognise(tx: StateTx, batch: Batch, known: Known, normaliser: Normaliser, *, after: int) -> Recognised:
    known.catch_up(tx)
    if batch.positions and batch.positions[0] <= after:  # shared identifiers depend on the position
        return unrecognised(len(batch.events))
    return recognise(tx, batch, known, normaliser)


def _next_epoch(tx: StateTx) -> int:
    """Have other processes forget what they know: an identifier is shared from now on."""
    epoch = tx.cursor(EPOCH_CURSOR) + 1
    tx.move_cursor(EPOCH_CURSOR, epoch)
    return epoch


def _claims(batch: Batch, numbers: Iterable[int], normaliser: Normaliser) -> list[Claim]:
    return [
        read_claim((number, batch.positions[number]), batch.events[number], int(batch.seen_at[number]), normaliser)
        for number in numbers
    ]


def _recognised_behind(last: int, batch: Batch, found: Recognised, normaliser: Normaliser) -> list[Claim]:
    """Events behind one that made an identifier shared, which were recognised before that was known."""
    careful = set(found.rest)
    anew = [number for number in range(last + 1, len(batch.events)) if number not in careful]
    found.rest += anew
    return _claims(batch, anew, normaliser)


def _settle_claims(
    graph: Graph, claims: list[Claim], found: Recognised, living: Callable[[Claim], Claim | None], *, after: int
) -> int:
    """Settle claims up to one that makes an identifier shared; how many. What was settled before is only looked up."""
    done = 0
    theirs: list[Claim] = []
    for given in claims:
        done += 1
        if (claim := living(given)) is None:
            found.people[given.number], found.levels[given.number] = NOBODY, Level.ANONYMOUS
            found.problems[given.number] = {"identifiers": ERASED}
            continue
        theirs.append(claim)
        if claim.position > after or (claim.keys and graph.person_of(claim) is None):
            graph.settle(claim)  # also if a changed home region reads a number differently: it is new
        if graph.demoted:
            break
    for claim in theirs:
        person_id = graph.person_of(claim)
        shared = {key for key in claim.keys if key in graph.shared and claim.position > graph.shared[key][0]}
        if claim.problems or shared or claim.number in graph.over:
            over = dict.fromkeys(graph.over.get(claim.number, ()), _OVER_LIMIT)
            found.problems[claim.number] = claim.problems | over | {kind: SHARED for kind, _ in shared}
        if claim.previous and person_id is not None and graph.is_parted(claim, person_id):
            found.problems.setdefault(claim.number, {})["previous_id"] = _PARTED
        found.people[claim.number] = NOBODY if person_id is None else person_id
        usable = [_LEVELS[key[0]] for key in claim.keys if key not in shared]
        found.levels[claim.number] = max(usable, default=Level.ANONYMOUS)
    return done


def _learn(known: Known, found: Recognised, learned: list[tuple[Graph, Seen]]) -> None:
    """Know by heart what was committed."""
    for graph, seen in learned:
        is_current = not graph.demoted  # else its roots were parted after it
        roots = {person_id: graph.root_of(person_id) for person_id in graph.roots} if is_current else {}
        known.learn(
            (
                sighting(key, graph.owners[key], times, graph.shared.get(key, (0, None))[1])
                for key, times in seen.items()
                if key in graph.owners
            ),
            roots,
        )
    known.widen(found.widened)


# --- what ------------------------------------------------------------------------------------------------------------


def _columns(batch: Batch, found: Recognised, *, after: int, home_currency: str) -> Tables | None:
    """Events after the event store's cursor, and their lines; None if there are none."""
    first = bisect_right(batch.positions, after)
    if first == len(batch.positions):
        return None
    for number in batch.conflicts:
        found.problems.setdefault(number, {})["message_id"] = _CONFLICT
    events = batch.events
    for number in compress(range(len(events)), map(_PROBLEMS_OF, events)):
        found.problems[number] = events[number].problems | found.problems.get(number, {})
    resolved = Resolved(
        batch.positions[first:],
        events[first:],
        [person_id or NOBODY for person_id in found.people[first:]],
        found.levels[first:],
        [found.problems.get(number) for number in range(first, len(events))],
    )
    return read_columns(resolved, home_currency)


def _append(stores: Stores, columns: Tables | None, *, after: int, through: int) -> None:
    """Append the events between two positions; changed roots come along in the transaction."""
    if through <= after and not _has_news(stores):
        return
    with stores.events.write() as tx, stores.state.read() as state:
        if through > after and tx.cursor(CURSOR) == after:  # else another call was quicker
            for table, rows in zip(("identity_event", "identity_item"), columns or (), strict=False):
                if rows.num_rows:
                    tx.append(table, rows)
            tx.move_cursor(CURSOR, through)
        _override(tx, roots_since(state, tx.cursor(ROOTS_CURSOR)))


def _has_news(stores: Stores) -> bool:
    """Whether roots have changed that the event store does not show."""
    with stores.state.read() as state, stores.events.read() as tx:
        return bool(roots_since(state, tx.cursor(ROOTS_CURSOR)))


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
