"""Consent over the management API and the command line: words, proof, double opt-in, texts, topics, reach."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from tests.api.test_manage import Caller
from tests.api.test_public import SECRET, SEND, Door, door  # noqa: F401 - a fixture
from tests.engines import open_test_platform
from typer.testing import CliRunner

from omniloom import access, api
from omniloom.access import Role
from omniloom.app import Platform
from omniloom.cli.main import app
from omniloom.core.event import Event, encode
from omniloom.messaging import Site
from omniloom.store.sql import parse_state
from omniloom.worker import loop

WORDING = "Согласен на письма о скидках"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    opened = open_test_platform(tmp_path / "data")
    now = opened.now()
    opened.stores.log.append([encode(Event(
        source_id="s", message_id="1", type="identify", occurred_at=now, received_at=now,
        identifiers={"user_id": "anna", "email": "anna@example.test"}, traits={"name": "Анна"},
    ))])  # fmt: skip
    loop.catch_up(opened, None, loop.KNOWING)
    yield opened
    opened.close()


@pytest.fixture
def ask(platform: Platform) -> Any:
    caller = Caller(api.build(platform))
    token = access.create_token(platform.stores, name="t", role=Role.OWNER, now=platform.now())

    def call(method: str, path: str, /, **body: Any) -> Any:
        headers = {"authorization": f"Bearer {token}"}
        return caller.request(method, f"/api/v1{path}", headers=headers, **({"json": body} if body else {}))

    return call


def test_a_word_is_in_force_when_it_is_answered_and_its_proof_opens(ask: Any) -> None:
    made = ask("POST", "/wordings", name="news", text=WORDING, language="ru")
    assert made.json()["wording"]["version"] == 1
    assert ask("POST", "/wordings", name="news", text=WORDING, language="ru").json()["wording"]["version"] == 1
    word = {"channel": "email", "is_given": True, "method": "call", "wording_id": "news",
            "evidence": {"call_id": "7"}, "ip": "203.0.113.8"}  # fmt: skip
    answer = ask("POST", "/people/1/consents", **word)
    assert answer.status_code == 201
    assert answer.json()["consent"]["wording"] == WORDING
    assert ask("POST", "/people/1/consents", **{**word, "wording_id": "nothing"}).status_code == 422
    assert ask("POST", "/people/99/consents", **word).status_code == 404
    shown = ask("GET", "/people/1/consents").json()
    assert [line["wording_version"] for line in shown["consents"]] == ["news v1 ru"]
    assert {one["channel"]: one["reach"] for one in shown["reach"]}["email"] == "reachable"
    proof = ask("GET", "/people/1/consent-proof").json()
    assert json.loads(proof["lines"][0]["evidence"]) == {"call_id": "7", "written_down_by": "t"}
    assert (proof["format"], proof["broken"], proof["lines"][0]["ip"]) == (
        "omniloom.consent-proof/1",
        [],
        "203.0.113.8",
    )
    document = ask("GET", "/people/1/consent-proof?format=pdf&language=ru")
    assert document.headers["content-type"] == "application/pdf"
    assert WORDING in pypdf.PdfReader(io.BytesIO(document.content)).pages[0].extract_text()
    assert ask("GET", "/people/1/consent-proof?format=doc").status_code == 422


def test_a_wish_is_asked_for_topics_are_kept_and_everybody_is_counted(ask: Any, platform: Platform) -> None:
    wish = {"channel": "email", "address": "boris@example.test", "wording": WORDING, "language": "ru"}
    answer = ask("POST", "/opt-ins", **wish)
    assert answer.status_code == 202
    assert ask("POST", "/opt-ins", **wish).json() == answer.json()
    assert ask("POST", "/opt-ins", **{**wish, "address": "nobody"}).status_code == 422
    loop.catch_up(platform)
    with platform.stores.state.read() as tx:
        (asked,) = tx.rows(parse_state("t", "select state, send_id from messaging_opt_in"))
    assert asked["state"] == "asked"
    assert ask("PUT", "/topics/sale", title_en="Sale", title_ru="Скидки").json()["topic"]["topic"] == "sale"
    assert ask("PUT", "/topics/Sale!", title_en="Sale").status_code == 422
    assert [topic["title_ru"] for topic in ask("GET", "/topics").json()["topics"]] == ["Скидки"]
    channels = {row["channel"]: row for row in ask("GET", "/reachability").json()["channels"]}
    assert (channels["email"]["people"], channels["email"]["addressed"], channels["email"]["reachable"]) == (2, 2, 0)
    assert ask("GET", "/privacy-requests?kind=erasure").json() == {"requests": []}


def test_the_command_line_registers_texts_and_writes_proofs(platform: Platform, tmp_path: Path) -> None:
    platform.close()
    text = tmp_path / "news.ru.txt"
    text.write_text(WORDING)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--data-dir", str(tmp_path / "data")], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    assert "news v1 ru" in run("consent", "register", "news", str(text), "--language", "ru")
    assert json.loads(run("consent", "wordings", "--json"))[0]["text"] == WORDING
    assert "email" in run("consent", "reach")
    assert json.loads(run("person", "proof", "anna@example.test"))["name"] == "Анна"
    run("person", "proof", "anna", "--format", "pdf", "--language", "ru", "--output", str(tmp_path / "p.pdf"))
    assert "Подтверждение согласий" in pypdf.PdfReader(tmp_path / "p.pdf").pages[0].extract_text()


def test_the_page_of_a_double_opt_in_asks_confirms_once_and_changes_nothing_by_looking(door: Door, clock: Any) -> None:  # noqa: F811
    with door.stores.state.write() as tx:
        tx.run(parse_state("t", (
            "insert into messaging_opt_in (request_id, state, send_id, person_id, channel, address, advertiser,"
            " purpose, wording, wording_version, language, ip, user_agent, evidence, requested_at, expires_at,"
            " confirmed_at)"
            " values ('r1', 'asked', :send, 1, 'email', 'ann@example.test', '', 'marketing', :wording, '', 'ru', '',"
            " '', '{}', :now, :until, 0)"
        )), send=SEND, wording=WORDING, now=clock.now(), until=clock.now() + timedelta(days=3))  # fmt: skip
    lines = parse_state("t", "select method from profiles_consent_ledger")
    path = Site("https://shop.test", SECRET).confirm_url(SEND, "email").removeprefix("https://shop.test")
    for _ in range(2):
        page = door.client.get(path).text
        assert WORDING in page
        assert "a***@example.test" in page
    with door.stores.state.read() as tx:
        assert tx.rows(lines) == []
    for _ in range(2):
        assert "Спасибо, подтверждено." in door.client.post(path).text
    assert "Спасибо, подтверждено." in door.client.get(path).text
    with door.stores.state.read() as tx:
        assert tx.rows(lines) == [{"method": "double opt-in"}]
    assert len(door.events("Consent Given")) == 1
    assert door.client.get(path[:-2]).status_code == door.client.post(path[:-2]).status_code == 404
