"""What the scaled engines do that files do not: servers stop, come back, refuse, and are shared by processes."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.engines import Nats, Postgres, free_port, named, nats, postgres

from omniloom.core.errors import Invalid, Misconfigured, Unavailable
from omniloom.store import open_stores
from omniloom.store.engines.nats import NatsConnection
from omniloom.store.engines.nats_log import NatsLog
from omniloom.store.engines.postgres_state import PostgresState
from omniloom.store.migrate import migrate
from omniloom.store.settings import StoreSettings


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A server that a test may stop."""
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def small_nats() -> Iterator[Nats]:
    """A server of small messages and a small disk, which a test may stop."""
    server = Nats(max_payload="16KB", max_file_store="4MB")
    yield server
    server.remove()


def log_on(server: Nats, tmp_path: Path) -> NatsLog:
    return NatsLog(NatsConnection(server.url(named(tmp_path))), "log")


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def test_state_comes_back_with_the_server_and_says_so_meanwhile(own_postgres: Postgres, tmp_path: Path) -> None:
    with closing(PostgresState(own_postgres.database(named(tmp_path), template=None))) as state:
        migrate(state, "state")
        with state.write() as tx:
            tx.move_cursor("reader", 5)
        with state.read() as tx:
            assert tx.cursor("reader") == 5
        own_postgres.stop(is_crash=True)
        with pytest.raises(Unavailable, match=r"is it running|is the database running"), state.write() as tx:
            tx.move_cursor("reader", 6)
        with pytest.raises(Unavailable), state.read() as tx:
            tx.cursor("reader")
        own_postgres.start()
        with state.write() as tx:
            assert tx.cursor("reader") == 5
            tx.move_cursor("reader", 7)
        with state.read() as tx:
            assert tx.cursor("reader") == 7


def test_a_server_that_stops_within_a_transaction_rolls_it_back(own_postgres: Postgres, tmp_path: Path) -> None:
    with closing(PostgresState(own_postgres.database(named(tmp_path), template=None))) as state:
        migrate(state, "state")
        with pytest.raises(Unavailable), state.write() as tx:
            tx.move_cursor("reader", 5)
            own_postgres.stop()
            tx.move_cursor("reader", 6)
        own_postgres.start()
        with state.read() as tx:
            assert tx.cursor("reader") == 0


def test_writers_of_several_processes_come_one_by_one(tmp_path: Path) -> None:
    url = postgres().database(named(tmp_path))
    with closing(PostgresState(url)) as first, closing(PostgresState(url)) as second:

        def count_up(state: PostgresState) -> None:
            for _ in range(20):
                with state.write() as tx:
                    tx.move_cursor("shared", tx.cursor("shared") + 1)

        workers = [threading.Thread(target=count_up, args=(state,)) for state in (first, second) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        with first.read() as tx:
            assert tx.cursor("shared") == 80


def test_two_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    settings = StoreSettings(state_url=postgres().database(named(tmp_path), template=None))
    faults: list[BaseException] = []

    def start(number: int) -> None:
        try:
            open_stores(tmp_path / str(number), settings).close()
        except BaseException as fault:  # noqa: BLE001 - shown by the assertion that follows
            faults.append(fault)

    starts = [threading.Thread(target=start, args=(number,)) for number in range(3)]
    for each in starts:
        each.start()
    for each in starts:
        each.join()
    assert faults == []


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("state_url", "postgresql://me:s3cret@127.0.0.1:{port}/omniloom"),
        ("log_url", "nats://me:s3cret@127.0.0.1:{port}"),
    ],
)
def test_a_server_that_is_away_is_told_without_its_password(setting: str, url: str, tmp_path: Path) -> None:
    settings = StoreSettings(**{setting: url.format(port=free_port())})
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1") as refusal:
        open_stores(tmp_path, settings)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    "settings",
    [
        StoreSettings(state_url="mysql://host/db"),
        StoreSettings(log_url="http://host"),
        StoreSettings(log_url="nats://host?replicas=many"),
        StoreSettings(log_url="nats://host?sync=always"),
        StoreSettings(events_url="oracle://host"),
    ],
)
def test_an_address_that_means_nothing_is_refused(settings: StoreSettings, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"store\."):
        open_stores(tmp_path, settings)


# --- NATS ------------------------------------------------------------------------------------------------------------


def test_a_block_larger_than_a_message_keeps_its_positions_together(small_nats: Nats, tmp_path: Path) -> None:
    bodies = [f"{n} ".encode() + b"x" * (n % 1000) for n in range(300)]
    with closing(log_on(small_nats, tmp_path)) as log:
        first = log.append([b"before"])
        last = log.append(bodies)
        after = log.append([b"after"])
        everything = log.read(after=0, rows_max=1000)
        assert [body for _, body in everything] == [b"before", *bodies, b"after"]
        positions = [position for position, _ in everything]
        assert positions[1:-1] == list(range(last - 299, last + 1))
        assert first < positions[1] < after
        assert log.last_position() == after
        for start in (0, 1, 17, 298, 299):
            assert [b for _, b in log.read(after=positions[1] + start, rows_max=2)] == [*bodies, b"after"][
                start + 1 : start + 3
            ]
        assert log.trim(through=positions[1] + 5) >= 1
        assert [b for _, b in log.read(after=positions[1] + 5, rows_max=1000)] == [*bodies[6:], b"after"]
        log.trim(through=last)
        assert log.read(after=0, rows_max=9) == [(after, b"after")]
        assert log.last_position() == after
        with pytest.raises(Invalid, match="max_payload"):
            log.append([b"x" * 20_000])


def test_nothing_acknowledged_is_lost_when_the_log_server_is_killed(small_nats: Nats, tmp_path: Path) -> None:
    with closing(log_on(small_nats, tmp_path)) as log:
        acknowledged = [f"{n}".encode() for n in range(50)]
        for body in acknowledged:
            log.append([body])
        small_nats.stop(is_crash=True)
        with pytest.raises(Unavailable):
            log.append([b"lost?"])
        small_nats.start()
        with closing(log_on(small_nats, tmp_path)) as again:
            assert [body for _, body in again.read(after=0, rows_max=99)][:50] == acknowledged


def test_a_full_log_server_refuses_and_keeps_what_it_acknowledged(small_nats: Nats, tmp_path: Path) -> None:
    with closing(log_on(small_nats, tmp_path)) as log:
        count = 0
        with pytest.raises(Unavailable, match="free disk space"):
            while count < 2_000:
                log.append([b"x" * 10_000])
                count += 1
        assert count > 10
        rows = log.read(after=0, rows_max=5_000)
        assert len(rows) == count
        log.trim(through=rows[-5][0])
        log.append([b"room again"])
        assert log.read(after=rows[-1][0], rows_max=9)[-1][1] == b"room again"


def test_a_log_server_that_answers_before_the_disk_has_it_is_refused(tmp_path: Path) -> None:
    monitored = f"{nats().url(named(tmp_path))}&monitor=http://127.0.0.1:{nats().monitor_port}"
    with closing(NatsConnection(monitored)):
        pass
    hasty = Nats(sync_interval="2m")
    try:
        with pytest.raises(Misconfigured, match="sync_interval: always"):
            NatsConnection(f"{hasty.url('t')}&monitor=http://127.0.0.1:{hasty.monitor_port}")
    finally:
        hasty.remove()


def test_a_stream_that_would_forget_is_refused(tmp_path: Path) -> None:
    with closing(log_on(nats(), tmp_path)) as log:
        connection = log._connection
        config = connection.wait(connection.jetstream.stream_info(f"{named(tmp_path)}_log")).config
        connection.wait(connection.jetstream.update_stream(config.evolve(max_age=60)))
    with pytest.raises(Misconfigured, match="max_age"):
        log_on(nats(), tmp_path)
