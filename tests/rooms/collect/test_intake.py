"""Group commit: acknowledged means on disk, and nobody is ever left waiting."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from omniloom.collect import Intake, RecentVerdicts, append
from omniloom.collect.drop import Drop, DropReason
from omniloom.core.clock import ManualClock
from omniloom.core.errors import Unavailable
from omniloom.core.event import Event
from omniloom.store import Appended, Message, Stores

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

    def append(self, messages: Sequence[Message], *, now: datetime) -> Appended:
        self.may_go.wait(10)
        self.appends += 1
        return self.inner.append(messages, now=now)


class BrokenLog:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def append(self, messages: Sequence[Message], *, now: datetime) -> Appended:
        raise self.error


def test_many_submitters_share_commits_and_each_learns_what_became_of_its_own(
    stores: Stores, clock: ManualClock, logged: Callable[[], list[Event]]
) -> None:
    slow = SlowLog(stores)
    intake = Intake(replace(stores, log=slow), clock)
    futures = [intake.submit([event(f"m{i % 50}"), event(f"n{i}")]) for i in range(100)]
    assert not any(future.done() for future in futures)
    slow.may_go.set()
    found = [future.result(10).is_new for future in futures]
    intake.close()
    assert slow.appends <= 3
    assert [sum(column) for column in zip(*found, strict=True)] == [50, 100]
    assert len(logged()) == 150


def test_a_future_ends_only_after_its_events_can_be_read_back(stores: Stores, clock: ManualClock) -> None:
    intake = Intake(stores, clock)

    def send(i: int) -> bool:
        appended = intake.submit([event(f"m{i}")]).result(10)
        return appended.is_new == [True] and stores.log.last_position() >= 1

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(send, range(200)))
    intake.close()
    assert stores.log.last_position() == 200


def test_closing_commits_what_waits_and_refuses_what_comes_later(
    stores: Stores, clock: ManualClock, logged: Callable[[], list[Event]]
) -> None:
    intake = Intake(stores, clock)
    futures = [intake.submit([event(f"m{i}")]) for i in range(20)]
    intake.close()
    intake.close()
    assert all(future.done() for future in futures)
    assert len(logged()) == 20
    with pytest.raises(Unavailable, match="closed"):
        intake.submit([event("late")])


def test_a_disk_that_refuses_reaches_every_submitter_and_intake_goes_on(stores: Stores, clock: ManualClock) -> None:
    broken = BrokenLog(Unavailable("log.db: disk full", hint="free disk space"))
    intake = Intake(replace(stores, log=broken), clock)
    for _ in range(2):
        with pytest.raises(Unavailable, match=r"not stored.*disk full"):
            intake.submit([event("m")]).result(10)
    intake.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unforeseen_fault_leaves_nobody_waiting(stores: Stores, clock: ManualClock) -> None:
    intake = Intake(replace(stores, log=BrokenLog(MemoryError())), clock)
    with pytest.raises(Unavailable, match="not stored"):
        intake.submit([event("m")]).result(10)
    with pytest.raises(Unavailable):
        intake.submit([event("m")]).result(10)
    intake.close()


def test_who_hangs_up_does_not_stop_the_commit(stores: Stores, clock: ManualClock) -> None:
    slow = SlowLog(stores)
    intake = Intake(replace(stores, log=slow), clock)
    future = intake.submit([event("m")])
    assert not future.cancel()
    slow.may_go.set()
    assert future.result(10).is_new == [True]
    intake.close()


def test_imported_ids_are_known_for_ever(stores: Stores) -> None:
    assert append(stores, [event("m")], now=NOW, keep_ids=True).is_new == [True]
    years_later = NOW.replace(year=2036)
    stores.log.trim(through=1, now=years_later)
    assert append(stores, [event("m")], now=years_later).is_new == [False]


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
