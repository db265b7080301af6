"""A byte that the disk changed is told, or changes no answer: never an answer that is silently wrong."""

import random
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest

from omniloom import identity, profiles
from omniloom.core.event import Event, encode
from omniloom.core.ids import SeededIds
from omniloom.store import Stores, check_stores, open_stores, settle_through
from omniloom.store.engines import sqlite_recovery
from omniloom.store.engines.duckdb_events import DuckEvents
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.engines.sqlite_pages import Damaged
from omniloom.store.engines.sqlite_recovery import left_out
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.sql import parse_events, parse_state

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FILES = ("log.db", "log.db-wal", "state.db", "state.db-wal", "events.duckdb", "events.duckdb.wal")
STATE = [
    parse_state("test.ledger", "select * from profiles_consent_ledger order by person_id, place"),
    parse_state("test.consents", "select * from profiles_consent order by person_id, advertiser, channel, purpose"),
    parse_state("test.merges", "select * from identity_merge order by merge_id"),
    parse_state("test.people", "select * from identity_person order by person_id"),
    parse_state("test.found", "select person_id from identity_identifier where kind = 'email' order by value"),
    parse_state("test.cursors", "select * from store_cursor order by name"),
]
EVENTS = [
    parse_events("test.events", "select * from identity_event order by position"),
    parse_events("test.items", "select * from identity_item order by all"),
    parse_events("test.cursors", "select * from store_cursor order by name"),
]


@dataclass
class Installation:
    """Where each file lies as it was kept, and what its store answers then."""

    folders: dict[str, Path]
    answers: dict[str, Any]


def filled(folder: Path) -> Installation:
    """WALs are those of a killed process, with half of what happened; the files are those of a closed one."""
    stores, ids = open_stores(folder / "living"), SeededIds(7)
    for turn in range(6):
        for part in range(3):
            stores.log.append([event(turn, number) for number in range(part * 20, part * 20 + 20)])
        settle_through(stores, stores.log.last_position(), now=NOW)
        work(stores)
        people = 30 + 2 * turn
        identity.merge(stores, into_id=people, from_id=people + 1, rule="desk", evidence={}, now=NOW, ids=ids)
        if turn == 2:
            for store in (stores.log, stores.state):
                store._connections._writer.wal_checkpoint()  # type: ignore[attr-defined]
            stores.events._connection.execute("checkpoint")  # type: ignore[attr-defined]
    killed, closed = folder / "killed", folder / "closed"
    shutil.copytree(folder / "living", killed, ignore=shutil.ignore_patterns("*-shm"))
    stores.close()
    shutil.copytree(folder / "living", closed)
    folders = {name: killed if name.endswith("wal") else closed for name in FILES}
    return Installation(folders, {name: answer(folders[name], folder / "look", name) for name in FILES})


def work(stores: Stores) -> None:
    identity.resolve(stores, now=NOW, rows_max=1_000, home_region="RU", home_currency="RUB")
    profiles.fold(stores, now=NOW, rows_max=1_000)


def event(turn: int, number: int) -> bytes:
    kind = ("Consent Given", "Consent Withdrawn", "Order Completed")[number % 3]
    return encode(Event(
        source_id="s", message_id=f"{turn}-{number}", type="track", name=kind, received_at=NOW,
        occurred_at=NOW + timedelta(minutes=turn), identifiers={"email": f"person-{number}@shop.example"},
        properties={"channel": "email", "purpose": "marketing", "order_id": str(number), "total": 100 * number + turn},
    ))  # fmt: skip


def answer(kept: Path, place: Path, name: str, changed: bytes | None = None) -> Any:
    """What a store says after a start with the files that were kept, one of them perhaps changed."""
    place.mkdir()
    store = name.partition(".")[0]
    try:
        for file in kept.glob("*" if name.endswith("wal") and store == "events" else f"{store}.*"):
            shutil.copy(file, place / file.name)
        if changed is not None:
            (place / name).write_bytes(changed)
        return {"log": log_says, "state": state_says, "events": events_say}[store](place)
    finally:
        shutil.rmtree(place)


def log_says(place: Path) -> Any:
    with ExitStack() as undo:
        log = SqliteLog(place / "log.db")
        undo.callback(log.close)
        found, after = [], 0
        while rows := log.read(after=after, rows_max=50):
            found += rows
            after = rows[-1][0]
        return found, log.last_position()


def state_says(place: Path) -> Any:
    with ExitStack() as undo:
        state = SqliteState(place / "state.db")
        undo.callback(state.close)
        with state.read() as tx:
            return [tx.tuples(query) for query in STATE]


def events_say(place: Path) -> Any:
    with ExitStack() as undo:
        if (place / "log.db").exists():  # a WAL that ends too early is a crash: the log still has what was in it
            stores = open_stores(place)
            undo.callback(stores.close)
            work(stores)
            with stores.events.read() as tx:
                return [tx.tuples(query) for query in EVENTS]
        events = DuckEvents(place / "events.duckdb", memory_mb=256, threads=1)
        undo.callback(events.close)
        with events.read() as tx:
            return [tx.tuples(query) for query in EVENTS]


def flips(content: bytes, end: int, count: int, seed: int) -> Iterator[bytes]:
    """The content with one byte before ``end`` changed, so many times: at both ends more often than by their size."""
    draw = random.Random(seed)
    for number in range(count):
        place = draw.randrange((end, 120, end, 6_000)[number % 4])
        place = place if number % 8 < 4 else end - 1 - place
        changed = bytearray(content)
        changed[place] ^= 1 << draw.randrange(8)
        yield bytes(changed)


def told_until(name: str, content: bytes) -> int:
    """Where what must be told ends: a changed byte in the last two transactions of SQLite's WAL may look like a cut."""
    if not name.endswith("db-wal"):
        return len(content)
    frame_bytes = 24 + int.from_bytes(content[8:12], "big")
    heads = [(at, content[at : at + 24]) for at in range(32, len(content), frame_bytes)]
    ends = [at for at, head in heads if any(head[4:8]) and head[8:16] == content[16:24]]
    return ends[-2]  # the last frame of the last but one: the one that is changed is before it


def outcomes(installation: Installation, name: str, count: int, place: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    folder = installation.folders[name]
    content = (folder / name).read_bytes()
    for number, changed in enumerate(flips(content, told_until(name, content), count, seed=len(name))):
        try:
            is_right = answer(folder, place / str(number), name, changed) == installation.answers[name]
            found["harmless" if is_right else "silently wrong"] += 1
        except Damaged:
            found["told"] += 1
    return found


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return filled(tmp_path_factory.mktemp("rot"))


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_told_or_changes_no_answer(installation: Installation, name: str, tmp_path: Path) -> None:
    found = outcomes(installation, name, 24, tmp_path)
    assert found["silently wrong"] == 0, found
    assert found["told"] > 3, found


@pytest.mark.soak
@pytest.mark.parametrize("name", FILES)
def test_of_a_thousand_changed_bytes_none_gives_a_wrong_answer(
    installation: Installation, name: str, tmp_path: Path
) -> None:
    found = outcomes(installation, name, 200, tmp_path)
    assert found["silently wrong"] == 0, found


def test_whoever_starts_while_another_looks_at_the_wal_is_refused_too(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in installation.folders["log.db-wal"].glob("log.db*"):
        shutil.copy(file, tmp_path / file.name)
    content = bytearray((tmp_path / "log.db-wal").read_bytes())
    content[100] ^= 1
    (tmp_path / "log.db-wal").write_bytes(content)
    is_looking, may_go_on = threading.Event(), threading.Event()

    def slowly(content: sqlite_recovery.Content) -> int | None:
        is_looking.set()
        may_go_on.wait()
        return left_out(content)

    monkeypatch.setattr(sqlite_recovery, "left_out", slowly)
    with ThreadPoolExecutor() as starting:
        first = starting.submit(SqliteLog, tmp_path / "log.db")
        is_looking.wait()
        second = starting.submit(SqliteLog, tmp_path / "log.db")
        wait([second], timeout=0.3)  # it comes meanwhile; later it is refused as well
        may_go_on.set()
        for start in (first, second):
            with pytest.raises(Damaged):
                start.result().close()


def test_what_lies_before_the_damage_is_read_and_then_it_is_told_where(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    for number in range(40):
        log.append([b"%d " % number * 4_000])
    log.close()
    content = bytearray((tmp_path / "log.db").read_bytes())
    content[content.index(b"30 " * 1_000)] ^= 1
    (tmp_path / "log.db").write_bytes(content)
    log = SqliteLog(tmp_path / "log.db")
    found = log.read(after=0, rows_max=100)
    assert [int(body.split()[0]) for _, body in found] == list(range(30))
    with pytest.raises(Damaged, match=rf"log.db is damaged behind position {found[-1][0]}") as told:
        log.read(after=found[-1][0], rows_max=100)
    assert "omniloom store check" in told.value.hint
    log.append([b"more"])  # what comes in is taken all the same
    log.close()


def test_a_head_that_denies_checksums_is_seen(tmp_path: Path) -> None:
    SqliteLog(tmp_path / "log.db").close()
    content = bytearray((tmp_path / "log.db").read_bytes())
    assert content[20] == 8
    content[20] = 0
    (tmp_path / "log.db").write_bytes(content)
    with pytest.raises(Damaged):
        SqliteLog(tmp_path / "log.db")


def test_a_file_of_an_earlier_release_is_read_and_written_as_it_is(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "log.db"))
    connection.execute("pragma journal_mode=wal").fetchall()
    connection.execute("create table log_block (seq integer primary key autoincrement, sizes blob, body blob)")
    connection.execute("insert into log_block (sizes, body) values (x'03000000', x'6f6c64')")
    connection.close()
    log = SqliteLog(tmp_path / "log.db")
    log.append([b"new"])
    assert [body for _, body in log.read(after=0, rows_max=10)] == [b"old", b"new"]
    log.close()


def test_a_check_reads_everything_and_names_what_is_damaged(installation: Installation, tmp_path: Path) -> None:
    shutil.copytree(installation.folders["log.db"], tmp_path / "home")
    stores = open_stores(tmp_path / "home")
    assert [finding.part for finding in check_stores(stores) if not finding.is_sound] == []
    assert profiles.broken_ledger(stores, people_max=7) == []
    stores.close()
    for name in ("log.db", "state.db"):
        content = bytearray((tmp_path / "home" / name).read_bytes())
        content[-100] ^= 1
        (tmp_path / "home" / name).write_bytes(content)
    stores = open_stores(tmp_path / "home")
    damaged = {finding.part: finding for finding in check_stores(stores) if not finding.is_sound}
    assert set(damaged) == {"log", "state"}
    assert all("backup" in finding.hint for finding in damaged.values())
    stores.close()
