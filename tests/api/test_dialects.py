"""What installed trackers send is taken as it is: every captured request lands as what its SDK was told to say."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.tracker_table import table, written
from tests.api.trackers import CAPTURES, Door, captures, door, expected, replay

from omniloom.core.event import Event

TOLERANCE = timedelta(milliseconds=1)  # some clients say seconds as a binary fraction

captured = pytest.mark.skipif(not CAPTURES.exists(), reason="the captured requests are not on this machine")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as opened:
        yield opened


def check(event: Event, wanted: dict[str, Any], note: str, *, is_spec: bool) -> None:
    """The event is what was wanted: type, name, id, time, people and properties wholly, context as far as named."""
    people = {kind: wanted[kind] for kind in ("user_id", "anonymous_id", "email", "phone") if kind in wanted}
    assert (event.type, event.name) == (wanted["type"], wanted.get("name", "")), note
    assert event.identifiers == people, note
    assert (event.previous_id, event.group_id) == (wanted.get("previous_id", ""), wanted.get("group_id", "")), note
    assert event.message_id == wanted["id"] if wanted.get("id", "*") != "*" else event.message_id, note
    assert abs(event.occurred_at - datetime.fromisoformat(wanted["at"])) <= TOLERANCE, note
    assert event.traits == wanted.get("traits", {}), note
    assert event.properties == wanted.get("properties", {}), note
    for key, value in wanted.get("context", {}).items():
        if key == "campaign" and is_spec:  # the calls of Segment's spec keep what their client says
            value = {name: said for name, said in value.items() if name != "yclid"}
        assert event.context[key] == value, note


@captured
@pytest.mark.parametrize("is_bare", [False, True], ids=["below its name", "bare host"])
def test_every_captured_request_lands_as_what_its_sdk_was_told(web: Door, is_bare: bool) -> None:
    for wanted, request in zip(expected(), captures(), strict=True):
        response = replay(web, request, is_bare=is_bare)
        note = f"{wanted['request']} {wanted['sdk']} {wanted['call']}: {response.text[:200]}"
        assert response.status_code == wanted.get("status", 200), note
        begins = "GIF89a" if wanted["answer"] == "GIF" else wanted["answer"]
        assert response.content.startswith(begins.encode()), note
        events = web.landed()
        assert len(events) == len(wanted["lands"]), note
        for event, one in zip(events, wanted["lands"], strict=True):
            check(event, one, note, is_spec=response.url.path.startswith("/v1/"))


@captured
def test_every_captured_request_is_expected_to_become_something() -> None:
    assert [one["request"] for one in expected()] == list(range(len(captures())))


@captured
def test_a_retry_of_a_captured_request_counts_once(web: Door) -> None:
    known = [one for one in expected() if all("id" in land for land in one["lands"])]
    assert len(known) > 30
    for wanted in known:
        for _ in range(2):
            assert replay(web, captures()[wanted["request"]]).is_success
        assert len(web.landed()) == len(wanted["lands"]), wanted["sdk"]


@captured
def test_a_page_of_any_origin_may_call(web: Door) -> None:
    for request in captures():
        origin = request["headers"].get("origin")
        if origin is None:
            continue
        response = replay(web, request)
        assert response.headers["access-control-allow-origin"] in {origin, "*"}
        asked = {"origin": origin, "access-control-request-method": "POST",
                 "access-control-request-headers": "content-type,x-write-key,anonymousid"}  # fmt: skip
        path = response.url.path
        preflight = web.send("OPTIONS", path, headers=asked)
        assert preflight.is_success
        assert preflight.headers["access-control-allow-origin"] in {origin, "*"}


def post(web: Door, path: str, body: Any, **headers: str) -> Any:
    """Send JSON; the answer's status and its JSON or text."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = web.send("POST", path, raw, {"content-type": "application/json", **headers})
    return response.status_code, response.text


NOW = datetime(2026, 11, 21, 21, 20, tzinfo=UTC)


def test_the_key_may_stand_in_the_host_s_path(web: Door) -> None:
    body = {"data": [{"e": "pv", "url": "http://x/", "aid": "shop", "duid": "d1", "eid": "e1"}]}
    path = "/com.snowplowanalytics.snowplow/tp2"
    assert post(web, path, body)[0] == 401
    assert post(web, f"/key/wk{path}", body) == (200, "ok")
    [event] = web.landed()
    assert (event.source_id, event.message_id) == (web.sources["wk"].source_id, "e1")


def test_an_unknown_key_is_refused_in_the_form_that_makes_the_client_stop(web: Door) -> None:
    status, said = post(web, "/2/httpapi", {"api_key": "nobody", "events": [{"event_type": "E", "user_id": "u12345"}]})
    assert (status, json.loads(said)["error"].startswith("Invalid API key:")) == (400, True)
    status, said = post(web, "/batch/", {"api_key": "nobody", "batch": []})
    assert (status, json.loads(said)["type"]) == (401, "authentication_error")
    status, said = post(web, "/track", [{"event": "E", "properties": {"token": "nobody", "distinct_id": "u"}}])
    assert (status, json.loads(said)["status"]) == (401, 0)
    assert web.landed() == []


def test_two_trackers_that_share_a_path_are_told_apart(web: Door) -> None:
    """Amplitude and PostHog both have ``/batch``."""
    amplitude = {"api_key": "k", "events": [{"event_type": "A", "user_id": "u1", "insert_id": "a1"}]}
    posthog = {"api_key": "phc_x", "batch": [{"event": "P", "distinct_id": "u1", "properties": {}, "uuid": "p1"}]}
    assert post(web, "/batch", amplitude)[0] == 200
    assert post(web, "/batch", posthog)[0] == 200
    assert [event.name for event in web.landed()] == ["A", "P"]
    assert post(web, "/batch", {"api_key": "k"})[0] == 400


def test_what_a_dialect_does_not_have_goes_on_to_the_application(web: Door) -> None:
    assert web.send("GET", "/api/v1/customers/1").status_code in {401, 403, 404, 405}
    assert web.send("GET", "/posthog/nothing").status_code == 404
    assert web.send("PATCH", "/matomo.php").status_code in {404, 405}


@captured
def test_the_guide_s_table_says_what_really_lands() -> None:
    assert written() == table(), "write it anew: python -m tests.api.tracker_table"


def test_a_page_of_ours_that_a_tracker_asks_for_too_stays_ours(web: Door) -> None:
    """Mixpanel's client reads ``/settings/``; without its marks the path is the page's."""
    asked = web.send("GET", "/settings/?mp_lib=web&sdk_config=1", headers={"origin": "https://shop.example"})
    assert asked.json()["recording"] == {"is_enabled": False}
    assert web.send("GET", "/settings").status_code == 404  # no page is mounted here
