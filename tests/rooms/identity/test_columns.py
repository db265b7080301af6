"""What the event store keeps of an event, and that nothing a sender writes can stop the batch."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.core.event import Event, encode, read
from omniloom.identity import resolve
from omniloom.identity.columns import Resolved, read_columns
from omniloom.store import settle

AT = datetime(2026, 3, 1, tzinfo=UTC)


def columns_of(properties, *, kind="track", context=None, at=AT, **fields):
    """The one event row and its item rows."""
    event = Event(
        source_id="s", message_id="m", type=kind, occurred_at=at, received_at=AT, identifiers={"user_id": "A"},
        properties=properties, context=context or {}, **fields,
    )  # fmt: skip
    events, items = read_columns(Resolved([7], [read(encode(event))], [3], [4], [None]), "RUB")
    (row,) = events.to_pylist()
    return row, items.to_pylist()


def test_an_order_gets_its_hot_columns_and_a_row_a_line():
    row, items = columns_of({
        "order_id": 17, "revenue": "1250.50", "currency": "usd", "channel": "store", "store_id": "S1",
        "products": [
            {"product_id": "P1", "quantity": 2, "price": 0.1, "discount": 1},
            {"sku": 77, "quantity": "1.5", "amount": 3.335, "price": 9},
            {"product_id": "P2"},
        ],
    })  # fmt: skip
    assert (row["position"], row["person_id"], row["order_id"], row["channel"]) == (7, 3, "17", "store")
    assert (row["revenue_minor"], row["currency"], row["problems"]) == (125050, "USD", None)
    assert json.loads(row["properties"]) == {
        "order_id": 17, "revenue": "1250.50", "currency": "usd", "channel": "store", "store_id": "S1"
    }  # fmt: skip
    lines = [(i["line"], i["product_id"], i["quantity"], i["amount_minor"], json.loads(i["properties"])) for i in items]
    assert lines == [
        (0, "P1", 2.0, 20, {"price": 0.1, "discount": 1}),
        (1, "77", 1.5, 334, {"price": 9}),
        (2, "P2", 1.0, None, {}),
    ]
    assert {(i["position"], i["person_id"], i["order_id"]) for i in items} == {(7, 3, "17")}


@pytest.mark.parametrize(
    ("properties", "revenue_minor", "currency"),
    [
        ({"revenue": 10}, 1000, "RUB"), ({"total": 2.5}, 250, "RUB"), ({"value": "1"}, 100, "RUB"),
        ({"revenue": 0, "total": 5}, 0, "RUB"), ({"revenue_minor": 7, "revenue": 1}, 7, "RUB"),
        ({"revenue": 100, "currency": "JPY"}, 100, "JPY"), ({"revenue": 1, "currency": "roubles"}, 100, "RUB"),
        ({"value": "gold"}, None, None), ({}, None, None),
    ],
)  # fmt: skip
def test_revenue_is_minor_units_of_its_currency(properties, revenue_minor, currency):
    row, _ = columns_of(properties)
    assert (row["revenue_minor"], row["currency"], row["problems"]) == (revenue_minor, currency, None)


@pytest.mark.parametrize("revenue", ["twelve", [1], {"a": 1}, True, "1e400", 10**30, "nan"])
def test_a_revenue_that_is_no_amount_is_named_and_left_out(revenue):
    row, _ = columns_of({"revenue": revenue})
    assert row["revenue_minor"] is None
    assert json.loads(row["problems"]) == {"revenue": "malformed: not an amount of money"}


@pytest.mark.parametrize(
    ("properties", "context", "expected"),
    [
        ({"campaign_id": 18}, {}, ("18", None)), ({}, {"campaign": {"name": "spring", "id": ""}}, ("spring", None)),
        ({"campaign_id": "a"}, {"campaign": {"id": "b"}, "channel": "web"}, ("a", "web")),
        ({"channel": "sms"}, {"campaign": "x", "channel": "web"}, (None, "sms")),
    ],
)  # fmt: skip
def test_campaign_and_channel_come_from_properties_then_context(properties, context, expected):
    row, _ = columns_of(properties, context=context)
    assert (row["campaign_id"], row["channel"]) == expected


def test_products_that_are_no_list_stay_in_the_properties():
    row, items = columns_of({"products": "milk"})
    assert items == []
    assert json.loads(row["properties"]) == {"products": "milk"}
    assert "products" in json.loads(row["problems"])


def test_instants_are_kept_in_utc():
    row, _ = columns_of({}, at=AT.astimezone(timezone(timedelta(hours=5))))
    assert row["occurred_at"] == AT.replace(tzinfo=None)


def test_an_identify_keeps_traits_and_a_group_its_id():
    row, _ = columns_of({"products": []}, kind="group", traits={"name": "Acme"}, group_id="g1")
    assert json.loads(row["properties"]) == {"name": "Acme"}
    assert json.loads(row["identifiers"]) == {"user_id": "A", "group_id": "g1"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
HOT = ["products", "revenue", "total", "revenue_minor", "currency", "order_id", "channel", "campaign_id"]
hostile_line = anything | st.dictionaries(
    st.sampled_from(["product_id", "sku", "quantity", "price", "amount"]), anything, max_size=4
)
hostile = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(HOT[1:], anything), "products": anything | st.lists(hostile_line, max_size=4)}
)


@given(hostile, st.dictionaries(st.sampled_from(["channel", "campaign"]), anything))
def test_no_value_stops_the_batch_and_no_line_is_lost(properties, context):
    products = properties.get("products")
    lines = len(products) if isinstance(products, list) else 0
    row, items = columns_of(dict(properties), context=context)
    assert len(items) == lines
    assert row["person_id"] == 3


@given(st.decimals(0, 10_000, places=2), st.integers(1, 20))
def test_a_lines_amount_is_price_times_quantity_to_the_kopeck(price, quantity):
    _, (item,) = columns_of({"products": [{"price": float(price), "quantity": quantity}]})
    assert Decimal(item["amount_minor"]) == price * quantity * 100


def test_a_thousand_people_are_looked_up_with_few_questions(sender, monkeypatch):
    for n in range(1000):
        sender.send("track", user_id=f"U{n}", properties={"products": [{"product_id": "P", "amount": 1}]})
    sender.flush()
    settle(sender.stores, now=AT)
    statements = 0
    tx_type = type(_open_tx(sender))
    run = tx_type._execute

    def counted(self, query, params):
        nonlocal statements
        statements += 1
        return run(self, query, params)

    monkeypatch.setattr(tx_type, "_execute", counted)
    resolve(sender.stores, now=AT, home_region="RU", home_currency="RUB", rows_max=1000)
    assert statements <= 16


def _open_tx(sender):
    with sender.stores.state.read() as tx:
        return tx
