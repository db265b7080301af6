"""Costs: read strictly, kept once."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from omniloom.analytics import load_costs, money, name_campaigns
from omniloom.core.errors import Invalid
from omniloom.store import Stores
from omniloom.store.sql import parse_events

NOW = datetime(2026, 3, 9, tzinfo=UTC)
ROW: dict[str, Any] = {"day": "2026-03-02", "channel": "search", "campaign_id": "spring", "cost": "12.50"}
ALL = parse_events("test.costs", "select * exclude (cost_key, updated_at) from analytics_cost order by day, keyword")


def costs(stores: Stores) -> list[dict[str, Any]]:
    with stores.events.read() as tx:
        return tx.rows(ALL)


def test_a_cost_is_kept_in_minor_units_of_its_currency(stores: Stores) -> None:
    rows = [
        {**ROW, "ad_group": "coats", "keyword": "a", "impressions": "100", "clicks": 7.0},
        {**ROW, "keyword": "b", "cost": 12.5, "currency": "jpy", "day": date(2026, 3, 2)},
        {**ROW, "keyword": "c", "cost": None, "cost_minor": 99, "day": NOW},
    ]
    assert load_costs(stores, [rows], now=NOW, currency="RUB") == 3
    first, second, third = costs(stores)
    assert first == {
        "day": date(2026, 3, 2), "channel": "search", "campaign_id": "spring", "ad_group": "coats", "keyword": "a",
        "cost_minor": 1250, "currency": "RUB", "impressions": 100, "clicks": 7,
    }  # fmt: skip
    assert (second["cost_minor"], second["currency"]) == (12, "JPY")
    assert (third["cost_minor"], third["day"]) == (99, NOW.date())


def test_the_same_file_twice_changes_nothing_and_a_corrected_file_replaces(stores: Stores) -> None:
    rows = [{**ROW, "keyword": word} for word in ("a", "b")]
    load_costs(stores, [rows], now=NOW, currency="RUB")
    before = costs(stores)
    load_costs(stores, [rows], now=NOW, currency="RUB")
    assert costs(stores) == before
    load_costs(stores, [[{**ROW, "keyword": "a", "cost": 20}]], now=NOW, currency="RUB")
    assert [row["cost_minor"] for row in costs(stores)] == [2000, 1250]


def test_rows_of_one_load_with_the_same_key_add_up(stores: Stores) -> None:
    assert load_costs(stores, [[{**ROW, "clicks": 2}], [{**ROW, "clicks": 3}]], now=NOW, currency="RUB") == 1
    assert [(row["cost_minor"], row["clicks"]) for row in costs(stores)] == [(2500, 5)]


def test_an_empty_load_is_no_fault(stores: Stores) -> None:
    assert load_costs(stores, [], now=NOW, currency="RUB") == 0


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("day", {"day": "yesterday"}),
        ("day", {"day": None}),
        ("channel", {"channel": " ", "campaign_id": None}),
        ("cost", {"cost": "12,50"}),
        ("cost", {"cost": ""}),
        ("cost", {"cost": "-1"}),
        ("cost", {"cost": "NaN"}),
        ("cost", {"cost": True}),
        ("cost", {"cost_minor": 5}),
        ("cost_minor", {"cost": None, "cost_minor": 5.5}),
        ("cost_minor", {"cost": None, "cost_minor": 10**30}),
        ("clicks", {"clicks": "many"}),
        ("impressions", {"impressions": -1}),
        ("currency", {"currency": "roubles"}),
        ("keyword", {"keyword": "a\x00"}),
        ("spend", {"spend": 1}),
    ],
)
def test_a_wrong_cost_is_refused_by_row_and_field_and_nothing_of_its_load_stays(
    field: str, change: dict[str, Any], stores: Stores
) -> None:
    with pytest.raises(Invalid, match="row 2") as caught:
        load_costs(stores, [[ROW], [{**ROW, **change}]], now=NOW, currency="RUB")
    assert (caught.value.facts["field"], caught.value.facts["row"]) == (field, 2)
    assert costs(stores) == []


def test_a_name_is_replaced_with_its_prices(stores: Stores, write_history: Any) -> None:
    sent = {"person_id": 1, "occurred_at": NOW, "name": "Message Sent", "campaign_id": "c", "channel": "sms"}
    write_history([sent, {**sent, "channel": "email"}])
    name_campaigns(
        stores,
        [{"campaign_id": "c", "name": "Old", "cost_per_message_minor": {"sms": 350, "email": 2}}],
        currency="RUB",
    )
    assert [(row.name, row.cost_minor) for row in money(stores).rows] == [("Old", 352)]
    name_campaigns(
        stores, [{"campaign_id": "c", "name": "New", "channel": "sms", "cost_per_message_minor": 5}], currency="RUB"
    )
    assert [(row.name, row.channel, row.cost_minor) for row in money(stores).rows] == [("New", "sms", 5)]


@pytest.mark.parametrize("price", [{"sms": -1}, {"sms": 1.5}, {"": 1}, 7])
def test_a_price_without_a_channel_or_below_zero_is_refused(price: Any, stores: Stores) -> None:
    with pytest.raises(Invalid, match="cost_per_message_minor"):
        name_campaigns(stores, [{"campaign_id": "c", "name": "C", "cost_per_message_minor": price}], currency="RUB")
