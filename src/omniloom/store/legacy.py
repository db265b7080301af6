"""Brings the ids that a release before blocks kept in the log over to where duplicates are found by now."""

from collections.abc import Iterable, Iterator

from omniloom.store import seen
from omniloom.store.content import UNKNOWN
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.ports import State, StateTx

_Old = list[tuple[bytes, int | None]]  # (key, when it expires), by key


def carry_over(log: SqliteLog, state: State) -> None:
    """Carry ids over once. Messages of that release stand in the log once each: all of them are settled.

    What the ids said is unknown, so whatever repeats one is a duplicate. A crash in between is harmless: nothing is
    settled before this has ended, and it goes on where it was.
    """
    was_old = False
    for number, ids in enumerate(_in_runs(log.old_ids())):
        was_old = True
        for is_kept in (False, True):
            _carry(state, -2 * (number + 1) + is_kept, [each for each in ids if (each[1] is None) == is_kept])
    if was_old:
        with state.write() as tx:
            tx.move_cursor(seen.CURSOR, max(tx.cursor(seen.CURSOR), log.last_position()))
    log.drop_old_ids()


def _in_runs(slices: Iterable[_Old]) -> Iterator[_Old]:
    waiting: _Old = []
    for ids in slices:
        waiting += ids
        if len(waiting) >= seen.RUN_IDS_MAX:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _carry(state: State, run_id: int, ids: _Old) -> None:
    """Write one run unless an earlier attempt did."""
    with state.write() as tx:
        if ids and not seen.has_run(tx, run_id):
            remember_old(tx, run_id, ids)


def remember_old(tx: StateTx, run_id: int, ids: _Old) -> None:
    """Remember ids of which nothing else is known as a run, at most a million; it lasts as long as its last id."""
    lasts = max((until for _, until in ids if until is not None), default=None)
    keys = b"".join(key for key, _ in ids)
    seen.seal(tx, run_id, seen.ids_of(keys, [UNKNOWN] * len(ids), [lasts is None] * len(ids)), lasts)
