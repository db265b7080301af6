"""What a log, a state store and an event store must do. An engine is whatever passes this file.

Each ``…_ENGINES`` table names the engines under test; a new one joins by a line there.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import engines as servers
from tests.trying import examples

from omniloom.core.clock import EPOCH, micros
from omniloom.core.errors import Misconfigured, Unavailable
from omniloom.core.ids import digest
from omniloom.store import BLOCK_BODIES_MAX
from omniloom.store.engines.clickhouse_events import ClickHouseEvents
from omniloom.store.engines.clickhouse_schema import Layout, layouts
from omniloom.store.engines.duckdb_events import DuckEvents
from omniloom.store.engines.nats import NatsConnection
from omniloom.store.engines.nats_log import NatsLog
from omniloom.store.engines.postgres_state import PostgresState
from omniloom.store.engines.sqlite import check_version
from omniloom.store.engines.sqlite_log import SqliteLog
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.migrate import migrate
from omniloom.store.sql import parse_events, parse_state

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

LOG_ENGINES: dict[str, Callable[[Path], Any]] = {
    "nats": lambda folder: NatsLog(NatsConnection(servers.nats().url(servers.named(folder))), "log"),
    "sqlite": lambda folder: SqliteLog(folder / "log.db"),
}
STATE_ENGINES: dict[str, Callable[[Path], Any]] = {
    "postgres": lambda folder: PostgresState(servers.postgres().database(servers.named(folder), template=None)),
    "sqlite": lambda folder: SqliteState(folder / "state.db"),
}
EVENTS_ENGINES: dict[str, Callable[[Path], Any]] = {
    "clickhouse": lambda folder: ClickHouseEvents(
        "chdb://memory", database=f"e_{digest(str(folder))[:24]}", known={**layouts(), "seen": Layout(order="tuple()")}
    ),
    "duckdb": lambda folder: DuckEvents(folder / "events.duckdb", memory_mb=256, threads=2),
}


def bodies(*names: str) -> list[bytes]:
    return [f"body of {name}".encode() for name in names]


# --- the log ---------------------------------------------------------------------------------------------------------


@pytest.fixture(params=sorted(LOG_ENGINES))
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    return lambda: LOG_ENGINES[request.param](tmp_path)


@pytest.fixture
def log(open_log: Callable[[], Any]) -> Iterator[Any]:
    with closing(open_log()) as opened:
        yield opened


def test_the_log_gives_messages_back_in_the_order_they_came(log: Any) -> None:
    assert log.last_position() == 0
    log.append(bodies("a", "b"))
    last = log.append(bodies("c"))
    read = log.read(after=0, rows_max=10)
    assert [body for _, body in read] == bodies("a", "b", "c")
    positions = [position for position, _ in read]
    assert positions == sorted(set(positions))
    assert log.last_position() == positions[-1] == last
    assert log.read(after=positions[0], rows_max=1) == read[1:2]
    assert log.append([]) == last


def test_the_log_does_not_compare_what_it_takes(log: Any) -> None:
    log.append(bodies("a", "a"))
    log.append(bodies("a"))
    assert len(log.read(after=0, rows_max=10)) == 3


def test_what_is_appended_together_stands_together(log: Any) -> None:
    for size in (1, 3, BLOCK_BODIES_MAX):
        last = log.append(bodies(*map(str, range(size))))
        read = log.read(after=last - size, rows_max=BLOCK_BODIES_MAX + 1)
        assert [position for position, _ in read] == list(range(last - size + 1, last + 1))
    many = bodies(*map(str, range(2 * BLOCK_BODIES_MAX + 5)))
    before = log.last_position()
    assert log.append(many) == log.last_position()
    read = log.read(after=before, rows_max=len(many) + 1)
    assert [body for _, body in read] == many
    assert len({position for position, _ in read}) == len(many)


def test_trimming_never_reuses_a_position(open_log: Callable[[], Any]) -> None:
    with closing(open_log()) as log:
        last = log.append(bodies("a", "b", "c"))
        assert log.trim(through=last) == 3
        assert log.trim(through=last) == 0
        assert log.read(after=0, rows_max=10) == []
        assert log.last_position() == last
    with closing(open_log()) as log:
        assert log.last_position() == last
        assert log.append(bodies("d")) > last


def test_trimming_takes_nothing_behind_the_position(log: Any) -> None:
    log.append(bodies("a"))
    last = log.append(bodies("b", "c", "d"))
    log.append(bodies("e"))
    log.trim(through=last - 1)
    assert [body for _, body in log.read(after=last - 1, rows_max=10)] == bodies("d", "e")


def test_the_log_is_still_there_after_closing(open_log: Callable[[], Any]) -> None:
    with closing(open_log()) as log:
        last = log.append(bodies("a"))
    with closing(open_log()) as log:
        assert log.read(after=0, rows_max=9) == [(last, b"body of a")]


def test_several_openers_append_at_the_same_time_and_nothing_is_lost(open_log: Callable[[], Any]) -> None:
    ends: list[list[int]] = [[] for _ in range(4)]

    def work(number: int) -> None:
        with closing(open_log()) as log:
            for step in range(25):
                ends[number].append(log.append(bodies(f"{number}-{step}-0", f"{number}-{step}-1")))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    with closing(open_log()) as log:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        read = log.read(after=0, rows_max=1_000)
    assert len(read) == 200
    stored = dict(read)
    for number, own in enumerate(ends):
        assert own == sorted(own)
        assert [stored[last] for last in own] == [f"body of {number}-{step}-1".encode() for step in range(25)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(12), deadline=None)
@given(
    steps=st.lists(st.one_of(st.lists(st.binary(min_size=1, max_size=9), max_size=6), st.integers(0, 9)), max_size=8)
)
def test_the_log_equals_a_list(steps: list[list[bytes] | int], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Appends, and trims through the n-th message: what is behind a trim is there in order, once."""
    for engine in LOG_ENGINES.values():
        with closing(engine(tmp_path_factory.mktemp("log"))) as log:
            model: list[bytes] = []
            trimmed = 0
            for step in steps:
                if isinstance(step, list):
                    log.append(step)
                    model += step
                elif left := log.read(after=trimmed, rows_max=step):
                    trimmed = left[-1][0]
                    model = model[len(left) :]
                    log.trim(through=trimmed)
                assert [body for _, body in log.read(after=trimmed, rows_max=99)] == model


# --- the state store -------------------------------------------------------------------------------------------------

CREATE = "create table note (id bigint primary key, text text, at bigint);"
ADD = parse_state("test.add", "insert into note (id, text, at) values (:id, :text, :at)")
ALL = parse_state("test.all", "select id, text, at from note order by id")
AMONG = parse_state("test.among", "select id from note where text in (:texts) and id <> :but order by id")
NOT_AMONG = parse_state("test.not_among", "select id from note where id not in (:ids) order by id")
AT_AMONG = parse_state("test.at_among", "select id from note where at in (:at) order by id")
DELETE = parse_state("test.delete", "delete from note where id in (:ids)")
RETURNING = parse_state("test.returning", "update note set text = :text where id > :id returning id")


@pytest.fixture(params=sorted(STATE_ENGINES))
def open_state(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    return lambda: STATE_ENGINES[request.param](tmp_path)


@pytest.fixture
def state(open_state: Callable[[], Any]) -> Iterator[Any]:
    with closing(open_state()) as opened:
        migrate(opened, "state")
        opened.execute_script(CREATE)
        yield opened


def note(tx: Any, id_: int, text: str | None = "x", at: datetime = NOW) -> int:
    return int(tx.run(ADD, id=id_, text=text, at=at))


def test_state_keeps_rows_and_turns_instants_into_microseconds(state: Any) -> None:
    with state.write() as tx:
        assert note(tx, 1, "привет 👋") == 1
        assert tx.many(ADD, ({"id": n, "text": None, "at": NOW} for n in (2, 3))) == 2
    with state.read() as tx:
        assert tx.rows(ALL)[0] == {"id": 1, "text": "привет 👋", "at": micros(NOW)}
        assert tx.tuples(ALL)[1:] == [(2, None, micros(NOW)), (3, None, micros(NOW))]
        assert tx.one(ALL) == tx.rows(ALL)[0]
        assert tx.one(AMONG, texts=["nothing"], but=0) is None
        assert tx.rows(AMONG, texts=[], but=0) == []


def test_state_takes_lists_of_any_length_and_of_instants(state: Any) -> None:
    with state.write() as tx:
        for n, text in enumerate(("a", "b", "c'; drop table note; --")):
            note(tx, n, text, NOW + timedelta(seconds=n))
    with state.read() as tx:
        assert tx.tuples(AMONG, texts=["b", "c'; drop table note; --", "z"], but=1) == [(2,)]
        assert tx.tuples(AMONG, texts=("a",), but=9) == [(0,)]
        assert tx.tuples(NOT_AMONG, ids=[0]) == [(1,), (2,)]
        assert tx.tuples(NOT_AMONG, ids=[]) == [(0,), (1,), (2,)]
        assert tx.tuples(NOT_AMONG, ids=list(range(50_000))) == []
        assert tx.tuples(AT_AMONG, at=[NOW + timedelta(seconds=1)]) == [(1,)]
    with state.write() as tx:
        assert tx.run(DELETE, ids=[0, 2, 7]) == 2
        assert tx.rows(RETURNING, text="changed", id=0) == [{"id": 1}]


def test_an_exception_rolls_the_whole_transaction_back_with_its_cursor(state: Any) -> None:
    with state.write() as tx:
        note(tx, 1)
        tx.move_cursor("reader", 5)
    with pytest.raises(ZeroDivisionError), state.write() as tx:
        note(tx, 2)
        tx.move_cursor("reader", 9)
        assert tx.cursor("reader") == 9
        raise ZeroDivisionError
    with state.read() as tx:
        assert tx.tuples(ALL) == [(1, "x", micros(NOW))]
        assert tx.cursor("reader") == 5
        assert tx.cursor("nobody") == 0


def test_a_state_snapshot_does_not_see_later_writes_and_writers_do_not_wait_for_it(state: Any) -> None:
    with state.read() as before:
        assert before.tuples(ALL) == []
        in_thread(lambda: add_note(state, 1))
        assert before.tuples(ALL) == []
        with state.read() as nested:  # shares the snapshot
            assert nested.tuples(ALL) == []
    with state.read() as after:
        assert len(after.tuples(ALL)) == 1


def test_a_state_read_cannot_write(state: Any) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"), state.read() as tx:
        note(tx, 1)
    add_note(state, 1)


def test_state_writes_do_not_nest(state: Any) -> None:
    with state.write() as outer:
        note(outer, 1)
        with pytest.raises(RuntimeError, match="does not nest"), state.write():
            pass
        note(outer, 2)
    with state.read() as tx:
        assert len(tx.tuples(ALL)) == 2


def test_many_threads_write_state_one_after_another(state: Any) -> None:
    workers = [threading.Thread(target=lambda n=n: [add_note(state, n * 20 + i) for i in range(20)]) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with state.read() as tx:
        assert [row["id"] for row in tx.rows(ALL)] == list(range(160))


def test_closing_state_lets_an_open_snapshot_end_and_refuses_new_ones(open_state: Callable[[], Any]) -> None:
    state = open_state()
    state.execute_script(CREATE)
    with state.read() as tx:
        in_thread(state.close)
        assert tx.tuples(ALL) == []
    with pytest.raises(Unavailable, match="closed"), state.read():
        pass
    with pytest.raises(Unavailable, match="closed"), state.write():
        pass


def test_state_survives_closing(open_state: Callable[[], Any]) -> None:
    with closing(open_state()) as state:
        state.execute_script(CREATE)
        add_note(state, 1)
    with closing(open_state()) as state, state.read() as tx:
        assert len(tx.tuples(ALL)) == 1


def add_note(state: Any, id_: int) -> None:
    with state.write() as tx:
        note(tx, id_)


def in_thread(act: Callable[[], Any]) -> None:
    faults: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as fault:  # noqa: BLE001 - handed to the thread that asked
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if faults:
        raise faults[0]


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.7.0"])
def test_a_sqlite_with_the_wal_reset_bug_is_refused(version: str) -> None:
    with pytest.raises(Misconfigured, match="WAL-reset"):
        check_version(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.54.1", "4.0.0"])
def test_a_mended_sqlite_is_taken(version: str) -> None:
    check_version(version)


# --- the event store -------------------------------------------------------------------------------------------------

CREATE_SEEN = "create table seen (n bigint, text varchar, seen_at timestamp);"
SEEN = parse_events("test.seen", "select n, text, seen_at from seen order by n")
ADD_SEEN = parse_events("test.add_seen", "insert into seen (n, text, seen_at) values (:n, :text, :at)")
SEEN_AMONG = parse_events("test.seen_among", "select n from seen where text in (:texts) order by n")
SEEN_NUMBERS = parse_events("test.seen_numbers", "select n from seen where n not in (:numbers) order by n")
SEEN_AT = parse_events("test.seen_at", "select n from seen where seen_at in (:at) order by n")
SEEN_STAGED = parse_events("test.seen_staged", "select s.n from seen s join stage_wanted w on w.n = s.n order by s.n")


@pytest.fixture(params=sorted(EVENTS_ENGINES))
def open_events(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    return lambda: EVENTS_ENGINES[request.param](tmp_path)


@pytest.fixture
def events(open_events: Callable[[], Any]) -> Iterator[Any]:
    with closing(open_events()) as opened:
        migrate(opened, "events")
        opened.execute_script(CREATE_SEEN)
        yield opened


def seen_table(*numbers: int) -> pa.Table:
    at = [(NOW + timedelta(seconds=n)).replace(tzinfo=None) for n in numbers]
    return pa.table({"seen_at": pa.array(at, pa.timestamp("us")), "n": numbers, "text": [f"t{n}" for n in numbers]})


def test_events_append_arrow_by_column_name_and_give_it_back(events: Any) -> None:
    with events.write() as tx:
        tx.append("seen", seen_table(2, 1))
        tx.append("seen", seen_table(3))
        tx.run(ADD_SEEN, n=4, text=None, at=NOW)
    with events.read() as tx:
        assert tx.arrow(SEEN).column("n").to_pylist() == [1, 2, 3, 4]
        assert tx.rows(SEEN)[3] == {"n": 4, "text": None, "seen_at": NOW}
        assert tx.tuples(SEEN)[3][2] == NOW.replace(tzinfo=None)
        assert tx.one(SEEN) == {"n": 1, "text": "t1", "seen_at": NOW + timedelta(seconds=1)}


def test_events_append_only_to_names_from_code(events: Any) -> None:
    with pytest.raises(Misconfigured), events.write() as tx:
        tx.append("seen; drop table seen", seen_table(1))


def test_events_take_lists_and_staged_tables(events: Any) -> None:
    with events.write() as tx:
        tx.append("seen", seen_table(1, 2, 3))
        tx.stage("wanted", pa.table({"n": [1]}))
        tx.stage("wanted", pa.table({"n": [3, 9]}))  # the later one counts
        assert tx.tuples(SEEN_STAGED) == [(3,)]
    with events.read() as tx:
        assert tx.tuples(SEEN_AMONG, texts=["t1", "t'; drop table seen; --"]) == [(1,)]
        assert tx.tuples(SEEN_AMONG, texts=[]) == []
        assert tx.tuples(SEEN_NUMBERS, numbers=[]) == [(1,), (2,), (3,)]
        assert tx.tuples(SEEN_NUMBERS, numbers=list(range(2, 50_000))) == [(1,)]
        assert tx.tuples(SEEN_AT, at=[NOW + timedelta(seconds=2)]) == [(2,)]
        tx.stage("wanted", pa.table({"n": [2]}))
        assert tx.tuples(SEEN_STAGED) == [(2,)]
    with pytest.raises(Exception, match="stage_wanted"), events.read() as tx:
        tx.tuples(SEEN_STAGED)


def test_an_exception_rolls_events_back_with_their_cursor(events: Any) -> None:
    with events.write() as tx:
        tx.move_cursor("reader", 5)
        tx.move_cursor("reader", 6)
    with pytest.raises(ZeroDivisionError), events.write() as tx:
        tx.append("seen", seen_table(1))
        tx.move_cursor("reader", 9)
        raise ZeroDivisionError
    with events.read() as tx:
        assert tx.tuples(SEEN) == []
        assert tx.cursor("reader") == 6
        assert tx.cursor("nobody") == 0


def test_a_failed_statement_is_what_the_caller_hears_of(events: Any) -> None:
    with pytest.raises(Exception, match="no_such_table"), events.write() as tx:
        tx.stage("wanted", pa.table({"n": [1]}))
        tx.tuples(parse_events("test.broken", "select 1 from no_such_table"))
    with events.write() as tx:
        tx.append("seen", seen_table(1))


def test_an_events_snapshot_does_not_see_later_writes(events: Any) -> None:
    with events.read() as before:
        assert before.tuples(SEEN) == []
        in_thread(lambda: append_seen(events, 1))
        assert before.tuples(SEEN) == []
    with events.read() as after:
        assert len(after.tuples(SEEN)) == 1


def test_an_events_read_cannot_write(events: Any) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"), events.read() as tx:
        tx.append("seen", seen_table(1))


def test_events_writes_do_not_nest_and_many_threads_never_conflict(events: Any) -> None:
    with events.write(), pytest.raises(RuntimeError, match="does not nest"), events.write():
        pass

    def move() -> None:
        for _ in range(10):
            with events.write() as tx:
                tx.move_cursor("shared", tx.cursor("shared") + 1)

    faults: list[BaseException] = []
    workers = [threading.Thread(target=lambda: _caught(move, faults)) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    with events.read() as tx:
        assert tx.cursor("shared") == 60


def _caught(act: Callable[[], None], faults: list[BaseException]) -> None:
    try:
        act()
    except BaseException as fault:  # noqa: BLE001 - shown by the assertion that follows
        faults.append(fault)


def test_events_survive_closing_and_refuse_use_after_it(open_events: Callable[[], Any]) -> None:
    events = open_events()
    events.execute_script(CREATE_SEEN)
    append_seen(events, 1)
    events.close()
    with pytest.raises(Unavailable, match="closed"), events.read():
        pass
    with closing(open_events()) as events, events.read() as tx:
        assert tx.tuples(SEEN) == [(1, "t1", (NOW + timedelta(seconds=1)).replace(tzinfo=None))]


def append_seen(events: Any, n: int) -> None:
    with events.write() as tx:
        tx.append("seen", seen_table(n))


def test_instants_before_1970_and_with_microseconds_come_back_the_same(events: Any) -> None:
    instants = [EPOCH - timedelta(days=9_000), NOW + timedelta(microseconds=1)]
    with events.write() as tx:
        for n, at in enumerate(instants):
            tx.run(ADD_SEEN, n=n, text="", at=at)
    with events.read() as tx:
        assert [row["seen_at"] for row in tx.rows(SEEN)] == instants
