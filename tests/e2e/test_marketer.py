"""The marketer's way through the pages, in both languages: find, read, segment, preview, launch, count."""

import re
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Served

from omniloom.access import local_token

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1_200)]
SEND_MS_MAX = 60_000

WORDS = {
    "en": {"menu": "Customers", "order": "Order", "finished": "Finished", "match": "the sums match"},
    "ru": {"menu": "Клиенты", "order": "Заказ", "finished": "Завершено", "match": "суммы сходятся"},
}


def speak(page: Page, url: str, language: str) -> None:
    """Switch the pages to a language with the switch in the top bar."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    switch = page.locator(".om-language")
    if language.upper() not in switch.inner_text():
        switch.click()
        expect(switch).to_contain_text(language.upper())
        page.wait_for_load_state("networkidle")


def choose(page: Page, name: str, text: str) -> None:
    """Pick from a list with a search field the first entry that holds a text."""
    page.locator(f"[data-testid={name}]").first.click()
    page.keyboard.type(text)
    page.locator(".q-menu .q-item").filter(has_text=text).first.click()


def next_step(page: Page, number: str) -> None:
    """Go on in the stepper and wait until the next step stands there."""
    page.locator("[data-testid=campaign-next]").click()
    expect(page.locator(".om-current-stage .om-stage-number")).to_have_text(number)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_marketer_finds_reads_segments_launches_and_counts(owner: Page, served: Served, language: str) -> None:
    page, url, words = owner, served.url, WORDS[language]
    speak(page, url, language)
    expect(page.locator("nav")).to_contain_text(words["menu"])

    page.locator(".om-search-input input").fill("hh-1")
    page.locator(".om-search-row").first.click()
    page.wait_for_url(re.compile(r"/customers/\d+$"))
    expect(page.locator(".om-main")).to_contain_text(words["order"])
    expect(page.locator(".om-main")).to_contain_text("hh-1@example.test")

    name = f"Bought three times {language} {time.time_ns()}"
    page.goto(f"{url}/segments")
    page.locator("[data-testid=segment-new]").first.click()
    page.locator("[data-testid=segment-name]").fill(name)
    page.locator("[data-testid=segment-add-condition]").click()
    page.locator("[data-testid=segment-add-did]").click()
    choose(page, "segment-event", "Order Completed")
    expect(page.locator("[data-testid=segment-count]")).to_contain_text(re.compile(r"[1-9]"))
    everybody = page.locator("[data-testid=segment-count]").inner_text()
    page.locator("[data-testid=segment-add-condition]").click()
    page.locator("[data-testid=segment-add-trait]").click()
    choose(page, "segment-trait", "city")
    page.locator("[data-testid=segment-value]").fill("Atlanta")
    expect(page.locator("[data-testid=segment-count]")).not_to_have_text(everybody)
    expect(page.locator("[data-testid=segment-count]")).to_contain_text(re.compile(r"[1-9]"))
    page.locator("[data-testid=segment-save]").click()
    page.wait_for_url(re.compile(r"/segments/[0-9a-f]+$"))
    expect(page.locator(".om-main")).to_contain_text(name)

    page.goto(f"{url}/campaigns")
    page.locator("[data-testid=campaign-new]").first.click()
    page.wait_for_load_state("networkidle")
    page.locator("[data-testid=campaign-name]").fill(f"Hello {name}")
    choose(page, "campaign-segment", name)
    expect(page.locator(".om-figure").first).to_be_visible()
    next_step(page, "2")
    expect(page.locator("[data-testid=preview-text], [data-testid=preview-subject], iframe").first).to_be_visible()
    next_step(page, "3")
    next_step(page, "4")
    page.locator("[data-testid=campaign-launch]").click()
    page.locator("[data-testid=campaign-launch-confirm]").click()
    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f]{32}$"))
    expect(page.locator("[data-state=finished]")).to_contain_text(words["finished"], timeout=SEND_MS_MAX)
    expect(page.locator("[data-testid=campaign-sum]")).to_contain_text("✓")

    page.goto(f"{url}/money")
    expect(page.locator("[data-testid=money-reconciled]")).to_contain_text(words["match"])
    assert (served.data_dir / "received_by_test.jsonl").stat().st_size > 0


def test_a_phone_shows_every_page_whole(owner: Page, served: Served) -> None:
    """No page is wider than the screen; a table's cells carry the headings that there is no room for."""
    page, width = owner, 390
    page.set_viewport_size({"width": width, "height": 844})
    for path in ("/", "/customers", "/duplicates", "/consents", "/privacy", "/money", "/refused", "/system"):
        page.goto(f"{served.url}{path}")
        expect(page.locator(".om-main h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(f"{served.url}/customers")
    cell = page.locator(".om-sheet tbody tr").first.locator("td").nth(1)
    expect(cell).to_be_visible()
    headings = ("Identifiers", "Идентификаторы")  # whichever language was left by who used the page before
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content").strip('"') in headings


def test_the_pages_hold_no_text_of_a_stranger_as_markup(owner: Page, served: Served, tmp_path: Path) -> None:
    """A customer whose name is a script is shown as the text he typed."""
    name = "<img src=x onerror=console.error('run')>"
    (tmp_path / "p.csv").write_text(f'id,name\nstranger-1,"{name}"\n')
    (tmp_path / "p.yaml").write_text(
        "target: events\nsource: Strangers\nevent:\n  type: identify\n  id: s-{id}\n"
        "  occurred_at: {constant: '2018-01-02T12:00:00Z', as: timestamp}\n"
        "  identifiers:\n    user_id: {column: id, as: string}\n  traits:\n    name: {column: name, as: string}\n"
    )
    headers = {"authorization": f"Bearer {local_token(served.data_dir)}"}
    body = {"paths": [str(tmp_path / "p.csv")], "mapping": str(tmp_path / "p.yaml")}
    httpx.post(f"{served.url}/api/v1/imports", headers=headers, json=body).raise_for_status()
    found: list[dict[str, object]] = []
    for _ in range(100):
        found = httpx.get(f"{served.url}/api/v1/people", params={"q": "stranger-1"}, headers=headers).json()["people"]
        if found and found[0]["name"] == name:
            break
        time.sleep(0.1)
    owner.goto(f"{served.url}/customers/{found[0]['person_id']}")
    expect(owner.locator("h1")).to_contain_text(name)
    expect(owner.locator(".om-main img[src='x']")).to_have_count(0)
