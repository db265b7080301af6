"""Exactly once on an engine without transactions: stopped between any two statements, nothing is lost or doubled."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from clickhouse_connect.driver.exceptions import OperationalError

from omniloom.core.clock import ManualClock
from omniloom.core.errors import Misconfigured, Unavailable
from omniloom.store.engines import clickhouse_events, clickhouse_ledger
from omniloom.store.engines.clickhouse_events import ClickHouseEvents
from omniloom.store.engines.clickhouse_link import Link
from omniloom.store.engines.clickhouse_schema import Layout
from omniloom.store.sql import parse_events

CREATE = "create table kept (n bigint not null); create table latest (key varchar not null, n bigint not null);"
LAYOUTS = {"kept": Layout(order="n", address="n"), "latest": Layout(order="key")}
KEPT = parse_events("test.kept", "select n from kept order by n")
LATEST = parse_events("test.latest", "select key, n from latest order by key, n")
FORGET = parse_events("test.forget", "delete from latest where key in (select key from stage_word)")
ADD = parse_events("test.add", "insert into latest (key, n) select key, n from stage_word")
RAW = "select (select count() from kept), (select count() from latest)"


def opened(database: str, url: str = "chdb://memory") -> ClickHouseEvents:
    return ClickHouseEvents(url, database=database, known=LAYOUTS)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    name = "b_" + "".join(c for c in tmp_path.name if c.isalnum())
    with closing(opened(name)) as events:
        events.execute_script(CREATE)
    yield name
    opened(name).erase()


def take(events: ClickHouseEvents, n: int) -> None:
    """What a reader of the log does: three kinds of change and its cursor, together; nothing if it was done before."""
    with events.write() as tx:
        if tx.cursor("reader") >= n:
            return
        tx.append("kept", pa.table({"n": [10 * n, 10 * n + 1]}))
        tx.stage("word", pa.table({"key": ["a", "b"], "n": [n, n]}))
        tx.run(FORGET)
        tx.run(ADD)
        tx.move_cursor("reader", n)


def seen(events: ClickHouseEvents) -> tuple[Any, ...]:
    with events.read() as tx:
        return tx.tuples(KEPT), tx.tuples(LATEST), tx.cursor("reader")


def expected(n: int) -> tuple[Any, ...]:
    kept = [(10 * i + j,) for i in range(1, n + 1) for j in (0, 1)]
    return kept, [("a", n), ("b", n)] if n else [], n


class Stopped(BaseException):
    """The process is gone."""


@contextmanager
def stopping(monkeypatch: pytest.MonkeyPatch, at: int, *, is_done: bool) -> Iterator[dict[str, int]]:
    """The process ends before its ``at``-th statement, or after it but before it hears the answer."""
    count = {"statements": 0}

    def counted(method: Callable[..., Any]) -> Callable[..., Any]:
        def send(self: Link, *arguments: Any) -> Any:
            count["statements"] += 1
            if count["statements"] > at or (count["statements"] == at and not is_done):
                raise Stopped
            answer = method(self, *arguments)
            if count["statements"] == at:
                raise Stopped
            return answer

        return send

    with monkeypatch.context() as patch:
        for name in ("run", "rows", "arrow", "insert"):
            patch.setattr(Link, name, counted(getattr(Link, name)))
        yield count


@pytest.mark.parametrize("is_done", [False, True], ids=["before a statement", "before its answer"])
def test_stopped_at_any_statement_everything_counts_once(
    database: str, monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    at, taken = 0, 0
    while True:
        at += 1
        writer = opened(database)
        with stopping(monkeypatch, at, is_done=is_done) as count, suppress(Stopped):
            take(writer, taken + 1)
        has_ended = count["statements"] < at
        clickhouse_ledger._here.discard(writer._ledger._token)  # its process is gone, with no word to anyone
        with closing(opened(database)) as later:
            found = seen(later)
            assert found in (expected(taken), expected(taken + 1)), at  # a reader sees all of it or nothing
            take(later, taken + 1)
            taken += 1
            assert seen(later) == expected(taken), at
        if has_ended:
            break
    assert at > 11  # it was stopped at many places


def test_an_answer_lost_after_it_counted_is_no_failure(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Link.run

    def deaf(self: Link, text: str, params: Any = None) -> None:
        run(self, text, params)
        if params and params.get("step") == "counts":
            raise Unavailable("the network went away")

    with closing(opened(database)) as events:
        with monkeypatch.context() as patch:
            patch.setattr(Link, "run", deaf)
            take(events, 1)
        assert seen(events) == expected(1)
        take(events, 2)
        assert seen(events) == expected(2)


def test_a_commit_that_never_came_through_is_undone(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Link.run

    def dumb(self: Link, text: str, params: Any = None) -> None:
        if params and params.get("step") == "counts":
            raise Unavailable("the network went away")
        run(self, text, params)

    with closing(opened(database)) as events:
        with monkeypatch.context() as patch, pytest.raises(Unavailable, match="network"):
            patch.setattr(Link, "run", dumb)
            take(events, 1)
        assert seen(events) == expected(0)
        with events._pool.link() as link:
            assert link.rows(RAW)[1] == [(0, 0)]


def test_a_writer_taken_for_dead_cannot_come_back(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omniloom.store.engines.clickhouse_ledger.socket.gethostname", lambda: "elsewhere")
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    slow = ClickHouseEvents("chdb://memory", database=database, known=LAYOUTS, clock=clock)
    monkeypatch.undo()
    with closing(slow), closing(opened(database)) as quick:
        with pytest.raises(Unavailable, match="took this one for dead"), slow.write() as tx:
            tx.append("kept", pa.table({"n": [10, 11]}))
            with monkeypatch.context() as patch:
                patch.setattr(clickhouse_ledger, "LEASE_S", -1.0)
                take(quick, 1)
            clock.advance(timedelta(minutes=6))
            tx.append("kept", pa.table({"n": [666]}))  # after its rows were swept away
            tx.move_cursor("reader", 99)
        assert seen(quick) == expected(1)
        take(quick, 2)
        assert seen(quick) == expected(2)


def test_old_deleted_rows_and_tickets_are_swept_away(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clickhouse_ledger, "KEPT_S", 0.0)
    monkeypatch.setattr(clickhouse_events, "LEDGER_ROWS", 12)
    with closing(opened(database)) as events:
        for n in range(1, 13):
            take(events, n)
            assert seen(events) == expected(n)
        with pytest.raises(ZeroDivisionError), events.write() as tx:
            tx.append("kept", pa.table({"n": [5]}))
            raise ZeroDivisionError
        take(events, 13)
        with events._pool.link() as link:
            assert link.rows("select count() from latest")[1][0][0] < 16  # of 26 that were written
            assert events._ledger.standing(link).rows < 24
        assert seen(events) == expected(13)


def test_rows_are_not_changed_in_place_and_a_table_needs_a_layout(database: str) -> None:
    with closing(opened(database)) as events:
        with pytest.raises(Misconfigured, match="added and deleted only"), events.write() as tx:
            tx.run(parse_events("test.wrong", "update kept set n = 2 where n = 1"))
        with pytest.raises(Misconfigured, match="has no layout"):
            events.execute_script("create table stray (n bigint not null);")


def test_a_server_out_of_reach_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def refused(**terms: Any) -> None:
        asked.update(terms)
        raise OperationalError("connection refused")

    monkeypatch.setattr("clickhouse_connect.get_client", refused)
    with pytest.raises(Unavailable, match="cannot open ClickHouse"):
        ClickHouseEvents("clickhouses://user:pass@localhost:9/db", database="db")
    assert asked["secure"]
    assert asked["form_encode_query_params"]


CHILD = """
import os, sys
from tests.store.test_clickhouse_batches import Link, opened, take
events = opened("killed", "chdb://" + sys.argv[1])
stop_at, count = int(sys.argv[2]), [0]
def counted(method):
    def send(self, *arguments):
        count[0] += 1
        if count[0] == stop_at:
            os.kill(os.getpid(), 9)
        return method(self, *arguments)
    return send
from tests.store.test_clickhouse_batches import CREATE, seen
if "kept" not in events._texts.schema.tables:
    events.execute_script(CREATE)
for name in ("run", "rows", "insert"):
    setattr(Link, name, counted(getattr(Link, name)))
for n in range(1, 4):
    take(events, n)
print(seen(events))
"""


def test_a_killed_process_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    place, top = str(tmp_path / "clickhouse"), Path(__file__).parents[2]

    def child(stop_at: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", CHILD, place, str(stop_at)],
            cwd=top, env=os.environ | {"PYTHONPATH": str(top)}, capture_output=True, text=True, timeout=600,
            check=False,
        )  # fmt: skip

    assert child(17).returncode == -9
    finished = child(10_000)
    assert finished.stdout.strip() == str(expected(3)), finished.stderr
