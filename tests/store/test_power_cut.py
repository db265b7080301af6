"""A power cut at any instant loses nothing acknowledged: SQLite with our pragmas on a simulated disk.

A disk keeps what was synced. Of what was written since, any sectors may have arrived and any may not. The same test
with ``synchronous=NORMAL`` does lose acknowledged rows, so it would notice if our setting were weakened.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import apsw
import pytest

from omniloom.store.engines.sqlite import PRAGMAS

SECTOR = 512  # bytes that arrive together or not at all
CUTS_PER_RUN = 10


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

    def after_cut(self, draw: random.Random) -> "Kept":
        left = bytearray(self.synced)
        arrived = draw.choice((0.0, 0.3, 0.7, 1.0))
        for offset, data in self.unsynced:
            if draw.random() < arrived:
                place(left, data, offset)
        return Kept(left, bytes(left))


def place(content: bytearray, data: bytes, offset: int) -> None:
    content.extend(bytes(max(0, offset - len(content))))
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

    def after_cut(self, draw: random.Random) -> dict[str, Kept]:
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


def opened(name: str, synchronous: str) -> apsw.Connection:
    connection = apsw.Connection("/log.db", vfs=name)
    connection.execute("pragma locking_mode=exclusive")  # so that WAL needs no shared memory of the simulated disk
    for pragma in PRAGMAS:
        wanted = f"synchronous={synchronous}" if pragma.startswith("synchronous") else pragma
        connection.execute(f"pragma {wanted}").fetchall()
    connection.execute("pragma wal_autocheckpoint=8")  # so that checkpoints are cut as well
    return connection


def cut_run(seed: int, synchronous: str) -> list[tuple[int, dict[str, Kept]]]:
    """Commit rows while cutting: (rows acknowledged, files left) for each cut."""
    draw = random.Random(seed)
    disk = Disk(f"disk-{seed}-{synchronous}", {})
    connection = opened(disk.name, synchronous)
    connection.execute("create table log_message (position integer primary key autoincrement, body blob not null)")
    left: list[tuple[int, dict[str, Kept]]] = []
    acknowledged = 0

    def watch() -> None:
        if len(left) < CUTS_PER_RUN and draw.random() < 0.04:
            left.append((acknowledged, disk.after_cut(draw)))

    disk.watch = watch
    for _ in range(60):
        with connection:
            for _ in range(draw.randrange(1, 4)):
                connection.execute("insert into log_message (body) values (?)", (bytes(draw.randrange(10, 3000)),))
        acknowledged = connection.execute("select count(*) from log_message").fetchone()[0]
    connection.close()
    disk.unregister()
    return left


def losses(seed: int, synchronous: str) -> tuple[int, int, int]:
    """(cuts, cuts that lost acknowledged rows, cuts that left a corrupt file)."""
    lost = corrupt = 0
    cuts = cut_run(seed, synchronous)
    for number, (acknowledged, files) in enumerate(cuts):
        disk = Disk(f"left-{seed}-{number}-{synchronous}", files)
        connection = opened(disk.name, synchronous)
        sound = connection.execute("pragma integrity_check").fetchone()[0] == "ok"
        is_there = sound and connection.execute("select count(*) from sqlite_master").fetchone()[0] > 0
        found = connection.execute("select count(*) from log_message").fetchone()[0] if is_there else 0
        lost += sound and found < acknowledged
        corrupt += not sound
        connection.close()
        disk.unregister()
    return len(cuts), lost, corrupt


@pytest.mark.parametrize("runs", [200, pytest.param(20_000, marks=[pytest.mark.soak, pytest.mark.timeout(3_000)])])
def test_no_power_cut_loses_an_acknowledged_row(runs: int) -> None:
    results = [losses(seed, "FULL") for seed in range(runs)]
    assert sum(cuts for cuts, _, _ in results) > runs * 5
    assert sum(lost for _, lost, _ in results) == 0
    assert sum(corrupt for _, _, corrupt in results) == 0


def test_the_simulated_disk_does_catch_a_weaker_setting() -> None:
    assert sum(losses(seed, "NORMAL")[1] for seed in range(5)) > 0
