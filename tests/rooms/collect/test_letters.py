"""Dead letters: nothing refused is lost, secrets never get in, each is replayed once, and every act can be killed."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom import collect
from omniloom.collect import Arrival, Drop, DropReason, LetterFilter, accept, decode_refusal, encode_refusal
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.event import Event
from omniloom.core.ids import SeededIds
from omniloom.store import Stores

KEY = "wk_4711471147114711"
GOOD = {"type": "track", "event": "Order Completed", "userId": "u", "timestamp": "2026-11-01T10:00:00Z"}
NAMELESS = {**GOOD, "event": ""}
Log = Callable[[], list[Event]]


def refuse(stores: Stores, items: list[Any], at: datetime, **arrival: Any) -> None:
    """What the intake does with items, and the act after it."""
    shared = {"source_id": "shop", "dialect": "segment", "path": "/v1/batch", "received_at": at, "key": KEY, **arrival}
    made = Arrival(**shared)
    verdicts = accept(items, source_id=made.source_id, received_at=at, sent_at=made.sent_at, ids=SeededIds(9))
    stores.refusals.append([encode_refusal(one) for one in collect.refusals_of(verdicts, items, made)])
    collect.keep_refusals(stores, now=at, rows_max=1000)


def all_letters(stores: Stores, **parts: Any) -> list[collect.Letter]:
    return collect.letters(stores, LetterFilter(**parts), rows_max=1000)


def test_a_refused_item_is_kept_as_it_came_with_reason_and_field(stores: Stores, now: datetime) -> None:
    raw = json.dumps(NAMELESS).encode() + b" "
    refuse(stores, [GOOD, raw, {"type": "track", "event": "E", "messageId": "m-1"}], now)
    newest, first = all_letters(stores)
    assert (first.bytes(), first.reason, first.field, first.status) == (raw, "no_name", "event", "open")
    assert (newest.name, newest.message_id, newest.reason) == ("E", "m-1", "no_identifier")
    assert first.received_at == now
    assert first.letter_id < newest.letter_id


def test_the_act_moves_each_item_once_and_empties_the_refusals_log(stores: Stores, now: datetime) -> None:
    refuse(stores, [NAMELESS] * 5, now)
    assert collect.keep_refusals(stores, now=now, rows_max=2).rows == 0
    assert len(all_letters(stores)) == 5
    refuse(stores, [NAMELESS], now)
    assert [one.letter_id for one in all_letters(stores)] == [6, 5, 4, 3, 2, 1]


def test_a_body_that_no_one_can_read_does_not_hold_up_the_others(stores: Stores, now: datetime) -> None:
    stores.refusals.append([b"\xff{"])
    refuse(stores, [NAMELESS], now)
    assert [one.reason for one in all_letters(stores)] == ["no_name", "unreadable"]


@pytest.mark.parametrize(
    "raw",
    [
        {
            "writeKey": KEY,
            "context": {"headers": {"Authorization": "Basic d2s6"}},
            "properties": {"note": f"my {KEY}!"},
        },
        b'{"writeKey": "' + KEY.encode() + b'", "authorization":"Bearer \\" x", "broken": ',
        b'\xff\xfe {"write_key" : "' + KEY.encode() + b'"}',
    ],
)
def test_secrets_never_get_into_a_letter(stores: Stores, now: datetime, raw: Any) -> None:
    refuse(stores, [raw], now, path=f"/collect/{KEY}", context={"apiKey": KEY})
    (one,) = all_letters(stores)
    kept = json.dumps([one.bytes().decode("utf-8", "replace"), one.path, one.context])
    assert "[removed]" in kept
    assert not any(secret in kept for secret in (KEY, "d2s6", "Bearer"))


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(raw=st.one_of(HOSTILE, st.binary(max_size=200), st.binary(min_size=70_000, max_size=70_010)))
def test_whatever_comes_can_be_kept_and_read_again(raw: Any) -> None:
    at = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
    drop = Drop(DropReason.NOT_JSON, "", "x")
    (one,) = collect.refusals_of([drop], [raw], Arrival("s", "segment", "/v1/batch", at))
    assert decode_refusal(encode_refusal(one)) == one
    assert "\x00" not in one.raw
    one.raw.encode()


def test_letters_are_found_by_each_part_of_a_filter(stores: Stores, now: datetime) -> None:
    refuse(stores, [{**NAMELESS, "properties": {"note": "Чай ЗЕЛЁНЫЙ"}}], now)
    refuse(stores, [{**GOOD, "userId": None}], now + timedelta(days=1), source_id="till")
    for parts in (
        {"source_id": "till"}, {"reason": "no_identifier"}, {"field": "userId"}, {"name": "Order Completed"},
        {"text": "order COMPLETED"}, {"since": now + timedelta(hours=1)}, {"ids": (2,)},
    ):  # fmt: skip
        assert [one.letter_id for one in all_letters(stores, **parts)] == [2], parts
    assert [one.letter_id for one in all_letters(stores, text="зелёный")] == [1]
    assert [one.letter_id for one in all_letters(stores, until=now + timedelta(hours=1), status="open")] == [1]
    assert all_letters(stores, text="%") == all_letters(stores, status="replayed") == []
    assert [one.letter_id for one in collect.letters(stores, LetterFilter(), rows_max=1, before=2)] == [1]
    counts = collect.letter_counts(stores, LetterFilter())
    assert [(one.day.day, one.reason, one.source_id, one.letters) for one in counts] == [
        (now.day, "no_name", "shop", 1), (now.day + 1, "no_identifier", "till", 1),
    ]  # fmt: skip
    assert collect.letter_words(stores) == (["Order Completed"], ["event", "userId"])
    with pytest.raises(Invalid, match="status"):
        all_letters(stores, status="lost")
    with pytest.raises(Missing):
        collect.letter_of(stores, 99)


def renamed(stores: Stores, letter_id: int, now: datetime) -> collect.ReplayResult:
    return collect.replay_edited(stores, letter_id, json.dumps(GOOD), now=now)


def test_a_corrected_letter_lands_where_it_belongs_in_time(stores: Stores, now: datetime, logged: Log) -> None:
    received = now - timedelta(days=3)
    refuse(stores, [NAMELESS], received, sent_at=received)
    assert renamed(stores, 1, now).outcome == "accepted"
    (event,) = logged()
    assert (event.name, event.received_at) == ("Order Completed", received)
    assert event.occurred_at == datetime.fromisoformat("2026-11-01T10:00:00+00:00")
    assert event.context["replayed_at"] == now.isoformat()
    one = collect.letter_of(stores, 1)
    assert (one.status, one.status_at, one.reason) == ("replayed", now, "no_name")
    assert json.loads(one.raw) == NAMELESS
    (attempt,) = collect.attempts_of(stores, 1)
    assert (attempt.is_accepted, json.loads(attempt.edited)) == (True, GOOD)


def test_a_letter_is_replayed_once_unless_it_is_refused_again(stores: Stores, now: datetime, logged: Log) -> None:
    refuse(stores, [NAMELESS], now)
    again = collect.replay(stores, LetterFilter(ids=(1,)), now=now)
    assert [(one.outcome, one.reason) for one in again.results] == [("refused", "no_name")]
    worse = collect.replay_edited(stores, 1, "{", now=now)
    assert (worse.outcome, collect.letter_of(stores, 1).reason) == ("refused", "not_json")
    assert renamed(stores, 1, now).outcome == "accepted"
    with pytest.raises(Conflict):
        renamed(stores, 1, now)
    skipped = collect.replay(stores, LetterFilter(ids=(1,)), now=now).results
    assert [(one.outcome, one.reason) for one in skipped] == [("skipped", "replayed")]
    assert [one.is_accepted for one in collect.attempts_of(stores, 1)] == [False, False, True]
    assert len(logged()) == 1


def test_a_crash_between_log_and_letter_counts_nothing_twice(
    stores: Stores, now: datetime, logged: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(stores, [NAMELESS], now)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(stores.state, "write", crash)
        renamed(stores, 1, now)
    assert collect.letter_of(stores, 1).status == "open"
    assert renamed(stores, 1, now + timedelta(hours=1)).outcome == "accepted"
    assert len(logged()) == 1


def test_all_that_fit_a_filter_are_replayed_step_by_step(stores: Stores, now: datetime, logged: Log) -> None:
    planned = Drop(DropReason.PLAN_VIOLATION, "event", "since mended")
    items = [{**GOOD, "messageId": f"{n}"} for n in range(7)]
    refusals = collect.refusals_of([planned] * 7, items, Arrival("shop", "segment", "/v1/batch", now))
    stores.refusals.append([encode_refusal(one) for one in refusals])
    refuse(stores, [NAMELESS], now)
    outcomes, after, is_done = [], 0, False
    while not is_done:
        step = collect.replay(stores, LetterFilter(reason="plan_violation"), now=now, after=after, rows_max=3)
        outcomes += [one.outcome for one in step.results]
        after, is_done = step.last_id, step.is_done
    assert outcomes == ["accepted"] * 7
    assert {event.message_id for event in logged()} == {f"{n}" for n in range(7)}
    assert [one.letter_id for one in all_letters(stores, status="open")] == [8]


def test_what_was_discarded_can_be_restored_as_one(stores: Stores, now: datetime) -> None:
    refuse(stores, [NAMELESS] * 3, now)
    first = collect.discard(stores, LetterFilter(ids=(1,)), now=now)
    rest = collect.discard(stores, LetterFilter(reason="no_name"), now=now + timedelta(seconds=1))
    assert (first.letters, rest.letters) == (1, 2)
    assert collect.replay(stores, LetterFilter(), now=now).results == []
    with pytest.raises(Conflict, match="discarded"):
        renamed(stores, 2, now)
    assert collect.restore(stores, LetterFilter(changed_at=rest.at), now=now).letters == 2
    assert [one.letter_id for one in all_letters(stores, status="open")] == [3, 2]


def test_old_letters_and_a_noisy_sources_surplus_are_forgotten(stores: Stores, now: datetime) -> None:
    refuse(stores, [NAMELESS], now - timedelta(days=80), source_id="quiet")
    refuse(stores, [NAMELESS] * 4, now - timedelta(days=10), source_id="noisy")
    collect.replay(stores, LetterFilter(ids=(2,)), now=now)
    collect.discard(stores, LetterFilter(ids=(5,)), now=now)
    newest = Arrival("noisy", "segment", "/v1/batch", now)
    stores.refusals.append([encode_refusal(*collect.refusals_of([Drop(DropReason.NO_NAME, "", "")], [{}], newest))])
    collect.keep_refusals(stores, now=now, rows_max=10, letters_max=3)
    assert [one.letter_id for one in all_letters(stores)] == [6, 4, 3, 1]  # the discarded one first, then the oldest
    assert collect.attempts_of(stores, 2) == []
    collect.keep_refusals(stores, now=now + timedelta(days=11), rows_max=10)
    assert [one.letter_id for one in all_letters(stores)] == [6, 4, 3]


def test_an_item_too_large_to_keep_is_kept_in_part_and_replayed_corrected_only(stores: Stores, now: datetime) -> None:
    refuse(stores, [{**GOOD, "properties": {"x": "ж" * 50_000}}], now)
    (one,) = all_letters(stores)
    assert (one.is_cut, one.name, one.is_base64) == (True, "Order Completed", False)
    assert [(r.outcome, r.reason) for r in collect.replay(stores, LetterFilter(), now=now).results] == [
        ("skipped", "cut")
    ]
    for text in ("x\ud800", "x\x00", "x" * 70_000):
        with pytest.raises(Invalid):
            collect.replay_edited(stores, 1, text, now=now)
    assert renamed(stores, 1, now).outcome == "accepted"
