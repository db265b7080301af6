"""The money report's figures on a small story, and its edges."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from omniloom.analytics import NONE_KEY, MoneyRow, load_costs, money, name_campaigns, people_of
from omniloom.core.errors import Invalid
from omniloom.store import Stores
from omniloom.store.sql import parse_events

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def day(number: int) -> datetime:
    return MONDAY + timedelta(days=number)


def order(person_id: int, number: int, revenue_minor: int, **more: Any) -> dict[str, Any]:
    return {"person_id": person_id, "occurred_at": day(number), "name": "Order Completed",
            "revenue_minor": revenue_minor, **more}  # fmt: skip


def touch(person_id: int, number: int, name: str, campaign_id: str, channel: str | None, **more: Any) -> dict[str, Any]:
    return {"person_id": person_id, "occurred_at": day(number), "name": name, "campaign_id": campaign_id,
            "channel": channel, **more}  # fmt: skip


STORY = [
    order(1, -40, 1_000),
    touch(1, 0, "Message Sent", "spring", "email"),
    touch(2, 0, "Message Sent", "spring", "email"),
    touch(3, 0, "Message Sent", "spring", "email"),
    touch(1, 1, "Message Clicked", "spring", "email"),
    touch(
        2, 1, "", "ads", None, type="page",
        context={"campaign": {"medium": "search", "content": "coats", "term": "warm coat"}},
    ),
    order(1, 2, 5_000),
    order(2, 2, 10_001),
    order(4, 3, 2_000),
]  # fmt: skip
COST = {"day": "2026-03-03", "channel": "search", "campaign_id": "ads", "ad_group": "coats", "keyword": "warm coat",
        "cost": 40, "impressions": 900, "clicks": 10}  # fmt: skip


@pytest.fixture
def told(stores: Stores, write_history: Any) -> Stores:
    write_history(STORY)
    load_costs(stores, [[COST]], now=day(4), currency="RUB")
    name_campaigns(
        stores,
        [{"campaign_id": "spring", "name": "Spring mailing", "channel": "email", "cost_per_message_minor": 100}],
        currency="RUB",
    )
    return stores


def by_key(rows: list[MoneyRow]) -> dict[str, MoneyRow]:
    return {row.key: row for row in rows}


def test_each_campaign_shows_what_it_cost_and_what_it_brought(told: Stores) -> None:
    report = money(told, model="linear", margin=0.5)
    rows = by_key(report.rows)
    spring, ads = rows["spring"], rows["ads"]
    assert (spring.name, spring.channel) == ("Spring mailing", "email")
    assert (spring.reached, spring.responded, spring.orders) == (3, 1, 2)
    assert (spring.conversions, spring.new_customers) == (1.5, 0.5)
    assert spring.revenue_minor == 5_000 + 5_001
    assert spring.cost_minor == 300
    assert (spring.cpa_minor, spring.cpo_minor, spring.cac_minor) == (300, 200, 600)
    assert spring.roi == pytest.approx((10_001 * 0.5 - 300) / 300)
    assert spring.romi == pytest.approx((10_001 - 300) / 300)
    assert spring.cost_share == pytest.approx(300 / 10_001)
    assert (ads.reached, ads.responded, ads.revenue_minor, ads.cost_minor) == (1, 1, 5_000, 4_000)
    assert (ads.impressions, ads.clicks) == (900, 10)
    assert (rows[NONE_KEY].conversions, rows[NONE_KEY].revenue_minor) == (2.0, 3_000)
    assert report.totals.reached == 3
    assert report.totals.orders == 2
    assert report.totals.cost_minor == 4_300
    assert report.totals.revenue_minor == 18_001, "the totals hold unclaimed orders too"
    assert report.totals.romi == pytest.approx((15_001 - 4_300) / 4_300), "unclaimed orders flatter no campaign"
    assert report.totals.cpo_minor == 2_150
    assert (report.conversions, report.credited, report.revenue_minor, report.credited_minor) == (4, 4, 18_001, 18_001)
    assert [row.key for row in report.rows] == ["spring", "ads", NONE_KEY]


def test_costs_and_orders_meet_down_to_the_keyword(told: Stores) -> None:
    rows = by_key(money(told, by="keyword").rows)
    keyword = rows["ads / search / coats / warm coat"]
    assert (keyword.cost_minor, keyword.conversions, keyword.cac_minor) == (4_000, 1.0, 4_000)
    assert rows["spring / email / – / –"].conversions == 1.0
    assert rows["spring / email / – / –"].name == "Spring mailing / email"
    assert set(by_key(money(told, by="ad_group").rows)) == {"ads / search / coats", "spring / email / –", NONE_KEY}
    assert set(by_key(money(told, by="channel").rows)) == {"email", "search", NONE_KEY}


def test_first_and_last_touch_give_the_order_to_one_campaign(told: Stores) -> None:
    assert by_key(money(told, model="first").rows)["spring"].revenue_minor == 15_001
    assert by_key(money(told, model="last").rows)["ads"].revenue_minor == 10_001


def test_a_period_takes_its_orders_touches_and_costs_but_touches_before_it_may_still_claim(told: Stores) -> None:
    report = money(told, since=day(2), until=day(3))
    rows = by_key(report.rows)
    assert report.conversions == 2
    assert (rows["spring"].reached, rows["spring"].cost_minor, rows["spring"].conversions) == (0, 0, 1.0)
    assert rows["spring"].roi is None
    assert rows["ads"].cost_minor == 0


def test_the_lookback_ends_exactly_where_it_says(stores: Stores, write_history: Any) -> None:
    write_history([touch(1, 0, "Message Sent", "spring", "email"), order(1, 30, 500)])
    assert by_key(money(stores, lookback_days=30).rows)["spring"].orders == 1
    assert by_key(money(stores, lookback_days=29).rows)["spring"].orders == 0
    assert people_of(stores, "spring", kind="converted", rows_max=9, lookback_days=29) == []
    assert people_of(stores, "spring", kind="converted", rows_max=9) == [1]


def test_opens_and_clicks_of_one_day_are_one_touch_and_of_another_day_another(
    stores: Stores, write_history: Any
) -> None:
    names = ("Message Sent", "Message Opened", "Message Clicked")
    same_day = [touch(1, 0, name, "spring", "email") for name in names]
    write_history([*same_day, touch(1, 1, "Coupon Redeemed", "summer", "store"), order(1, 2, 1_000)])
    assert by_key(money(stores, model="linear").rows)["spring"].revenue_minor == 500
    later = touch(1, 1, "Message Clicked", "spring", "email")
    write_history([*same_day, later, touch(1, 1, "Coupon Redeemed", "summer", "store"), order(1, 2, 900)])
    assert by_key(money(stores, model="linear").rows)["spring"].revenue_minor == 600


def test_who_saw_an_ad_was_touched_and_has_not_responded(stores: Stores, write_history: Any) -> None:
    write_history(
        [touch(1, 0, "Ad Viewed", "spring", "ad"), touch(2, 0, "Message Clicked", "spring", "ad"), order(1, 1, 500)]
    )
    row = by_key(money(stores).rows)["spring"]
    assert (row.reached, row.responded, row.orders) == (2, 1, 1)


def test_a_late_touch_and_a_merge_change_the_report_at_once(stores: Stores, write_history: Any) -> None:
    write_history([order(1, 2, 1_000)])
    assert by_key(money(stores).rows)[NONE_KEY].conversions == 1
    events = [order(1, 2, 1_000), touch(9, 1, "Message Clicked", "spring", "email")]
    write_history(events)
    assert by_key(money(stores).rows)["spring"].orders == 0
    write_history(events, merges={9: 1})
    assert by_key(money(stores).rows)["spring"].conversions == 1


def test_orders_in_another_currency_are_left_out_and_counted(stores: Stores, write_history: Any) -> None:
    write_history([order(1, 0, 1_000), order(1, 1, 50, currency="USD"), order(2, 1, 10), order(3, 1, 5, currency=None)])
    report = money(stores)
    assert (report.currency, report.conversions, report.left_out, report.revenue_minor) == ("RUB", 3, 1, 1_015)
    assert report.is_reconciled
    other = money(stores, currency="USD")
    assert (other.conversions, other.left_out, other.revenue_minor) == (2, 2, 55)


def test_nothing_at_all_gives_an_empty_report_without_dividing_by_it(stores: Stores) -> None:
    report = money(stores)
    assert (report.rows, report.currency, report.conversions, report.is_reconciled) == ([], "", 0, True)
    assert (report.totals.cpa_minor, report.totals.cpo_minor, report.totals.cac_minor) == (None, None, None)
    assert (report.totals.roi, report.totals.romi, report.totals.cost_share) == (None, None, None)


def test_a_campaign_that_only_cost_is_shown_with_nothing_to_divide_by(stores: Stores) -> None:
    load_costs(stores, [[COST]], now=day(4), currency="RUB")
    row = by_key(money(stores).rows)["ads"]
    assert (row.cost_minor, row.cpa_minor, row.cpo_minor, row.cac_minor) == (4_000, None, None, None)
    assert (row.roi, row.romi, row.cost_share) == (-1.0, -1.0, None)


@pytest.mark.parametrize(
    ("field", "change"),
    [("model", {"model": "best"}), ("by", {"by": "total"}), ("lookback_days", {"lookback_days": -1}),
     ("margin", {"margin": 0.0})],
)  # fmt: skip
def test_terms_out_of_range_are_refused_by_name(field: str, change: dict[str, Any], stores: Stores) -> None:
    with pytest.raises(Invalid) as caught:
        money(stores, **change)
    assert caught.value.facts["field"] == field


def test_sums_over_the_history_are_right_before_the_first_merge(stores: Stores, write_history: Any) -> None:
    """DuckDB 2.0.0 takes a sum over a left join with an empty table for zero; the engine must not fall for it."""
    write_history([order(person, 0, 100_000) for person in range(1, 50)])
    history = "from identity_history where name = 'Order Completed' group by currency"
    with stores.events.read() as tx:
        plain = parse_events("test.a", f"select cast(sum(revenue_minor) as bigint), count(*) as n {history} order by n")
        having = parse_events("test.b", f"select sum(revenue_minor) {history} having sum(revenue_minor) > 1")
        assert tx.tuples(plain) == [(4_900_000, 49)]
        assert tx.tuples(having) == [(4_900_000,)]


def test_what_machines_open_and_click_is_no_touch(stores: Stores, write_history: Any) -> None:
    clicked = touch(1, 0, "Message Clicked", "spring", "email")
    write_history([{**clicked, "properties": {"is_machine": True}}, order(1, 1, 100)])
    assert list(by_key(money(stores).rows)) == [NONE_KEY]
    write_history([{**clicked, "properties": {"is_machine": False}}, order(1, 1, 100)])
    assert by_key(money(stores).rows)["spring"].responded == 1
