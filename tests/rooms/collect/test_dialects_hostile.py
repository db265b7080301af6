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
NUMBERS = (1e18, -1e18, 1e300, 2**63, -(2**70), float("nan"), float("inf"), 0, True)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=14,
)
HOSTILE = st.sampled_from([*ODD, *NUMBERS, None, [], {}, [None], {"a": {}}, "x" * 600, "x" * 40_000]) | VALUES

# Of each dialect: a route that takes many, what holds them, a good one, and rich ones to be mangled.
_PAGE = {"url": "https://s.ru/p?utm_source=ya&yclid=1", "title": "T"}
_SPEC = {
    "type": "track", "event": "Good", "userId": "u", "anonymousId": "a", "messageId": "m",
    "timestamp": "2026-05-04T09:00:00Z", "sentAt": "2026-05-04T10:00:00Z",
    "properties": {"name": "N", "products": [{"sku": "s"}]}, "traits": {"email": "e"},
    "context": {"page": _PAGE, "campaign": {"name": "c"}, "traits": {"a": 1},
                "externalIds": [{"id": "1", "type": "card"}]},
}  # fmt: skip
_UE = {"schema": "iglu:x/unstruct_event/jsonschema/1-0-0", "data": {
    "schema": "iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-0",
    "data": {"type": "transaction", "terms": ["a"], "sku": "s"}}}  # fmt: skip
_CO = {"data": [{"schema": "iglu:x.ecommerce/product/jsonschema/1-0-0", "data": {"id": "1", "price": 2}},
                {"schema": "iglu:x.ecommerce/user/jsonschema/1-0-0", "data": {"id": "1", "email": "e"}}]}  # fmt: skip
NEIGHBOURS: list[tuple[str, str, str, dict[str, Any], list[dict[str, Any]]]] = [
    *((name, "/v1/batch", "batch", {"type": "track", "event": "Good", "userId": "u"}, [_SPEC])
      for name in ("segment", "rudderstack")),
    ("jitsu", "/api/s/batch", "batch", {"type": "track", "event": "Good", "userId": "u"}, [_SPEC]),
    ("customerio", "/api/v2/batch", "batch",
     {"type": "person", "action": "event", "identifiers": {"id": "u"}, "name": "Good"},
     [{"type": "person", "action": action, "identifiers": {"id": "u", "email": "e", "cio_id": "c"}, "name": "N",
       "attributes": {"created_at": 1.5e9, "referrer": "r", "anonymous_id": "a"}, "timestamp": 1.5e9, "id": "i",
       "primary": {"id": "a"}, "secondary": {"email": "b"}, "device": {"id": "d"}}
      for action in ("event", "identify", "page", "merge", "delete")]),
    ("posthog", "/batch", "batch", {"event": "Good", "distinct_id": "u", "properties": {}},
     [{"event": name, "distinct_id": "u", "uuid": "i", "timestamp": "2026-05-04T09:00:00Z", "offset": 5,
       "$set": {"a": 1},
       "properties": {"$device_id": "d", "$anon_distinct_id": "a", "$set_once": {"b": 2}, "$groups": {"co": "g"},
                      "$group_type": "co", "$group_key": "g", "$group_set": {"n": 1}, "alias": "x", "title": "T",
                      "$current_url": _PAGE["url"], "utm_source": "ya", "$time": 1.5e9, "$lib": "web", "a": 1}}
      for name in ("$identify", "$pageview", "$groupidentify", "$create_alias", "$screen", "E")]),
    ("amplitude", "/2/httpapi", "events", {"event_type": "Good", "user_id": "u"},
     [{"event_type": name, "user_id": "u", "device_id": "d", "time": 1.5e12, "insert_id": "i", "library": "l/1",
       "event_properties": {"$productId": "p", "$price": 2, "$quantity": 3, "$revenue": 6, "[Amplitude] Page URL": "u"},
       "user_properties": {"$set": {"a": 1}, "$setOnce": {"b": 1}, "$unset": {"c": 1}, "utm_source": "ya"},
       "groups": {"co": ["g"]}, "group_properties": {"$set": {"n": 1}}, "price": 2, "quantity": 3, "ip": "$remote"}
      for name in ("$identify", "$groupidentify", "revenue_amount", "[Amplitude] Page Viewed", "E")]),
    ("ga4", "/mp/collect", "events", {"name": "Good", "params": {}},
     [{"name": name, "timestamp_micros": 1.5e15, "params": {
         "transaction_id": "o", "value": 1, "items": [{"item_id": "i", "price": 1}], "page_location": _PAGE["url"],
         "session_id": 1, "campaign": "c"}} for name in ("purchase", "page_view", "view_item", "screen_view")]),
    ("snowplow", "/com.snowplowanalytics.snowplow/tp2", "data", {"e": "se", "se_ac": "Good", "uid": "u"},
     [{"e": kind, "uid": "u", "duid": "d", "dtm": "1500000000000", "stm": "1500000000001", "ttm": "1500000000000",
       "eid": "i", "url": _PAGE["url"], "page": "P", "tr_id": "o", "tr_tt": "1.5", "ti_id": "o", "ti_pr": "1",
       "ti_qu": "2",
       "se_ac": "a", "se_va": "1", "res": "1x2", "ue_pr": json.dumps(_UE), "co": json.dumps(_CO), "pp_mix": "1"}
      for kind in ("pv", "pp", "se", "tr", "ti", "ue")]),
    ("matomo", "/matomo.php", "requests", {"e_c": "c", "e_a": "Good", "uid": "u"},
     [{"uid": "u", "_id": "i", "url": _PAGE["url"], "cdt": "1500000000", "res": "1x2", "_pks": "s", "_pkp": "1",
       "rand": "1",
       "ec_items": '[["s","n",["c"],1.5,2],[],5]', **more}
      for more in ({}, {"idgoal": "0", "ec_id": "o", "revenue": "1"}, {"e_c": "c", "e_a": "a", "e_v": "1"},
                   {"search": "s", "search_count": "1"}, {"idgoal": "3"})]),
    ("mixpanel", "/track", "", {"event": "Good", "properties": {"distinct_id": "u"}},
     [{"event": name, "properties": {
         "token": "t", "time": 1.5e9, "distinct_id": "u", "$device_id": "d", "$user_id": "u", "$insert_id": "i",
         "$identified_id": "u", "$anon_id": "$device:d", "alias": "x", "$distinct_ids": ["a", "b"], "utm_source": "ya",
         "$current_url": _PAGE["url"], "current_page_title": "T", "a": 1}}
      for name in ("$identify", "$create_alias", "$merge", "$mp_web_page_view", "E")]),
    ("mixpanel", "/engage", "", {"$distinct_id": "u", "$append": {"$transactions": {"$amount": 1}}, "Good": 1},
     [{"$distinct_id": "u", "$token": "t", "$time": 1.5e9, "$set": {"$email": "e"}, "$set_once": {"a": 1},
       "$unset": ["b"],
       "$append": {"$transactions": {"$amount": 1, "$time": "2026-05-04T09:00:00"}}}]),
]  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a value can be mangled: each of its parts."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, part in inner for place in places(part, (*at, key)))]


def mangled(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    """The value with another one at a place."""
    if not place:
        return other
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = mangled(value[place[0]], place[1:], other)
    return copy


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


@pytest.mark.parametrize(
    ("name", "path", "folder", "good", "rich"), NEIGHBOURS, ids=[f"{one[0]} {one[1]}" for one in NEIGHBOURS]
)
@given(chance=st.data())
def test_a_good_event_among_mangled_ones_is_taken(
    name: str, path: str, folder: str, good: dict[str, Any], rich: list[dict[str, Any]], chance: st.DataObject
) -> None:
    items: list[Any] = []
    for _ in range(chance.draw(st.integers(1, 4))):
        one = chance.draw(st.sampled_from(rich))
        for place in chance.draw(st.lists(st.sampled_from(places(one)), max_size=2)):
            if place in places(one):
                one = mangled(one, place, chance.draw(HOSTILE))
        items.append(one)
    items.insert(chance.draw(st.integers(0, len(items))), good)
    body: Any = {folder: items, "client_id": "c"} if folder else items
    route = next(
        one for one in all_dialects()[name].routes if matched(one.path, path) is not None and "POST" in one.methods
    )
    landed = survives(name, route, request(route, json.dumps(body).encode("utf-8", "surrogatepass"), []))
    assert {"Good", "Order Completed"} & {event.name for event in landed}
