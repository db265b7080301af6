"""Who can be reached, counted in the background: a part of everybody at a time, kept with the instant of the count.

Counting everybody reads all addresses, consents and sent messages: seconds where there are hundreds of thousands of
people, too long for a page that is open all day. A part is a few thousand people, some hundredths of a second. A count
begins when anything happened since the last one began, and once an hour, for a silence asked for ends by itself.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from omniloom.core.clock import instant
from omniloom.messaging.channel import known_channels
from omniloom.messaging.reach import ChannelReach, reach_between
from omniloom.store import Progress, Row, StateTx, Stores, query

PEOPLE_AT_ONCE = 5_000
HOLDS = timedelta(hours=1)  # where nothing happens
_WHOLE, _BEGUN = "whole", "begun"


@dataclass(frozen=True, slots=True)
class ReachCount:
    """Each channel over everybody, as it was at an instant."""

    channels: list[ChannelReach]
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class _Count:
    """A count under way: of people up to ``through``, as of ``counted_at``."""

    through: int
    counts: Mapping[str, Mapping[str, int]]
    mark: str
    counted_at: datetime

    def plus(self, found: list[ChannelReach], through: int) -> "_Count":
        counts = {one.channel: dict(Counter(self.counts[one.channel]) + Counter(one.counts())) for one in found}
        return _Count(through, counts, self.mark, self.counted_at)


def latest(stores: Stores) -> ReachCount | None:
    """The newest whole count in our own name; None before the first one."""
    with stores.state.read() as tx:
        row = _kept(tx).get(_WHOLE)
    if row is None:
        return None
    counts = json.loads(row["counts"])
    channels = [ChannelReach.of(channel, counts[channel]) for channel in known_channels() if channel in counts]
    return ReachCount(channels, instant(row["counted_at"]))


def go_on(stores: Stores, *, now: datetime, people_max: int = PEOPLE_AT_ONCE) -> Progress:
    """Count the next part of everybody, if there is anything to count.

    Its rows are none: what it does is nothing that another act waits for.
    """
    with stores.state.read() as tx:
        count = _under_way(tx, now)
        if count is None:
            return Progress(0, is_done=True)
        part = tx.rows(query(__file__, "reach_next"), after=count.through, rows_max=people_max)[0]
        if part["through"] is not None:
            through = int(part["through"])
            count = count.plus(reach_between(tx, after=count.through, through=through, now=count.counted_at), through)
    is_whole = part["people"] < people_max
    with stores.state.write() as tx:
        tx.run(
            query(__file__, "reach_keep"), part=_WHOLE if is_whole else _BEGUN, counted_through=count.through,
            counts=json.dumps(count.counts), mark=count.mark, counted_at=count.counted_at,
        )  # fmt: skip
        if is_whole:
            tx.run(query(__file__, "reach_begun_over"), part=_BEGUN)
    return Progress(0, is_done=is_whole)


def _under_way(tx: StateTx, now: datetime) -> _Count | None:
    """The count that was begun, else a new one; None where the last one still holds."""
    kept, channels = _kept(tx), list(known_channels())
    if (begun := kept.get(_BEGUN)) is not None:
        counts = json.loads(begun["counts"])
        if list(counts) == channels:
            return _Count(begun["counted_through"], counts, begun["mark"], instant(begun["counted_at"]))
    mark = _mark(tx)
    if (whole := kept.get(_WHOLE)) is not None and list(json.loads(whole["counts"])) == channels:
        age = now - instant(whole["counted_at"])
        if whole["mark"] == mark and timedelta(0) <= age < HOLDS:
            return None
    return _Count(0, {channel: {} for channel in channels}, mark, now)


def _mark(tx: StateTx) -> str:
    """The SHA-256 of what is other whenever anything happened."""
    known = sorted(tx.tuples(query(__file__, "reach_mark")))
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def _kept(tx: StateTx) -> dict[str, Row]:
    return {row["part"]: row for row in tx.rows(query(__file__, "reach_kept"))}
