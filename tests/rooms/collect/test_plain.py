"""The quick way in takes nothing that the careful way refuses, and takes it as the same event."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omniloom.collect import Drop
from omniloom.collect.accept import judge
from omniloom.collect.plain import PlainEvent, PlainTaker
from omniloom.collect.proof import _SIMPLE
from omniloom.collect.reception import Reception
from omniloom.collect.take import take
from omniloom.core.event import Event, decode
from omniloom.core.ids import SeededIds

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SENT = NOW - timedelta(minutes=3)
CAPTURES = Path(__file__).parents[4] / "shared/data/sdk-captures/sdk-captures.json"


def reception(**more: Any) -> Reception:
    given = {"sent_at": SENT, "context": {}, "is_history": False, **more}
    return Reception("s", NOW, given["sent_at"], SeededIds(7), given["context"], given["is_history"])


def same_on_both_ways(raw: bytes, **more: Any) -> Event | Drop:
    """The careful way's verdict, after the quick way was held against it."""
    [careful] = judge([raw], reception(**more))
    [quick] = take([raw], reception(**more), whole=raw)
    assert (quick if isinstance(quick, Drop) else decode(quick)) == careful, raw
    return careful


def is_quick(raw: bytes, **more: Any) -> bool:
    return PlainTaker(reception(**more)).body(raw) is not None


TEXT = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["Молоко", "é", "e\u0301", "\u212b", "ㄱ\u1161", "👩\u200d🍳", "\x00", "\ud800", "0e000", "1e999", "\\u0000"]
    ),
    st.text(alphabet='0123456789eE+-.{["\\ ', max_size=24),
)
NUMBER = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(), st.sampled_from([2**63 - 1, 2**63, -(2**63), 1e22, 1.5e300, -0.0])
)
LEAF = st.one_of(st.none(), st.booleans(), NUMBER, TEXT)
VALUE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.sampled_from(["email", "phone", "traits", "externalIds", "id"]), TEXT), inner, max_size=3
        ),
    ),
    max_leaves=8,
)
PART = st.one_of(
    st.none(),
    st.dictionaries(st.sampled_from(["email", "phone", "price", "name", "цена"]), st.one_of(LEAF, VALUE), max_size=4),
    VALUE,
)
TIME = st.sampled_from(
    [
        "2026-11-21T11:00:00.000Z", "2026-11-21T11:00:00Z", "2026-11-21T14:00:00.123456+03:00", "2026-11-21", "now", "",
        "2031-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00",
        "2016-12-31T23:59:60Z", "2026-11-21T11:00:00-00:00", "2026-11-21T11:00:00", "2026-W47-6", "20261121T110000Z",
    ]
)  # fmt: skip
ID = st.one_of(st.none(), st.sampled_from(["u1", " u2 ", "", " ", "ю" * 500, "u" * 501]), NUMBER, st.booleans(), TEXT)
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["track", "identify", "page", "screen", "group", "alias", "Track", "", None, 1]),
        "messageId": st.one_of(st.sampled_from(["m", "m" * 100, "m" * 101, 5, 2**64, 1.5, True]), ID),
        "userId": ID, "anonymousId": ID, "previousId": ID, "groupId": ID,
        "event": st.one_of(st.sampled_from(["Order Completed", "Заказ", " ", "x" * 501]), LEAF),
        "name": st.one_of(st.just("Home"), LEAF), "category": st.one_of(st.none(), TEXT, LEAF),
        "timestamp": st.one_of(TIME, LEAF), "originalTimestamp": st.one_of(TIME, LEAF), "sentAt": st.one_of(TIME, LEAF),
        "context": st.one_of(
            PART, st.fixed_dictionaries({"traits": PART}), st.fixed_dictionaries({"externalIds": VALUE})
        ),
        "integrations": PART, "traits": PART, "properties": PART, "unknown": VALUE,
    },
)  # fmt: skip
LIKELY = {"type": "track", "event": "E", "userId": "u"}
SHARED = st.sampled_from(
    [{}, {"app": "shop"}, {"traits": {"email": "b@c.de"}}, {"externalIds": []}, {"x": "y" * 40_000}]
)


def text_of(value: Any, *, is_ascii: bool, indent: int | None) -> bytes:
    text = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
    return text.encode("utf-8", "surrogatepass")


@given(
    item=st.one_of(ITEM, ITEM.map(lambda item: {**item, **LIKELY})), is_ascii=st.booleans(),
    indent=st.sampled_from([None, 1]), shared=SHARED, sent_at=st.sampled_from([None, SENT]), is_history=st.booleans(),
)  # fmt: skip
@example(
    item={**LIKELY, "properties": {"a": 1e300}}, is_ascii=True, indent=None, shared={}, sent_at=None, is_history=False
)
def test_both_ways_agree_on_every_item(
    item: dict[str, Any], is_ascii: bool, indent: int | None, shared: dict[str, Any], sent_at: Any, is_history: bool
) -> None:
    raw = text_of(item, is_ascii=is_ascii, indent=indent)
    same_on_both_ways(raw, context=shared, sent_at=sent_at, is_history=is_history)


GOOD = json.dumps(
    {
        **LIKELY, "messageId": "m", "timestamp": "2026-11-21T11:00:00.000Z",
        "context": {"ip": "1.2.3.4", "n": [1, {"x": -1.5e3}]},
        "properties": {"price": 12.50, "name": "Молоко é", "list": [[], {}, "\\\"\n"]}, "integrations": {"All": True},
    },
    ensure_ascii=False,
).encode()  # fmt: skip


PIECES = [
    b"1e999", b"\\u0000", b"\\ud800", b"{", b"}", b"[", b"]", b'"', b"\\", b"e\xcc\x81", b",", b":", b"9" * 20, b"null",
]  # fmt: skip
CUT = st.tuples(
    st.integers(0, len(GOOD) - 1), st.one_of(st.binary(min_size=1, max_size=3), st.sampled_from(PIECES)), st.booleans()
)


@given(cuts=st.lists(CUT, min_size=1, max_size=4))
def test_both_ways_agree_on_mangled_bytes(cuts: list[tuple[int, bytes, bool]]) -> None:
    raw = bytearray(GOOD)
    for at, put, is_replaced in cuts:
        raw[at : at + (len(put) if is_replaced else 0)] = put
    same_on_both_ways(bytes(raw))


def part(text: bytes) -> bytes:
    return b'{"type":"track","event":"E","userId":"u","messageId":"m","properties":' + text + b"}"


@pytest.mark.parametrize(
    "raw",
    [
        part(b'{"a":1e400}'), part(b'{"a":1e+400}'), part(b'{"a":1E+0400}'), part(b'{"a":9223372036854775808}'),
        part(b'{"a":"\xff"}'), part(b'{"a":"\xed\xa0\x80"}'), part(b'{"a":"\\u0000"}'), part(b'{"a":"\\ud800"}'),
        part(b'{"a":NaN}'), part(b'{"a":"\x00"}'), part(b"[1]"), part(b'"x"'), part(b'{"a":1}{'), part(b"[" * 200_000),
        part(b'{"a":' * 33 + b"1" + b"}" * 33), part(b'{"a":"' + b"x" * 33_000 + b'"}'),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_on_both_ways(raw: bytes) -> None:
    assert isinstance(same_on_both_ways(raw), Drop)
    assert not is_quick(raw)


@pytest.mark.parametrize(
    "raw",
    [
        GOOD, part("{\"имя\":\"Йогурт «Ёлка» — 3,2 %\"}".encode()), part(b'{"a":"\\u041c\\u043e"}'), part(b"null"),
        part(b'{"a":"7e456-uuid-0e000"}'), part(b'{"a":1e-400,"b":-0.0}'), part(b'{"a":"1","a":"2"}'), part(b" { } "),
        part(b'{}, "traits": {"email": 1, "email": "a@b", "phone": null}, "context": {"traits": {"email": "a@b"}}'),
    ],
)  # fmt: skip
def test_ordinary_items_go_the_quick_way(raw: bytes) -> None:
    assert isinstance(same_on_both_ways(raw), Event)
    assert is_quick(raw)


@pytest.mark.parametrize(
    "raw",
    [
        part(b'{}, "traits": {"email": "a@b.ru", "phone": 7}'), part(b'{}, "traits": {"email": ["a@b.ru"]}'),
        part(b'{}, "traits": {"email": "a@b.ru"}, "context": {"traits": {"email": "c@d"}}'),
    ],
)  # fmt: skip
def test_what_there_is_more_to_say_of_goes_the_careful_way(raw: bytes) -> None:
    assert isinstance(same_on_both_ways(raw), Event)
    assert not is_quick(raw)


def test_traits_of_a_group_name_nobody_on_either_way() -> None:
    group = b'{"type":"group","userId":"u","groupId":"g","messageId":"m","traits":{"email":"info@b.ru"}}'
    event = same_on_both_ways(group)
    assert is_quick(group)
    assert isinstance(event, Event)
    assert event.identifiers == {"user_id": "u"}


def test_what_nobody_reads_does_not_matter() -> None:
    for odd in (b"9" * 30, b"1e999", b"[" * 40 + b"]" * 40):
        raw = part('{"a":"Ж"}, "unknown": '.encode() + odd)
        assert isinstance(same_on_both_ways(raw), Event)


def test_the_batch_context_lies_under_the_items_own() -> None:
    raw = part(b'{}, "context": {"app": "own"}')
    event = same_on_both_ways(raw, context={"app": "shared", "ip": "1.2.3.4"})
    assert isinstance(event, Event)
    assert event.context == {"app": "own", "ip": "1.2.3.4"}
    assert is_quick(raw, context={"app": "shared"})
    assert not is_quick(raw, context={"traits": {"email": "a@b.ru"}})


def test_a_context_like_the_last_one_is_looked_at_all_the_same() -> None:
    quick = PlainTaker(reception()).body
    for context in (
        b'{"ip":"1"}',
        b'{"ip":"1"}',
        b'{"traits":{"email":"a@b.ru"}}',
        b'{"traits":{"email":"a@b.ru"}}',
        b"null",
    ):
        raw = part(b'{}, "context": ' + context)
        body = quick(raw)
        assert body is not None
        assert decode(body) == judge([raw], reception())[0]


@pytest.mark.parametrize("traits", [b"null", b"{}", b"{ }", b"{\n\t}", b'{"n":1}', b'{"":""}'])
def test_traits_that_stand_in_the_context_of_an_identify_are_found(traits: bytes) -> None:
    context = b'{"traits":{"email":"a@b.ru","city":"Omsk"}}'
    event = same_on_both_ways(
        b'{"type":"identify","userId":"u","messageId":"m","traits":%s,"context":%s}' % (traits, context)
    )
    assert isinstance(event, Event)
    assert event.traits == (json.loads(traits) or json.loads(context)["traits"])


def test_a_plain_event_has_the_fields_of_an_event() -> None:
    assert PlainEvent.__struct_fields__ == Event.__struct_fields__


def test_no_simple_character_is_touched_by_normalisation() -> None:
    """A character is simple if its bytes are; then it neither changes nor joins with what stands before it."""
    pairs = [unicodedata.decomposition(chr(code)).split() for code in range(0x110000)]
    joining = {pair[1] for pair in pairs if len(pair) == 2 and pair[0][0] != "<"}
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000 or chr(code).encode().translate(None, _SIMPLE):
            continue
        assert unicodedata.combining(chr(code)) == 0
        assert unicodedata.is_normalized("NFC", chr(code))
        assert f"{code:04X}" not in joining


@pytest.mark.skipif(not CAPTURES.exists(), reason="the captured requests of released clients are not on this machine")
def test_both_ways_agree_on_what_released_clients_send() -> None:
    seen = 0
    for one in json.loads(CAPTURES.read_text()):
        try:
            body = msgspec.json.decode(one["body"])
        except msgspec.DecodeError:
            continue
        items = body.get("batch", [body]) if isinstance(body, dict) else body if isinstance(body, list) else []
        for item in items:
            same_on_both_ways(msgspec.json.encode(item))
            seen += 1
    assert seen > 20
