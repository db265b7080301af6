"""A full disk: the log refuses at once, whoever leaves is heard, and with room again all goes on without repair."""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omniloom.core.errors import Unavailable
from omniloom.core.event import Event, encode
from omniloom.store import DiskFull, open_stores, settle_through, settled
from omniloom.store import ballast as ballast_module
from omniloom.store.ballast import Ballast
from omniloom.store.engines.duckdb_events import DuckEvents
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.engines.sqlite_pages import Damaged
from omniloom.store.settings import StoreSettings
from omniloom.store.sql import parse_state

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MB = 1 << 20
ADD = parse_state("test.add", "insert into store_cursor (name, position) values (:name, 1)")
MARK = parse_state(
    "test.mark",
    "insert into store_cursor (name, position) values (:name, :position)"
    " on conflict (name) do update set position = excluded.position",
)
FILL = "insert into kept select i, md5(i::varchar || random()) || md5('x' || random()) from range(30_000) rows (i)"
ALL = parse_state("test.all", "select name from store_cursor where name like 'leaver%'")


def event(number: int) -> bytes:
    return encode(Event(
        source_id="s", message_id=str(number), type="track", occurred_at=NOW, received_at=NOW,
        traits={"text": "x" * 4_000},
    ))  # fmt: skip


def test_on_a_full_disk_the_log_refuses_but_leavers_are_heard_and_room_heals_it(small_disk: Path) -> None:
    (small_disk / "other").write_bytes(bytes(26 * MB))
    stores = open_stores(small_disk / "home", StoreSettings(events_memory_mb=64))
    try:
        accepted = 0
        with pytest.raises(Unavailable, match="full") as refusal:
            while True:
                stores.log.append([event(accepted + at) for at in range(20)])
                accepted += 20
        assert accepted > 100
        assert refusal.value.facts["retry_after_s"] > 0
        (small_disk / "filler").write_bytes(b"x" * (os.statvfs(small_disk).f_bavail * 4096 - 65_536))
        for number in range(300):
            with stores.state.write() as tx:
                tx.run(ADD, name=f"leaver-{number}")
            refuses(lambda: stores.log.append([event(-1)]))
        refuses(lambda: stores.events.write().__enter__())
        assert not (small_disk / "home" / "ballast").exists()
        (small_disk / "filler").unlink()
        (small_disk / "other").unlink()
        last = stores.log.append([event(accepted)])
        settle_through(stores, last, now=NOW)
        found = settled(stores, after=0, rows_max=1_000_000)
        assert len(found.messages) == accepted + 1
        with stores.state.read() as state:
            assert len(state.tuples(ALL)) == 300
    finally:
        stores.close()


def test_urgent_messages_use_half_of_the_ballast_s_room_and_who_leaves_any_number_of_times_the_rest(
    small_disk: Path,
) -> None:
    (small_disk / "other").write_bytes(bytes(26 * MB))
    stores = open_stores(small_disk / "home", StoreSettings(events_memory_mb=64))
    try:
        (small_disk / "filler").write_bytes(b"x" * (os.statvfs(small_disk).f_bavail * 4096 - 65_536))
        refuses(lambda: stores.log.append([event(0)]))
        refuses(stores.admit)
        urgent = 0
        with pytest.raises(DiskFull):
            while True:
                stores.log.append([event(urgent)], is_urgent=True)
                urgent += 1
        assert urgent > 50
        assert 7 * MB < os.statvfs(small_disk).f_bavail * 4096 < 9 * MB
        for number in range(3_000):  # more than its WAL has room for
            with stores.state.write() as tx:
                tx.run(MARK, name="leaver", position=number)
        refuses(lambda: stores.log.append([event(-1)], is_urgent=True))
        (small_disk / "filler").unlink()
        (small_disk / "other").unlink()
        stores.log.append([event(urgent)])
        stores.admit()
        assert len(stores.log.read(after=0, rows_max=10_000)) == urgent + 1
    finally:
        stores.close()


def refuses(act: Callable[[], object]) -> None:
    with pytest.raises(Unavailable):
        act()


def test_what_fills_the_disk_from_outside_throws_the_ballast_off_and_it_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [100 * MB]
    monkeypatch.setattr(Ballast, "_free", lambda self: free[0] - (16 * MB if self._is_aboard() else 0))
    ballast = Ballast(tmp_path, 16 * MB)
    with closing(SqliteLog(tmp_path / "log.db", ballast)) as log:
        log.append([b"x"])
        assert (tmp_path / "ballast").stat().st_size == 16 * MB
        free[0] = 16 * MB + 1000  # nothing but the ballast
        refuses(lambda: log.append([b"x"]))
        assert ballast.take()  # still aboard: only a write that must not fail throws it off
        ballast.make_room()
        assert not (tmp_path / "ballast").exists()
        for enough in (16 * MB, 20 * MB, 23 * MB):
            free[0] = enough
            refuses(lambda: log.append([b"x"]))
        free[0] = 40 * MB
        log.append([b"y"])
        assert (tmp_path / "ballast").exists()
        assert [body for _, body in log.read(after=0, rows_max=9)] == [b"x", b"y"]


def test_without_a_ballast_nothing_is_kept_free(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path, 0)
    assert ballast.take()
    ballast.admit()
    ballast.make_room()
    assert list(tmp_path.iterdir()) == []


def test_a_roomy_disk_keeps_no_ballast_while_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_stores(tmp_path / "home").close()
    assert not (tmp_path / "home" / "ballast").exists()
    monkeypatch.setattr(ballast_module, "PLENTY", 1 << 60)
    open_stores(tmp_path / "home").close()
    assert (tmp_path / "home" / "ballast").exists()


def killed_with_a_log(folder: Path) -> Path:
    """An event file as a killed process leaves it: nearly all of it is in its WAL."""
    living = DuckEvents(folder / "living.duckdb", memory_mb=256, threads=1)
    living.execute_script("create table kept (number bigint, text varchar)")
    for _ in range(4):  # more rows at once would go into the file
        living.execute_script(FILL)
    for file in ("living.duckdb", "living.duckdb.wal"):
        (folder / file.replace("living", "events")).write_bytes((folder / file).read_bytes())
    living.close()
    (folder / "living.duckdb").unlink()
    return folder / "events.duckdb"


def test_events_that_lack_memory_at_the_start_are_not_called_damaged(tmp_path: Path) -> None:
    path = killed_with_a_log(tmp_path)
    with pytest.raises(Unavailable, match="could not allocate") as refusal:
        DuckEvents(path, memory_mb=1, threads=1)
    assert not isinstance(refusal.value, Damaged)
    assert refusal.value.hint == "raise store.events_memory_mb"
    DuckEvents(path, memory_mb=256, threads=1).close()


def test_events_that_lack_disk_at_the_start_are_not_called_damaged(small_disk: Path) -> None:
    path = killed_with_a_log(small_disk)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (os.statvfs(small_disk).f_bavail * 4096 - 65_536))
    with pytest.raises(Unavailable, match="cannot open") as refusal:
        DuckEvents(path, memory_mb=3, threads=1)
    assert not isinstance(refusal.value, Damaged)
    assert "free disk space" in refusal.value.hint
    filler.unlink()
    DuckEvents(path, memory_mb=256, threads=1).close()
