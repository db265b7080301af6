"""Every message id seen lately, to look up at a cost that does not grow with their number.

An id is a 16-byte digest with 8 bytes that digest what was said. The newest ones are the active set: sorted in memory,
and on disk one row per batch, in the order they came. Once a day, or at 800,000 ids, it is sealed into a run: rows of
about a hundred sorted ids each, and a Bloom filter of 2 to 4 bytes an id that stays in memory. A new id is in no
filter, so that hardly ever a row is read for it; what a filter lets through is looked up exactly. Runs never change,
and go as a whole when their ids expire. See docs/decisions.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from omniloom.core.clock import micros
from omniloom.store.bloom import U64, Probes, new_filter
from omniloom.store.ports import StateTx
from omniloom.store.sql import query

# Spec: exact dedup by (source, message id) for at least 7 days, and retries up to 30 days late change nothing. Ids live
# by the clock of who settles; two days more let it be that much behind.
SEEN_KEPT = timedelta(days=32)
CURSOR = "settle"  # up to where the log is settled
RUN_IDS_MAX = 800_000  # so that a filter has 21 bits an id
RUN_AGE_MAX = timedelta(days=1)

_ROW_IDS = 120  # ids of one row of a run, about: a row fits a page
_EXPIRED_ROWS_MAX = 512  # rows of an expired run deleted at once
_KEY, _ENTRY, _NOTE = 16, 24, 25  # bytes of a key, of an id in a run, of an id in a batch

_BATCHES = query(__file__, "seen_batches")
_ADD_BATCH = query(__file__, "seen_batch_add")
_FORGET_BATCHES = query(__file__, "seen_batches_forget")
_RUNS = query(__file__, "seen_runs")
_FILTER = query(__file__, "seen_filter")
_ADD_RUN = query(__file__, "seen_run_add")
_ADD_ROW = query(__file__, "seen_row_add")
_ROWS = query(__file__, "seen_rows")
_EXPIRE_ROWS = query(__file__, "seen_rows_expire")
_EXPIRE_RUN = query(__file__, "seen_run_expire")

Known = tuple[int, bool]  # what an id said, and whether it is kept for ever


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids in columns: the key's halves, the content, and whether it is kept for ever."""

    high: U64
    low: U64
    content: U64
    kept: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.high)

    def of(self, chosen: Any) -> "Ids":
        """The chosen ones (a mask or an order)."""
        return Ids(self.high[chosen], self.low[chosen], self.content[chosen], self.kept[chosen])

    def sorted(self) -> "Ids":
        """By the key's upper half."""
        return self.of(np.argsort(self.high, kind="stable"))

    def with_more(self, more: "Ids") -> "Ids":
        """These and more; both are sorted."""
        at = np.searchsorted(self.high, more.high)
        return Ids(
            np.insert(self.high, at, more.high), np.insert(self.low, at, more.low),
            np.insert(self.content, at, more.content), np.insert(self.kept, at, more.kept),
        )  # fmt: skip

    def find(self, high: U64, low: U64) -> dict[int, Known]:
        """Which of the keys are here: number -> what is known. These are sorted."""
        found: dict[int, Known] = {}
        first = np.searchsorted(self.high, high)
        inside = np.minimum(first, max(len(self) - 1, 0))
        for number in np.flatnonzero(self.high[inside] == high).tolist() if len(self) else ():
            at = int(first[number])
            while at < len(self) and self.high[at] == high[number]:
                if self.low[at] == low[number]:
                    known = found.get(number, (0, False))
                    found[number] = (int(self.content[at]), bool(self.kept[at]) or known[1])
                at += 1
        return found


@dataclass(frozen=True, slots=True)
class Run:
    """One sealed run: ``ids`` of them, forgotten at ``expires_at`` (never if None)."""

    run_id: int
    ids: int
    expires_at: int | None
    filter: U64

    def find(self, tx: StateTx, probes: Probes) -> dict[int, Known]:
        """Which of the keys are here: number -> what is known."""
        asked = probes.passing(self.filter)
        if not len(asked):
            return {}
        high, low = probes.high, probes.low
        buckets = _buckets(high[asked], self.ids).tolist()
        rows = dict(tx.tuples(_ROWS, run_id=self.run_id, buckets=sorted(set(buckets))))
        found: dict[int, Known] = {}
        for number, bucket in zip(asked.tolist(), buckets, strict=True):
            key = int(high[number]).to_bytes(8, "big") + int(low[number]).to_bytes(8, "big")
            if (content := _content_of(key, rows.get(bucket, b""))) is not None:
                found[number] = (content, self.expires_at is None)
        return found


@dataclass(frozen=True, slots=True)
class Memory:
    """All ids that are remembered as of one position of the log."""

    cursor: int
    active: Ids
    born_at: int  # of the active set: when its first and its last ids were settled
    newest_at: int
    runs: tuple[Run, ...]

    def find(self, tx: StateTx, keys: bytes, *, now: datetime) -> dict[int, Known]:
        """Which of the keys (16 bytes each) are remembered: number -> what is known."""
        high, low = _halves(keys)
        found = self.active.find(high, low)
        probes = Probes(high, low)
        for run in self.runs:
            if not is_expired(run, now):
                for number, (content, is_kept) in run.find(tx, probes).items():
                    known = found.get(number, (content, False))
                    found[number] = (known[0], known[1] or is_kept)
        return found


class Seen:
    """Where one opened installation keeps what it remembers between two calls."""

    def __init__(self) -> None:
        self.memory: Memory | None = None


def load(tx: StateTx, cursor: int, known: Memory | None) -> Memory:
    """What is remembered at a position; ``known`` saves reading what it has already."""
    filters = {run.run_id: run for run in known.runs} if known else {}
    runs = tuple(
        filters.get(run_id) or Run(run_id, ids, expires_at, _filter_of(tx, run_id))
        for run_id, ids, expires_at in tx.tuples(_RUNS)
    )
    if known and known.cursor == cursor:
        return replace(known, runs=runs)
    batches = tx.tuples(_BATCHES)
    times = [settled_at for settled_at, _ in batches] or [0]
    return Memory(cursor, _of_batches([body for _, body in batches]), min(times), max(times), runs)


def remember(tx: StateTx, memory: Memory, ids: Ids, *, cursor: int, now: datetime) -> Memory:
    """Remember more ids; what is remembered then, at ``cursor``."""
    if not len(ids):
        return replace(memory, cursor=cursor)
    body = _keys(ids) + ids.content.astype(">u8").tobytes() + ids.kept.astype(np.uint8).tobytes()
    tx.run(_ADD_BATCH, batch_id=cursor, settled_at=now, body=body)
    born_at = memory.born_at if len(memory.active) else micros(now)
    newest_at = max(memory.newest_at, micros(now))
    return Memory(cursor, memory.active.with_more(ids.sorted()), born_at, newest_at, memory.runs)


def seal_if_due(tx: StateTx, memory: Memory, now: datetime) -> Memory:
    """Turn the active set into runs once it is large or old; what is remembered stays the same."""
    is_old = micros(now - RUN_AGE_MAX) >= memory.born_at
    if not len(memory.active) or (len(memory.active) < RUN_IDS_MAX and not is_old):
        return memory
    expires_at = memory.newest_at + micros(now + SEEN_KEPT) - micros(now)
    runs = list(memory.runs)
    for is_kept in (False, True):
        part = memory.active.of(memory.active.kept == is_kept)
        if len(part):
            runs.append(seal(tx, memory.cursor * 2 + is_kept, part, None if is_kept else expires_at))
    tx.run(_FORGET_BATCHES)
    return Memory(memory.cursor, none(), 0, 0, tuple(runs))


def seal(tx: StateTx, run_id: int, ids: Ids, expires_at: int | None) -> Run:
    """Write sorted ids as a run."""
    filter_ = new_filter(ids.high, ids.low)
    tx.run(_ADD_RUN, run_id=run_id, ids=len(ids), expires_at=expires_at, filter=filter_.astype("<u8").tobytes())
    entries = np.stack((ids.high, ids.low, ids.content), axis=1).astype(">u8").tobytes()
    buckets, starts = np.unique(_buckets(ids.high, len(ids)), return_index=True)
    ends = [*starts[1:].tolist(), len(ids)]
    tx.many(
        _ADD_ROW,
        (
            {"run_id": run_id, "bucket": bucket, "body": entries[start * _ENTRY : end * _ENTRY]}
            for bucket, start, end in zip(buckets.tolist(), starts.tolist(), ends, strict=True)
        ),
    )
    return Run(run_id, len(ids), expires_at, filter_)


def expire(tx: StateTx, memory: Memory, now: datetime) -> None:
    """Delete a slice of the first run that is past its time; the run itself when nothing is left of it."""
    run = next((run for run in memory.runs if is_expired(run, now)), None)
    if run and not tx.run(_EXPIRE_ROWS, run_id=run.run_id, rows_max=_EXPIRED_ROWS_MAX):
        tx.run(_EXPIRE_RUN, run_id=run.run_id)


def is_expired(run: Run, now: datetime) -> bool:
    """Whether a run's ids count no more."""
    return run.expires_at is not None and run.expires_at < micros(now)


def has_run(tx: StateTx, run_id: int) -> bool:
    """Whether a run is there already."""
    return bool(tx.tuples(_FILTER, run_id=run_id))


def ids_of(keys: bytes, contents: list[int], kept: list[bool]) -> Ids:
    """Ids from keys of 16 bytes each and what is known of them."""
    high, low = _halves(keys)
    return Ids(high, low, np.array(contents, np.uint64), np.array(kept, np.bool_))


def none() -> Ids:
    """No ids."""
    return ids_of(b"", [], [])


def _halves(keys: bytes) -> tuple[U64, U64]:
    both = np.frombuffer(keys, ">u8").astype(np.uint64).reshape(-1, 2)
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])


def _keys(ids: Ids) -> bytes:
    return np.stack((ids.high, ids.low), axis=1).astype(">u8").tobytes()


def _of_batches(bodies: list[bytes]) -> Ids:
    sizes = [len(body) // _NOTE for body in bodies]
    keys = b"".join(body[: n * _KEY] for n, body in zip(sizes, bodies, strict=True))
    contents = b"".join(body[n * _KEY : n * _ENTRY] for n, body in zip(sizes, bodies, strict=True))
    kept = b"".join(body[n * _ENTRY :] for n, body in zip(sizes, bodies, strict=True))
    high, low = _halves(keys)
    known = np.frombuffer(contents, ">u8").astype(np.uint64)
    return Ids(high, low, known, np.frombuffer(kept, np.uint8).astype(np.bool_)).sorted()


def _content_of(key: bytes, row: bytes) -> int | None:
    """What a key said, from the row it would stand in."""
    at = row.find(key)
    while at >= 0 and at % _ENTRY:
        at = row.find(key, at + 1)
    return None if at < 0 else int.from_bytes(row[at + _KEY : at + _ENTRY], "big")


def _buckets(high: U64, ids: int) -> U64:
    """The row of each key in a run of so many ids: its uppermost bits."""
    bits = (ids // _ROW_IDS).bit_length()
    return high >> np.uint64(64 - bits) if bits else np.zeros(len(high), np.uint64)


def _filter_of(tx: StateTx, run_id: int) -> U64:
    return np.frombuffer(tx.tuples(_FILTER, run_id=run_id)[0][0], "<u8").astype(np.uint64)
