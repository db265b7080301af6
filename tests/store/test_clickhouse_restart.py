"""What ClickHouse holds is there again when its process starts anew, in tables that migrations have changed too."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from datetime import datetime
import pyarrow as pa
from omniloom.store.engines.clickhouse_events import ClickHouseEvents
from omniloom.store.migrate import migrate
from omniloom.store.sql import parse_events

events = ClickHouseEvents(f"chdb://{sys.argv[1]}", database="restarted")
migrate(events, "events")
at = pa.array([datetime(2026, 3, 2)] * 10, pa.timestamp("us"))
if sys.argv[2] == "write":
    number, text = pa.array(range(1, 11), pa.int64()), pa.array(["x"] * 10)
    row = {"position": number, "person_id": number, "occurred_at": at, "properties": text}
    event = {name: text for name in ("source_id", "message_id", "type", "name", "identifiers", "context")}
    with events.write() as tx:
        tx.append("identity_event", pa.table({**row, **event, "received_at": at}))
        tx.append("identity_item", pa.table({**row, "line": number}))
with events.read() as tx:
    for table in ("identity_event", "identity_item"):
        print(tx.tuples(parse_events("test.count", f"select count(*) from {table}"))[0][0])
events.close()
"""


def test_rows_of_changed_tables_are_there_after_a_restart(tmp_path: Path) -> None:
    for run in ("write", "read"):
        said = subprocess.run(
            [sys.executable, "-c", SCRIPT, tmp_path / "clickhouse", run], capture_output=True, text=True, timeout=600,
            check=True,
        )  # fmt: skip
        assert said.stdout.split() == ["10", "10"], run
