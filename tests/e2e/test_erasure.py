"""Erasing a customer by hand, in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1_200)]


def test_nobody_is_erased_before_a_reason_is_written_down(owner: Page, served: Served) -> None:
    owner.goto(f"{served.url}/customers?q=hh-77")
    owner.locator(".om-main a[href^='/customers/']").first.click()
    owner.wait_for_url(re.compile(r"/customers/\d+$"))
    owner.locator("[data-testid=erase]").click()
    erase = owner.locator("[data-testid=erase-yes]")
    expect(erase).to_be_disabled()
    owner.locator("[data-testid=erase-why]").fill("  ")
    expect(erase).to_be_disabled()
    owner.locator("[data-testid=erase-why]").fill("letter 17")
    expect(erase).to_be_enabled()
