"""What the desk of the events' doors promises: refusals kept, quotas told, and consent taken when nothing else is."""

import asyncio
import base64
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.engines import open_test_platform

from omniloom.api import dialects
from omniloom.api.server import build
from omniloom.app import Platform
from omniloom.collect import Intake, Quotas, add_source, decode_refusal
from omniloom.collect.flood import Flood
from omniloom.core.event import decode
from omniloom.core.ids import SeededIds

TRACK = {"type": "track", "event": "Product Viewed", "userId": "u"}
UNSUBSCRIBED = {"type": "track", "event": "Unsubscribed", "userId": "u", "properties": {"channel": "email"}}
BAD = {"type": "track", "userId": "u"}

Open = Callable[..., Platform]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    found: list[Platform] = []

    def open_one(**flags: Any) -> Platform:
        given = {f"collect.{name}": value for name, value in flags.items()}
        found.append(open_test_platform(tmp_path / "home", flags=given, ids=SeededIds(1)))
        return found[-1]

    yield open_one
    for platform in found:
        platform.close()


class Shop:
    """One sender, and the application it sends to."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.app = build(platform)
        source = add_source(platform.stores, name="Shop", kind="server", now=platform.now(), ids=platform.ids)
        self.headers = {"authorization": "Basic " + base64.b64encode(f"{source.write_key}:".encode()).decode()}

    def post(self, path: str, body: Any) -> httpx.Response:
        return asyncio.run(self.post_soon(path, body))

    async def post_soon(self, path: str, body: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=self.headers) as client:
            return await client.post(path, content=json.dumps(body).encode())

    def names(self) -> list[str]:
        return [decode(body).name for _, body in self.platform.stores.log.read(after=-1, rows_max=10_000)]

    def refused(self) -> list[Any]:
        return [decode_refusal(body) for _, body in self.platform.stores.refusals.read(after=-1, rows_max=10_000)]


class SlowLog:
    """The real log, whose appends wait for a sign."""

    def __init__(self, platform: Platform) -> None:
        self.inner = platform.stores.log
        self.may_go = threading.Event()

    def append(self, bodies: Sequence[bytes]) -> int:
        self.may_go.wait(30)
        return self.inner.append(bodies)


def test_what_is_refused_is_on_disk_when_it_is_answered(opened: Open) -> None:
    shop = Shop(opened())
    answer = shop.post(
        "/v1/batch", {"batch": [TRACK, BAD, {**TRACK, "timestamp": "now"}], "context": {"ip": "1.2.3.4"}}
    )
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (1, 2)
    first, second = shop.refused()
    assert (first.reason, first.field, first.path, first.dialect) == ("no_name", "event", "/v1/batch", "segment")
    assert (json.loads(first.raw), first.context) == (BAD, {"ip": "1.2.3.4"})
    assert second.reason == "bad_time"
    assert shop.post("/v1/track", {"event": "E"}).status_code == 400
    assert [one.reason for one in shop.refused()][2:] == ["no_identifier"]


def test_a_flood_of_refusals_does_not_fill_the_disk(opened: Open) -> None:
    shop = Shop(opened(refusals_per_minute=3))
    for _ in range(4):
        assert shop.post("/v1/batch", {"batch": [BAD] * 5}).json()["rejected"] == 5
    assert len(shop.refused()) == 3


def test_a_flood_is_counted_and_ends_with_its_minute() -> None:
    time = [0.0]
    flood = Flood(2, lambda: time[0])
    assert [len(flood.keep("s", [b"x"] * 3)), len(flood.keep("s", [b"x"])), len(flood.keep("t", [b"x"]))] == [2, 0, 1]
    assert flood.left_out["s"] == 2
    time[0] = 60.0
    assert len(flood.keep("s", [b"x"])) == 1


def test_a_source_over_its_quota_is_told_when_to_come_again(opened: Open) -> None:
    shop = Shop(opened(events_per_s=10))
    within = shop.post("/v1/batch", {"batch": [TRACK] * 20})
    assert within.status_code == 200
    assert within.headers["x-ratelimit-limit"] == "10"
    assert int(within.headers["x-ratelimit-remaining"]) < 10
    over = shop.post("/v1/batch", {"batch": [TRACK] * 20})
    assert (over.status_code, over.json()["code"]) == (429, "too_many_events")
    assert int(over.headers["retry-after"]) in {1, 2}
    assert int(over.headers["x-ratelimit-reset"]) in {1, 2}
    assert len(shop.names()) == 20


def test_over_its_quota_a_source_may_still_say_who_unsubscribes(opened: Open) -> None:
    shop = Shop(opened(events_per_s=1))
    assert shop.post("/v1/batch", {"batch": [TRACK] * 5}).status_code == 200
    assert shop.post("/v1/track", TRACK).status_code == 429
    assert shop.post("/v1/track", UNSUBSCRIBED).status_code == 200
    assert shop.post("/v1/batch", {"batch": [UNSUBSCRIBED] * 2}).status_code == 200
    mixed = shop.post("/v1/batch", {"batch": [TRACK, UNSUBSCRIBED, TRACK]})
    assert mixed.status_code == 429  # the rest is to come again
    assert shop.names() == ["Product Viewed"] * 5 + ["Unsubscribed"] * 4


def test_over_its_quota_a_tracker_of_another_dialect_gets_in_what_is_urgent_and_no_more(opened: Open) -> None:
    shop = Shop(opened(events_per_s=1))
    assert shop.post("/v1/batch", {"batch": [TRACK] * 5}).status_code == 200
    assert shop.post("/segment/v1/batch", {"batch": [TRACK]}).status_code == 429
    assert shop.post("/segment/v1/batch", {"batch": [UNSUBSCRIBED]}).status_code == 200
    assert shop.post("/segment/v1/batch", {"batch": [TRACK, BAD, UNSUBSCRIBED]}).status_code == 429
    assert shop.names() == ["Product Viewed"] * 5 + ["Unsubscribed"] * 2
    assert shop.refused() == []


@pytest.mark.parametrize("name", ["consent withdrawn", "UNSUBSCRIBED", "Consent Given"])
def test_a_word_about_consent_is_urgent_in_whatever_case(opened: Open, name: str) -> None:
    shop = Shop(opened(events_per_s=1))
    assert shop.post("/v1/batch", {"batch": [TRACK] * 5}).status_code == 200
    for path in ("/v1/batch", "/segment/v1/batch"):
        assert shop.post(path, {"batch": [{**UNSUBSCRIBED, "event": name}]}).status_code == 200
    assert shop.post("/v1/batch", {"batch": [TRACK]}).status_code == 429


def test_a_tracker_s_body_that_drips_is_not_awaited_for_ever(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialects, "BODY_S", 0.05)
    shop = Shop(opened())
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/segment/v1/batch", "query_string": b"", "headers": [],
        "scheme": "http", "client": ("127.0.0.1", 1),
    }  # fmt: skip
    asyncio.run(shop.app(scope, receive, send))
    assert sent[0]["status"] == 408


def test_of_a_flood_only_what_is_kept_is_encoded() -> None:
    encoded: list[int] = []

    def encode(n: int) -> bytes:
        encoded.append(n)
        return b"x"

    assert len(Flood(2, lambda: 0.0).keep("s", range(1000), encode)) == 2
    assert encoded == [0, 1]


def test_a_quota_fills_at_its_rate_and_an_unlimited_one_never_ends() -> None:
    time = [0.0]
    quotas = Quotas(10, lambda: time[0])
    assert [quotas.take("s", 15)[1], quotas.take("s", 15)[1], quotas.take("t", 15)[1]] == [True, False, True]
    quota, _ = quotas.take("s", 0)
    assert (quota.remaining, quota.wait_s(15), quota.reset_s) == (5, 1, 2)
    time[0] = 1.0
    assert quotas.take("s", 15)[1]
    assert not quotas.take("s", 1)[1]
    time[0] = 10.0
    assert quotas.take("s", 1000)[1]  # a full bucket gives any count, on credit
    time[0] = 11.0
    assert not quotas.take("s", 1)[1]
    assert all(Quotas(0, lambda: 0.0).take("s", 10**9)[1] for _ in range(3))


def test_under_pressure_ordinary_events_are_shed_first_and_consent_last(opened: Open) -> None:
    platform = opened()
    slow = SlowLog(platform)
    platform.intake.close()
    platform.intake = Intake(replace(platform.stores, log=slow), waiting_bytes_max=1, urgent_bytes_max=2_000)
    shop = Shop(platform)

    async def until(weight: int) -> None:
        while platform.intake.waiting_bytes < weight:  # noqa: ASYNC110 - intake tells nobody what waits
            await asyncio.sleep(0.01)

    async def busy() -> list[int]:
        first = asyncio.create_task(shop.post_soon("/v1/track", TRACK))
        await until(1)
        shed = await shop.post_soon("/v1/track", TRACK)
        assert int(shed.headers["retry-after"]) > 0
        urgent = [asyncio.create_task(shop.post_soon("/v1/track", UNSUBSCRIBED)) for _ in range(2)]
        await until(1_000)
        mixed = asyncio.create_task(shop.post_soon("/v1/batch", {"batch": [TRACK, UNSUBSCRIBED]}))
        await until(1_400)
        slow.may_go.set()
        told = [await one for one in (first, *urgent, mixed)]
        return [shed.status_code, *(one.status_code for one in told)]

    assert asyncio.run(busy()) == [503, 200, 200, 200, 503]
    assert sorted(shop.names()) == ["Product Viewed", "Unsubscribed", "Unsubscribed", "Unsubscribed"]


def test_even_what_is_urgent_has_a_bound(opened: Open) -> None:
    platform = opened()
    platform.intake.close()
    platform.intake = Intake(platform.stores, waiting_bytes_max=0, urgent_bytes_max=0)
    shop = Shop(platform)
    assert shop.post("/v1/track", UNSUBSCRIBED).status_code == 503
    assert shop.names() == []
