"""Exact deduplication behind the log: a message counts once, by its source and message id, whoever repeats it when.

The log takes everything; ``settle`` goes through it once and notes which messages only repeat an earlier one. Readers
of ``settled`` never see those. The same id with other content is no repetition: it is kept and marked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from omniloom.core.clock import micros
from omniloom.store.content import Sketch, sketch
from omniloom.store.ports import Progress, StateTx
from omniloom.store.sql import query

if TYPE_CHECKING:
    from omniloom.store.stores import Stores

CURSOR = "settle"
# Spec: exact dedup by (source, message id) for at least 7 days; a month leaves room for late retries.
SEEN_KEPT = timedelta(days=30)
ROWS_MAX = 10_000
EXPIRED_ROWS_MAX = 5_000  # ids forgotten in one transaction

_SEEN = query(__file__, "seen_among")
_ADD = query(__file__, "seen_add")
_CARRY = query(__file__, "seen_carry")
_KEEP = query(__file__, "seen_keep")
_EXPIRE = query(__file__, "seen_expire")
_DUPLICATE = query(__file__, "duplicate_add")
_BETWEEN = query(__file__, "duplicates_between")
_FORGET = query(__file__, "duplicate_forget")


class Settled(msgspec.Struct, frozen=True, gc=False):
    """One message of the log that counts. ``is_conflict``: its id was taken already, by a message of other content."""

    position: int
    body: bytes
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the log without its duplicates; a reader who has read it stands at ``through``."""

    messages: list[Settled]
    through: int
    rows: int  # messages of the log in it, duplicates too


def settle(stores: "Stores", *, now: datetime, rows_max: int = ROWS_MAX) -> Progress:
    """Find the duplicates among the next messages of the log.

    The first position of an id wins. A later one with the same content is a duplicate; with other content it is kept
    and marked, once per content. Ids are remembered for 30 days, those of events with ``keep_id`` for ever.
    """
    with stores.state.read() as state:
        after = state.cursor(CURSOR)
    rows = stores.log.read(after=after, rows_max=rows_max)
    if not rows:
        return Progress(0, is_done=True)
    sketches = [sketch(position, body) for position, body in rows]
    with stores.state.write() as tx:
        if tx.cursor(CURSOR) != after:  # another call was quicker
            return Progress(0, is_done=False)
        _settle(tx, sketches, now)
        tx.move_cursor(CURSOR, rows[-1][0])
    return Progress(len(rows), is_done=len(rows) < rows_max)


def settle_through(stores: "Stores", position: int, *, now: datetime) -> None:
    """Settle the log up to a position at least."""
    while True:
        with stores.state.read() as state:
            if state.cursor(CURSOR) >= position:
                return
        settle(stores, now=now)


def settled(stores: "Stores", *, after: int, rows_max: int) -> Stretch:
    """The next messages after a position that are settled, without the duplicates among them."""
    with stores.state.read() as state:
        last = state.cursor(CURSOR)
        rows = stores.log.read(after=after, rows_max=rows_max) if last > after else []
        rows = [row for row in rows if row[0] <= last]
        if not rows:
            return Stretch([], after, 0)
        noted = dict(state.tuples(_BETWEEN, first=rows[0][0], last=rows[-1][0]))
    messages = [
        Settled(position, body, is_conflict=position in noted) for position, body in rows if noted.get(position, 1)
    ]
    return Stretch(messages, rows[-1][0], len(rows))


def duplicates(stores: "Stores", *, first: int, last: int) -> int:
    """How many of the messages between two positions, both included, are duplicates."""
    with stores.state.read() as state:
        return sum(not is_conflict for _, is_conflict in state.tuples(_BETWEEN, first=first, last=last))


def forget(stores: "Stores", *, through: int) -> None:
    """Forget messages up to a position that every reader has passed. Their ids stay known."""
    stores.log.trim(through=through)
    with stores.state.write() as tx:
        tx.run(_FORGET, through=through)
        tx.move_cursor("log.trim", through)


def remember_old(tx: StateTx, ids: list[tuple[bytes, int | None]]) -> None:
    """Remember ids of an older release; what they said is unknown, so that whatever repeats them is a duplicate."""
    tx.many(_CARRY, ({"key": key.hex(), "expires_at": expires_at} for key, expires_at in ids))


def _settle(tx: StateTx, sketches: list[Sketch], now: datetime) -> None:
    expires_at = micros(now + SEEN_KEPT)
    wanted = sorted({key for each in sketches for key in (each.key, each.key_of_content)})
    seen: dict[str, tuple[str | None, int | None]] = {
        key: (content, until) for key, content, until in tx.tuples(_SEEN, keys=wanted)
    }
    added: dict[str, tuple[str | None, int | None]] = {}
    kept: set[str] = set()
    noted: list[dict[str, int]] = []
    for each in sketches:
        until = None if each.keep_id else expires_at
        known = seen.get(each.key) or added.get(each.key)
        if known is None:
            added[each.key] = (each.content, until)
            continue
        if each.keep_id and known[1] is not None:
            kept.add(each.key)
        is_conflict = known[0] not in (None, each.content)
        if is_conflict and (each.key_of_content in seen or each.key_of_content in added):
            is_conflict = False  # this content was told under this id before: a duplicate of that one
        elif is_conflict:
            added[each.key_of_content] = (each.content, until)
        noted.append({"position": each.position, "is_conflict": int(is_conflict)})
    tx.many(_ADD, ({"key": key, "content": added[key][0], "expires_at": added[key][1]} for key in sorted(added)))
    if kept:
        tx.run(_KEEP, keys=sorted(kept))
    tx.many(_DUPLICATE, noted)
    tx.run(_EXPIRE, now=now, rows_max=EXPIRED_ROWS_MAX)
