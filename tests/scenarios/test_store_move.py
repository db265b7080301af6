"""A living installation moves to other engines while collectors take events: none is lost, none is doubled."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from nicegui import core
from tests.engines import CLICKHOUSE, named, nats, postgres

from omniloom import profiles
from omniloom.app import open_platform, read_settings
from omniloom.cli.serving import serving
from omniloom.collect import add_source
from omniloom.core.errors import Conflict, Unavailable
from omniloom.core.event import Event, encode
from omniloom.store import Move, Relocation, Stage
from omniloom.store.engines.by_url import open_events, open_state
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.hold import Held
from omniloom.store.settings import StoreSettings
from omniloom.store.sql import parse_events
from omniloom.worker import loop, relocation
from omniloom.worker.drain import drain
from omniloom.worker.relocation import write_store_settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IDS = parse_events("test.ids", "select message_id from identity_event order by message_id")


def event(number: int) -> Event:
    return Event(
        source_id="shop", message_id=f"m{number:06}", type="track", name="Order Completed",
        occurred_at=NOW + timedelta(seconds=number), received_at=NOW + timedelta(seconds=number),
        identifiers={"email": f"c{number % 40}@example.com"},
        properties={"order_id": f"o{number}", "revenue": 10.5, "products": [{"product_id": "p1", "quantity": 2}]},
    )  # fmt: skip


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """Three hundred events resolved, one more batch waiting in the log."""
    platform = open_platform(tmp_path / "data", environ={})
    platform.stores.log.append([encode(event(n)) for n in range(300)])
    loop.catch_up(platform)
    platform.stores.log.append([encode(event(n)) for n in range(300, 350)])
    platform.close()
    return tmp_path / "data"


class Collector:
    """One that goes on appending to the log it has open, each event twice; it knows what was acknowledged."""

    def __init__(self, installation: Path) -> None:
        self.acknowledged: list[int] = []
        self._log = SqliteLog(installation / "log.db")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        number = 1_000
        while not self._stop.wait(0.005):
            self._log.append([encode(event(number)), encode(event(number))])
            self.acknowledged.append(number)
            number += 1

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self._log.close()


@pytest.fixture
def intake(installation: Path) -> Iterator[Collector]:
    collector = Collector(installation)
    yield collector
    collector.stop()


def test_a_move_with_intake_running_loses_and_doubles_nothing(installation: Path, intake: Collector) -> None:
    to, log = postgres().database(named(installation), template=None), nats().url(named(installation))
    moved = subprocess.run(
        [str(Path(sys.executable).parent / "omniloom"), "store", "move", "--to", to, "--log", log, "--data-dir",
         str(installation)],
        capture_output=True, text=True, timeout=600, check=False, env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    assert moved.returncode == 0, moved.stdout + moved.stderr
    assert "DIFFERENT" not in moved.stdout
    settings = read_settings(installation, environ={}).store
    assert (settings.state_url, settings.log_url, settings.events_url) == (to, log, "")
    before = len(intake.acknowledged)
    platform = open_platform(installation, environ={})
    try:
        while len(intake.acknowledged) < before + 20:
            loop.run_once(platform, acts=loop.KNOWING)
        intake.stop()
        loop.catch_up(platform, acts=loop.KNOWING)
        with platform.stores.events.read() as tx:
            ids = [str(id_) for (id_,) in tx.tuples(IDS)]
        people = profiles.search(platform.stores, "c7@example.com", home_region="US", rows_max=9)
    finally:
        platform.close()
    wanted = {f"m{n:06}" for n in (*range(350), *intake.acknowledged)}
    assert len(ids) == len(set(ids)), "an event was doubled"
    assert wanted - set(ids) == set(), "an acknowledged event was lost"
    assert len(people) == 1


class Sender:
    """One that posts events to a running server for as long as it runs; it knows what was acknowledged."""

    def __init__(self, url: str, key: str) -> None:
        self.acknowledged: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(f"{url}/v1/track", {"authorization": f"Bearer {key}"}))
        self._thread.start()

    def _run(self, url: str, headers: dict[str, str]) -> None:
        with httpx.Client(headers=headers) as client:
            number = 0
            while not self._stop.wait(0.005):
                body = {"type": "track", "event": "Seen", "messageId": f"h{number}", "anonymousId": f"a{number % 7}"}
                if client.post(url, json=body).status_code == httpx.codes.OK:
                    self.acknowledged.append(f"h{number}")
                number += 1

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def interface() -> Iterator[None]:
    """NiceGUI is one application per process: what is mounted here is taken off again, for the tests of the pages."""
    routes, middleware = list(core.app.router.routes), list(core.app.user_middleware)
    yield
    is_ours_alone = not any(getattr(route, "path", "") == "/sign-out" for route in routes)
    core.app.router.routes[:] = routes
    core.app.user_middleware[:] = middleware
    core.app.middleware_stack = None
    if is_ours_alone:
        core.app.reset()


@pytest.mark.usefixtures("interface")
def test_a_running_server_moves_itself_while_it_takes_events(installation: Path) -> None:
    to, log = postgres().database(named(installation), template=None), nats().url(named(installation))
    place = ["--to", to, "--log", log, "--events", f"{CLICKHOUSE}/{named(installation)}"]
    platform = open_platform(installation, environ={})
    source = add_source(platform.stores, name="site", kind="website", now=NOW, ids=platform.ids)
    with contextlib.closing(platform), serving(platform, any_port=True) as url:
        sender = Sender(url, source.write_key)
        with contextlib.ExitStack() as undo:
            undo.callback(sender.stop)
            moved = subprocess.run(
                [str(Path(sys.executable).parent / "omniloom"), "store", "move", *place, "--json", "--data-dir",
                 str(installation)],
                capture_output=True, text=True, timeout=600, check=False,
            )  # fmt: skip
            assert moved.returncode == 0, moved.stdout + moved.stderr
            tables = {table["table"]: table["is_equal"] for table in json.loads(moved.stdout)}
            assert tables["identity_event"]
            assert all(tables.values())
            assert httpx.get(f"{url}/ready").json() == {"ready": True, "waiting_for": [], "moving": "moved"}
            with pytest.raises(Held), platform.stores.state.write():
                pass
            with pytest.raises(Held), platform.stores.events.write():
                pass
            before = len(sender.acknowledged)
            while len(sender.acknowledged) < before + 10:
                time.sleep(0.01)
    again = open_platform(installation, environ={})
    with contextlib.closing(again):
        loop.catch_up(again, acts=loop.KNOWING)
        with again.stores.events.read() as tx:
            ids = [str(id_) for (id_,) in tx.tuples(IDS)]
    wanted = {f"m{n:06}" for n in range(350)} | set(sender.acknowledged)
    assert len(ids) == len(set(ids)), "an event was doubled"
    assert wanted - set(ids) == set(), "an acknowledged event was lost"


def test_a_move_that_fails_leaves_everything_at_work(installation: Path) -> None:
    platform = open_platform(installation, environ={})
    with contextlib.closing(platform):
        order = Relocation(
            StoreSettings(state_url=postgres().database(named(installation)), log_url="nats://127.0.0.1:1")
        )
        platform.relocation = order
        assert relocation.attend(platform, threading.Event())
        assert order.stage is Stage.FAILED
        assert isinstance(order.error, Unavailable)
        platform.stores.log.append([encode(event(n)) for n in range(350, 360)])
        assert loop.catch_up(platform, acts=loop.KNOWING)
        assert read_settings(installation, environ={}).store == StoreSettings()
        platform.relocation = Relocation(replace(order.new, log_url=""))
        assert not relocation.attend(platform, threading.Event())
        assert platform.relocation.stage is Stage.MOVED


def test_every_table_arrives_equal_and_a_move_may_be_repeated_until_it_is_done(installation: Path) -> None:
    new = StoreSettings(
        state_url=postgres().database(named(installation)), events_url=f"{CLICKHOUSE}/{named(installation)}"
    )
    platform = open_platform(installation, environ={})
    seen: list[str] = []

    def break_off(_store: str, table: str, _rows: int) -> None:
        seen.append(table)
        if table == "identity_person":
            raise KeyboardInterrupt

    def move(note: object) -> list[object]:
        with ExitStack() as undo:
            way = Move(platform.stores, StoreSettings(), new, installation="i", note=note, undo=undo)  # type: ignore[arg-type]
            return list(way.rest(ends=(place.log, 0)))

    try:
        place = drain(platform)
        with pytest.raises(KeyboardInterrupt):
            move(break_off)
        platform.stores.log.append([encode(event(n)) for n in range(350, 400)])
        place = drain(platform)
        carried = move(lambda *_: None)
        assert all(table.is_equal for table in carried)  # type: ignore[attr-defined]
        counts = {table.table: table.sent.rows for table in carried}  # type: ignore[attr-defined]
        assert (counts["identity_event"], counts["identity_item"], counts["identity_person"]) == (400, 400, 40)
        with pytest.raises(Conflict, match="moved there already"):
            move(lambda *_: None)
        with ExitStack() as undo:
            state = open_state(installation, new, undo)
            events = open_events(installation, new, undo)
            with platform.stores.state.read() as old, state.read() as tx, events.read() as columns:
                assert tx.cursor("identity") == columns.cursor("identity") == old.cursor("identity") > 0
    finally:
        platform.close()


def test_what_is_erased_while_a_move_is_under_way_does_not_arrive(installation: Path) -> None:
    new = StoreSettings(
        state_url=postgres().database(named(installation)), events_url=f"{CLICKHOUSE}/{named(installation)}"
    )
    platform = open_platform(installation, environ={})
    with contextlib.closing(platform), ExitStack() as undo:
        way = Move(platform.stores, StoreSettings(), new, installation="i", note=lambda *_: None, undo=undo)
        assert sum(1 for _ in way.ahead()) >= 2
        with platform.stores.events.write() as tx:
            for table in ("identity_event", "identity_item"):
                tx.run(parse_events("t", f"delete from {table} where person_id = 7"))
        place = drain(platform)
        carried = way.rest(ends=(place.log, place.refusals))
        assert all(table.is_equal for table in carried)
        people = parse_events("t", "select count(*) as n from identity_event where person_id = 7")
        with platform.stores.events.read() as old, open_events(installation, new, undo).read() as tx:
            left = [int(each.tuples(people)[0][0]) for each in (old, tx)]
        assert left[0] == left[1] < 8  # only what was waiting in the log


def test_a_database_of_another_installation_is_left_alone(installation: Path) -> None:
    new = StoreSettings(state_url=postgres().database(named(installation)))
    with ExitStack() as undo, open_state(installation, new, undo).write() as tx:
        tx.move_cursor("identity", 7)
    platform = open_platform(installation, environ={})
    try:
        with ExitStack() as undo, pytest.raises(Conflict, match="another installation"):
            Move(platform.stores, StoreSettings(), new, installation="i", note=lambda *_: None, undo=undo)
    finally:
        platform.close()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[store]\nstate_url = "a"\n'),
        ("[server]\nport = 1\n", '[server]\nport = 1\n\n[store]\nstate_url = "a"\n'),
        ('[store]\nstate_url = "b"\nevents_threads = 1\n', '[store]\nstate_url = "a"\nevents_threads = 1\n'),
    ],
)
def test_settings_are_switched_in_place(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "omniloom.toml"
    file.write_text(before)
    write_store_settings(file, {"state_url": "a"})
    assert file.read_text() == after
    assert file.stat().st_mode & 0o077 == 0
