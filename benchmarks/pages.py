"""Opening Overview and Customer in Chromium on the demo's year, beside the barest page of the same server (sign-in).

A page counts as open when its heading stands; the ceiling is a page with no data, in the same browser and run.
"""

import shutil
import statistics

from playwright.sync_api import Page, sync_playwright

from benchmarks.screenshots import ARGS, enter, served
from benchmarks.timing import milliseconds

RUNS = 9
PAGES = (("overview", "/", ".om-main .om-title"), ("customer", "/customers/1", ".om-main h1"))


def run() -> None:
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        bare = browser.new_page()
        ceiling = _median(bare, f"{url}/sign-in", "h1.om-title")
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        enter(page, url)
        for name, path, heading in PAGES:
            ours = _median(page, f"{url}{path}", heading)
            print(f"open {name}: {ours:.0f} ms; the bare sign-in page {ceiling:.0f} ms; ratio {ours / ceiling:.1f}")
        browser.close()


def _median(page: Page, url: str, heading: str) -> float:
    def visit() -> None:
        page.goto(url)
        page.locator(heading).first.wait_for()

    visit()
    return statistics.median(milliseconds(visit) for _ in range(RUNS))
