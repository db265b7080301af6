"""Whatever is sent to a tracker's path: an answer or a reasoned refusal, and good neighbours are taken."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.rooms.collect.dialect_reading import AT, judged, matched

from omniloom.collect import Answer, Hit, Oversized, Route, Taken, Unreadable, all_dialects
from omniloom.core.event import Event, decode, encode

# A third of the usual tries: there are some fifty routes, and each is tried.
TRIES = settings(max_examples=settings().max_examples // 3 + 1)

ROUTES = [(name, route) for name, dialect in all_dialects().items() for route in dialect.routes]

# Words that the dialects look for, so that random values stand where they are read.
WORDS = (
    "type", "event", "name", "userId", "anonymousId", "messageId", "timestamp", "context", "traits", "properties",
    "page", "campaign", "url", "batch", "sentAt", "api_key", "distinct_id", "$set", "$set_once", "$device_id",
    "$groups", "$group_key", "uuid", "offset", "data", "$current_url", "events", "user_id", "event_type",
    "event_properties", "user_properties", "groups", "time", "insert_id", "revenue", "$price", "$quantity", "params",
    "items", "client_id", "timestamp_micros", "device", "e", "tr", "tr_id", "tr_tt", "ti_id", "ti_pr", "se_ac",
    "se_va", "ue_pr", "ue_px", "co", "cx", "dtm", "stm", "ttm", "eid", "requests", "uid", "_id", "ec_items", "ec_id",
    "idgoal", "cdt", "e_c", "e_v", "_pks", "res", "$distinct_id", "$append", "$transactions", "$amount", "$unset",
    "$merge", "$distinct_ids", "email", "identifiers", "action", "attributes", "primary", "secondary", "id",
    "$insert_id", "ip", "session_id", "writeKey",
)  # fmt: skip
ODD = (
    "\x00", "\ud800", "1e999", "$identify", "$pageview", "$create_alias", "revenue_amount", "purchase", "pv", "ue",
    "tr", "ti", "se", "[Amplitude] Page Viewed", "{", "[[1,2],5]", "https://[::1", "9" * 400,
)  # fmt: skip
BYTES = (
    b"data=", b"[" * 3000, b'{"a":' * 3000, b"\x1f\x8b\x08", b"data=%00", b"\xef\xbb\xbf{}", b"identification=[]",
    b"[NaN]", b"a&" * 2000,
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(ODD)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=14,
)

# One good item of each dialect, what holds a list of them, and its route.
NEIGHBOURS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("segment", "/v1/batch", "batch", {"type": "track", "event": "Good", "userId": "u"}),
    ("rudderstack", "/v1/batch", "batch", {"type": "track", "event": "Good", "userId": "u"}),
    ("jitsu", "/api/s/batch", "batch", {"type": "track", "event": "Good", "userId": "u"}),
    ("customerio", "/api/v2/batch", "batch",
     {"type": "person", "action": "event", "identifiers": {"id": "u"}, "name": "Good"}),
    ("posthog", "/batch", "batch", {"event": "Good", "distinct_id": "u", "properties": {}}),
    ("amplitude", "/2/httpapi", "events", {"event_type": "Good", "user_id": "u"}),
    ("ga4", "/mp/collect", "events", {"name": "Good", "params": {}}),
    ("snowplow", "/com.snowplowanalytics.snowplow/tp2", "data", {"e": "se", "se_ac": "Good", "uid": "u"}),
    ("matomo", "/matomo.php", "requests", {"e_c": "c", "e_a": "Good", "uid": "u"}),
    ("mixpanel", "/track", "", {"event": "Good", "properties": {"distinct_id": "u"}}),
]  # fmt: skip


def request(route: Route, body: bytes, query: list[tuple[str, str]], method: str = "POST") -> Hit:
    path = route.path.replace("{kind}", "batch").replace("{", "").replace("}", "")
    params = {**(matched(route.path, path) or {}), "kind": "batch"}
    return Hit(
        method, path, params, query, {"content-type": "text/plain"}, body, "203.0.113.7", AT, "https://in.example"
    )


def survives(name: str, route: Route, hit: Hit) -> list[Event]:
    """Read, judge and answer; whatever lands can be stored and read again. Only foreseen refusals may be raised."""
    try:
        said = route.read(hit)
        if not isinstance(said, Taken):
            assert said is None or isinstance(said, Answer)
            return []
        outcome = judged(said)
    except (Unreadable, Oversized) as error:
        answer = all_dialects()[name].refuse(error)
        assert 400 <= answer.status < 500
        return []
    assert outcome.answer.status < 500
    for event in outcome.events:
        assert decode(encode(event)) == event
    return outcome.events


@pytest.mark.parametrize(("name", "route"), ROUTES, ids=lambda one: getattr(one, "path", one))
@TRIES
@given(value=VALUES, query=st.lists(st.tuples(st.sampled_from(WORDS), st.text(max_size=6)), max_size=4))
@example(value={}, query=[])
@example(value=[], query=[])
def test_no_json_harms_a_route(name: str, route: Route, value: Any, query: list[tuple[str, str]]) -> None:
    survives(name, route, request(route, json.dumps(value).encode("utf-8", "surrogatepass"), query))


@pytest.mark.parametrize(("name", "route"), ROUTES, ids=lambda one: getattr(one, "path", one))
@TRIES
@given(body=st.binary(max_size=40) | st.sampled_from(BYTES))
def test_no_bytes_harm_a_route(name: str, route: Route, body: bytes) -> None:
    survives(name, route, request(route, body, []))
    survives(name, route, request(route, b"", [("data", body.decode("latin-1"))], method="GET"))


@pytest.mark.parametrize(("name", "path", "folder", "good"), NEIGHBOURS, ids=[one[0] for one in NEIGHBOURS])
@given(bad=st.lists(VALUES, max_size=3), place=st.integers(0, 3))
def test_a_good_event_among_bad_ones_is_taken(
    name: str, path: str, folder: str, good: dict[str, Any], bad: list[Any], place: int
) -> None:
    items = [*bad[:place], good, *bad[place:]]
    body: Any = {folder: items, "client_id": "c"} if folder else items
    [route] = [
        one for one in all_dialects()[name].routes if matched(one.path, path) is not None and "POST" in one.methods
    ][:1]
    raw = json.dumps(body).encode("utf-8", "surrogatepass")
    landed = survives(name, route, request(route, raw, []))
    assert "Good" in [event.name for event in landed]
