"""Two workers on one PostgreSQL: one is stopped past its lease and woken again (T10). It changes nothing any more.

Each worker's act notes, in a transaction of the state, which fence it wrote under. The rows come in the order they were
written (writers come one by one), so a row under an older fence behind one under a newer fence is a violation.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.engines import named, postgres

from omniloom.store.engines.postgres_state import PostgresState
from omniloom.store.migrate import migrate
from omniloom.store.sql import parse_state

LASTING_S = 1.0
NOTES = parse_state("test.notes", "select fence, who from t10_note order by n")
CREATE = "create table t10_note (n bigint generated always as identity, fence bigint not null, who text not null);"

WORKER = """
import sys, threading, time
from contextlib import closing
from datetime import timedelta
from types import SimpleNamespace
from omniloom.core.errors import OmniloomError
from omniloom.core.ids import RandomIds
from omniloom.store.collecting import NoEvents
from omniloom.store.engines.postgres_state import PostgresState
from omniloom.store.sql import parse_state
from omniloom.store.stores import Stores
from omniloom.worker import turn
import contextlib, dataclasses, datetime
from pathlib import Path

NOTE = parse_state("test.note", "insert into t10_note (fence, who) values (:fence, :who)")

@dataclasses.dataclass
class Platform:
    stores: Stores
    ids: RandomIds = RandomIds()
    def now(self):
        return datetime.datetime.now(datetime.UTC)

who, url, lasting = sys.argv[1], sys.argv[2], timedelta(seconds=float(sys.argv[3]))
state = PostgresState(url)
stores = Stores(None, None, state, NoEvents(), Path("."), is_exclusive=False, _closing=contextlib.ExitStack())
with turn.Turn(Platform(stores), lasting=lasting) as mine_by_turn:
    print("up", flush=True)
    while True:
        try:
            mine = mine_by_turn.mine()
            if mine is None:
                time.sleep(0.02)
                continue
            fence = mine.stores.state._lease.fence
            for _ in range(5):  # an act of several transactions, as acts are
                with mine.stores.state.write() as tx:
                    tx.run(NOTE, fence=fence, who=who)
                    time.sleep(0.002)
        except OmniloomError as error:
            print(error, flush=True)
"""


@pytest.mark.parametrize("rounds", [4, pytest.param(200, marks=[pytest.mark.soak, pytest.mark.timeout(3_000)])])
def test_a_worker_that_wakes_after_its_lease_changes_nothing(rounds: int, tmp_path: Path) -> None:
    url = postgres().database(named(tmp_path)) + "?options=-c%20idle_in_transaction_session_timeout%3D1s"
    with closing(PostgresState(url)) as state:
        migrate(state, "state")
        state.execute_script(CREATE)
        workers = {who: started(who, url) for who in "ab"}
        try:
            for _ in range(rounds):
                holder = await_notes(state, more=10)
                os.kill(workers[holder].pid, signal.SIGSTOP)
                other = await_notes(state, more=10, by="b" if holder == "a" else "a")
                os.kill(workers[holder].pid, signal.SIGCONT)
                assert await_notes(state, more=30) == other
            notes = noted(state)
        finally:
            for worker in workers.values():
                worker.kill()
                worker.communicate()
    fences = [fence for fence, _ in notes]
    assert fences == sorted(fences), "a worker wrote under a fence that had passed"
    assert len(set(fences)) >= rounds + 1
    assert {who for _, who in notes} == {"a", "b"}
    assert len(dict(notes)) == len(set(notes)), "two workers wrote under one fence"


def started(who: str, url: str) -> "subprocess.Popen[str]":
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, who, url, str(LASTING_S)], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    if worker.stdout.readline() != "up\n":
        worker.kill()
        worker.communicate()
        pytest.fail("a worker did not start; see its message above")
    return worker


def noted(state: PostgresState) -> list[tuple[int, str]]:
    with state.read() as tx:
        return [(int(fence), str(who)) for fence, who in tx.tuples(NOTES)]


def await_notes(state: PostgresState, *, more: int, by: str = "") -> str:
    """Wait until so many more notes were written (by one worker); who wrote the last."""
    before = len([who for _, who in noted(state) if not by or who == by])
    for _ in range(30_000):
        mine = [who for _, who in noted(state) if not by or who == by]
        if len(mine) >= before + more:
            return mine[-1]
        time.sleep(0.02)
    raise AssertionError("nobody works")
