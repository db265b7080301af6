"""The product catalogue."""

from datetime import UTC, datetime, timedelta

import pytest

from omniloom.catalog import load_products, product
from omniloom.core.errors import Invalid, Missing

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_loading_twice_changes_nothing_but_when(stores):
    rows = [[{"product_id": 1, "name": "Milk", "brand": "B", "size": "1 l"}], [], [{"product_id": "2", "name": "Tea"}]]
    assert load_products(stores, rows, now=NOW) == 2
    first = product(stores, "1")
    assert load_products(stores, rows, now=NOW + timedelta(days=1)) == 2
    again = product(stores, "1")
    assert (first.name, first.brand, first.category, first.properties) == ("Milk", "B", "", {"size": "1 l"})
    assert (again.properties, again.updated_at - first.updated_at) == (first.properties, timedelta(days=1))


def test_the_later_of_two_rows_with_one_id_stands(stores):
    load_products(stores, [[{"product_id": "1", "name": "Milk"}, {"product_id": "1", "name": "Oat milk"}]], now=NOW)
    assert product(stores, "1").name == "Oat milk"


@pytest.mark.parametrize("row", [{}, {"product_id": None}, {"product_id": "  "}, {"name": "Milk"}])
def test_a_row_without_an_id_is_refused_by_name(stores, row):
    with pytest.raises(Invalid, match="product_id"):
        load_products(stores, [[row]], now=NOW)


def test_an_unknown_product_is_missing(stores):
    with pytest.raises(Missing, match="'7'"):
        product(stores, "7")
