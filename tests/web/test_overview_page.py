"""The overview's chart shows full weeks only, with an axis for each of its two measures."""

from datetime import date

from omniloom.analytics import Week
from omniloom.web.format import Format
from omniloom.web.overview import revenue_chart
from omniloom.web.shell import NOT_FOUND
from omniloom.web.view import View


def test_revenue_and_orders_have_an_axis_each(site):
    view = View(site.platform, NOT_FOUND, None, None, "ru", Format("ru"))
    chart = revenue_chart(view, [Week(date(2026, 3, 2), 3, 1_250)], "USD")
    left, right = chart["yAxis"]
    assert (left["name"], right["name"], right["position"]) == ("Выручка", "Заказы", "right")
    assert [line["data"] for line in chart["series"]] == [[12.5], [3]]
    assert chart["series"][1]["yAxisIndex"] == 1
