"""Two records of one person: found, compared, merged, seen as one, parted, seen as two, in both languages."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import OWNER, START_S_MAX
from tests.e2e.test_marketer import speak

from omniloom.app import open_platform
from omniloom.core.event import Event, encode
from omniloom.worker.loop import catch_up

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1_200)]

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
WORDS = {
    "en": {"merged": "one customer now", "apart": "two customers again", "why": "One phone number",
           "detached": "a customer of its own now", "stays": "Events that came before stay here"},
    "ru": {"merged": "Теперь это один клиент", "apart": "снова два клиента", "why": "Один номер телефона",
           "detached": "отдельный клиент", "stays": "Прежние события останутся здесь"},
}  # fmt: skip
ONE, OTHER = {"user_id": "anna-{n}", "email": "anna.{n}@example.test"}, {"card": "77001122{n}{n}"}
SHOPPER = [
    ("site", "identify", "", ONE, {"name": "Анна Ковалёва {n}", "city": "Казань"}),
    ("site", "track", "Product Viewed", ONE, {"name": "Green tea {n}"}),
    ("till", "identify", "", OTHER, {"name": "Kovaleva Anna {n}", "city": "Омск", "size": "S"}),
    ("till", "track", "Order Completed", OTHER, {"order_id": "T-{n}", "revenue": 990, "currency": "RUB"}),
]


@dataclass(frozen=True)
class Shop:
    """A served installation with pairs of duplicates for each language."""

    url: str
    data_dir: Path


def fill(data_dir: Path, pairs: list[str]) -> None:
    """Two records of one person for each pair."""
    platform = open_platform(data_dir, environ={})
    for pair, (step, (source, kind, name, identifiers, said)) in ((p, e) for p in pairs for e in enumerate(SHOPPER)):
        at = NOW + timedelta(hours=step)
        fields = {key: value.format(n=pair) if isinstance(value, str) else value for key, value in said.items()}
        event = Event(
            source_id=source, message_id=f"{pair}-{step}", type=kind, name=name, occurred_at=at, received_at=at,
            identifiers={key: value.format(n=pair) for key, value in identifiers.items()},
            **{"traits" if kind == "identify" else "properties": fields},
        )  # fmt: skip
        platform.stores.log.append([encode(event)])
    catch_up(platform)
    platform.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    data_dir = tmp_path_factory.mktemp("duplicates")
    fill(data_dir, ["41", "42", "43", "44"])
    process = subprocess.Popen(
        [sys.executable, "-m", "omniloom.cli.main", "serve", "--data-dir", str(data_dir), "--port", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip
    try:
        deadline = time.monotonic() + START_S_MAX
        while not (data_dir / "server.json").exists():
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        yield Shop(json.loads((data_dir / "server.json").read_text())["url"], data_dir)
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err


def sign_in(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/sign-in")
    page.wait_for_load_state("networkidle")
    if "/setup" in page.url:
        token = (shop.data_dir / "setup.token").read_text().strip()
        page.goto(f"{shop.url}/setup?token={token}")
        page.fill("input[name=name]", OWNER["name"])
    page.fill("input[name=email]", OWNER["email"])
    page.fill("input[name=password]", OWNER["password"])
    page.click("button[type=submit]")
    page.wait_for_url(f"{shop.url}/")


def open_anna(page: Page, shop: Shop, language: str, pair: str) -> None:
    """Sign in, choose a language, search for one of the Annas and open her page."""
    sign_in(page, shop)
    speak(page, shop.url, language)
    page.goto(f"{shop.url}/customers?q=anna-{pair}")
    page.locator(".om-main a[href^='/customers/']").first.click()
    page.wait_for_url(re.compile(r"/customers/\d+$"))
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(("language", "pair"), [("en", "41"), ("ru", "42")])
def test_two_duplicates_are_found_merged_and_parted(page: Page, shop: Shop, language: str, pair: str) -> None:
    words, main = WORDS[language], page.locator(".om-main")
    open_anna(page, shop, language, pair)
    expect(main.locator(".om-event")).to_have_count(2)

    page.locator("[data-testid=merge-open]").click()
    page.locator("[data-testid=merge-search]").fill(f"77001122{pair}{pair}")
    page.locator(".om-merge .om-search-row").first.click()
    compared = page.locator(".om-merge .om-sheet")
    expect(compared).to_contain_text("Казань")
    expect(compared.locator(".om-cell-warn").filter(has_text="Омск")).to_have_count(1)
    page.locator(".om-merge input").last.fill(words["why"])
    page.locator("[data-testid=merge-confirm]").click()

    expect(page.locator("[data-testid=merged]")).to_contain_text(words["merged"])
    expect(main.locator(".om-event")).to_have_count(4)
    page.locator(".q-tab").nth(3).click()
    expect(main.locator(".om-journal")).to_contain_text(words["why"])
    page.locator(".q-tab").nth(2).click()
    page.locator("[data-testid=field-city]").click()
    expect(page.locator("[data-testid=field-city] .om-lineage")).to_contain_text("Казань")

    page.locator(".q-tab").nth(3).click()
    page.locator("[data-testid=unmerge]").click()
    page.locator(".q-dialog button").last.click()
    expect(page.locator("[data-testid=apart]")).to_contain_text(words["apart"])
    expect(main.locator(".om-event")).to_have_count(2)
    page.locator("[data-testid=apart] a").click()
    page.wait_for_url(re.compile(r"/customers/\d+$"))
    expect(main.locator(".om-event")).to_have_count(2)
    expect(main).to_contain_text(f"77001122{pair}{pair}")


@pytest.mark.parametrize(("language", "pair"), [("en", "43"), ("ru", "44")])
def test_an_identifier_is_detached_and_attached_again(page: Page, shop: Shop, language: str, pair: str) -> None:
    words, main = WORDS[language], page.locator(".om-main")
    open_anna(page, shop, language, pair)
    customer = page.url

    page.locator("[data-testid=identifier-email] [data-testid=identifier-menu]").click()
    page.locator("[data-testid=identifier-detach]").click()
    asked = page.locator(".q-dialog .om-panel")
    expect(asked).to_contain_text(f"anna.{pair}@example.test")
    expect(asked).to_contain_text(words["stays"])
    asked.locator("input").fill(words["why"])
    page.locator("[data-testid=detach-confirm]").click()

    told = page.locator("[data-testid=detached]")
    expect(told).to_contain_text(words["detached"])
    expect(page.locator("[data-testid=identifier-email]")).to_have_count(0)
    page.locator(".q-tab").nth(3).click()
    expect(main.locator(".om-journal")).to_contain_text(words["why"])
    told.locator("a").click()
    page.wait_for_url(lambda url: url != customer and "detached" not in url)
    expect(page.locator("[data-testid=identifier-email]")).to_contain_text(f"anna.{pair}@example.test")

    page.go_back()
    page.locator("[data-testid=detached-undo]").click()
    expect(page.locator("[data-testid=merged]")).to_contain_text(words["merged"])
    expect(page.locator("[data-testid=identifier-email]")).to_have_count(1)
