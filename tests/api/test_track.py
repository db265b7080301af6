"""The door for events: what Segment's clients send is taken, and every refusal says what to do."""

import asyncio
import base64
import gzip
import json
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.engines import open_test_platform

from omniloom.api.server import build
from omniloom.app import Platform
from omniloom.collect import Source, add_source
from omniloom.core.errors import Unavailable
from omniloom.core.event import Event, decode
from omniloom.core.ids import SeededIds
from omniloom.store import settle_through, settled

CAPTURES = Path(__file__).parents[3] / "shared/data/sdk-captures/sdk-captures.json"


class Site:
    """A running application and a source to send as."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.app = build(platform)
        self.source: Source = add_source(
            platform.stores, name="Site", kind="website", now=platform.now(), ids=platform.ids
        )

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, path, content=content, **more)

        return asyncio.run(once())

    def post(self, path: str, body: Any, *, key: str | None = None, **more: Any) -> httpx.Response:
        """A request with the write key as the Basic user name, as Segment's clients send it."""
        key = self.source.write_key if key is None else key
        headers = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(), **more}
        return self.send("POST", path, body, headers=headers)

    def log(self) -> list[Event]:
        """The events of the log that count: without duplicates."""
        stores = self.platform.stores
        settle_through(stores, stores.log.last_position(), now=self.platform.now())
        return [decode(message.body) for message in settled(stores, after=0, rows_max=100_000).messages]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    platform = open_test_platform(tmp_path / "home", ids=SeededIds(1))
    yield Site(platform)
    platform.close()


def problem_of(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail", "hint", "code"} <= set(problem)
    assert problem["status"] == status
    return problem


TRACK = {"event": "Order Completed", "userId": "u1", "messageId": "m1"}


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("identify", {"userId": "u", "traits": {"email": "a@b.ru"}}),
        ("track", TRACK),
        ("page", {"anonymousId": "a", "name": "Home"}),
        ("screen", {"anonymousId": "a", "name": "Home"}),
        ("group", {"userId": "u", "groupId": "g"}),
        ("alias", {"userId": "u", "previousId": "a"}),
    ],
)
def test_each_call_is_on_disk_when_it_is_answered(site: Site, call: str, body: dict[str, Any]) -> None:
    response = site.post(f"/v1/{call}", body)
    assert (response.status_code, response.json()) == (200, {"success": True})
    [event] = site.log()
    assert (event.type, event.source_id) == (call, site.source.source_id)


def test_the_write_key_may_come_as_basic_as_bearer_or_in_the_body(site: Site) -> None:
    key = site.source.write_key
    assert site.post("/v1/track", TRACK).status_code == 200
    assert site.send("POST", "/v1/track", TRACK, headers={"authorization": f"Bearer {key}"}).status_code == 200
    assert site.send("POST", "/v1/track", {**TRACK, "writeKey": key}).status_code == 200
    assert site.send("POST", "/v1/batch", {"batch": [{**TRACK, "type": "track"}], "writeKey": key}).status_code == 200
    assert len(site.log()) == 1  # one message id, sent four times


def test_an_unknown_or_missing_write_key_is_refused(site: Site) -> None:
    problem = problem_of(site.post("/v1/track", TRACK, key="nonsense"), 401)
    assert (problem["code"], problem["detail"]) == ("unknown_write_key", "unknown write key")
    assert "Sources" in problem["hint"]
    assert problem_of(site.send("POST", "/v1/track", TRACK), 401)["detail"] == "the write key is missing"
    broken = site.send("POST", "/v1/track", TRACK, headers={"authorization": "Basic %%%"})
    assert "not valid Basic" in problem_of(broken, 401)["detail"]
    assert site.log() == []


def test_malformed_json_is_refused_with_its_place(site: Site) -> None:
    for path in ("/v1/track", "/v1/batch"):
        problem = problem_of(site.post(path, b'{"event": "x", '), 400)
        assert (problem["code"], "line 1 column" in problem["detail"]) == ("malformed", True)
    assert "not a JSON object" in problem_of(site.post("/v1/track", [1]), 400)["detail"]
    assert "batch" in problem_of(site.post("/v1/batch", {"items": []}), 400)["detail"]


def test_an_event_of_33_kb_is_refused_naming_the_limit(site: Site) -> None:
    big = {**TRACK, "properties": {"x": "x" * 33 * 1024}}
    assert "32768 bytes (32 KB)" in problem_of(site.post("/v1/track", big), 413)["detail"]
    reply = site.post("/v1/batch", {"batch": [{**big, "type": "track"}, {**TRACK, "type": "track"}]}).json()
    assert (reply["accepted"], reply["rejected"]) == (1, 1)
    assert reply["verdicts"][0]["reason"] == "too_large"
    assert "32 KB" in reply["verdicts"][0]["message"]


def test_an_event_without_ids_is_refused_naming_the_field(site: Site) -> None:
    problem = problem_of(site.post("/v1/track", {"event": "Order Completed"}), 400)
    assert "send userId, anonymousId" in problem["detail"]
    assert problem["facts"] == {"reason": "no_identifier", "field": "userId"}


def test_the_good_items_of_a_bad_batch_are_taken(site: Site) -> None:
    good = [{"type": "track", "event": "E", "userId": "u", "messageId": f"m{i}"} for i in range(3)]
    bad = {"type": "track", "userId": "u"}
    response = site.post("/v1/batch", {"batch": [good[0], bad, good[1], "text", good[2], good[0]]})
    assert response.status_code == 200
    reply = response.json()
    assert (reply["success"], reply["accepted"], reply["rejected"]) == (True, 4, 2)
    assert [(v["index"], v["ok"], v["reason"], v["field"]) for v in reply["verdicts"]] == [
        (1, False, "no_name", "event"), (3, False, "wrong_kind", ""),
    ]  # fmt: skip
    assert [event.message_id for event in site.log()] == ["m0", "m1", "m2"]


def test_a_verbose_batch_lists_every_verdict(site: Site) -> None:
    item = {"type": "track", "event": "E", "userId": "u", "messageId": "m"}
    verdicts = site.post("/v1/batch?verbose=1", {"batch": [item, {}, item]}).json()["verdicts"]
    assert [v["ok"] for v in verdicts] == [True, False, True]
    assert [v.get("messageId") for v in verdicts] == ["m", None, "m"]


@pytest.mark.parametrize(
    "poison", [b'{"x":"\\ud800"}', b'{"x":NaN}', b'{"x":1e400}', b'{"x":"\xff"}', b'{"x":"\\u0000"}']
)
def test_an_item_no_store_can_hold_does_not_harm_its_neighbours(site: Site, poison: bytes) -> None:
    bad = b'{"type":"track","event":"E","userId":"u","properties":' + poison + b"}"
    response = site.post(
        "/v1/batch", b'{"batch":[' + bad + b"," + json.dumps({**TRACK, "type": "track"}).encode() + b"]}"
    )
    if b"\xff" in poison and response.status_code == 400:
        pytest.fail("one item in another encoding refused the whole batch")
    assert (response.json()["accepted"], response.json()["rejected"]) == (1, 1), response.text
    assert [event.message_id for event in site.log()] == ["m1"]


def test_limits_of_a_batch_are_named(site: Site) -> None:
    many = problem_of(site.post("/v1/batch", {"batch": [{}] * 2501}), 413)
    assert "2501 items; the limit is 2500" in many["detail"]
    assert site.post("/v1/batch", {"batch": [{}] * 2500}).status_code == 200
    heavy = problem_of(site.post("/v1/batch", {"batch": [], "x": "x" * 500 * 1024}), 413)
    assert "512000 bytes (500 KB)" in heavy["detail"]
    context = site.post("/v1/batch", {"batch": [{**TRACK, "type": "track"}], "context": {"x": "x" * 40_000}}).json()
    assert context["verdicts"][0]["field"] == "context"


def test_gzip_is_taken_and_a_bomb_is_not_unpacked(site: Site) -> None:
    packed = gzip.compress(json.dumps(TRACK).encode())
    assert site.post("/v1/track", packed, **{"content-encoding": "gzip"}).status_code == 200
    cut = problem_of(site.post("/v1/track", packed[:-9], **{"content-encoding": "gzip"}), 400)
    assert "cut short" in cut["detail"]
    assert "not valid gzip" in problem_of(site.post("/v1/track", b"{}", **{"content-encoding": "gzip"}), 400)["detail"]
    assert "not supported" in problem_of(site.post("/v1/track", b"{}", **{"content-encoding": "br"}), 400)["detail"]
    bomb = gzip.compress(bytes(200 << 20))
    assert len(bomb) < 500 * 1024
    tracemalloc.start()
    problem_of(site.post("/v1/batch", bomb, **{"content-encoding": "gzip"}), 413)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 << 20


def test_an_import_keeps_times_as_they_are(site: Site) -> None:
    item = {**TRACK, "type": "track", "timestamp": "2016-02-29T10:00:00Z"}
    assert site.post("/v1/import", {"batch": [item], "sentAt": "2030-01-01T00:00:00Z"}).json()["accepted"] == 1
    [event] = site.log()
    assert (event.occurred_at.year, event.context) == (2016, {})


def test_a_sent_at_that_is_no_time_is_refused(site: Site) -> None:
    problem = problem_of(site.post("/v1/batch", {"batch": [], "sentAt": "now"}), 400)
    assert problem["facts"]["field"] == "sentAt"


def test_a_disk_that_refuses_is_said_with_503_and_when_to_come_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("log.db: disk full", hint="free disk space", retry_after_s=17)

    monkeypatch.setattr(type(site.platform.stores.log), "append", refuse)
    response = site.post("/v1/track", TRACK)
    assert "disk full" in problem_of(response, 503)["detail"]
    assert response.headers["retry-after"] == "17"
    assert site.log() == []


def test_any_page_may_call_and_read_the_answer(site: Site) -> None:
    asked = site.send(
        "OPTIONS", "/v1/t", b"", headers={"origin": "https://shop.example", "access-control-request-method": "POST"}
    )
    assert asked.status_code == 204
    assert "authorization" in asked.headers["access-control-allow-headers"]
    page = {"origin": "https://shop.example"}
    for response in (asked, site.post("/v1/t", TRACK, **page), site.post("/v1/t", {}, **page)):
        assert response.headers["access-control-allow-origin"] == "*"


def test_the_debugger_sees_what_was_taken_and_what_was_not(site: Site) -> None:
    site.post("/v1/track", TRACK)
    site.post("/v1/track", {"event": "E"})
    refused, accepted = site.platform.recent.of(site.source.source_id)
    assert (refused.is_accepted, refused.reason, refused.field) == (False, "no_identifier", "userId")
    assert (accepted.is_accepted, accepted.name, accepted.person) == (True, "Order Completed", "u1")


@pytest.mark.skipif(not CAPTURES.exists(), reason="the captured requests of released clients are not on this machine")
def test_what_released_clients_of_segment_send_is_taken(site: Site) -> None:
    captured = json.loads(CAPTURES.read_text())
    sent = [one for one in captured if one["path"].startswith("/v1/") and one["method"] == "POST"]
    assert len(sent) >= 5
    for one in sent:
        headers = {name: value for name, value in one["headers"].items() if name == "content-type"}
        response = site.post(one["path"], one["body"].encode(), **headers)
        assert response.status_code == 200, (one["path"], response.text, one["body"])
        assert response.json().get("rejected", 0) == 0, (response.text, one["body"])
    assert len(site.log()) >= len(sent)


def test_mangled_bodies_never_break_the_server(site: Site) -> None:
    body = json.dumps({"batch": [{**TRACK, "type": "track", "properties": {"x": [1, {"y": "é\\u0000"}]}}]}).encode()
    rng = random.Random(7)
    for _ in range(300):
        mangled = bytearray(body)
        for _ in range(rng.randint(1, 4)):
            mangled[rng.randrange(len(mangled))] = rng.randrange(256)
        assert site.post("/v1/batch", bytes(mangled)).status_code in (200, 400)
