"""A real installation that can be switched off and on, the demo shop on another address, and a Chromium."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from omniloom.api import build
from omniloom.api.shop import KINDS, shop_page, shop_source, site
from omniloom.app import Platform, open_platform
from omniloom.collect import Source
from omniloom.core.clock import SystemClock
from omniloom.core.event import Event, decode
from omniloom.worker import loop

CHROMIUM = shutil.which("chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip
WAIT_S_MAX = 200


class OffClock:
    """A running clock that is years off the browser's."""

    def __init__(self) -> None:
        self.offset = timedelta(days=-1000)

    def now(self) -> datetime:
        return SystemClock(self.offset).now()


class Installation:
    """A platform, and its server on a port that stays the same."""

    def __init__(self, data_dir: Path) -> None:
        self.clock = OffClock()
        self.platform: Platform = open_platform(data_dir, environ={}, clock=self.clock)
        self.source: Source = shop_source(self.platform.stores, now=self.platform.now(), ids=self.platform.ids)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.platform.public_url = self.url
        self._application = build(self.platform)
        self._server: uvicorn.Server | None = None

    def start(self) -> None:
        config = uvicorn.Config(
            self._application, host="127.0.0.1", port=self._port, log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=5,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="server")
        self._thread.start()
        wait_for(lambda: self._server.started)

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join()
            self._server = None

    def log(self) -> list[Event]:
        """Every message that arrived, the same one once."""
        found = [decode(body) for _, body in self.platform.stores.log.read(after=0, rows_max=10_000)]
        return sorted({event.message_id: event for event in found}.values(), key=lambda event: event.occurred_at)

    def names(self) -> list[str]:
        return [event.name or event.type for event in self.log()]

    def settle(self) -> None:
        """Do what the worker does."""
        loop.catch_up(self.platform)

    def close(self) -> None:
        self.stop()
        self.platform.close()


def wait_for(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WAIT_S_MAX
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = Installation(tmp_path / "home")
    opened.start()
    yield opened
    opened.close()


@pytest.fixture
def shop(installation: Installation) -> Iterator[Callable[..., str]]:
    """Opens the demo shop's doors on an address of its own; what it yields takes the tracker's options."""
    servers: list[ThreadingHTTPServer] = []

    def open_shop(*, page: str = "", **options: Any) -> str:
        page = page or shop_page(installation.source, url=installation.url, nonce="n", options=options)

        class Shop(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.removeprefix("/demo-shop/").partition("?")[0]
                is_page = name not in KINDS
                body = page.encode() if is_page else (site() / name).read_bytes()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8" if is_page else KINDS[name])
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, name="shop").start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/demo-shop/"

    yield open_shop
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Module-wide, no wider: Playwright's loop counts as running in this thread until it ends."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium (`make install` installs it)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()
