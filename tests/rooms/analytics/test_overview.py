"""The first screen's figures."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from omniloom.analytics import OrderChannel, overview
from omniloom.store import Stores

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday


def order(person_id: int, days_ago: float, revenue_minor: int, channel: str | None = "store") -> dict[str, Any]:
    return {"person_id": person_id, "occurred_at": NOW - timedelta(days=days_ago), "name": "Order Completed",
            "revenue_minor": revenue_minor, "channel": channel}  # fmt: skip


def test_an_empty_installation_has_an_overview(stores: Stores) -> None:
    shown = overview(stores, now=NOW)
    assert (shown.customers, shown.orders, shown.repeat_rate, shown.last_event_at) == (0, 0, None, None)
    assert len(shown.weeks) == 53
    assert [stage.people for stage in shown.stages] == [0, 0, 0, 0, 0]


def test_people_orders_and_messages_are_counted_with_merges_followed(stores: Stores, write_history: Any) -> None:
    sent = {"person_id": 3, "occurred_at": NOW - timedelta(days=2), "name": "Message Sent", "campaign_id": "c",
            "channel": "sms"}  # fmt: skip
    clicked = {**sent, "name": "Message Clicked"}
    write_history(
        [order(1, 9, 100), order(2, 2, 200), order(4, 400, 40, None), sent, clicked,
         {**clicked, "properties": {"is_machine": True}}],
        merges={2: 1},
    )  # fmt: skip
    shown = overview(stores, now=NOW)
    assert (shown.customers, shown.orders, shown.revenue_minor, shown.currency) == (3, 3, 340, "RUB")
    assert shown.repeat_rate == 0.5
    assert {stage.key: stage.people for stage in shown.stages} == {
        "known": 3, "contacted": 1, "responded": 1, "bought": 2, "bought_again": 1,
    }  # fmt: skip
    assert shown.channels == [OrderChannel("store", 2, 300, 1), OrderChannel("", 1, 40, 1)]
    assert shown.outcomes == {"sms": {"Message Clicked": 1, "Message Sent": 1}}
    assert (shown.events_day, shown.events_week) == (0, 4)
    assert shown.last_event_at == NOW - timedelta(days=2)


def test_weeks_begin_on_monday_end_with_the_present_one_and_keep_their_gaps(stores: Stores, write_history: Any) -> None:
    write_history([order(1, 0, 1), order(1, 2.6, 10), order(1, 14, 100), order(1, 7 * 53, 1_000)])
    weeks = overview(stores, now=NOW).weeks
    assert [week.week_on for week in weeks[-2:]] == [date(2026, 2, 23), date(2026, 3, 2)]
    assert [week.revenue_minor for week in weeks[-3:]] == [100, 10, 1]
    assert sum(week.orders for week in weeks) == 3
    assert weeks[0].week_on == date(2025, 3, 3)
