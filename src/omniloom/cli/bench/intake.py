"""`omniloom bench intake`: how fast events are taken in, beside the bare ceiling of the same server.

Two servers stand side by side on one core, a real collector and one that checks nothing; this process loads them in
turns from the other core. What the real one acknowledged is then looked for in its log.
"""

import base64
import gc
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import uvloop
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from omniloom import collect
from omniloom.app import open_platform
from omniloom.cli.bench import sender
from omniloom.cli.bench.sender import NUMBER, Sent
from omniloom.cli.output import AsJson, errors, print_json, print_table
from omniloom.core.clock import SystemClock
from omniloom.core.errors import Unavailable
from omniloom.store import open_stores

TURNS = 4  # of each server, one after the other: what else the machine does then meets both
STEADY_PER_S = {100: 200, 1: 2_000}  # requests a second at which the time of an answer is taken
LINES = {100: 24, 1: 64}  # connections
DELAY_MS = 5.0


@dataclass(slots=True)
class Case:
    """One line of the result."""

    name: str
    batch: int
    delay_ms: float


CASES = (
    Case("batch100", 100, 0.0),
    Case("batch100_5ms", 100, DELAY_MS),
    Case("single", 1, 0.0),
    Case("single_5ms", 1, DELAY_MS),
)


@dataclass(slots=True)
class Figures:
    """What was measured: events a second at full load, answer times at the steady rate, and what became of them."""

    events_per_s: float
    ceiling_events_per_s: float
    ratio: float
    p50_ms: float
    p99_ms: float
    acked: int
    lost: int


def intake(
    seconds: Annotated[float, typer.Option(help="Full load on each server, and steady load, per case.")] = 8.0,
    as_json: AsJson = False,
) -> None:
    """Batches of 100 and single events, with and without 5 ms more per commit, beside the bare ceiling."""
    found: dict[str, Any] = {}
    bar = (TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*bar, console=errors, transient=True) as progress:
        for case in CASES:
            progress.add_task(case.name)
            found[case.name] = asdict(measured(case, seconds))
    if as_json:
        print_json(found)
    else:
        columns = ["", *next(iter(found.values()))]
        print_table("Intake", columns, [[name, *figures.values()] for name, figures in found.items()])


def measured(case: Case, seconds: float) -> Figures:
    """One case, on servers of its own."""
    with tempfile.TemporaryDirectory(prefix="omniloom-bench-") as folder:
        real_dir, bare_dir = Path(folder) / "real", Path(folder) / "bare"
        key, _ = made(real_dir), made(bare_dir)
        with served(real_dir, case) as real, served(bare_dir, case, "--bare") as bare, own_core():
            figures, acked = uvloop.run(_load(case, key, (real, bare), seconds))
        kept = in_log(real_dir)
        figures.lost = sum(case.batch - min(kept[number], case.batch) for number in acked)
        return figures


async def _load(case: Case, key: str, ports: tuple[int, int], seconds: float) -> tuple[Figures, list[int]]:
    real, bare = [await sender.connect(port, LINES[case.batch]) for port in ports]
    request, numbers = template(case.batch, key), itertools.count(1)
    await sender.flood(bare, request, numbers, 0.3)
    runs = [await sender.flood(real, request, numbers, 0.3)]
    rates: tuple[list[float], list[float]] = ([], [])
    gc.disable()
    for _ in range(TURNS):
        for lines, found in zip((real, bare), rates, strict=True):
            sent = await sender.flood(lines, request, numbers, seconds / TURNS)
            found.append(len(sent.acked) * case.batch / sent.seconds)
            if lines is real:
                runs.append(sent)
        gc.collect()
    steady = await sender.pace(real, request, numbers, seconds, STEADY_PER_S[case.batch])
    gc.enable()
    for line in (*real, *bare):
        line.close()
    return _figures(case, rates, steady, [number for run in (*runs, steady) for number in run.acked])


def _figures(
    case: Case, rates: tuple[list[float], list[float]], steady: Sent, acked: list[int]
) -> tuple[Figures, list[int]]:
    real, bare = (statistics.median(found) for found in rates)
    times = statistics.quantiles(steady.took, n=100, method="inclusive")
    return Figures(
        events_per_s=round(real),
        ceiling_events_per_s=round(bare),
        ratio=round(real / bare, 3),
        p50_ms=round(times[49] * 1000, 2),
        p99_ms=round(times[98] * 1000, 2),
        acked=len(acked) * case.batch,
        lost=0,
    ), acked


def made(data_dir: Path) -> str:
    """A new installation with one source; its write key."""
    platform = open_platform(data_dir, environ={}, flags={"collect.events_per_s": 0})
    try:
        source = collect.add_source(platform.stores, name="Bench", kind="server", now=platform.now(), ids=platform.ids)
    finally:
        platform.close()
    return source.write_key


@contextmanager
def served(data_dir: Path, case: Case, *more: str) -> Iterator[int]:
    """A server process; its port."""
    command = [sys.executable, "-m", "omniloom.cli.bench.served", str(data_dir), *more]
    command += ["--delay-ms", str(case.delay_ms)]
    if len(cores()) > 1:
        command += ["--core", str(cores()[0])]
    environ = {**os.environ, "OMNILOOM_COLLECT__EVENTS_PER_S": "0"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environ) as process:  # noqa: S603 - our own command
        if process.stdin is None or process.stdout is None:
            raise Unavailable("the server has no pipes")
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(60)


def cores() -> list[int]:
    """The cores this process may use."""
    return sorted(os.sched_getaffinity(0))


@contextmanager
def own_core() -> Iterator[None]:
    """Keep this process on the last core, out of the servers' way."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class _Kept(msgspec.Struct):
    message_id: str


def in_log(data_dir: Path) -> Counter[int]:
    """How many events of each request are in the log."""
    read = msgspec.json.Decoder(_Kept).decode
    kept: set[str] = set()
    stores = open_stores(data_dir)
    try:
        after = -1
        while found := stores.log.read(after=after, rows_max=50_000):
            kept.update(read(body).message_id for _, body in found)
            after = found[-1][0]
    finally:
        stores.close()
    return Counter(int(message_id.partition("-")[0]) for message_id in kept)


def template(batch: int, key: str) -> bytes:
    """A request of so many events, with ``NUMBER`` in each message id."""
    items = [item(i) for i in range(batch)]
    now = SystemClock().now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    value = {"batch": items, "sentAt": now} if batch > 1 else items[0]
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    basic = base64.b64encode(f"{key}:".encode()).decode()
    head = (
        f"POST /v1/{'batch' if batch > 1 else 'track'} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {basic}\r\n"
        f"User-Agent: analytics-node/2.2.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def item(i: int) -> dict[str, Any]:
    """An event as a shop's tracker sends it; every second one has a product with a Russian name."""
    name = "Молоко «Домик в деревне» 3,2 %, 950 мл" if i % 2 else "Whole milk 3.2 %, 950 ml"
    at = datetime(2026, 11, 20, 12, i % 60, tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "type": "track", "event": "Product Viewed", "userId": f"customer-{i * 7919 % 100_000}",
        "anonymousId": f"8f14e45f-ceea-467f-a{i:03d}-9b2c1d5e0f{i:02d}", "timestamp": at,
        "messageId": f"{NUMBER.decode()}-{i:03d}-7c9e6679-7425-40de",
        "properties": {
            "product_id": f"SKU-{i:05d}", "name": name, "price": 89.9 + i, "currency": "RUB", "quantity": 1 + i % 3,
            "category": "Dairy", "url": f"https://shop.example/catalog/milk/{i}", "position": i,
        },
        "context": {
            "library": {"name": "analytics-node", "version": "2.2.0"}, "ip": "203.0.113.7", "locale": "ru-RU",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0",
        },
    }  # fmt: skip
