"""The worker's part of erasing: what was under way comes in late and goes again, then files forget for good.

An event that was being resolved or folded while its person was erased may leave something a moment later; it cannot
once every act has passed the point the log had reached. Then the person's rows are deleted once more and the files are
written anew, one time for all erasures that wait: what is deleted stays in free pages otherwise.
"""

from datetime import datetime

from omniloom import messaging
from omniloom.identity import tombstone
from omniloom.privacy.erasure import Erasure, ErasureState, erase_late, forget_samples, pending
from omniloom.privacy.files import REWRITE_CURSOR
from omniloom.privacy.message import done_through, positions_of_people, positions_with, take_out
from omniloom.privacy.record import Line, remember, remembered
from omniloom.privacy.refused import look_through, looked_through
from omniloom.store import BLOCK_BODIES_MAX, Progress, StateTx, Stores, query

_ROWS = 10_000
_MOVE = query(__file__, "move_erasure")
_TOMBSTONES = query(__file__, "tombstones_of")


def sweep(stores: Stores, *, now: datetime, home_region: str) -> Progress:
    """Take late messages of erased people out, refused ones as well; finish erasures that nothing can come into now."""
    rows = _take_out_late(stores) + look_through(stores, home_region=home_region)
    if messaging.recognition.forget_unproved(stores, now=now):
        with stores.state.write() as tx:
            tx.move_cursor(REWRITE_CURSOR, 1)
    with stores.state.read() as tx:
        begun = pending(tx, ErasureState.BEGUN)
    through = done_through(stores)
    ready = [one for one in begun if one.log_through <= through or not _is_behind(stores, through)]
    seen = looked_through(stores) if ready else set()
    ready = [one for one in ready if one.erasure_id in seen]
    if ready:
        _finish(stores, ready, home_region=home_region, now=now)
        rows += len(ready)
    return Progress(rows, is_done=True)


def rewrite(stores: Stores, *, now: datetime) -> Progress:
    """Write the files anew if something was erased since; then those erasures are done."""
    with stores.state.read() as tx:
        swept, is_due = pending(tx, ErasureState.SWEPT), tx.cursor(REWRITE_CURSOR)
    if not swept and not is_due:
        return Progress(0, is_done=True)
    if not all(store.rewrite() for store in (stores.events, stores.log, stores.refusals)):
        return Progress(0, is_done=True)
    with stores.state.write() as tx:
        tx.move_cursor(REWRITE_CURSOR, 0)
    if stores.state.rewrite():
        _move(stores, swept, ErasureState.DONE, now)
        return Progress(len(swept), is_done=True)
    return Progress(0, is_done=True)


def _is_behind(stores: Stores, through: int) -> bool:
    """Whether messages wait; positions have gaps, so that the end may lie behind the last message."""
    return bool(stores.log.read(after=through, rows_max=1))


def _take_out_late(stores: Stores) -> int:
    """Messages of erased people that came after: identity noted where they lie.

    An engine may forget whole blocks alone, so each waits until every act has passed all that could be beside it.
    """
    with stores.state.read() as tx:
        positions = tombstone.late_positions(tx, _ROWS)
    through = done_through(stores)
    room = BLOCK_BODIES_MAX if positions and _is_behind(stores, through) else 0
    positions = [position for position in positions if position + room <= through]
    if not positions:
        return 0
    take_out(stores, positions)
    with stores.state.write() as tx:
        tombstone.forget_late(tx, positions)
        forget_samples(tx)
        tx.move_cursor(REWRITE_CURSOR, 1)
    return len(positions)


def _finish(stores: Stores, ready: list[Erasure], *, home_region: str, now: datetime) -> None:
    people = sorted({each for one in ready for each in one.person_ids})
    with stores.state.read() as tx:
        salt = tombstone.salt_of(tx)
        digests = {one.erasure_id: dict(tx.tuples(_TOMBSTONES, erasure_id=one.erasure_id)) for one in ready}
    listed = {line.erasure_id for line in remembered(stores.data_dir)}
    for one in ready:
        if one.erasure_id not in listed:  # a stop came between the transaction and the list
            remember(stores.data_dir, Line(one.erasure_id, one.asked_at, salt, digests[one.erasure_id]))
    with stores.events.read() as events:
        positions = positions_of_people(events, people)
    every = {each for found in digests.values() for each in found}
    take_out(stores, [*positions, *positions_with(stores, every, salt, home_region)])
    erase_late(stores, people)
    _move(stores, ready, ErasureState.SWEPT, now)


def _move(stores: Stores, erasures: list[Erasure], state: ErasureState, now: datetime) -> None:
    with stores.state.write() as tx:
        _moved(tx, erasures, state, now)


def _moved(tx: StateTx, erasures: list[Erasure], state: ErasureState, now: datetime) -> None:
    finished = now if state is ErasureState.DONE else 0
    if state is ErasureState.SWEPT:
        forget_samples(tx)
    tx.many(_MOVE, ({"erasure_id": one.erasure_id, "state": state, "finished_at": finished} for one in erasures))
