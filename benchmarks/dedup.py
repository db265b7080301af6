"""What deduplication costs with 5 and with 50 million ids remembered: ``python -m benchmarks.dedup [millions …]``.

Ids are remembered by the platform's own code, only that their keys are drawn instead of digested. Then new events are
settled, and half-repeated ones, as the worker does. The last line is JSON.
"""

import json
import os
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from omniloom.core.event import Event, encode
from omniloom.store import Stores, open_stores, seen, settle

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BATCH = 10_000
ROUNDS = 20


def fill(stores: Stores, ids: int) -> None:
    """Remember so many random ids of the last weeks, a run at a time."""
    draw = np.random.default_rng(1)
    for number in range(ids // seen.RUN_IDS_MAX):
        columns = draw.integers(0, 2**64 - 1, (3, seen.RUN_IDS_MAX), np.uint64)
        drawn = seen.Ids(columns[0], columns[1], columns[2], np.zeros(seen.RUN_IDS_MAX, np.bool_)).sorted()
        with stores.state.write() as tx:
            seen.seal(tx, -2 * (number + 1), drawn, int((NOW + timedelta(days=9)).timestamp() * 1_000_000))


def bodies(draw: random.Random, count: int) -> list[bytes]:
    """Orders as a shop sends them."""
    return [
        encode(Event(
            source_id="site", message_id=f"{draw.getrandbits(122):032x}", type="track", name="Product Viewed",
            occurred_at=NOW, received_at=NOW, identifiers={"anonymous_id": f"{draw.getrandbits(60):x}"},
            properties={"product_id": str(draw.randrange(10_000)), "price": draw.randrange(99_999) / 100,
                        "currency": "USD", "category": "Dairy", "url": "https://shop.example.test/p/1"},
            context={"page": {"path": "/p/1", "title": "A product"}, "ip": "198.51.100.7", "userAgent": "Mozilla/5.0"},
        ))
        for _ in range(count)
    ]  # fmt: skip


def measure(stores: Stores, repeated: float) -> tuple[float, float]:
    """Microseconds an event (passed, of processor), in the median round; ``repeated``: the share that came before."""
    draw = random.Random(int.from_bytes(os.urandom(8)))
    before = bodies(draw, BATCH)
    stores.log.append(before)
    settle(stores, now=NOW, rows_max=BATCH)
    spent: list[float] = []
    worked: list[float] = []
    for _ in range(ROUNDS):
        fresh = bodies(draw, BATCH)
        stores.log.append([*before[: int(BATCH * repeated)], *fresh[int(BATCH * repeated) :]])
        before = fresh
        started, cpu = time.perf_counter(), time.process_time()
        progress = settle(stores, now=NOW, rows_max=BATCH)
        spent.append(time.perf_counter() - started)
        worked.append(time.process_time() - cpu)
        assert progress.rows == BATCH
    return tuple(round(sorted(found)[ROUNDS // 2] / BATCH * 1_000_000, 2) for found in (spent, worked))  # type: ignore[return-value]


def run(millions: int) -> dict[str, float]:
    """All figures with so many million ids remembered."""
    with tempfile.TemporaryDirectory(prefix="omniloom-dedup-") as folder:
        stores = open_stores(Path(folder) / "home")
        try:
            started = time.perf_counter()
            fill(stores, millions * 1_000_000)
            filled = time.perf_counter() - started
            measure(stores, 0)
            new, half = measure(stores, 0), measure(stores, 0.5)
            return {
                "ids_m": millions,
                "fill_s": round(filled, 1),
                "new_us": new[0],
                "new_cpu_us": new[1],
                "half_repeated_us": half[0],
                "half_repeated_cpu_us": half[1],
                "state_mb": (Path(folder) / "home" / "state.db").stat().st_size >> 20,
                "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
            }
        finally:
            stores.close()


def main() -> None:
    """Measure every size asked for, smallest first."""
    sizes = sorted(int(given) for given in sys.argv[1:]) or [5, 50]
    found = [run(size) for size in sizes]
    ratio = round(found[-1]["new_cpu_us"] / found[0]["new_cpu_us"], 3)
    print(json.dumps({"dedup": found, "events_per_s": round(1e6 / found[-1]["new_cpu_us"]), "cost_ratio": ratio}))


if __name__ == "__main__":
    main()
