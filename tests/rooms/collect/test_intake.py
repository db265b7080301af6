"""Group commit: acknowledged means on disk, and nobody is ever left waiting."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from omniloom.collect import Intake, RecentVerdicts, append
from omniloom.collect.drop import Drop, DropReason
from omniloom.core.errors import Unavailable
from omniloom.core.event import Event
from omniloom.store import Stores, duplicates, settle_through

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def event(message_id: str) -> Event:
    return Event(
        source_id="s", message_id=message_id, type="track", name="E", occurred_at=NOW, received_at=NOW,
        identifiers={"user_id": "u"},
    )  # fmt: skip


class SlowLog:
    """The real log, whose appends wait for a sign; counts them."""

    def __init__(self, stores: Stores) -> None:
        self.inner = stores.log
        self.may_go = threading.Event()
        self.appends = 0

    def append(self, bodies: Sequence[bytes]) -> int:
        self.may_go.wait(10)
        self.appends += 1
        return self.inner.append(bodies)


class BrokenLog:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def append(self, bodies: Sequence[bytes]) -> int:
        raise self.error


def test_many_submitters_share_commits(stores: Stores, logged: Callable[[], list[Event]]) -> None:
    slow = SlowLog(stores)
    intake = Intake(replace(stores, log=slow))
    futures = [intake.submit([event(f"m{i % 50}"), event(f"n{i}")]) for i in range(100)]
    assert not any(future.done() for future in futures)
    slow.may_go.set()
    positions = {future.result(10) for future in futures}
    intake.close()
    assert slow.appends <= 3
    assert max(positions) == stores.log.last_position()
    assert len(logged()) == 150


def test_a_future_ends_only_after_its_events_can_be_read_back(stores: Stores) -> None:
    intake = Intake(stores)

    def send(i: int) -> bool:
        position = intake.submit([event(f"m{i}")]).result(10)
        return any(b'"m%d"' % i in body for _, body in stores.log.read(after=position - 4096, rows_max=9999))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(send, range(200)))
    intake.close()
    assert len(stores.log.read(after=0, rows_max=999)) == 200


def test_closing_commits_what_waits_and_refuses_what_comes_later(
    stores: Stores, logged: Callable[[], list[Event]]
) -> None:
    intake = Intake(stores)
    futures = [intake.submit([event(f"m{i}")]) for i in range(20)]
    intake.close()
    intake.close()
    assert all(future.done() for future in futures)
    assert len(logged()) == 20
    with pytest.raises(Unavailable, match="closed"):
        intake.submit([event("late")])


def test_a_disk_that_refuses_reaches_every_submitter_and_intake_goes_on(stores: Stores) -> None:
    broken = BrokenLog(Unavailable("log.db: disk full", hint="free disk space"))
    intake = Intake(replace(stores, log=broken))
    for _ in range(2):
        with pytest.raises(Unavailable, match=r"not stored.*disk full"):
            intake.submit([event("m")]).result(10)
    intake.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unforeseen_fault_leaves_nobody_waiting(stores: Stores) -> None:
    intake = Intake(replace(stores, log=BrokenLog(MemoryError())))
    assert intake.is_open
    with pytest.raises(Unavailable, match="not stored"):
        intake.submit([event("m")]).result(10)
    with pytest.raises(Unavailable):
        intake.submit([event("m")]).result(10)
    assert not intake.is_open
    intake.close()


def test_who_hangs_up_does_not_stop_the_commit(stores: Stores) -> None:
    slow = SlowLog(stores)
    intake = Intake(replace(stores, log=slow))
    future = intake.submit([event("m")])
    assert not future.cancel()
    slow.may_go.set()
    assert future.result(10) == stores.log.last_position()
    intake.close()


def test_imported_ids_are_known_for_ever(stores: Stores) -> None:
    first = append(stores, [event("m")], keep_ids=True)
    settle_through(stores, first, now=NOW)
    again = append(stores, [event("m")])
    settle_through(stores, again, now=NOW.replace(year=2036))
    assert duplicates(stores, first=again, last=again) == 1


def test_the_newest_verdicts_come_first_and_old_ones_fall_out() -> None:
    recent = RecentVerdicts()
    recent.add("s", [event(f"m{i}") for i in range(250)], at=NOW)
    recent.add("t", [Drop(DropReason.NO_NAME, "event", "name it")], at=NOW.replace(hour=13))
    assert [verdict.source_id for verdict in recent.of(rows_max=2)] == ["t", "s"]
    assert [verdict.message_id for verdict in recent.of("s")] == [f"m{i}" for i in range(249, 49, -1)]
    [refused] = recent.of("t")
    assert (refused.is_accepted, refused.reason, refused.field, refused.message) == (
        False,
        "no_name",
        "event",
        "name it",
    )
    assert recent.of("unknown") == []
