"""Exact deduplication behind the log: a message counts once, by its source and message id, whoever repeats it when.

The log takes everything; ``settle`` goes through it once and notes which messages only repeat an earlier one. Readers
of ``settled`` never see those. The same id with other content is no repetition: it is kept and marked.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from omniloom.store import seen
from omniloom.store.content import UNKNOWN, Sketches, key_with, sketches
from omniloom.store.ports import Progress, StateTx
from omniloom.store.seen import CURSOR, Memory
from omniloom.store.sql import query

if TYPE_CHECKING:
    from omniloom.store.stores import Stores

ROWS_MAX = 10_000

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
    and marked, once per content. Ids are remembered for 30 days at least, those of events with ``keep_id`` for ever.
    """
    with stores.state.read() as state:
        after = state.cursor(CURSOR)
    rows = stores.log.read(after=after, rows_max=rows_max)
    if not rows:
        return Progress(0, is_done=True)
    batch = sketches(rows)
    with stores.state.write() as tx:
        if tx.cursor(CURSOR) != after:  # another call was quicker
            return Progress(0, is_done=False)
        memory = seen.load(tx, after, stores.seen.memory)
        memory = _settle(tx, memory, batch, now=now)
        tx.move_cursor(CURSOR, memory.cursor)
    stores.seen.memory = memory  # only what is committed is remembered
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
        if rows and rows[-1][0] > last:
            rows = [row for row in rows if row[0] <= last]
        if not rows:
            return Stretch([], after, 0)
        noted = dict(state.tuples(_BETWEEN, first=rows[0][0], last=rows[-1][0]))
    messages = [
        Settled(position, body, is_conflict=position in noted)
        for position, body in rows
        if not noted or noted.get(position, 1)
    ]
    return Stretch(messages, rows[-1][0], len(rows))


def duplicates(stores: "Stores", *, first: int, last: int) -> int:
    """How many of the messages between two positions, both included, are duplicates."""
    with stores.state.read() as state:
        return sum(not is_conflict for _, is_conflict in state.tuples(_BETWEEN, first=first, last=last))


def forget(stores: "Stores", *, through: int) -> None:
    """Forget messages up to a position that every reader has passed, once the event store has them for good.

    Their ids stay known.
    """
    if not stores.events.fold():
        return
    stores.log.trim(through=through)
    with stores.state.write() as tx:
        tx.run(_FORGET, through=through)
        tx.move_cursor("log.trim", through)


class _News:
    """Ids that a batch adds, in the order they came."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.contents: list[int] = []
        self.kept: list[bool] = []
        self._at: dict[bytes, int] = {}

    def known(self, key: bytes) -> tuple[int, bool] | None:
        at = self._at.get(key)
        return None if at is None else (self.contents[at], self.kept[at])

    def add(self, key: bytes, content: int, *, is_kept: bool) -> None:
        """Add an id; one that is here already is kept for ever from now on."""
        if (at := self._at.setdefault(key, len(self.keys))) < len(self.keys):
            self.kept[at] = True
            return
        self.keys.append(key)
        self.contents.append(content)
        self.kept.append(is_kept)

    def ids(self) -> seen.Ids:
        return seen.ids_of(b"".join(self.keys), self.contents, self.kept)


def _settle(tx: StateTx, memory: Memory, batch: Sketches, *, now: datetime) -> Memory:
    """Note the duplicates of one batch and remember its ids."""
    memory = seen.seal_if_due(tx, memory, now)
    seen.expire(tx, memory, now)
    found = memory.find(tx, b"".join(batch.keys), now=now)
    news = _News()
    repeated: list[int] = []
    others: list[int] = []  # known ids that say something else
    for number, key in enumerate(batch.keys):
        known = found.get(number) or news.known(key)
        if known is None:
            news.add(key, batch.contents[number], is_kept=batch.kept[number])
            continue
        content, is_kept = known
        said = batch.contents[number]
        if batch.kept[number] and not is_kept:
            news.add(key, content, is_kept=True)
        (repeated if content == said or UNKNOWN in (content, said) else others).append(number)
    conflicts = _conflicts(tx, memory, batch, others, news=news, now=now)
    tx.many(
        _DUPLICATE,
        [{"position": batch.positions[number], "is_conflict": 0} for number in (*repeated, *(set(others) - conflicts))]
        + [{"position": batch.positions[number], "is_conflict": 1} for number in conflicts],
    )
    return seen.remember(tx, memory, news.ids(), cursor=batch.positions[-1], now=now)


def _conflicts(
    tx: StateTx, memory: Memory, batch: Sketches, others: list[int], *, news: _News, now: datetime
) -> set[int]:
    """Which of the messages say something that was not said under their id before."""
    keys = [key_with(batch.keys[number], batch.contents[number]) for number in others]
    found = memory.find(tx, b"".join(keys), now=now)
    conflicts: set[int] = set()
    for at, number in enumerate(others):
        if at not in found and news.known(keys[at]) is None:
            news.add(keys[at], batch.contents[number], is_kept=batch.kept[number])
            conflicts.add(number)
    return conflicts
