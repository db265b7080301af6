"""What collectors still put into the old logs after a move, carried over to the new ones.

A collector that was not restarted yet goes on appending to the files it has open. Nothing of that is lost: whoever
works carries it over as long as the old files lie in the data directory. What is carried twice after a crash is a
duplicate by its id and is left out like any other.
"""

from contextlib import closing
from pathlib import Path

from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.move import TAILS
from omniloom.store.ports import Log, Progress
from omniloom.store.stores import Stores

_ROWS = 5_000


def carry_tail(stores: Stores) -> Progress:
    """Append to the logs what came into the old ones since they were moved."""
    if isinstance(stores.log, SqliteLog):
        return Progress(0, is_done=True)
    pairs = ((stores.log, "log.db", TAILS[0]), (stores.refusals, "refusals.db", TAILS[1]))
    rows = sum(_carry(stores, new, stores.data_dir / name, cursor) for new, name, cursor in pairs)
    return Progress(rows, is_done=not rows)


def _carry(stores: Stores, new: Log, old: Path, cursor: str) -> int:
    with stores.state.read() as tx:
        after = tx.cursor(cursor)
    if not after or not old.exists():
        return 0
    with closing(SqliteLog(old)) as log:
        rows = log.read(after=after, rows_max=_ROWS)
    if rows:
        new.append([body for _, body in rows])
        with stores.state.write() as tx:
            tx.move_cursor(cursor, rows[-1][0])
    return len(rows)
