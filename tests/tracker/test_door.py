"""What browsers load from the server: the script, the pixel of ads; and what a marketer puts on a site or in an ad."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.engines import open_test_platform

from omniloom.access import local_token
from omniloom.api import script as text_of
from omniloom.api import tracker
from omniloom.api.server import build
from omniloom.app import Platform
from omniloom.collect import Source, add_source, disable_source, snippet
from omniloom.core.errors import Invalid, Unavailable
from omniloom.core.event import Event, decode
from omniloom.core.ids import SeededIds
from omniloom.messaging import Ad, Site, ad_of, ad_url

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
GIF = b"GIF89a"


class Server:
    """The application and a source of a web site."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.app = build(platform)
        self.source: Source = add_source(
            platform.stores, name="Web shop", kind="website", now=platform.now(), ids=platform.ids
        )

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            headers = {**BROWSER, **more.pop("headers", {})}
            async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
                return await client.request(method, path, **more)

        return asyncio.run(once())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def manage(self, path: str, **params: str) -> httpx.Response:
        bearer = {"authorization": f"Bearer {local_token(self.platform.data_dir)}"}
        return self.get(f"/api/v1{path}", params=params, headers=bearer)

    def pixel(self, campaign_id: str = "spring", **fields: str) -> str:
        ad = Ad(self.source.source_id, campaign_id, **fields)
        return ad_url(Site("", self.platform.secret), ad)

    def seen(self) -> list[Event]:
        """The impressions in the log, once all that was submitted is on disk."""
        self.platform.intake.close()
        return [decode(body) for _, body in self.platform.stores.log.read(after=0, rows_max=1000)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    platform = open_test_platform(tmp_path / "home", ids=SeededIds(1))
    yield Server(platform)
    platform.close()


def test_any_site_may_load_the_script_and_keep_it_a_while(server: Server) -> None:
    answer = server.get("/omniloom.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=3600" in answer.headers["cache-control"]
    assert "sendBeacon" in answer.text
    assert answer.headers["content-encoding"] == "gzip"
    plain = server.get("/omniloom.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text
    again = server.get("/omniloom.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert server.ask("HEAD", "/omniloom.js").content == b""


def test_without_node_the_joined_modules_go_out_and_without_those_a_clear_503(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fresh(*folders: Path) -> httpx.Response:
        monkeypatch.setattr(text_of, "BUILT", tmp_path / "not built")
        monkeypatch.setattr(text_of, "MODULES", folders)
        for cached in (text_of.tracker_script, tracker._script):
            cached.cache_clear()
        return server.get("/omniloom.js")

    try:
        joined = fresh(*text_of.MODULES)
        missing = fresh(tmp_path)
    finally:
        monkeypatch.undo()
        for cached in (text_of.tracker_script, tracker._script):
            cached.cache_clear()
    assert (joined.status_code, "function openTracker(" in joined.text) == (200, True)
    assert (missing.status_code, missing.json()["hint"]) == (
        503, "run `make install` with nodejs and npm, or reinstall omniloom",
    )  # fmt: skip


def test_a_pixel_is_an_impression_of_its_campaign(server: Server) -> None:
    path = server.pixel(system="vk", erid="2VtzqwX") + "?creative=red%00&placement=top"
    answer = server.get(path, headers={"referer": "https://news.example/", "cookie": "ol_id=0f8fad5b-d9cb-469f-a165"})
    assert (answer.status_code, answer.headers["content-type"], answer.content[:6]) == (200, "image/gif", GIF)
    assert answer.headers["cache-control"] == "no-store, private"
    assert "set-cookie" not in answer.headers
    [event] = server.seen()
    assert (event.type, event.name, event.source_id) == ("track", "Ad Viewed", server.source.source_id)
    assert event.identifiers == {"anonymous_id": "0f8fad5b-d9cb-469f-a165"}, "the visitor the tracker knows"
    assert event.properties == {
        "channel": "ad", "campaign_id": "spring", "source": "vk", "erid": "2VtzqwX", "creative": "red",
        "placement": "top", "is_machine": False,
    }  # fmt: skip
    assert event.context["page"] == {"url": "https://news.example/"}


def test_each_loading_counts_and_a_new_browser_gets_an_id_for_later(server: Server) -> None:
    first = server.get(server.pixel())
    cookie = first.headers["set-cookie"]
    known = re.match(r"ol_id=(\w+); ", cookie)
    assert known
    assert "SameSite=lax" in cookie
    server.get(server.pixel(), headers={"cookie": f"ol_id={known[1]}"})
    server.ask("HEAD", server.pixel())
    events = server.seen()
    assert [event.identifiers["anonymous_id"] for event in events] == [known[1]] * 2
    assert len({event.message_id for event in events}) == 2


def test_over_https_the_pixels_cookie_comes_along_from_other_sites(server: Server) -> None:
    server.platform.public_url = "https://omni.shop.example"
    cookie = server.get(server.pixel()).headers["set-cookie"]
    assert "SameSite=none" in cookie
    assert "Secure" in cookie


@pytest.mark.parametrize("more", [
    {"headers": {"sec-gpc": "1"}}, {"headers": {"dnt": "1"}}, {"params": {"consent": "0"}},
])  # fmt: skip
def test_who_asks_not_to_be_followed_gets_no_cookie(server: Server, more: dict[str, Any]) -> None:
    answer = server.get(server.pixel(), **more)
    assert "set-cookie" not in answer.headers
    assert len(server.seen()) == 1


def test_a_tampered_pixel_leads_nowhere_and_counts_nothing(server: Server) -> None:
    token = server.pixel().removeprefix("/px/").removesuffix(".gif")
    swapped = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(len(token))]
    for wrong in [*swapped, token[:-3], token + "A", "x" * 300, "%00", "é"]:
        assert server.get(f"/px/{wrong}.gif").status_code == 404, wrong
    assert server.seen() == []


def test_links_of_messages_are_no_pixels(server: Server) -> None:
    opened = Site("", server.platform.secret).pixel_url("5e" * 16, "email").removeprefix("/o/")
    assert server.get(f"/px/{opened}").status_code == 404


def test_the_picture_comes_whatever_the_disk_does(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("intake is overloaded", hint="later")

    monkeypatch.setattr(server.platform.intake, "submit", refuse)
    answer = server.get(server.pixel())
    assert (answer.status_code, answer.content[:6]) == (200, GIF)


def test_a_disabled_source_takes_no_impressions(server: Server) -> None:
    disable_source(server.platform.stores, server.source.source_id, now=server.platform.now())
    assert server.get(server.pixel()).status_code == 200
    assert server.seen() == []


def test_a_marketer_gets_the_snippet_and_the_pixel(server: Server) -> None:
    shown = server.manage("/sources/Web shop/snippet").json()["snippet"]
    assert f'"{server.source.write_key}"' in shown
    assert '"/omniloom.js"' in shown
    made = server.manage("/sources/Web shop/pixel", campaign_id="spring", system="vk", erid="2VtzqwX").json()
    token = made["url"].rpartition("/")[2].removesuffix(".gif")
    ad = ad_of(token, secret=server.platform.secret)
    assert ad == Ad(server.source.source_id, "spring", "vk", "2VtzqwX")
    assert made["html"].startswith("<img src=")
    assert server.manage("/sources/none/pixel", campaign_id="spring").status_code == 404
    for campaign_id in ("", "x" * 81):
        refused = server.manage("/sources/Web shop/pixel", campaign_id=campaign_id)
        assert (refused.status_code, refused.json()["facts"]["field"]) == (422, "campaign_id")
    assert server.get("/api/v1/sources/Web shop/pixel", params={"campaign_id": "spring"}).status_code == 401


def test_a_pixels_fields_are_bounded_together(server: Server) -> None:
    with pytest.raises(Invalid, match="too long"):
        server.pixel("c" * 70, system="s" * 70)


def test_nothing_in_a_snippet_ends_its_script(server: Server) -> None:
    text = snippet(server.source, url="https://omni.example/</script>", options={"currency": "</script><b>"})
    assert text.count("</script>") == 1
    assert "https://omni.example/\\u003c/script>" in text


def test_a_page_may_read_when_to_come_again(server: Server) -> None:
    """The tracker obeys Retry-After; a browser shows it to a page of another site only if the answer allows it."""
    body = b'{"writeKey": "unknown", "batch": []}'
    origin = {"content-type": "text/plain", "origin": "https://shop.example"}
    answer = server.ask("POST", "/v1/batch", content=body, headers=origin)
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "retry-after" in answer.headers["access-control-expose-headers"]
