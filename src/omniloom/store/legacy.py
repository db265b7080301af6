"""Brings the ids that a release before blocks kept in the log over to where duplicates are found by now."""

from omniloom.store.dedup import CURSOR, remember_old
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.ports import State


def carry_over(log: SqliteLog, state: State) -> None:
    """Carry ids over once. Messages of that release stand in the log once each: all of them are settled.

    A crash in between is harmless: nothing is settled before this has ended, and it begins anew.
    """
    was_old = False
    for ids in log.old_ids():
        was_old = True
        with state.write() as tx:
            remember_old(tx, ids)
    if was_old:
        with state.write() as tx:
            tx.move_cursor(CURSOR, max(tx.cursor(CURSOR), log.last_position()))
    log.drop_old_ids()
