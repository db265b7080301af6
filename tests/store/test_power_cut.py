"""A power cut at any instant loses nothing acknowledged: the log and deduplication on a simulated disk.

A disk keeps what was synced. Of what was written since, any sectors may have arrived and any may not. The same test
with ``synchronous=NORMAL`` does lose acknowledged rows, so it would notice if our setting were weakened.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apsw
import numpy as np
import pytest

from omniloom.core.event import Event, encode
from omniloom.store import BLOCK_BODIES_MAX, seen, settle
from omniloom.store.engines import sqlite, sqlite_pages
from omniloom.store.engines.sqlite import PRAGMAS
from omniloom.store.engines.sqlite_log import SqliteLog, _behind
from omniloom.store.engines.sqlite_recovery import left_out
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.migrate import folder

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECTOR = 512  # bytes that arrive together or not at all
TABLES = "".join(path.read_text() for path in sorted(folder().glob("*_store_[cd]*_state.sql")))
SETTLED = """
select coalesce((select position from store_cursor where name = 'settle'), 0),
    coalesce((select sum(length(body)) / 25 from store_seen_batch), 0)
    + coalesce((select sum(length(body)) / 24 from store_seen_row), 0),
    (select count(*) from store_duplicate)
"""


@dataclass
class Kept:
    """One file: what its readers see, what is safe, and what was written since."""

    content: bytearray = field(default_factory=bytearray)
    synced: bytes = b""
    unsynced: list[tuple[int, bytes]] = field(default_factory=list)

    def write(self, data: bytes, offset: int) -> None:
        place(self.content, data, offset)
        self.unsynced += [(offset + at, data[at : at + SECTOR]) for at in range(0, len(data), SECTOR)]

    def truncate(self, size: int) -> None:
        del self.content[size:]
        self.sync()  # a file system journals its sizes

    def sync(self) -> None:
        self.synced = bytes(self.content)
        self.unsynced = []

    def after_cut(self, draw: random.Random) -> bytes:
        arrived = draw.choice((0.0, 0.3, 0.7, 1.0))
        if not self.unsynced or not arrived:
            return self.synced
        left = bytearray(self.synced)
        for offset, data in self.unsynced:
            if draw.random() < arrived:
                place(left, data, offset)
        return bytes(left)


def place(content: bytearray, data: bytes, offset: int) -> None:
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk(apsw.VFS):
    """A file system in memory that can show what a power cut at this instant would leave."""

    def __init__(self, name: str, files: dict[str, Kept]) -> None:
        self.name = name
        self.files = files
        self.watch: Any = lambda: None
        super().__init__(name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> "OpenFile":
        filename = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        return OpenFile(self, self.files.setdefault(filename, Kept()))

    def xAccess(self, pathname: str, flags: int) -> bool:
        return pathname in self.files

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.files.pop(filename, None)

    def xFullPathname(self, name: str) -> str:
        return name

    def after_cut(self, draw: random.Random) -> dict[str, bytes]:
        return {name: file.after_cut(draw) for name, file in self.files.items()}


class OpenFile:
    """An open file of the disk; one connection holds it, so locks are always granted."""

    def __init__(self, disk: Disk, kept: Kept) -> None:
        self.disk, self.kept = disk, kept

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self.kept.content[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        self.kept.write(bytes(data), offset)
        self.disk.watch()

    def xTruncate(self, size: int) -> None:
        self.kept.truncate(size)

    def xSync(self, flags: int) -> None:
        self.disk.watch()
        self.kept.sync()
        self.disk.watch()

    def xFileSize(self) -> int:
        return len(self.kept.content)

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xLock(self, level: int) -> None: ...

    def xUnlock(self, level: int) -> None: ...

    def xCheckReservedLock(self) -> bool:
        return False

    def xSectorSize(self) -> int:
        return SECTOR

    def xDeviceCharacteristics(self) -> int:
        return 0

    def xClose(self) -> None: ...


@contextlib.contextmanager
def disk_under_sqlite(name: str, synchronous: str) -> Iterator[Disk]:
    """A simulated disk on which the platform's own connections lie while this lasts."""
    disk = Disk(name, {})
    ours = [f"synchronous={synchronous}" if pragma.startswith("synchronous") else pragma for pragma in PRAGMAS]
    with pytest.MonkeyPatch.context() as patch:
        # Exclusive, so that WAL needs no shared memory of the disk: then readers share the one connection.
        # A short WAL, so that checkpoints are cut as well.
        patch.setattr(sqlite, "PRAGMAS", ("locking_mode=exclusive", *ours, "wal_autocheckpoint=8"))
        patch.setattr(sqlite.Connections, "_borrowed", lambda self: self._writer)
        patch.setattr(sqlite.Connections, "_return", lambda _self, _connection: None)
        patch.setattr(sqlite_pages, "VFS", name)
        yield disk
    disk.unregister()


@dataclass
class Cut:
    """The power went when so many messages were acknowledged; these files were left."""

    acknowledged: int
    files: dict[str, bytes]


def cut_run(seed: int, synchronous: str, cuts_max: int) -> tuple[list[int], list[Cut]]:
    """Append and settle as the platform does, cutting all the time: (the message ids in order, the cuts)."""
    draw = random.Random(seed)
    cuts: list[Cut] = []
    ids: list[int] = []
    acknowledged = 0
    with disk_under_sqlite(f"disk-{seed}-{synchronous}", synchronous) as disk:
        log, state = SqliteLog(Path("/log.db")), SqliteState(Path("/state.db"))
        state.execute_script(TABLES)
        stores: Any = SimpleNamespace(log=log, state=state, seen=seen.Seen())

        def watch() -> None:
            if len(cuts) < cuts_max:
                cuts.extend(Cut(acknowledged, disk.after_cut(draw)) for _ in range(draw.choice((0, 1, 2, 4))))

        disk.watch = watch
        while len(cuts) < cuts_max:
            some = [draw.randrange(len(ids) + 9) for _ in range(draw.randrange(1, 6))]
            ids += some
            log.append([message(number) for number in some])
            acknowledged = len(ids)
            if draw.random() < 0.4:
                settle(stores, now=NOW + timedelta(hours=len(ids)), rows_max=draw.randrange(1, 20))
        log.close()
        state.close()
    return ids, cuts


def message(number: int) -> bytes:
    """A message whose id and size follow from a number, so that the same number is the same message."""
    traits = {"text": "x" * (number * 7919 % 2_000)}
    return encode(Event(
        source_id="s", message_id=str(number), type="track", occurred_at=NOW, received_at=NOW, traits=traits
    ))  # fmt: skip


class Fault(StrEnum):
    """What a cut may have done that it must not."""

    LOST = "an acknowledged message is gone"
    CORRUPT = "a file is damaged"
    DISAGREE = "the settled state does not follow from the log"


class Inspector:
    """Looks at what cuts left, on a disk of its own. What it has seen before it knows."""

    def __init__(self, name: str) -> None:
        self.disk = Disk(name, {})
        self.known: dict[tuple[int, ...], Fault | None] = {}

    def fault(self, ids: list[int], cut: Cut) -> Fault | None:
        key = (cut.acknowledged, *(hash((name, content)) for name, content in sorted(cut.files.items())))
        if key not in self.known:
            self.known[key] = self._fault(ids, cut)
        return self.known[key]

    def _fault(self, ids: list[int], cut: Cut) -> Fault | None:
        self.disk.files = {name: Kept(bytearray(content), content) for name, content in cut.files.items()}
        try:
            stored = self._rows("/log.db", "select seq, sizes, body from log_block order by seq")
            found = [row for seq, sizes, body in stored for row in _behind(0, seq * BLOCK_BODIES_MAX, sizes, body)]
            cursor, remembered, repeated = self._rows("/state.db", SETTLED)[0]
        except apsw.SQLError:  # a table is gone
            return Fault.LOST
        except (apsw.CorruptError, apsw.NotADBError, AssertionError):
            return Fault.CORRUPT
        if len(found) < cut.acknowledged:
            return Fault.LOST
        if [body for _, body in found] != [message(number) for number in ids[: len(found)]]:
            return Fault.CORRUPT
        before = ids[: sum(position <= cursor for position, _ in found)]
        is_known = cursor == 0 or cursor in {position for position, _ in found}
        if not is_known or (remembered, repeated) != (len(set(before)), len(before) - len(set(before))):
            return Fault.DISAGREE
        return None

    def _rows(self, path: str, text: str) -> list[Any]:
        connection = apsw.Connection(path, vfs=self.disk.name)
        try:
            connection.execute("pragma locking_mode=exclusive; pragma synchronous=off").fetchall()
            assert connection.execute("pragma integrity_check").get == "ok"
            return connection.execute(text).fetchall()
        finally:
            connection.close()


def faults(seeds: range, synchronous: str, cuts_max: int) -> Counter[Fault | None]:
    """How the cuts of some runs ended."""
    found: Counter[Fault | None] = Counter()
    for seed in seeds:
        ids, cuts = cut_run(seed, synchronous, cuts_max)
        inspector = Inspector(f"left-{seed}-{synchronous}")
        found.update(inspector.fault(ids, cut) for cut in cuts)
        inspector.disk.unregister()
    return found


PART_RUNS, CUTS = 40, 250


@pytest.mark.parametrize("part", [0, 1, *(pytest.param(part, marks=pytest.mark.soak) for part in range(2, 10))])
def test_no_power_cut_loses_or_corrupts_what_was_acknowledged(part: int) -> None:
    """20,000 cuts in every day's run; `make soak` makes it 100,000, and 2,000,000 below."""
    found = faults(range(part * PART_RUNS, (part + 1) * PART_RUNS), "FULL", CUTS)
    assert found.total() >= PART_RUNS * CUTS
    assert found == {None: found.total()}


@pytest.mark.soak
@pytest.mark.timeout(3_000)
def test_no_power_cut_of_two_millions_loses_or_corrupts_what_was_acknowledged() -> None:
    found = faults(range(1_000, 5_000), "FULL", 500)
    assert found.total() >= 2_000_000
    assert found == {None: found.total()}


def test_the_simulated_disk_does_catch_a_weaker_setting() -> None:
    found = faults(range(10), "NORMAL", 200)
    assert found[Fault.LOST] > found.total() / 20


def test_what_a_cut_leaves_is_not_taken_for_a_changed_byte() -> None:
    wals = {
        bytes(content)
        for seed in range(2_000, 2_010)
        for cut in cut_run(seed, "FULL", 20)[1]
        for name, content in cut.files.items()
        if name.endswith("-wal")
    }
    assert len(wals) > 100
    refused = [left_out(np.frombuffer(wal, np.uint8)) for wal in wals]
    assert [place for place in refused if place is not None] == []


def test_a_cut_in_a_frame_that_differs_in_one_byte_from_what_lies_beneath_is_no_damage(tmp_path: Path) -> None:
    """A WAL that began anew is written over the one before, whose frames may hold nearly the same."""
    path, wal = tmp_path / "state.db", tmp_path / "state.db-wal"
    connections = sqlite.Connections(path)
    with connections.writing() as tx:
        tx.execute("create table reader (place integer); insert into reader values (0)")
    before = b""
    for places in (range(1, 6), range(101, 104)):
        before = wal.read_bytes()
        connections._writer.execute("pragma wal_checkpoint(restart)").fetchall()
        for number in places:
            with connections.writing() as tx:
                tx.execute("update reader set place = ?", (number,))
    written, at = wal.read_bytes(), 12_288  # a block in the frame of the third one, who was not told yet
    left = tmp_path / "left"
    left.mkdir()
    (left / path.name).write_bytes(path.read_bytes())
    (left / wal.name).write_bytes(written[:at] + before[at:])
    connections.close()
    again = sqlite.Connections(left / path.name)
    with again.reading() as tx:
        assert tx.execute("select place from reader").get == 102
    again.close()
