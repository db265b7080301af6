"""`make screenshots`: the README's two pictures, taken from the demo with Chromium."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.year import FOLDER, load
from omniloom.cli.client import running_server

TARGET = Path("docs") / "pictures"
BYTES_MAX = 300_000
PASSWORD = "only for the pictures 2018"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CUSTOMER = "hh-1"


def main() -> None:
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        enter(page, url)
        _take(page, "overview")
        page.goto(f"{url}/customers?q={CUSTOMER}")
        page.locator(".om-main a[href^='/customers/']").first.click()
        page.wait_for_load_state("networkidle")
        _take(page, "customer")
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """The year's pages on a free port; loaded once."""
    if not (FOLDER / "events.duckdb").exists():
        print("loading the year once …")
        load(FOLDER)
    command = [sys.executable, "-m", "omniloom.cli.main", "serve", "--data-dir", str(FOLDER), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while (url := running_server(FOLDER)) is None:
            time.sleep(0.1)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def enter(page: Page, url: str) -> None:
    """Sign in as the owner, made on first use."""
    page.goto(f"{url}/sign-in")
    page.wait_for_load_state("networkidle")
    if "/setup" in page.url:
        page.goto(f"{url}/setup?token={(FOLDER / 'setup.token').read_text().strip()}")
        page.fill("input[name=name]", "Vera Owner")
    page.fill("input[name=email]", "vera@shop.example.test")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{url}/")
    page.wait_for_load_state("networkidle")


def _take(page: Page, name: str) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(1500)
    path = TARGET / f"{name}.png"
    page.screenshot(path=path)
    size = path.stat().st_size
    if size > BYTES_MAX:
        raise SystemExit(f"{path} is {size:,} bytes, over {BYTES_MAX:,}")
    print(f"{path}: {size:,} bytes")


if __name__ == "__main__":
    main()
