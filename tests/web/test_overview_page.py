"""The overview's chart shows full weeks only, with an axis for each of its two measures."""

from datetime import date

import pytest

from omniloom import access
from omniloom.analytics import Week
from omniloom.app import open_platform
from omniloom.core.event import Event, encode
from omniloom.web.format import Format
from omniloom.web.overview import _glance, revenue_chart
from omniloom.web.shell import NOT_FOUND
from omniloom.web.view import View
from omniloom.worker import loop


def test_revenue_and_orders_have_an_axis_each(site):
    view = View(site.platform, NOT_FOUND, None, None, "ru", Format("ru"))
    chart = revenue_chart(view, [Week(date(2026, 3, 2), 3, 1_250)], "USD")
    left, right = chart["yAxis"]
    assert (left["name"], right["name"], right["position"]) == ("Выручка", "Заказы", "right")
    assert [line["data"] for line in chart["series"]] == [[12.5], [3]]
    assert chart["series"][1]["yAxisIndex"] == 1


@pytest.fixture
def shop(tmp_path):
    """An installation of its own, of a shop in Kazakhstan, that has heard of one person."""
    platform = open_platform(tmp_path, environ={"OMNILOOM_IDENTITY__HOME_CURRENCY": "KZT"})
    tell(platform, "identify")
    yield platform
    platform.close()


def tell(platform, kind, **said):
    now = platform.now()
    platform.stores.log.append([encode(Event(
        source_id="s", message_id=platform.ids.token(), type=kind, occurred_at=now, received_at=now,
        identifiers={"user_id": "u"}, **said,
    ))])  # fmt: skip
    loop.catch_up(platform, None, loop.KNOWING)


def test_before_the_first_order_money_is_the_shops_own_and_then_that_of_most_orders(shop):
    owner = access.create_owner(
        shop.stores, token=access.setup_token(shop.stores), email="o@example.test", name="O",
        password="correct horse battery", language="en", now=shop.now(), ids=shop.ids,
    )  # fmt: skip
    view = View(shop, NOT_FOUND, None, owner, "en", Format("en"))
    assert _glance(view).totals.currency == "KZT"
    tell(shop, "track", name="Order Completed", properties={"order_id": "1", "total": 5, "currency": "EUR"})
    assert _glance(view).totals.currency == "EUR"


def test_no_page_counts_who_can_be_reached_itself(shop):
    view = View(shop, NOT_FOUND, None, None, "en", Format("en"))
    assert _glance(view).reach is None
    loop.run_once(shop)
    assert [one.people for one in _glance(view).reach.channels] == [1, 1]
