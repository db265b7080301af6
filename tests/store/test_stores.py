"""One data directory: who may open it, what survives, and what a full disk or a kill -9 leaves behind."""

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pytest

from omniloom.core.errors import Conflict, Unavailable
from omniloom.store import open_stores
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.sql import parse_events
from omniloom.store.stores import take_lock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_second_process_is_refused_and_told_who_holds_the_stores(tmp_path: Path) -> None:
    stores = open_stores(tmp_path)
    try:
        asked = subprocess.run(
            [sys.executable, "-c", OPEN, str(tmp_path)], capture_output=True, text=True, timeout=600, check=False
        )
        assert asked.returncode == 4, asked.stderr
        assert f"in use by process {os.getpid()}" in asked.stdout
    finally:
        stores.close()
    asked = subprocess.run([sys.executable, "-c", OPEN, str(tmp_path)], timeout=600, check=False)
    assert asked.returncode == 0


OPEN = """
import sys
from pathlib import Path
from omniloom.core.errors import OmniloomError
from omniloom.store import open_stores
try:
    open_stores(Path(sys.argv[1])).close()
except OmniloomError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def test_a_forked_child_does_not_keep_the_lock_of_its_parent(tmp_path: Path) -> None:
    lock = take_lock(tmp_path)
    child = os.fork()
    if child == 0:
        time.sleep(300)
        os._exit(0)
    try:
        lock.close()
        take_lock_in_time(tmp_path).close()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def take_lock_in_time(data_dir: Path) -> IO[str]:
    """The child closes its copies when it first runs, which may be a moment after the fork."""
    for _ in range(6_000):
        with contextlib.suppress(Conflict):
            return take_lock(data_dir)
        time.sleep(0.01)
    raise AssertionError("the child still holds the lock")


def test_an_open_that_fails_leaves_the_folder_free(tmp_path: Path) -> None:
    (tmp_path / "events.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(Unavailable, match="events"):
        open_stores(tmp_path)
    take_lock(tmp_path).close()
    (tmp_path / "events.duckdb").unlink()
    (tmp_path / "state.db").write_bytes(b"not a database either" * 1000)
    with pytest.raises(Unavailable, match="state"):
        open_stores(tmp_path)
    take_lock(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot create"):
        open_stores(tmp_path / "file" / "data")


def test_peoples_data_is_for_its_owner_alone(tmp_path: Path) -> None:
    open_stores(tmp_path / "data").close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


# --- a full disk -----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a small file system; the file size limit test says the same")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_refuses_and_loses_nothing_acknowledged(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 1_500_000)
    with closing(SqliteLog(small_disk / "log.db")) as log:
        acknowledged = fill(log)
        assert acknowledged > 0
        filler.unlink()
        log.append([b"room again"])
        assert len(log.read(after=0, rows_max=10_000)) == acknowledged + 1


def test_a_file_that_may_not_grow_refuses_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(SqliteLog(tmp_path / "log.db")) as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
        try:
            acknowledged = fill(log)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert acknowledged > 0
        log.append([b"room again"])
        assert len(log.read(after=0, rows_max=10_000)) == acknowledged + 1


def fill(log: SqliteLog) -> int:
    """Append until the disk refuses; how many were acknowledged."""
    for number in range(10_000):
        try:
            log.append([b"b" * 20_000])
        except Unavailable as refusal:
            return number if "log.db" in refusal.message and refusal.hint else 0
    raise AssertionError("the disk never refused")


# --- kill -9 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kills", [20, pytest.param(1_000, marks=[pytest.mark.soak, pytest.mark.timeout(1_800)])])
def test_nothing_acknowledged_is_lost_when_the_appending_process_is_killed(tmp_path: Path, kills: int) -> None:
    draw = random.Random(20260302)
    acknowledged: set[bytes] = set()
    for round_ in range(kills):
        acknowledged |= killed_while_appending(tmp_path / "log.db", round_, draw.uniform(0.01, 0.12))
    with closing(SqliteLog(tmp_path / "log.db")) as log:
        stored = [body for _, body in log.read(after=0, rows_max=1_000_000)]
    assert len(acknowledged) > kills, "the rounds were too short to prove anything"
    assert acknowledged - set(stored) == set()
    assert len(stored) == len(set(stored))


def killed_while_appending(path: Path, round_: int, life_s: float) -> set[bytes]:
    """What a process had acknowledged (written to a pipe after the append returned) when it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            append_for_ever(path, round_, writing)
        os._exit(1)
    os.close(writing)
    first = os.read(reading, 64)  # the process is at work
    time.sleep(life_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        lines = (first + pipe.read()).split(b"\n")
    return set(lines[:-1])


def append_for_ever(path: Path, round_: int, acks: int) -> None:
    log = SqliteLog(path)
    for number in range(1_000_000):
        body = f"{round_}-{number}".encode()
        log.append([body])
        os.write(acks, body + b"\n")


def test_events_and_their_cursor_agree_after_kills(tmp_path: Path) -> None:
    open_stores(tmp_path).close()
    for life_s in (0.05, 0.15, 0.3):
        child = subprocess.Popen([sys.executable, "-c", COUNT_UP, str(tmp_path)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline()
        time.sleep(life_s)
        child.kill()
        told = [int(line) for line in child.stdout if line.endswith(b"\n")]
        child.wait()
        child.stdout.close()
        stores = open_stores(tmp_path)
        with stores.events.read() as tx, stores.state.read() as state:
            counted = tx.tuples(parse_events("test.count", "select count(*), coalesce(max(position), 0) from override"))
            position = tx.cursor("reader")
            assert counted == [(position, position)]
            assert position >= max(told, default=0)
            assert state.cursor("reader") >= max(told, default=0)
        stores.close()


COUNT_UP = """
import sys
from pathlib import Path
import pyarrow as pa
from omniloom.store import open_stores
stores = open_stores(Path(sys.argv[1]))
try:
    stores.events.execute_script("create table if not exists override (position bigint)")
finally:
    print(0, flush=True)
while True:
    with stores.events.write() as tx:
        position = tx.cursor("reader") + 1
        tx.append("override", pa.table({"position": [position]}))
        tx.move_cursor("reader", position)
    with stores.state.write() as tx:
        tx.move_cursor("reader", position)
    print(position, flush=True)
"""
