"""Leases: one holder at a time, a fence that only grows, and nothing written without them. Held to a plain model."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines import named, postgres

from omniloom.core.errors import Conflict
from omniloom.store import Lease, Stores, fenced, lease_holder, release_lease, renew_lease, take_lease
from omniloom.store.engines.postgres_state import PostgresState
from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.lease import FencedState
from omniloom.store.migrate import migrate
from omniloom.store.sql import parse_state

NAME = "worker"
LASTING = timedelta(seconds=10)
CLEAR = parse_state("test.clear", "delete from store_lease")
SECOND = 1_000_000


class Clocked:
    """A state store whose clock the test sets."""

    def __init__(self, state: Any) -> None:
        self.dialect = state.dialect
        self.now = 1
        self._state = state

    @contextmanager
    def read(self) -> Iterator[Any]:
        with self._state.read() as tx:
            yield _Tx(tx, self.now)

    @contextmanager
    def write(self) -> Iterator[Any]:
        with self._state.write() as tx:
            yield _Tx(tx, self.now)


class _Tx:
    def __init__(self, tx: Any, now: int) -> None:
        self._tx = tx
        self._now = now

    def clock(self) -> int:
        return self._now

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


@pytest.fixture(params=["postgres", "sqlite"], scope="module")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("lease")
    url = postgres().database(named(folder)) if request.param == "postgres" else ""
    with closing(PostgresState(url) if url else SqliteState(folder / "state.db")) as state:
        migrate(state, "state")
        yield state


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.sampled_from("abc")),
        st.tuples(st.sampled_from(["renew", "release", "write"]), st.integers(0, 9)),
        st.tuples(st.just("pass"), st.sampled_from([1, 4, 9, 10, 11, 30])),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=STEPS)
def test_leases_equal_a_model(steps: list[tuple[str, Any]], engine: Any) -> None:
    """The model: who holds it, till when, and the highest fence there was."""
    state = Clocked(engine)
    with engine.write() as tx:
        tx.run(CLEAR)
    fence, until, given_out = 0, 0, list[Lease]()
    for step, what in steps:
        if step == "pass":
            state.now += what * SECOND
        elif step == "take":
            lease = take_lease(state, NAME, holder=what, lasting=LASTING)
            assert (lease is not None) == (until <= state.now)
            if lease:
                fence, until = fence + 1, state.now + 10 * SECOND
                assert (lease.fence, lease.holder) == (fence, what)
                given_out.append(lease)
        elif given_out:
            lease = given_out[what % len(given_out)]
            is_held = lease.fence == fence and until > state.now
            if step == "renew":
                assert renew_lease(state, lease, lasting=LASTING) == is_held
                until = state.now + 10 * SECOND if is_held else until
            elif step == "release":
                release_lease(state, lease)
                until = 0 if lease.fence == fence else until
            else:
                assert may_write(state, lease) == is_held
        assert lease_holder(state, NAME) == (given_out[-1].holder if until > state.now else None)


def may_write(state: Clocked, lease: Lease) -> bool:
    before = cursor_of(state)
    try:
        with FencedState(state, lease).write() as tx:
            tx.move_cursor("fenced", before + 1)
    except Conflict:
        assert cursor_of(state) == before
        return False
    assert cursor_of(state) == before + 1
    return True


def cursor_of(state: Clocked) -> int:
    with state.read() as tx:
        return int(tx.cursor("fenced"))


def test_a_holder_writes_and_one_whose_lease_ended_changes_neither_store(stores: Stores) -> None:
    lease = take_lease(stores.state, "worker", holder="a")
    assert lease is not None
    assert take_lease(stores.state, "worker", holder="b") is None
    mine = fenced(stores, lease)
    with mine.events.write() as events:
        events.append("store_cursor", pa.table({"name": ["mine"], "position": [1]}))
    with mine.state.write() as tx:
        tx.move_cursor("mine", 1)
    release_lease(stores.state, lease)
    other = take_lease(stores.state, "worker", holder="b")
    assert other is not None
    with pytest.raises(Conflict, match="run out"), mine.events.write() as events:
        events.move_cursor("mine", 2)
    with pytest.raises(Conflict, match="run out"), mine.state.write() as tx:
        tx.move_cursor("mine", 2)
    with stores.state.read() as tx, stores.events.read() as events:
        assert (tx.cursor("mine"), events.cursor("mine")) == (1, 1)


def test_a_lease_that_changes_hands_within_an_events_transaction_rolls_it_back(stores: Stores) -> None:
    lease = take_lease(stores.state, "worker", holder="a")
    assert lease is not None
    with pytest.raises(Conflict), fenced(stores, lease).events.write() as events:
        events.move_cursor("mine", 1)
        release_lease(stores.state, lease)
        take_lease(stores.state, "worker", holder="b")
    with stores.events.read() as events:
        assert events.cursor("mine") == 0
