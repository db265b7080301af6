"""Webhooks over HTTP: a guide's curl works as written, forged requests stay outside, everything taken is on disk."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from tests.engines import open_test_platform

from omniloom import access, api
from omniloom.access import Role
from omniloom.app import Platform
from omniloom.collect import decode_refusal
from omniloom.core.event import decode

RECEIPT = {"receipt_id": "R-1", "time": "2026-11-21 18:20:00", "card": "770001", "total": "9.00",
           "items": [{"sku": "TEA-1", "quantity": 2, "price": "4.50"}]}  # fmt: skip


class Caller:
    """A provider, and an owner with a token."""

    def __init__(self, app: FastAPI, token: str) -> None:
        self._app, self._token = app, token

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False, client=("192.0.2.7", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://omniloom.test") as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())

    def manage(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.send(method, f"/api/v1{path}", json=body, headers={"authorization": f"Bearer {self._token}"})
        assert answer.status_code < 300, answer.text
        return answer.json()


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    opened = open_test_platform(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def caller(platform: Platform) -> Caller:
    token = access.create_token(platform.stores, name="t", role=Role.OWNER, now=platform.now())
    return Caller(api.build(platform), token)


def made(caller: Caller, connector: str, **words: Any) -> dict[str, Any]:
    body = {"name": connector, "connector": connector, **words}
    webhook: dict[str, Any] = caller.manage("POST", "/webhooks", body)
    caller.manage("POST", f"/webhooks/{webhook['hook_id']}/enable")
    return webhook


def signed(platform: Platform, secret: str, value: Any) -> dict[str, Any]:
    body = json.dumps(value).encode()
    stamp = str(int(platform.now().timestamp()))
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"content": body, "headers": {"x-signature": f"sha256={mac}", "x-timestamp": stamp}}


def logged(platform: Platform) -> list[Any]:
    return [decode(body) for _, body in platform.stores.log.read(after=0, rows_max=100)]


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_a_signed_receipt_is_an_order_on_disk_when_the_answer_comes(caller: Caller, platform: Platform) -> None:
    webhook = made(caller, "till")
    answer = caller.send("POST", f"/in/{webhook['hook_id']}", **signed(platform, webhook["secret"], RECEIPT))
    assert (answer.status_code, answer.text) == (200, "ok")
    (order,) = logged(platform)
    assert (order.name, order.properties["revenue"], order.identifiers) == ("Order Completed", 9.0, {"card": "770001"})
    shown = caller.manage("GET", f"/webhooks/{webhook['hook_id']}")
    assert [(one["outcome"], one["events"]) for one in shown["deliveries"]] == [("taken", ["Order Completed"])]
    assert platform.recent.of()[0].is_accepted


def test_a_forged_request_gets_a_401_and_leaves_nothing_but_a_line(caller: Caller, platform: Platform) -> None:
    webhook = made(caller, "till")
    honest = signed(platform, webhook["secret"], RECEIPT)
    for forged in (
        {"content": honest["content"]},
        {**honest, "content": honest["content"] + b" "},
        {**honest, "headers": {**honest["headers"], "x-timestamp": "1"}},
        signed(platform, "0" * 32, RECEIPT),
    ):
        answer = caller.send("POST", f"/in/{webhook['hook_id']}", **forged)
        assert (answer.status_code, answer.json()["code"]) == (401, "proof_refused")
        assert webhook["secret"] not in answer.text
    assert logged(platform) == []
    assert platform.stores.refusals.last_position() == 0
    shown = caller.manage("GET", f"/webhooks/{webhook['hook_id']}")
    assert {one["outcome"] for one in shown["deliveries"]} == {"denied"}


def test_what_is_off_or_unknown_is_not_there(caller: Caller, platform: Platform) -> None:
    webhook = made(caller, "till")
    caller.manage("POST", f"/webhooks/{webhook['hook_id']}/disable")
    for hook in (webhook["hook_id"], "0" * 32, "till", "..", "%00"):
        answer = caller.send("POST", f"/in/{hook}", **signed(platform, webhook["secret"], RECEIPT))
        assert answer.status_code == 404, hook


def test_a_call_comes_by_get_with_its_token_in_the_address(caller: Caller, platform: Platform) -> None:
    webhook = made(caller, "calltouch")
    call = "&id=8&callphase=calldisconnected&callerphone=79161234567&timestamp=1795252000&duration=83"
    answer = caller.send("GET", path_of(webhook["address"]) + call)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert webhook["secret"] not in repr(logged(platform))
    assert [(event.name, event.properties["talk_s"]) for event in logged(platform)] == [("Call Completed", 83)]


def test_tildas_trial_is_answered_and_stored_nowhere(caller: Caller, platform: Platform) -> None:
    webhook = made(caller, "tilda")
    answer = caller.send("POST", f"/in/{webhook['hook_id']}", data={"test": "test", "token": webhook["secret"]})
    assert (answer.status_code, answer.text) == (200, "ok")
    assert logged(platform) == []
    assert platform.stores.refusals.last_position() == 0


def test_what_cannot_be_taken_is_kept_with_its_reason_and_the_provider_is_content(
    caller: Caller, platform: Platform
) -> None:
    webhook = made(caller, "amocrm")
    leads = {"leads[add][0][id]": "1", "leads[add][0][date_create]": "1795252000", "leads[add][1][id]": "2"}
    answer = caller.send("POST", path_of(webhook["address"]), data=leads)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert [event.identifiers for event in logged(platform)] == [{"crm_deal": "amocrm:1"}]
    (kept,) = [decode_refusal(body) for _, body in platform.stores.refusals.read(after=0, rows_max=9)]
    assert (kept.reason, kept.field, kept.raw) == ("bad_value", "event.occurred_at", '{"id":"2"}')
    assert webhook["secret"] not in repr(kept)


def test_a_sender_of_our_own_hears_what_is_wrong(caller: Caller, platform: Platform) -> None:
    webhook = made(caller, "till")
    wrong = {**RECEIPT, "total": "nine"}
    answer = caller.send("POST", f"/in/{webhook['hook_id']}", **signed(platform, webhook["secret"], wrong))
    assert answer.status_code == 422
    assert answer.json()["facts"]["field"] == "event.properties.revenue"
    (kept,) = [decode_refusal(body) for _, body in platform.stores.refusals.read(after=0, rows_max=9)]
    assert kept.reason == "bad_value"


@pytest.mark.parametrize("body", [b"", b"{", b"\x00", b"[]", b"null", b"[" * 5000, b'{"a":' * 900 + b"1" + b"}" * 900,
                                  b'{"time": 1e999}', b'"\\ud800"', b"\xff" * 50, b"1" * 10_000])  # fmt: skip
def test_no_body_breaks_the_door(caller: Caller, body: bytes) -> None:
    webhook = made(caller, "generic_token")
    headers = {"x-webhook-token": webhook["secret"], "content-type": "application/json"}
    answer = caller.send("POST", f"/in/{webhook['hook_id']}", content=body, headers=headers)
    assert answer.status_code in (200, 422), answer.text


def test_limits_of_size_and_encoding(caller: Caller) -> None:
    webhook = made(caller, "generic_token")
    headers = {"x-webhook-token": webhook["secret"]}
    path = f"/in/{webhook['hook_id']}"
    assert caller.send("POST", path, content=b"x" * (1 << 21), headers=headers).status_code == 413
    packed = {**headers, "content-encoding": "gzip"}
    assert caller.send("POST", path, content=b"x", headers=packed).status_code == 422


def test_a_sample_is_tried_before_anything_is_enabled_and_stores_nothing(caller: Caller, platform: Platform) -> None:
    sample = {"connector": "till", "body": json.dumps([RECEIPT, {**RECEIPT, "receipt_id": "R-2", "time": "soon"}])}
    found = caller.manage("POST", "/webhook-preview", sample)
    assert [event["name"] for event in found["events"]] == ["Order Completed"]
    assert [drop["field"] for drop in found["refused"]] == ["event.occurred_at"]
    webhook = caller.manage(
        "POST", "/webhooks", {"name": "T", "connector": "till", "options": {"timezone": "Asia/Omsk"}}
    )
    found = caller.manage("POST", f"/webhooks/{webhook['hook_id']}/preview", sample)
    assert found["events"][0]["occurred_at"] == "2026-11-21T12:20:00Z"
    assert logged(platform) == []


def test_a_secret_is_in_the_answer_that_makes_it_and_in_no_other(caller: Caller) -> None:
    webhook = made(caller, "comagic")
    assert webhook["secret"] in webhook["address"]
    for path in ("/webhooks", f"/webhooks/{webhook['hook_id']}"):
        assert webhook["secret"] not in json.dumps(caller.manage("GET", path))
    fresh = caller.manage("POST", f"/webhooks/{webhook['hook_id']}/rotate", {})
    assert fresh["secret"] != webhook["secret"]
    assert len(caller.manage("GET", "/webhook-connectors")["connectors"]) == 9 - 1
