"""The public pages through HTTP: a token is the proof, GET changes nothing, POST acts before it answers."""

import asyncio
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from omniloom import messaging
from omniloom.api import hooks, public, public_page
from omniloom.collect import Intake
from omniloom.core.clock import ManualClock
from omniloom.core.event import decode
from omniloom.core.i18n import Catalogue
from omniloom.core.ids import SeededIds, digest
from omniloom.messaging import Site
from omniloom.store import Stores, settle_through, settled
from omniloom.store.sql import parse_state

SECRET = b"k" * 32
SEND, LINK, TARGET = "5e" * 16, digest("c1", "t")[:24], "https://shop.test/sale?a=1&b=2"
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@dataclass
class Rooms:
    """What the doors get of the platform."""

    stores: Stores
    secret: bytes
    ids: SeededIds
    intake: Intake
    clock: ManualClock
    wake: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime:
        return self.clock.now()


class Client:
    """Asks the application in this process, one request after the other."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def request(self, method: str, path: str, *, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="https://shop.test", headers=BROWSER) as client:
                return await client.request(method, path, headers=headers, **body)

        return asyncio.run(ask())

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Any) -> httpx.Response:
        return self.request("HEAD", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)


@dataclass
class Door:
    """A client, and where messages' links lead."""

    client: Client
    stores: Stores
    site: Site

    def path(self, kind: str) -> str:
        url = {
            "l": self.site.link_url(LINK, SEND, "email"), "o": self.site.pixel_url(SEND, "email"),
            "u": self.site.unsubscribe_url(SEND, "email"), "p": self.site.preferences_url(SEND, "email"),
        }[kind]  # fmt: skip
        return url.removeprefix(self.site.public_url)

    def events(self, name: str) -> list[Any]:
        """The events of the log that count: without duplicates."""
        settle_through(self.stores, self.stores.log.last_position(), now=datetime(2026, 3, 2, tzinfo=UTC))
        found = [decode(message.body) for message in settled(self.stores, after=0, rows_max=1000).messages]
        return [event for event in found if event.name == name]

    def is_suppressed(self) -> bool:
        with self.stores.state.read() as tx:
            return bool(tx.rows(parse_state("t", "select 1 as x from messaging_suppression where channel = 'email'")))


@pytest.fixture
def door(tmp_path: Path, stores: Stores, clock: ManualClock) -> Iterator[Door]:
    with stores.state.write() as tx:
        for text in SENT_MESSAGE:
            tx.run(parse_state("t", text), send=SEND, link=LINK, url=TARGET, now=clock.now())
    intake = Intake(stores)
    rooms = Rooms(stores, SECRET, SeededIds(1), intake, clock)
    app = FastAPI()
    app.include_router(public.router(rooms))
    app.include_router(hooks.router(rooms))
    yield Door(Client(app), stores, Site("https://shop.test", SECRET))
    intake.close()


SENT_MESSAGE = (
    "insert into identity_person (person_id, root_id, created_at) values (1, 1, :now)",
    (
        "insert into identity_identifier (kind, value, person_id, first_seen_at, last_seen_at)"
        " values ('email', 'ann@example.test', 1, :now, :now)"
    ),
    (
        "insert into profiles_card (person_id, name, folded_name, city, timezone, language)"
        " values (1, 'Ann', 'ann', '', '', '')"
    ),
    (
        "insert into profiles_consent (person_id, channel, purpose, is_given, occurred_at, message_id)"
        " values (1, 'email', 'marketing', 1, 1, 'm')"
    ),
    (
        "insert into messaging_mailing (campaign_id, name, kind, channels, templates, state, state_reason, created_at)"
        " values ('c1', 'Sale', 'marketing', '[]', '{}', 'running', '', :now)"
    ),
    (
        "insert into messaging_attempt (send_key, send_id, campaign_id, person_id, channel, address, state, reason,"
        " provider_id, tries, fence, intent_at, finished_at, reported)"
        " values ('c1:1:email', :send, 'c1', 1, 'email', 'ann@example.test', 'accepted', '', '', 1, 1, :now, :now, 1)"
    ),
    "insert into messaging_link (link_id, campaign_id, url) values (:link, 'c1', :url)",
)


def test_a_link_leads_to_its_stored_target_and_the_log_learns_of_it(door: Door) -> None:
    answer = door.client.get(door.path("l") + "?next=https://evil.test&url=//evil.test")
    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    assert door.client.head(door.path("l")).status_code == 302
    door.client.get(door.path("l"), headers={"user-agent": "Barracuda Link Scanner"})
    wait_for(lambda: len(door.events("Message Clicked")) == 2)
    event, machines = sorted(door.events("Message Clicked"), key=lambda found: found.properties["is_machine"])
    assert machines.properties["is_machine"], "the scanner's look and its click are one, and no person's"
    assert event.properties == {
        "channel": "email", "campaign_id": "c1", "campaign": "Sale", "send_id": SEND, "url": TARGET,
        "is_machine": False,
    }  # fmt: skip
    assert event.identifiers == {"email": "ann@example.test"}


def test_the_pixel_is_a_picture_and_opens_are_told_once(door: Door) -> None:
    for _ in range(3):
        answer = door.client.get(door.path("o"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content.startswith(b"GIF89a")
    wait_for(lambda: door.events("Message Opened"))
    assert len(door.events("Message Opened")) == 1


def wait_for(condition: Any) -> None:
    import time

    for _ in range(3_000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def test_looking_at_the_page_unsubscribes_nobody(door: Door) -> None:
    for _ in range(2):
        page = door.client.get(door.path("u"))
        assert page.status_code == 200
        assert "a***@example.test" in page.text
        assert '<form method="post">' in page.text
    door.client.head(door.path("u"))
    assert not door.is_suppressed()


@pytest.mark.parametrize("body", [
    {"data": {"List-Unsubscribe": "One-Click"}}, {"files": {"List-Unsubscribe": (None, "One-Click")}}, {},
])  # fmt: skip
def test_one_click_acts_before_it_answers_and_needs_no_cookie(door: Door, body: dict[str, Any]) -> None:
    answer = door.client.post(door.path("u"), **body)
    assert answer.status_code == 200
    assert door.is_suppressed()
    with door.stores.state.read() as tx:
        consent = tx.one(parse_state("t", "select is_given from profiles_consent where person_id = 1"))
        entry = tx.one(parse_state("t", "select method from profiles_consent_ledger"))
    assert consent == {"is_given": 0}
    assert entry == {"method": "one-click" if body else "unsubscribe page"}
    assert len(door.events("Unsubscribed")) == 1
    assert door.client.post(door.path("u"), **body).status_code == 200
    assert len(door.events("Unsubscribed")) == 1


def is_ticked(page: str) -> bool:
    return re.search(r'name="channel" value="email" checked', page) is not None


def test_the_preference_page_turns_channels_off_and_on(door: Door) -> None:
    assert is_ticked(door.client.get(door.path("p")).text)
    saved = door.client.post(door.path("p"), data={})
    assert "Saved." in saved.text
    assert not is_ticked(saved.text)
    assert door.is_suppressed()
    assert is_ticked(door.client.post(door.path("p"), data={"channel": ["email", "pigeon"]}).text)
    assert not door.is_suppressed()
    (given,) = door.events("Consent Given")
    assert (given.properties["channel"], given.properties["method"]) == ("email", "preference page")


@pytest.mark.parametrize(("accept", "person", "said"), [
    ("ru-RU,ru;q=0.9", "", "Отписаться"), ("de, en;q=0.5", "", "Unsubscribe"), ("", "", "Unsubscribe"),
    ("en", "ru-RU", "Отписаться"), ("ru", "en", "Unsubscribe"), ("ru", "fr", "Отписаться"),
])  # fmt: skip
def test_pages_speak_the_persons_language(door: Door, accept: str, person: str, said: str) -> None:
    with door.stores.state.write() as tx:
        tx.run(parse_state("t", "update profiles_card set language = :language"), language=person)
    page = door.client.get(door.path("u"), headers={"accept-language": accept})
    assert f"<h1>{said}</h1>" in page.text


def test_pages_run_no_script_and_may_not_be_framed(door: Door) -> None:
    for path in (door.path("u"), door.path("p"), "/u/nope"):
        page = door.client.get(path)
        policy = page.headers["content-security-policy"]
        nonce = re.search(r"style-src 'nonce-([0-9a-f]{32})'", policy)
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert nonce
        assert f'<style nonce="{nonce[1]}">' in page.text
        assert "<script" not in page.text
        assert "no-store" in page.headers["cache-control"]
        assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("kind", ["l", "o", "u", "p"])
def test_a_tampered_token_leads_nowhere(door: Door, kind: str) -> None:
    path = door.path(kind)
    ending = ".gif" if kind == "o" else ""
    whole = path.removesuffix(ending)
    wrong = [whole[:-1] + ("A" if whole[-1] != "A" else "B"), whole[:-5], whole[:4], f"/{kind}/" + "x" * 70]
    others = {"l": "u", "u": "l", "p": "o", "o": "l"}[kind]
    wrong.append(f"/{kind}/" + door.path(others).split("/")[2].removesuffix(".gif"))
    for token in wrong:
        answer = door.client.get(token + ending)
        assert (answer.status_code, answer.headers.get("location")) == (404, None), token
    if kind in "up":
        for token in wrong[:4]:
            assert door.client.post(token).status_code == 404
        assert not door.is_suppressed()


def test_a_hook_with_a_bad_signature_is_refused_and_a_good_one_taken(door: Door, clock: ManualClock) -> None:
    from omniloom.core.errors import Denied
    from omniloom.messaging.callback import SIGNATURE, TIMESTAMP, signature

    messaging.save_channel_settings(
        door.stores, "email", {"host": "h", "from_address": "a@b.test", "hook_secret": "hk"}, secret=SECRET,
        now=clock.now(),
    )  # fmt: skip
    body = f'{{"id": "d1", "reports": [{{"message_id": "{SEND}.email", "status": "delivered"}}]}}'.encode()
    stamp = str(int(clock.now().astimezone(UTC).timestamp()))
    with pytest.raises(Denied):
        door.client.post("/hooks/email", content=body, headers={TIMESTAMP: stamp, SIGNATURE: "0" * 64})
    good = {TIMESTAMP: stamp, SIGNATURE: signature("hk", stamp, body)}
    for _ in range(2):
        assert door.client.post("/hooks/email", content=body, headers=good).json() == {"taken": 1, "unknown": 0}
    assert len(door.events("Message Delivered")) == 1


def test_every_text_of_the_pages_is_translated() -> None:
    catalogue = Catalogue(public_page.HERE / "locale")
    texts = {
        text
        for page in (public_page.HERE / "templates").glob("*.html")
        for text in re.findall(r'_\("([^"]+)"\)', page.read_text())
    }
    texts |= {channel.title for channel in messaging.known_channels().values()}
    assert len(texts) > 8
    assert [text for text in sorted(texts) if not catalogue.has(text, "ru")] == []
