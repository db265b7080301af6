"""A visitor of a real shop page in a real browser: whatever happens to the network, each event arrives once."""

import gzip
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.tracker.conftest import Installation, wait_for

from omniloom import profiles
from omniloom.api import tracker
from omniloom.api.script import MODULES, joined

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
Shop = Callable[..., str]
AD = "?utm_source=yandex&utm_medium=cpc&utm_campaign=spring&yclid=Y-1&erid=2VtzqwX"
AWAY = timedelta(minutes=20)


def arrived(installation: Installation, *names: str) -> None:
    """Wait until all these events are in the log."""
    wait_for(lambda: all(installation.names().count(name) >= names.count(name) for name in names))


def kept(page: Page) -> list[str]:
    """The names of what the tracker keeps in this browser."""
    names: list[str] = page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('ol.'))")
    return names + [cookie["name"] for cookie in page.context.cookies() if cookie["name"].startswith("ol_")]


def waiting(page: Page) -> int:
    return sum(name.startswith("ol.q.") for name in kept(page))


def test_a_visit_with_the_network_cut_in_the_middle_ends_complete_and_once(
    browser: Browser, installation: Installation, shop: Shop
) -> None:
    context = browser.new_context()
    context.clock.install()
    page = context.new_page()
    page.goto(shop() + AD, referer="https://search.example/")
    arrived(installation, "Leaf & Loom")

    installation.stop()  # the tracker's server is gone, the shop's is not
    page.click("text=See the teas")
    page.wait_for_selector("#look-TEA-2")
    context.set_offline(True)  # and now the visitor's network, too
    page.click("#look-TEA-2")
    page.click("#add")
    page.click("#add")
    page.clock.fast_forward(str(AWAY)[2:])  # "20:00" in a tunnel, and as long everywhere else
    installation.clock.offset += AWAY
    assert waiting(page) == 6
    context.set_offline(False)
    page.click("text=Cart")
    page.wait_for_selector("#order")
    wait_for(lambda: waiting(page) == 8)
    installation.start()
    arrived(installation, "Cart Viewed")

    page.fill("input[name=email]", "ann@shop.example")
    page.fill("input[name=password]", "correct horse")
    page.fill("input[name=number]", "4111 1111 1111 1111")
    page.click("text=Order")
    page.wait_for_selector("#order-id")
    arrived(installation, "Order Completed")
    page.reload()
    arrived(installation, "Thank you", "Thank you")  # and no second order
    wait_for(lambda: waiting(page) == 0)
    context.close()

    check_the_log(installation)
    check_the_timeline(installation)


BROWSED = [
    "Leaf & Loom", "Teas", "Product List Viewed", "Sencha", "Product Viewed", "Product Added", "Product Added", "Cart",
    "Cart Viewed",
]  # fmt: skip
BOUGHT = ["identify", "Form Submitted", "Thank you", "identify", "Order Completed", "Thank you", "identify"]


def check_the_names(names: list[str]) -> None:
    """Each event once, in order.

    The pages of the checkout follow each other faster than their requests: an event is dated to within its request's
    time on the way, so theirs may stand in another order.
    """
    assert names[: len(BROWSED)] == BROWSED
    assert sorted(names[len(BROWSED) :]) == sorted(BOUGHT)


def check_the_log(installation: Installation) -> None:
    """Names, order, times, ids, campaign and click ids of what arrived."""
    events = installation.log()
    check_the_names([event.name or event.type for event in events])
    at = {event.name: event.occurred_at for event in events}
    assert at["Product Added"] - at["Leaf & Loom"] < AWAY, "told late, dated right"
    assert at["Cart Viewed"] - at["Product Added"] >= AWAY
    assert abs(events[-1].occurred_at - installation.platform.now()) < AWAY, "the browser's clock is years off"
    assert len({event.identifiers["anonymous_id"] for event in events}) == 1
    assert Counter(event.identifiers.get("user_id") for event in events) == {None: 12, "ann@shop.example": 4}
    for event in events:
        context = event.context
        assert context["campaign"] == {"name": "spring", "source": "yandex", "medium": "cpc"}
        assert context["clickIds"] == {"yclid": "Y-1", "erid": "2VtzqwX"}
        assert context["referrer"] == {"url": "https://search.example/"}
        assert context["firstTouch"]["campaign"] == context["campaign"]
        assert context["library"]["name"] == "omniloom.js"
    assert len({event.context["sessionId"] for event in events}) == 1
    form = next(event for event in events if event.name == "Form Submitted")
    assert form.properties["fields"] == {"email": "ann@shop.example"}, "no password, no card number"


def check_the_timeline(installation: Installation) -> None:
    """One customer, and each event once."""
    installation.settle()
    stores = installation.platform.stores
    [row] = profiles.search(stores, "ann@shop.example", home_region="RU", rows_max=10)
    timeline = profiles.timeline(stores, row.person_id, before=None, rows_max=100)
    check_the_names([event.name or event.type for event in reversed(timeline)])
    assert {event.campaign_id for event in timeline} == {"spring"}
    order = next(event for event in timeline if event.name == "Order Completed")
    assert (order.revenue_minor, order.currency, len(order.items)) == (2400, "USD", 2)


def test_an_order_of_a_page_that_closes_at_once_is_delivered(
    browser: Browser, installation: Installation, shop: Shop
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(shop())
    arrived(installation, "Leaf & Loom")
    page.evaluate("omniloom.order({order_id: 'last', revenue: 1}); location.href = 'about:blank'")
    arrived(installation, "Order Completed")
    context.close()
    assert installation.names().count("Order Completed") == 1


def test_nothing_is_stored_or_sent_before_consent(browser: Browser, installation: Installation, shop: Shop) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked = watch(context, installation)
    page.goto(shop(consent="required") + AD + "&ask")
    page.wait_for_function("window.omniloom && omniloom.version")
    page.evaluate("omniloom.track('Looked around')")
    page.wait_for_timeout(1_000)  # long enough for it to be sent, if it were
    assert kept(page) == []
    assert asked == []
    page.click("#yes")
    arrived(installation, "Leaf & Loom", "Looked around", "Consent Given")
    assert {"ol_id", "ol_consent"} <= set(kept(page))
    given = next(event for event in installation.log() if event.name == "Consent Given")
    assert given.properties["wording"].startswith("May we remember")
    page.evaluate("omniloom.consent(false)")
    arrived(installation, "Consent Withdrawn")
    wait_for(lambda: kept(page) == ["ol_consent"])
    context.close()


def watch(context: BrowserContext, installation: Installation) -> list[str]:
    """What the browser asks of the installation, the script apart."""
    asked: list[str] = []

    def note(request: Any) -> None:
        if request.url.startswith(installation.url) and not request.url.endswith("/omniloom.js"):
            asked.append(request.url)

    context.on("request", note)
    return asked


def test_who_refuses_is_left_alone_on_every_page(browser: Browser, installation: Installation, shop: Shop) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked = watch(context, installation)
    url = shop(consent="required")
    page.goto(url + "?ask")
    page.wait_for_function("window.omniloom && omniloom.version")
    page.click("#no")
    page.goto(url + "teas")
    page.wait_for_function("window.omniloom && omniloom.version")
    page.wait_for_timeout(1_000)
    assert kept(page) == ["ol_consent"]
    assert asked == []
    context.close()


def test_tabs_share_the_visitor_and_the_queue(browser: Browser, installation: Installation, shop: Shop) -> None:
    context = browser.new_context()
    url = shop()
    installation.stop()
    pages = [context.new_page() for _ in range(3)]
    installation.start()
    pages[0].goto(url)
    arrived(installation, "Leaf & Loom")
    pages[1].goto(url + "teas")
    pages[2].goto(url + "cart")
    context.set_offline(True)
    for number, page in enumerate(pages):
        page.evaluate("number => { for (let i = 0; i < 20; i += 1) omniloom.track('Tab ' + number) }", number)
    assert waiting(pages[0]) >= 60
    pages[1].close()  # its events stay for the others
    context.set_offline(False)
    arrived(installation, *[f"Tab {number}" for number in range(3) for _ in range(20)])
    wait_for(lambda: waiting(pages[0]) == 0)
    assert all(installation.names().count(f"Tab {number}") == 20 for number in range(3))
    assert len({event.identifiers["anonymous_id"] for event in installation.log()}) == 1
    context.close()


def test_the_joined_modules_do_the_same_where_nothing_was_built(
    browser: Browser, installation: Installation, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = joined(MODULES[1]).encode()
    monkeypatch.setattr(tracker, "_script", lambda: (body, gzip.compress(body), '"joined"'))
    context = browser.new_context()
    page = context.new_page()
    page.goto(shop() + "teas")
    arrived(installation, "Teas", "Product List Viewed")
    context.close()


def test_one_script_tag_with_attributes_is_enough(browser: Browser, installation: Installation, shop: Shop) -> None:
    context = browser.new_context()
    page = context.new_page()
    tag = f'<script async src="{installation.url}/omniloom.js" data-key="{installation.source.write_key}"></script>'
    page.goto(shop(page=f"<title>Plain</title>{tag}"))
    arrived(installation, "Plain")
    context.close()
