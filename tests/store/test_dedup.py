"""A message counts once, whoever repeats it when; other content under the same id is kept and marked."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.trying import examples

from omniloom.core.clock import micros
from omniloom.core.errors import Unavailable
from omniloom.core.event import OWN_SOURCE_ID, Event, decode, encode
from omniloom.core.ids import digest_bytes
from omniloom.store import (
    Stores,
    duplicates,
    forget,
    open_collecting,
    open_stores,
    seen,
    settle,
    settle_through,
    settled,
)
from omniloom.store.seen import SEEN_KEPT
from omniloom.store.settings import StoreSettings
from omniloom.store.sql import parse_state

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(message_id: str, *, source_id: str = "site", **fields: Any) -> Event:
    return Event(
        source_id=source_id, message_id=message_id, type="track", name="E", occurred_at=NOW, received_at=NOW, **fields
    )


def send(stores: Stores, *events: Event, now: datetime = NOW) -> int:
    last = stores.log.append([encode(each) for each in events])
    settle_through(stores, last, now=now)
    return last


def kept(stores: Stores, after: int = 0) -> list[tuple[str, bool]]:
    messages = settled(stores, after=after, rows_max=100_000).messages
    return [(decode(message.body).message_id, message.is_conflict) for message in messages]


def test_a_message_counts_once_by_source_and_id(stores: Stores) -> None:
    send(stores, event("a"), event("b"), event("a"))
    send(stores, event("b"), event("c"), now=NOW + timedelta(days=29))
    last = send(stores, event("a", source_id="shop"))
    assert kept(stores) == [("a", False), ("b", False), ("c", False), ("a", False)]
    assert duplicates(stores, first=0, last=last) == 2
    assert settled(stores, after=0, rows_max=10).through == last


@pytest.mark.parametrize(
    "retried", [{"context": {"ip": "10.0.0.1"}}, {"occurred_at": NOW + timedelta(1)}, {"keep_id": True}]
)
def test_a_retry_may_differ_in_time_and_context(stores: Stores, retried: dict[str, Any]) -> None:
    again = event("a", properties={"x": 1, "y": {"z": 2}})
    for name, value in retried.items():
        setattr(again, name, value)
    send(stores, event("a", properties={"y": {"z": 2}, "x": 1}), again)
    assert kept(stores) == [("a", False)]


OTHERS: list[dict[str, Any]] = [
    {"properties": {"x": 2}}, {"traits": {"x": 1}}, {"identifiers": {"user_id": "u"}}, {"previous_id": "p"},
    {"group_id": "g"},
]  # fmt: skip


@pytest.mark.parametrize("other", OTHERS)
def test_the_same_id_with_other_content_is_kept_and_marked_once_per_content(
    stores: Stores, other: dict[str, Any]
) -> None:
    first, second, third = event("a"), event("a", **other), event("a", traits={"third": True})
    send(stores, first, second, first, second)
    send(stores, second, third, first, third)
    assert kept(stores) == [("a", False), ("a", True), ("a", True)]


def test_what_the_platform_tells_again_counts_once_whatever_it_calls_the_person_by_now(stores: Stores) -> None:
    for user_id in ("old", "new"):  # a crash came between the append and the cursor of who tells
        send(stores, event("change", source_id=OWN_SOURCE_ID, identifiers={"user_id": user_id}))
    assert kept(stores) == [("change", False)]


def test_ids_expire_after_their_time_but_an_imports_ids_never_do(stores: Stores) -> None:
    send(stores, event("short"), event("promoted"))
    send(stores, event("kept", keep_id=True), event("promoted", keep_id=True))
    later = NOW + SEEN_KEPT + timedelta(hours=1)
    mark = send(stores, event("turn"), now=later)  # what has expired is forgotten with the next messages
    send(stores, event("short"), event("kept"), event("promoted"), now=later)
    assert kept(stores, after=mark) == [("short", False)]


def test_readers_see_only_what_is_settled_and_always_the_same(stores: Stores) -> None:
    last = send(stores, event("a"), event("a"), event("b"))
    stores.log.append([encode(event("c"))])
    before = settled(stores, after=0, rows_max=10)
    assert (len(before.messages), before.through, before.rows) == (2, last, 3)
    assert settled(stores, after=last, rows_max=10).rows == 0
    send(stores, event("a", traits={"x": 1}))
    assert settled(stores, after=0, rows_max=3) == before
    assert settled(stores, after=before.messages[0].position, rows_max=1).messages == []  # the duplicate, passed over


def test_what_is_forgotten_stays_known(stores: Stores) -> None:
    last = send(stores, event("a"), event("a"), event("b"))
    forget(stores, through=last)
    assert kept(stores) == []
    assert duplicates(stores, first=0, last=last) == 0
    send(stores, event("b"), event("c"))
    assert kept(stores) == [("c", False)]


def test_settling_tells_when_it_is_done(stores: Stores) -> None:
    stores.log.append([encode(event(str(number))) for number in range(5)])
    assert [settle(stores, now=NOW, rows_max=2) for _ in range(4)] == [
        (progress := type(settle(stores, now=NOW)))(2, is_done=False), progress(2, is_done=False),
        progress(1, is_done=True), progress(0, is_done=True),
    ]  # fmt: skip


messages = st.tuples(st.sampled_from("pq"), st.sampled_from("abcdef"), st.sampled_from([{}, {"x": 1}, {"x": 2}]))
_examples = itertools.count()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(10), deadline=None)
@given(
    batches=st.lists(st.lists(st.tuples(messages, st.booleans()), max_size=8), max_size=4),
    rows_max=st.sampled_from([3, 9]),
    run_ids_max=st.sampled_from([1, 3, 1_000_000]),
    days=st.lists(st.integers(0, 4), min_size=4, max_size=4),
    restarts=st.booleans(),
)
def test_settling_equals_a_set(
    stores: Stores, batches: list[list[Any]], rows_max: int, run_ids_max: int, days: list[int], restarts: bool
) -> None:
    example, start = next(_examples), stores.log.last_position()
    contents: dict[tuple[str, str], list[Any]] = {}
    expected: list[tuple[str, str, Any, bool]] = []
    now = NOW
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen, "RUN_IDS_MAX", run_ids_max)
        for batch, later in zip(batches, days, strict=False):
            now += timedelta(days=later)
            for (source, id_, properties), _ in batch:
                told = contents.setdefault((source, id_), [])
                if properties not in told:
                    told.append(properties)
                    expected.append((source, id_, properties, len(told) > 1))
            stores.log.append([
                encode(event(id_, source_id=f"{example}{source}", properties=said, keep_id=keep))
                for (source, id_, said), keep in batch
            ])  # fmt: skip
            while not settle(stores, now=now, rows_max=rows_max).is_done:
                stores.seen.memory = None if restarts else stores.seen.memory
    found = [(decode(m.body), m.is_conflict) for m in settled(stores, after=start, rows_max=10_000).messages]
    assert [(e.source_id[-1], e.message_id, e.properties, conflict) for e, conflict in found] == expected


def test_thousands_of_ids_in_runs_are_all_found_again_and_no_others(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "RUN_IDS_MAX", 3_000)
    for part in range(5):
        send(stores, *(event(f"{part}-{number}", keep_id=number % 10 == 0) for number in range(2_000)))
    first = send(stores, event("mark"))
    send(stores, *(event(f"{part}-{number}") for part in range(6) for number in range(2_000)))
    assert [id_ for id_, _ in kept(stores, after=first)] == [f"5-{number}" for number in range(2_000)]
    month_later = NOW + SEEN_KEPT + timedelta(hours=1)
    second = send(stores, event("mark again"), now=month_later)
    send(stores, *(event(f"{part}-{number}") for part in range(5) for number in range(2_000)), now=month_later)
    assert {id_ for id_, _ in kept(stores, after=second)} == {
        f"{part}-{number}" for part in range(5) for number in range(2_000) if number % 10
    }


def test_expired_runs_go_slice_by_slice(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "RUN_IDS_MAX", 2_000)
    monkeypatch.setattr(seen, "_EXPIRED_ROWS_MAX", 5)
    send(stores, *(event(str(number)) for number in range(2_000)))
    later = NOW + SEEN_KEPT + timedelta(hours=1)
    left: list[int] = []
    while not left or left[-1]:
        send(stores, event(f"turn {len(left)}"), now=later)
        left.append(len(rows(stores, "select bucket from store_seen_row")))
    assert left == sorted(left, reverse=True)
    assert len(left) > 3
    send(stores, event("last turn"), now=later)
    assert not rows(stores, "select run_id from store_seen_run")


def test_what_was_not_committed_is_not_remembered(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    send(stores, event("a"))
    stores.log.append([encode(event("b"))])
    with monkeypatch.context() as patch:
        patch.setattr("omniloom.store.engines.sqlite_state.SqliteStateTx.move_cursor", _dies)
        with pytest.raises(KeyboardInterrupt):
            settle(stores, now=NOW)
    send(stores, event("b"), event("a"))
    assert kept(stores) == [("a", False), ("b", False)]


def test_two_memories_of_one_store_never_disagree(stores: Stores) -> None:
    """As two workers: each sees what the other settled."""
    other = replace(stores, seen=seen.Seen())
    for number in range(6):
        send((stores, other)[number % 2], event("same"), event(str(number)), event(str(number - 1)))
    assert [id_ for id_, _ in kept(stores)] == ["same", "0", "-1", "1", "2", "3", "4", "5"]


def rows(stores: Stores, text: str) -> list[Any]:
    with stores.state.read() as tx:
        return tx.tuples(parse_state("test", text))


# --- an installation of the release before ---------------------------------------------------------------------------


def old_log(path: Path, events: list[Event], *, trimmed: int) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("pragma journal_mode=wal").fetchall()
    connection.execute("create table log_message (position integer primary key autoincrement, body blob not null)")
    connection.execute("create table log_seen (key blob primary key, expires_at integer) without rowid")
    with connection:
        for each in events:
            connection.execute("insert into log_message (body) values (?)", (encode(each),))
            until = None if each.keep_id else micros(NOW + SEEN_KEPT)
            key = digest_bytes(each.source_id, each.message_id)
            connection.execute("insert into log_seen values (?, ?)", (key, until))
        connection.execute("delete from log_message where position <= ?", (trimmed,))
    connection.close()


@pytest.mark.parametrize("trimmed", [0, 4_000, 4_100, 9_000])
def test_the_log_of_an_older_release_is_carried_over(tmp_path: Path, trimmed: int) -> None:
    (tmp_path / "home").mkdir()
    events = [event(str(number), keep_id=number == 7) for number in range(1, 9_001)]
    old_log(tmp_path / "home" / "log.db", events, trimmed=trimmed)
    for _ in range(2):  # opening again changes nothing
        stores = open_stores(tmp_path / "home")
        found = stores.log.read(after=0, rows_max=10_000)
        assert found == [(number, encode(events[number - 1])) for number in range(trimmed + 1, 9_001)]
        assert stores.log.last_position() == 9_000
        assert len(kept(stores)) == 9_000 - trimmed
        if _ == 0:
            stores.close()
    last = send(stores, event("1"), event("9000"), event("7"), event("new"))
    assert last > 9_000
    assert kept(stores, after=9_000) == [("new", False)]
    much_later = NOW + 2 * SEEN_KEPT
    mark = send(stores, event("turn"), now=much_later)
    send(stores, event("7"), event("8"), now=much_later)
    assert [id_ for id_, _ in kept(stores, after=mark)][-1:] == ["8"]
    assert ("7", False) not in kept(stores, after=mark)
    stores.close()


def test_a_carry_over_that_was_stopped_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    old_log(tmp_path / "home" / "log.db", [event(str(number)) for number in range(100)], trimmed=50)
    with monkeypatch.context() as patch:
        patch.setattr("omniloom.store.engines.sqlite_log.SqliteLog.drop_old_ids", _dies)
        with pytest.raises(KeyboardInterrupt):
            open_stores(tmp_path / "home")
    stores = open_stores(tmp_path / "home")
    send(stores, *(event(str(number)) for number in range(101)))
    assert kept(stores, after=100) == [("100", False)]
    assert len(kept(stores)) == 51
    stores.close()


def test_no_collector_appends_before_an_older_release_is_carried_over(tmp_path: Path) -> None:
    open_stores(tmp_path / "home").close()
    (tmp_path / "home" / "log.db").unlink()
    old_log(tmp_path / "home" / "log.db", [event("1")], trimmed=0)
    with pytest.raises(Unavailable, match="earlier release"):
        open_collecting(tmp_path / "home", StoreSettings())
    open_stores(tmp_path / "home").close()
    open_collecting(tmp_path / "home", StoreSettings()).close()


def _dies(*_args: Any) -> None:
    raise KeyboardInterrupt
