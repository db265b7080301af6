"""Refused events and plans through the API and the commands, from the tracker's request to the replay."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.engines import open_test_platform
from typer.testing import CliRunner

from omniloom import access, api, collect
from omniloom.access import Role
from omniloom.app import Platform
from omniloom.cli.main import app
from omniloom.worker import loop

PLAN = {
    "name": "Shop", "events": [{"name": "Order Completed", "on_violation": "quarantine", "fields": [
        {"path": "properties.order_id", "type": "text", "required": True}]}],
}  # fmt: skip
ORDER = {"type": "track", "event": "Order Completed", "userId": "u-1", "properties": {"order_id": "A-1"}}


class Shop:
    """A platform with a source and an owner, and the acts of the worker at hand."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._application = api.build(platform)
        self.source = collect.add_source(
            platform.stores, name="Till", kind="server", now=platform.now(), ids=platform.ids
        )
        token = access.create_token(platform.stores, name="t", role=Role.OWNER, now=platform.now())
        self._headers = {"authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, **options))

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://omniloom.test") as client:
            return await client.request(method, path, **options)

    def manage(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.ask(method, f"/api/v1{path}", headers=self._headers, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def send(self, *items: Any) -> Any:
        answer = self.ask("POST", "/v1/batch", json={"writeKey": self.source.write_key, "batch": list(items)})
        assert answer.status_code == 200, answer.text
        loop.catch_up(self.platform)
        return answer.json()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    platform = open_test_platform(tmp_path / "data")
    yield Shop(platform)
    platform.close()


def test_an_event_kept_aside_by_the_plan_is_replayed_after_the_plan_is_mended(shop: Shop) -> None:
    shop.manage("POST", "/plans", {"definition": PLAN}, status=201)
    numbered = {**ORDER, "messageId": "m1", "properties": {"order_id": 7}}
    told = shop.send(ORDER, numbered, {**ORDER, "userId": ""})
    assert (told["accepted"], told["rejected"]) == (1, 2)
    assert [one["reason"] for one in told["verdicts"]] == ["plan_violation", "no_identifier"]
    found = shop.manage("GET", "/dead-letters?reason=plan_violation&text=order")["letters"]
    assert [(one["message_id"], one["field"]) for one in found] == [("m1", "properties.order_id")]
    assert shop.source.write_key not in json.dumps(found)
    counts = shop.manage("GET", "/dead-letters/counts")["counts"]
    assert {one["reason"]: one["letters"] for one in counts} == {"plan_violation": 1, "no_identifier": 1}

    again = shop.manage("POST", "/dead-letters/replay", {"reason": "plan_violation"})
    assert [(one["outcome"], one["reason"]) for one in again["results"]] == [("refused", "plan_violation")]
    PLAN_MENDED = {**PLAN, "events": [{"name": "Order Completed"}]}
    shop.manage("POST", "/plans", {"definition": PLAN_MENDED, "revision": 1}, status=201)
    shop.platform.plans._looked_at = collect.last_days(shop.platform.now())[0]
    done = shop.manage("POST", "/dead-letters/replay", {"reason": "plan_violation"})
    assert [one["outcome"] for one in done["results"]] == ["accepted"]
    loop.catch_up(shop.platform)
    shown = shop.manage("GET", f"/dead-letters/{found[0]['letter_id']}")
    assert (shown["letter"]["status"], len(shown["attempts"])) == ("replayed", 2)
    arriving = shop.manage("GET", "/arriving")["arriving"]
    assert [(one["name"], one["events"]) for one in arriving] == [("Order Completed", 2)]


@pytest.mark.parametrize("is_plain", [True, False])
def test_what_a_single_call_sent_keeps_the_type_that_its_path_named(shop: Shop, is_plain: bool) -> None:
    shop.manage("POST", "/plans", {"definition": PLAN}, status=201)
    item = {key: value for key, value in ORDER.items() if key != "type"} | {"messageId": "m1", "properties": {}}
    odd = {} if is_plain else {"context": {"externalIds": [{"id": "1", "type": "card"}]}}
    raw = json.dumps({**item, **odd, "writeKey": shop.source.write_key}, indent=1)
    assert shop.ask("POST", "/v1/track", content=raw + "\n").status_code == 400
    loop.catch_up(shop.platform)
    [letter] = shop.manage("GET", "/dead-letters?reason=plan_violation")["letters"]
    assert (letter["type"], letter["message_id"]) == ("track", "m1")
    shop.manage("POST", "/plans", {"definition": {**PLAN, "events": []}, "revision": 1}, status=201)
    shop.platform.plans._looked_at = collect.last_days(shop.platform.now())[0]
    done = shop.manage("POST", "/dead-letters/replay", {"reason": "plan_violation"})
    assert [one["outcome"] for one in done["results"]] == ["accepted"]


def test_no_plan_keeps_aside_that_somebody_leaves(shop: Shop) -> None:
    fields = [{"path": "properties.campaign_id", "type": "text", "required": True}]
    strict = {
        "name": "Shop", "unplanned_events": "quarantine", "on_violation": "quarantine",
        "events": [{"name": "Unsubscribed", "fields": fields}],
    }  # fmt: skip
    shop.manage("POST", "/plans", {"definition": strict}, status=201)
    leaving = [{**ORDER, "event": name} for name in ("Unsubscribed", "Consent Withdrawn", "Consent Given")]
    told = shop.send(ORDER, *leaving)
    assert [one["index"] for one in told["verdicts"]] == [0, 3]


def test_letters_are_corrected_discarded_and_restored(shop: Shop) -> None:
    shop.send({**ORDER, "event": ""}, {"type": "buy", "userId": "u"})
    first, second = sorted(one["letter_id"] for one in shop.manage("GET", "/dead-letters")["letters"])
    done = shop.manage("POST", f"/dead-letters/{first}/replay", {"raw": json.dumps(ORDER)})
    assert done["outcome"] == "accepted"
    moved = shop.manage("POST", "/dead-letters/discard", {"ids": [second]})
    assert moved["letters"] == 1
    assert shop.manage("GET", "/dead-letters?status=open")["letters"] == []
    shop.manage("POST", f"/dead-letters/{second}/replay", {"raw": "{}"}, status=409)
    assert shop.manage("POST", "/dead-letters/restore", {"changed_at": moved["at"]})["letters"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/dead-letters/replay", {}, 422),
        ("POST", "/dead-letters/discard", {"ids": [2**70]}, 422),
        ("GET", "/dead-letters?status=lost", None, 422),
        ("GET", "/dead-letters?rows_max=0", None, 422),
        ("GET", "/dead-letters?sauce=x", None, 422),
        ("GET", "/dead-letters/9", None, 404),
        ("GET", "/plans/none", None, 404),
        ("POST", "/plans", {"definition": {"name": "P", "events": [{"name": "E", "typ": "track"}]}}, 422),
        ("POST", "/plans/check", {"definition": {"name": ""}}, 422),
        ("POST", "/plans/none/remove", None, 404),
    ],
)
def test_bad_input_is_told(shop: Shop, method: str, path: str, body: Any, status: int) -> None:
    assert shop.manage(method, path, body, status=status)["hint"]


def test_the_commands_do_the_same(shop: Shop, tmp_path: Path) -> None:
    shop.send({**ORDER, "event": ""}, *[{**ORDER, "messageId": f"{n}"} for n in range(3)])
    shop.platform.close()
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    (tmp_path / "sent.jsonl").write_text(json.dumps(ORDER) + "\n" + json.dumps({**ORDER, "properties": {}}))
    (tmp_path / "good.json").write_text(json.dumps(ORDER))

    def run(*words: str, code: int = 0) -> str:
        place = [] if words[1] == "check" else ["--data-dir", str(tmp_path / "data")]
        done = CliRunner().invoke(app, [*words, *place], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    assert "no_name" in run("deadletters", "list", "--json")
    assert '"type": "track"' in run("deadletters", "show", "1").replace('":"', '": "')
    assert "1 refused again" in run("deadletters", "replay", "--source", "Till")
    assert "1 accepted" in run("deadletters", "replay", "1", "--with", str(tmp_path / "good.json"))
    assert "0 letters" in run("deadletters", "discard", "--all")
    assert "properties.order_id" in run("plan", "check", str(tmp_path / "plan.json"), "--events",
                                        str(tmp_path / "sent.jsonl"), code=2)  # fmt: skip
    assert "revision 1" in run("plan", "apply", str(tmp_path / "plan.json"))
    assert collect.parse_plan(run("plan", "show", "Shop")).name == "Shop"
    assert "Order Completed" in run("plan", "draft", "--name", "Drafted")
    assert "removed" in run("plan", "remove", "Shop")
