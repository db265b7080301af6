"""Roles that need not know whom they look at meet no name, address or number on any page, nor in its socket."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocket
from tests import canary
from tests.canary import CANARY, KNOWN
from tests.e2e.conftest import Served, serve_bare

from omniloom import access
from omniloom.access import PUBLIC, Role
from omniloom.app import open_platform
from omniloom.web.page import PAGES
from omniloom.web.shell import load_pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1_200)]
PASSWORD = "correct horse battery staple"
MASKED = (Role.VIEWER, Role.ANALYST)
CARD = "/customers/{person_id}"
TABS = {
    CARD: ["", "?tab=golden", "?tab=identity", "?tab=messages", "?tab=consents"],
    "/consents": ["", "?tab=requests"],
    "/privacy": ["", "?tab=requests", "?tab=erasures", "?tab=map", "?tab=incidents"],
    "/customers": ["", f"?q={canary.MAIL}"], "/arriving": ["", "?source={source_id}"],
}  # fmt: skip
SETTLE_MS = 700  # a page's timers and what they ask for; a preview waits 0.4 s for typing to rest


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, str]]]:
    data_dir = tmp_path_factory.mktemp("masked")
    platform = open_platform(data_dir, environ={})
    known = canary.fill(platform)
    _people(platform)
    platform.close()
    for served in serve_bare(data_dir):
        yield served, known


def _people(platform: Any) -> None:
    stores, now, ids = platform.stores, platform.now(), platform.ids
    access.create_owner(
        stores, token=access.setup_token(stores), email="owner@shop.test", name="Owner", password=PASSWORD,
        language="ru", now=now, ids=ids,
    )  # fmt: skip
    for role in (*MASKED, Role.OPERATOR):
        access.add_user(
            stores, email=f"{role}@shop.test", name=role.value, password=PASSWORD, role=role, language="ru", now=now,
            ids=ids,
        )  # fmt: skip


def _pages(known: dict[str, str]) -> Iterator[str]:
    """Every page that needs a sign-in, with the canary's numbers in its address, and its tabs."""
    load_pages()
    for path, page in sorted(PAGES.items()):
        if page.permission is not PUBLIC:
            for tab in TABS.get(path, [""]):
                yield re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], "1"), path + tab)


def _plain(frame: str | bytes) -> str:
    """What a frame says, whatever way its characters are written."""
    text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
    start = text.find("[")
    try:
        return json.dumps(json.loads(text[start:]), ensure_ascii=False)
    except ValueError:
        return text


class Reader:
    """A window of somebody signed in, and all that its sockets brought."""

    def __init__(self, browser: Browser, url: str, role: Role) -> None:
        self.url, self.frames = url, list[str]()
        self.window: Page = browser.new_context().new_page()
        self.window.on("websocket", self._listen)
        self.window.goto(f"{url}/sign-in")
        self.window.fill("input[name=email]", f"{role}@shop.test")
        self.window.fill("input[name=password]", PASSWORD)
        self.window.click("button[type=submit]")
        self.window.wait_for_url(f"{url}/")

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(_plain(frame)))

    def read(self, path: str) -> tuple[int, str]:
        """(status, all that came with a page)."""
        self.frames.clear()
        answer = self.window.goto(self.url + path)
        assert answer is not None
        if answer.status == 200:
            self.window.wait_for_timeout(SETTLE_MS)
        return answer.status, "\n".join([answer.text(), self.window.content(), *self.frames])


def test_no_page_and_no_frame_names_the_customer(browser: Browser, filled: tuple[Served, dict[str, str]]) -> None:
    served, known = filled
    operator, found = Reader(browser, served.url, Role.OPERATOR), []
    for tab in TABS[CARD]:
        path = CARD.replace("{person_id}", known["person_id"]) + tab
        assert CANARY.search(operator.read(path)[1]), "the canaries are in place"
    for role in MASKED:
        reader, seen = Reader(browser, served.url, role), 0
        for path in _pages(known):
            status, text = reader.read(path)
            assert status in (200, 403, 404), (role, path, status)
            seen += status == 200
            asked = canary.MAIL if canary.MAIL in path else "\0"
            text = text.replace(asked, "").replace(asked.replace("@", "%40"), "")
            found += [(str(role), path, text[max(0, n.start() - 80) : n.end() + 30]) for n in CANARY.finditer(text)]
        assert seen >= 12, role
    assert found == [], "\n".join(map(str, found[:40]))


def test_the_card_stays_of_use(browser: Browser, filled: tuple[Served, dict[str, str]]) -> None:
    served, known = filled
    reader = Reader(browser, served.url, Role.ANALYST)
    _status, text = reader.read(f"/customers/{known['person_id']}")
    assert [word for word in KNOWN[:2] if word not in text] == [], text[-3000:]
