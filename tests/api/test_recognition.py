"""Self-identification through HTTP: pages without script, a site's own calls by write key, tills and bots by token."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.engines import open_test_platform

from omniloom import access, api, collect, identity
from omniloom.access import Role
from omniloom.app import Platform
from omniloom.core.clock import ManualClock
from omniloom.messaging import Site, recognition
from omniloom.messaging.recognition import Benefit, WaySettings
from omniloom.store.sql import parse_state
from omniloom.worker import loop

TEN = Benefit("ten", "10 % off", "Скидка <10 %>", "TEN-2026")
MAIL, PHONE = "ann@example.test", "+79161234567"
OWN = {"sec-fetch-site": "same-origin"}


class Shop:
    """One platform, asked over HTTP."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.app = api.build(platform)
        self.key = collect.add_source(
            platform.stores, name="site", kind="website", now=platform.now(), ids=platform.ids
        ).write_key
        token = access.create_token(platform.stores, name="till", role=Role.OPERATOR, now=platform.now())
        self.till = {"authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, *, cookies: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop.test", cookies=cookies) as client:
                return await client.request(method, path, **options)

        return asyncio.run(go())

    def work(self) -> None:
        """Let the log be read and messages be planned; no channel is on, so nothing leaves."""
        loop.catch_up(self.platform, acts=tuple(act for act in loop.ACTS if act.name != "messaging.deliver"))

    def sent(self) -> dict[str, Any]:
        with self.platform.stores.state.read() as tx:
            newest = "select send_id, channel, value, person_id from messaging_recognition where send_id <> ''"
            return dict(tx.rows(parse_state("t", f"{newest} order by requested_at desc, request_id limit 1"))[0])

    def code(self) -> str:
        sent = self.sent()
        return Site("http://shop.test", self.platform.secret).code(sent["send_id"], sent["channel"])

    def link(self) -> str:
        """The newest link's path, as if its message had gone."""
        sent = self.sent()
        gone = (
            "insert into messaging_attempt (send_key, send_id, campaign_id, person_id, channel, address, state, reason,"
            " provider_id, tries, fence, intent_at, finished_at, reported)"
            " values (:send, :send, 'c', :person, :channel, :address, 'accepted', '', '', 1, 1, 1, 1, 1)"
        )
        with self.platform.stores.state.write() as tx:
            tx.run(parse_state("t", gone), send=sent["send_id"], person=sent["person_id"], channel=sent["channel"],
                   address=sent["value"])  # fmt: skip
        site = Site("", self.platform.secret)
        return site.recognise_url(sent["send_id"], sent["channel"])

    def whose(self, text: str) -> list[int]:
        return identity.find(self.platform.stores, text, "RU")


@pytest.fixture
def shop(tmp_path: Path, clock: ManualClock) -> Iterator[Shop]:
    platform = open_test_platform(tmp_path / "company", clock=clock)
    for way in recognition.known_ways():
        bot = "https://t.me/shop_bot?start={token}" if way == "bot" else ""
        settings = WaySettings(is_on=True, benefit=TEN, title_ru="Скидка за знакомство", bot_url=bot)
        recognition.save_way(platform.stores, way, settings, now=platform.now())
    yield Shop(platform)
    platform.close()


def test_a_phone_is_shown_by_a_code_on_pages_without_script(shop: Shop) -> None:
    url = recognition.place_url("", shop.platform.secret, "Арбат")
    page = shop.ask("GET", url + "&language=ru")
    assert page.status_code == 200
    for part in ("Скидка за знакомство", "Арбат", "Скидка &lt;10 %&gt;"):
        assert part in page.text, part
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    at = url.partition("at=")[2]
    asked = shop.ask("POST", "/me", data={"address": "8 (916) 123-45-67", "at": at}, headers=OWN,
                     cookies={"ol_id": "browser-1"})  # fmt: skip
    cookie = asked.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    request = re.search(r'name="request" value="([0-9a-f]{32})"', asked.text)
    assert request is not None
    shop.work()
    right = shop.code()
    wrong = shop.ask("POST", "/me/code", data={"request": request[1], "code": f"{(int(right) + 1) % 10**6:06}"})
    assert "Tries left: 4." in wrong.text
    done = shop.ask("POST", "/me/code", data={"request": request[1], "code": right}, headers=OWN)
    assert "TEN-2026" in done.text
    again = shop.ask("POST", "/me/code", data={"request": request[1], "code": right})
    assert "used already" in again.text
    shop.work()
    assert shop.whose("browser-1") == shop.whose(PHONE) != []


def test_a_link_is_pressed_once_and_a_foreign_page_joins_no_browser(shop: Shop) -> None:
    asked = shop.ask("POST", "/me", data={"address": MAIL}, headers=OWN)
    assert "Look into your mail" in asked.text
    shop.work()
    path = shop.link()
    for _ in range(2):
        looked = shop.ask("GET", path)
        assert "a***@example.test" in looked.text
    assert "known" not in looked.text
    crossed = shop.ask("POST", path, headers={"sec-fetch-site": "cross-site"}, cookies={"ol_id": "victims-browser"})
    assert "Now we know" in crossed.text
    assert "used already" in shop.ask("GET", path).text
    assert "used already" in shop.ask("POST", path).text
    shop.work()
    assert shop.whose("victims-browser") == []
    for gone in (path[:-1] + ("A" if path[-1] != "A" else "B"), "/me/nope", "/me/qr/nope", "/me/card/nope"):
        assert shop.ask("GET", gone).status_code in (200, 404)
        assert "Now we know" not in shop.ask("POST" if "card" not in gone else "GET", gone).text


def test_the_page_says_no_more_of_known_addresses_than_of_unknown_ones(shop: Shop) -> None:
    def shown(address: str) -> str:
        text = shop.ask("POST", "/me", data={"address": address}).text
        return re.sub(r"[0-9a-f]{32}", "-", text)

    first = shown(MAIL)
    shop.work()
    assert shown(MAIL) == shown("nobody@example.test") == first
    assert shop.ask("POST", "/me", data={"address": "no address"}).status_code == 422
    shown(MAIL)
    late = shop.ask("POST", "/me", data={"address": MAIL})
    assert (late.status_code, int(late.headers["retry-after"]) > 0) == (429, True)


def test_a_site_asks_with_its_public_key_and_cannot_name_a_person(shop: Shop) -> None:
    body = {"channel": "sms", "address": PHONE, "anonymous_id": "browser-2", "write_key": shop.key}
    assert shop.ask("POST", "/v1/recognition/ask", json=body | {"write_key": "wrong"}).status_code == 401
    assert shop.ask("POST", "/v1/recognition/ask", json=body | {"person_id": 1}).status_code == 422
    assert shop.ask("OPTIONS", "/v1/recognition/ask").headers["access-control-allow-origin"] == "*"
    asked = shop.ask("POST", "/v1/recognition/ask", json=body)
    assert asked.status_code == 202
    shop.work()
    typed = {"request_id": asked.json()["request_id"], "write_key": shop.key}
    wrong = shop.ask("POST", "/v1/recognition/code", json=typed | {"code": "x"})
    assert (wrong.status_code, wrong.json()["facts"]) == (422, {"reason": "wrong", "tries_left": 4})
    done = shop.ask("POST", "/v1/recognition/code", json=typed | {"code": shop.code()}).json()["recognised"]
    assert (done["level"], done["benefit"]["coupon"], done["address"]) == (3, "TEN-2026", "+7***67")
    for _ in range(2):
        shop.ask("POST", "/v1/recognition/ask", json=body)
    late = shop.ask("POST", "/v1/recognition/ask", json=body)
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0
    for path in ("cards", "tokens", "tokens/brought", "requests", "codes"):
        refused = shop.ask("POST", f"/api/v1/recognition/{path}", json=body,
                           headers={"authorization": f"Bearer {shop.key}"})  # fmt: skip
        assert refused.status_code == 401, path


def test_a_visitor_goes_on_in_the_bot(shop: Shop) -> None:
    handed = shop.ask("POST", "/v1/recognition/bot", json={"anonymous_id": "browser-3", "write_key": shop.key}).json()
    assert handed["url"].startswith("https://t.me/shop_bot?start=")
    brought = {"way": "bot", "token": handed["token"], "kind": "telegram", "value": "777"}
    done = shop.ask("POST", "/api/v1/recognition/tokens/brought", json=brought, headers=shop.till)
    assert done.json()["recognised"]["way"] == "bot"
    again = shop.ask("POST", "/api/v1/recognition/tokens/brought", json=brought, headers=shop.till)
    assert again.json()["facts"]["reason"] == "used"
    shop.work()
    assert shop.whose("777") == shop.whose("browser-3") != []


def test_a_till_reads_cards_and_codes_and_gets_pictures(shop: Shop) -> None:
    seen = shop.ask("POST", "/api/v1/recognition/cards", json={"card": "4006381333931"}, headers=shop.till).json()
    assert seen["seen"]["recognised"]["benefit"]["name"] == "ten"
    bad = shop.ask("POST", "/api/v1/recognition/cards", json={"card": "4006381333932"}, headers=shop.till)
    assert (bad.status_code, bad.json()["facts"]["field"]) == (422, "card")
    shop.work()
    (person,) = shop.whose("4006381333931")
    made = {"way": "qr", "person_id": person, "minutes": 5}
    handed = shop.ask("POST", "/api/v1/recognition/tokens", json=made, headers=shop.till).json()
    assert handed["svg"].startswith("<svg ")
    path = handed["token"]["url"].partition("/me/")[2]
    assert "Is it you?" in shop.ask("GET", f"/me/{path}").text
    brought = {"way": "qr", "token": handed["token"]["token"]}
    assert shop.ask("POST", "/api/v1/recognition/tokens/brought", json=brought, headers=shop.till).status_code == 200
    assert "used already" in shop.ask("GET", f"/me/{path}").text
    page = shop.ask("POST", "/api/v1/recognition/card-pages", json={"card": "4006381333931"}, headers=shop.till).json()
    drawn = shop.ask("GET", "/me/card/" + page["url"].rpartition("/")[2])
    assert "<svg" in drawn.text
    assert "style=" not in drawn.text.partition("<svg")[2], "the policy would not draw it"
    picture = shop.ask("GET", "/me/card/" + page["picture_url"].rpartition("/")[2])
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")


def test_nothing_is_asked_where_nothing_is_switched_on(shop: Shop) -> None:
    for way in recognition.known_ways():
        recognition.save_way(shop.platform.stores, way, WaySettings(), now=shop.platform.now())
    assert shop.ask("GET", "/me").status_code == 404
    assert shop.ask("POST", "/me", data={"address": MAIL}).status_code == 404
    body = {"channel": "sms", "address": PHONE, "write_key": shop.key}
    assert shop.ask("POST", "/v1/recognition/ask", json=body).status_code == 409
