"""What intake takes and what it refuses, and that every refusal says why."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.collect import Drop, DropReason, accept
from omniloom.core.event import Event, decode, encode
from omniloom.core.ids import SeededIds

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def taken(item: Any, **more: Any) -> Event | Drop:
    raw = item if isinstance(item, bytes) else json.dumps(item).encode()
    [verdict] = accept([raw], **{"source_id": "shop", "received_at": NOW, "sent_at": None, "ids": SeededIds(1), **more})
    return verdict


def event_of(item: Any, **more: Any) -> Event:
    verdict = taken(item, **more)
    assert isinstance(verdict, Event), verdict
    return verdict


def drop_of(item: Any, **more: Any) -> Drop:
    verdict = taken(item, **more)
    assert isinstance(verdict, Drop), verdict
    return verdict


TRACK = {"type": "track", "event": "Order Completed", "userId": "u1", "messageId": "m1"}


def test_an_order_becomes_an_event_with_all_its_parts() -> None:
    event = event_of({**TRACK, "anonymousId": "a1", "properties": {"revenue": 9.5}, "context": {"ip": "192.0.2.1"}})
    assert (event.type, event.name, event.message_id, event.source_id) == ("track", "Order Completed", "m1", "shop")
    assert event.identifiers == {"user_id": "u1", "anonymous_id": "a1"}
    assert (event.properties, event.context) == ({"revenue": 9.5}, {"ip": "192.0.2.1"})
    assert (event.occurred_at, event.received_at) == (NOW, NOW)


@pytest.mark.parametrize(
    ("change", "reason", "field", "remedy"),
    [
        ({"userId": None}, DropReason.NO_IDENTIFIER, "userId", "send userId, anonymousId"),
        ({"userId": "  "}, DropReason.NO_IDENTIFIER, "userId", "send userId, anonymousId"),
        ({"type": "buy"}, DropReason.UNKNOWN_TYPE, "type", "send one of identify, track"),
        ({"type": ""}, DropReason.UNKNOWN_TYPE, "type", "type is missing"),
        ({"event": ""}, DropReason.NO_NAME, "event", "name what happened"),
        ({"messageId": "x" * 101}, DropReason.BAD_MESSAGE_ID, "messageId", "the limit is 100"),
        ({"timestamp": "yesterday"}, DropReason.BAD_TIME, "timestamp", "send ISO 8601"),
        ({"timestamp": "0000-01-01T00:00:00Z"}, DropReason.BAD_TIME, "timestamp", "send ISO 8601"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, DropReason.BAD_TIME, "timestamp", "send ISO 8601"),
        ({"timestamp": 1700000000}, DropReason.WRONG_KIND, "timestamp", "expected str"),
        ({"properties": []}, DropReason.WRONG_KIND, "properties", "expected object"),
        ({"type": "group"}, DropReason.NO_GROUP, "groupId", "send the group's id"),
        ({"type": "alias"}, DropReason.NO_PREVIOUS, "previousId", "send the id used before"),
        ({"userId": "u" * 501}, DropReason.BAD_IDENTIFIER, "userId", "over 500 characters"),
        ({"context": {"externalIds": [{"id": "1", "type": "Карта"}]}}, DropReason.BAD_IDENTIFIER,
         "context.externalIds[0].type", "use a-z"),
        ({"context": {"externalIds": [{"type": "card"}]}}, DropReason.WRONG_KIND, "context.externalIds[0]", "text id"),
        ({"properties": {"note": "a\x00b"}}, DropReason.BAD_TEXT, "properties.note", "remove it"),
        ({"properties": {"n": 2**70}}, DropReason.BAD_NUMBER, "properties.n", "send it as text"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_the_remedy(change: dict, reason: DropReason, field: str, remedy: str) -> None:
    drop = drop_of({**TRACK, **change})
    assert (drop.reason, drop.field) == (reason, field)
    assert remedy in drop.message


def test_an_item_over_32_kb_is_refused_and_one_of_32_kb_is_not() -> None:
    def of_size(size: int) -> bytes:
        bare = json.dumps({**TRACK, "properties": {"x": ""}}).encode()
        return json.dumps({**TRACK, "properties": {"x": "x" * (size - len(bare))}}).encode()

    assert len(of_size(32 * 1024)) == 32 * 1024
    event_of(of_size(32 * 1024))
    drop = drop_of(of_size(32 * 1024 + 1))
    assert drop.reason == DropReason.TOO_LARGE
    assert "32 KB" in drop.message


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"type":"track"', DropReason.NOT_JSON),
        (b"[]", DropReason.WRONG_KIND),
        (b'{"type":"track","properties":{"x":1e400}}', DropReason.BAD_NUMBER),
        (b'{"type":"track","properties":{"x":"\xff"}}', DropReason.NOT_JSON),
        (b'{"type":"track","properties":' + b"[" * 2000 + b"]" * 2000 + b"}", DropReason.TOO_DEEP),
        (b'{"type":"track","properties":' + b"[" * 33 + b"]" * 33 + b"}", DropReason.TOO_DEEP),
    ],
)
def test_bytes_that_no_client_should_send_are_refused(raw: bytes, reason: DropReason) -> None:
    assert drop_of(raw).reason == reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), DropReason.BAD_NUMBER),
        (float("-inf"), DropReason.BAD_NUMBER),
        ("\ud800", DropReason.BAD_TEXT),
        ({"\ud800": 1}, DropReason.BAD_TEXT),
    ],
)
def test_a_decoded_value_that_json_cannot_hold_is_refused(value: Any, reason: DropReason) -> None:
    [verdict] = accept(
        [{**TRACK, "properties": {"x": value}}], source_id="s", received_at=NOW, sent_at=None, ids=SeededIds(1)
    )
    assert isinstance(verdict, Drop)
    assert verdict.reason == reason
    msgspec.json.encode(verdict)  # the refusal itself can be sent


def test_nesting_of_32_levels_is_taken() -> None:
    event = event_of(b'{"type":"track","event":"e","userId":"u","properties":{"x":' + b"[" * 30 + b"]" * 30 + b"}}")
    assert json.dumps(event.properties["x"]) == "[" * 30 + "]" * 30


def test_traits_and_external_ids_are_identifiers_too() -> None:
    event = event_of({
        "type": "identify", "userId": 7, "traits": {"email": "A@b.ru", "phone": "+79161234567", "age": 3},
        "context": {"externalIds": [{"id": "42", "type": "card", "collection": "users"}]},
    })  # fmt: skip
    assert event.identifiers == {"user_id": "7", "card": "42", "email": "A@b.ru", "phone": "+79161234567"}
    page = event_of({"type": "page", "anonymousId": "a", "context": {"traits": {"email": "c@d.ru"}}})
    assert page.identifiers == {"anonymous_id": "a", "email": "c@d.ru"}


def test_external_ids_alone_name_somebody_but_an_email_trait_alone_does_not() -> None:
    context = {"externalIds": [{"id": "42", "type": "card"}]}
    assert event_of({"type": "track", "event": "e", "context": context}).identifiers == {"card": "42"}
    assert drop_of({"type": "identify", "traits": {"email": "a@b.ru"}}).reason == DropReason.NO_IDENTIFIER


def test_a_missing_message_id_is_made_from_the_ids() -> None:
    assert event_of({**TRACK, "messageId": None}).message_id == SeededIds(1).token()


def test_the_batch_context_lies_under_the_items_own() -> None:
    event = event_of({**TRACK, "context": {"ip": "2"}}, batch_context={"ip": "1", "app": {"name": "shop"}})
    assert event.context == {"ip": "2", "app": {"name": "shop"}}
    assert drop_of(TRACK, batch_context={"x": "x" * 40_000}).field == "context"
    assert drop_of(TRACK, batch_context={"x": "\x00"}).reason == DropReason.BAD_TEXT


def test_a_small_request_does_not_become_a_large_one_by_its_context() -> None:
    many = [{**TRACK, "messageId": str(n)} for n in range(2_500)]
    words = {"source_id": "s", "received_at": NOW, "sent_at": None, "ids": SeededIds(1)}
    usual = accept(many, batch_context={"userAgent": "x" * 3_000}, **words)
    assert all(isinstance(one, Event) for one in usual)
    large = accept(many, batch_context={"userAgent": "x" * 30_000}, **words)
    assert {(one.reason, one.field) for one in large if isinstance(one, Drop)} == {(DropReason.TOO_LARGE, "context")}
    assert isinstance(accept(many[:100], batch_context={"userAgent": "x" * 30_000}, **words)[0], Event)


def test_text_is_stored_in_one_unicode_form() -> None:
    assert event_of({**TRACK, "properties": {"name": "и\u0306"}}).properties == {"name": "й"}


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def test_times_are_corrected_by_how_wrong_the_clients_clock_is() -> None:
    hour = timedelta(hours=1)
    wrong_clock = NOW + 5 * hour  # the client's clock is five hours ahead; it sent what happened an hour before
    event = event_of({**TRACK, "timestamp": iso(wrong_clock - hour)}, sent_at=wrong_clock)
    assert (event.occurred_at, event.context) == (NOW - hour, {})
    original = {**TRACK, "timestamp": iso(NOW), "originalTimestamp": iso(wrong_clock - 2 * hour)}
    assert event_of(original, sent_at=wrong_clock).occurred_at == NOW - 2 * hour


def test_without_sent_at_the_time_is_kept_and_marked() -> None:
    event = event_of({**TRACK, "timestamp": "2026-11-20T10:00:00+03:00"})
    assert event.occurred_at == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert event.context == {"clock": "unchecked"}
    assert event_of({**TRACK, "timestamp": "2016-01-01"}, is_history=True, sent_at=NOW).context == {}


def test_a_time_over_a_day_ahead_becomes_the_time_of_receipt() -> None:
    event = event_of({**TRACK, "timestamp": iso(NOW + timedelta(hours=25))})
    assert (event.occurred_at, event.context) == (NOW, {"clock": "clamped"})
    assert event_of({**TRACK, "timestamp": iso(NOW + timedelta(hours=23))}).occurred_at == NOW + timedelta(hours=23)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def test_traits_of_a_group_are_not_the_employees() -> None:
    group = {
        "type": "group",
        "userId": "I1",
        "groupId": "g",
        "traits": {"email": "info@acme.test", "phone": "+74951234567"},
    }
    event = event_of(group)
    assert (event.identifiers, event.traits) == ({"user_id": "I1"}, group["traits"])
    own = event_of({**group, "context": {"traits": {"email": "own@acme.test"}}})
    assert own.identifiers == {"user_id": "I1", "email": "own@acme.test"}


SECOND = {"type": "identify", "userId": "u", "traits": {"email": "a@b.test", "phone": "+7 916 123-45-67"}}


@pytest.mark.parametrize(
    ("context", "problems"),
    [
        ({"traits": {"email": "c@d.test"}}, {"email": "second: one event names one email; 'c@d.test' was left out"}),
        ({"traits": {"email": " A@B.test", "phone": 89161234567}}, {}),
        ({"traits": {"phone": 79161234568}},
         {"phone": "second: one event names one phone; '79161234568' was left out"}),
        ({"externalIds": [{"type": "phone", "id": 79161234567}]}, {}),
        ({"externalIds": [{"type": "card", "id": 1}, {"type": "card", "id": 2}]},
         {"card": "second: one event names one card; '2' was left out"}),
        ({"traits": {"email": 5}}, {"email": "malformed: traits.email is no text"}),
        ({"traits": {"phone": True}}, {"phone": "malformed: traits.phone is no text"}),
        ({"traits": {"phone": 79161234567.5}}, {"phone": "malformed: traits.phone is no text"}),
        ({"traits": {"phone": None, "email": ""}}, {}),
    ],
)  # fmt: skip
def test_what_an_event_names_beyond_one_of_a_kind_is_said(context, problems) -> None:
    event = decode(encode(event_of({**SECOND, "context": context})))
    assert event.problems == problems
    assert event.identifiers["user_id"] == "u"


def test_a_phone_that_is_a_number_is_taken_by_its_figures() -> None:
    event = event_of({"type": "identify", "userId": "u", "traits": {"phone": 79161234567}})
    assert (event.identifiers, event.problems) == ({"user_id": "u", "phone": "79161234567"}, {})


FIELDS = ["type", "event", "userId", "anonymousId", "messageId", "timestamp", "sentAt", "context", "traits", "groupId",
          "properties", "previousId", "name", "originalTimestamp", "integrations", "category"]  # fmt: skip
GOOD = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify", "page", "screen", "group", "alias"]), "event": st.just("E"),
     "userId": st.text(min_size=1, max_size=5), "groupId": st.just("g"), "previousId": st.just("p")}
)  # fmt: skip
ITEMS = st.builds(
    lambda good, change: {**good, **change}, GOOD, st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES, max_size=2)
) | JSON_VALUES  # fmt: skip


@given(st.lists(ITEMS, max_size=6))
def test_any_items_get_one_verdict_each_and_what_is_accepted_survives_the_log(items: list[Any]) -> None:
    verdicts = accept(items, source_id="s", received_at=NOW, sent_at=None, ids=SeededIds(1))
    assert len(verdicts) == len(items)
    for verdict in verdicts:
        if isinstance(verdict, Drop):
            assert verdict.message
            msgspec.json.encode(verdict)
        else:
            assert decode(encode(verdict)) == verdict
            assert verdict.identifiers
            assert all(value.strip() for value in verdict.identifiers.values())
            assert 0 < len(verdict.message_id) <= 100
            assert verdict.occurred_at <= NOW + timedelta(days=1)


@given(st.lists(ITEMS, max_size=5), st.integers(0, 5))
def test_a_bad_item_changes_nothing_for_its_neighbours(items: list[Any], place: int) -> None:
    ids = SeededIds(1)
    good = {**TRACK, "properties": {"x": 1}}
    mixed = [*items[:place], good, *items[place:]]
    verdicts = accept(mixed, source_id="s", received_at=NOW, sent_at=None, ids=ids)
    assert verdicts[min(place, len(items))] == taken(good, source_id="s")


@given(ITEMS)
def test_raw_and_decoded_items_get_the_same_verdict(item: Any) -> None:
    try:
        raw = msgspec.json.encode(item)
    except UnicodeEncodeError:
        return
    decoded = json.loads(raw)
    one = accept([raw], source_id="s", received_at=NOW, sent_at=None, ids=SeededIds(1))
    other = accept([decoded], source_id="s", received_at=NOW, sent_at=None, ids=SeededIds(1))
    assert one == other
