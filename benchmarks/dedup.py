"""What deduplication costs with 5 and with 50 million ids remembered: ``python -m benchmarks.dedup [millions …]``.

Ids are remembered by the platform's own code, only that their keys are drawn instead of digested. Then new events are
settled, and half-repeated ones, as the worker does. The last line is JSON.
"""

import contextlib
import json
import random
import resource
import statistics
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


class Measured:
    """One installation with so many million ids remembered, and what its rounds took."""

    def __init__(self, folder: Path, millions: int) -> None:
        self.millions = millions
        self.folder = folder
        self.stores = open_stores(folder)
        started = time.perf_counter()
        fill(self.stores, millions * 1_000_000)
        self.fill_s = time.perf_counter() - started
        self.draw = random.Random(millions)
        self.before = bodies(self.draw, BATCH)
        self.took: dict[str, list[tuple[float, float]]] = {"new": [], "half_repeated": []}

    def round(self, kind: str) -> None:
        """Append and settle one batch."""
        repeated = BATCH // 2 if kind == "half_repeated" else 0
        fresh = bodies(self.draw, BATCH)
        self.stores.log.append([*self.before[:repeated], *fresh[repeated:]])
        self.before = fresh
        started, worked = time.perf_counter(), time.process_time()
        progress = settle(self.stores, now=NOW, rows_max=BATCH)
        self.took[kind].append((time.perf_counter() - started, time.process_time() - worked))
        assert progress.rows == BATCH

    def figures(self) -> dict[str, float]:
        """Medians in microseconds an event: passed, and of processor."""
        found: dict[str, float] = {"ids_m": self.millions, "fill_s": round(self.fill_s, 1)}
        for kind, took in self.took.items():
            for name, values in zip(("us", "cpu_us"), zip(*took[1:], strict=True), strict=True):
                found[f"{kind}_{name}"] = round(statistics.median(values) / BATCH * 1e6, 2)
        return found | {"state_mb": (self.folder / "state.db").stat().st_size >> 20}


def main() -> None:
    """Measure every size asked for, round by round in turn, so that noise meets them alike."""
    sizes = sorted(int(given) for given in sys.argv[1:]) or [5, 50]
    with tempfile.TemporaryDirectory(prefix="omniloom-dedup-") as folder, contextlib.ExitStack() as closing:
        all_ = [Measured(Path(folder) / str(size), size) for size in sizes]
        for one in all_:
            closing.callback(one.stores.close)
        for number in range(2 * ROUNDS):
            for one in all_:
                one.round("half_repeated" if number % 2 else "new")
        found = [one.figures() for one in all_]
    ratios = {f"cost_ratio_{name}": round(found[-1][name] / found[0][name], 3) for name in ("new_us", "new_cpu_us")}
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        json.dumps({"dedup": found, "peak_rss_mb": rss_mb, "events_per_s": round(1e6 / found[-1]["new_us"])} | ratios)
    )


if __name__ == "__main__":
    main()
