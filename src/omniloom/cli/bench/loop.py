"""`omniloom bench loop`: from a customer's click to his profile, timeline and segments, over real HTTP.

A server and a collector process of their own in a fresh data directory; this process plays the customers. First as fast
as it goes, then at a steady rate, while probes ask when a new buyer is to be seen everywhere and somebody opens pages.
At the end the stored events are counted against those acknowledged.
"""

import asyncio
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from omniloom import access
from omniloom.cli.bench import shoppers, stored
from omniloom.cli.bench.shoppers import Line
from omniloom.cli.client import SERVER_FILE
from omniloom.cli.output import AsJson, console, print_json
from omniloom.core.clock import SystemClock, stopwatch
from omniloom.core.errors import Unavailable
from omniloom.core.event import ORDER_COMPLETED

BATCH = 100
LINES = 4
PROBE_EVERY_S = 0.5
LOOK_EVERY_S = 0.5
PAGES = ("/", "/customers", "/segments", "/campaigns")
SEGMENTS: dict[str, dict[str, Any]] = {
    "Buyers": {"did": ORDER_COMPLETED, "within": "30d"},
    "Lookers": {"all": [{"did": "Product Viewed", "count": {"at_least": 3}}, {"did_not": ORDER_COMPLETED}]},
}
OWNER = {"name": "Bench Owner", "email": "bench@shop.test", "password": "only for this measurement", "language": "en"}


@dataclass(slots=True)
class Figures:
    """What was measured. ``cost_ratio_50m_5m``: an event's cost in the larger history over that in the smaller."""

    sustained_events_per_s: float = 0.0
    p50_s: float = 0.0
    p99_s: float = 0.0
    ui_p95_ms: float = 0.0
    acked: int = 0
    lost: int = 0
    doubled: int = 0
    cost_ratio_50m_5m: float | None = None
    stored_events: dict[str, float] = field(default_factory=dict)  # events stored before -> µs an event costs then


def loop(
    events: Annotated[int, typer.Option(help="Events sent as fast as they are taken.")] = 400_000,
    rate: Annotated[int, typer.Option(help="Events a second of the steady part.")] = 2_000,
    seconds: Annotated[int, typer.Option(help="Length of the steady part.")] = 30,
    history: Annotated[
        str, typer.Option(help="Two sizes of history to compare an event's cost at, such as 5m,50m; empty: skip.")
    ] = "5m,50m",
    as_json: AsJson = False,
) -> None:
    """From click to profile, timeline and segments: sustained rate, delay, pages meanwhile, losses, cost by size."""
    with tempfile.TemporaryDirectory(prefix="omniloom-bench-") as folder:
        figures = asyncio.run(_measure(Path(folder) / "data", events, rate, seconds))
    if history:
        sizes = [stored.size_of(text) for text in history.split(",")]
        costs = stored.costs(sizes, say=lambda text: None if as_json else console.print(text))
        figures.stored_events = {f"{size:,}": round(cost, 2) for size, cost in zip(sizes, costs, strict=True)}
        figures.cost_ratio_50m_5m = round(costs[-1] / costs[0], 3)
    if as_json:
        print_json(asdict(figures))
    else:
        for name, value in asdict(figures).items():
            console.print(f"{name}: {value}", highlight=False)


async def _measure(data_dir: Path, events: int, rate: int, seconds: int) -> Figures:
    figures = Figures()
    with serving(data_dir) as urls:
        desk = Desk(urls["url"], data_dir)
        key = await desk.open_shop()
        lines = [Line(urls["collect_url"], authorization=f"Bearer {key}") for _ in range(LINES)]
        now = SystemClock().now()
        fast = [(shoppers.batch(shoppers.items(i, BATCH, at=now)), BATCH) for i in range(0, events, BATCH)]
        started = stopwatch()
        flood = await shoppers.send_all(fast, lines)
        await desk.caught_up()
        figures.sustained_events_per_s = round(flood.acked / (stopwatch() - started), 1)
        size = max(1, rate // 100)
        calm = [
            (shoppers.batch(shoppers.items(events + i, size, at=now)), size) for i in range(0, rate * seconds, size)
        ]
        stop = asyncio.Event()
        watching = asyncio.gather(desk.probe(urls["collect_url"], key, stop), desk.look(stop))
        steady = await shoppers.send_paced(calm, lines, every_s=size / rate)
        stop.set()
        delays, looks = await watching
        await desk.caught_up()
        for line in lines:
            line.close()
        figures.acked = flood.acked + steady.acked + 2 * len(delays)
        figures.p50_s, figures.p99_s = round(quantile(delays, 50), 3), round(quantile(delays, 99), 3)
        figures.ui_p95_ms = round(quantile(looks, 95) * 1000, 1)
    kept, different = stored.counted(data_dir)
    figures.lost, figures.doubled = figures.acked - different, kept - different
    return figures


def quantile(values: list[float], percent: int) -> float:
    """The value that so many per cent of the values do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else 0.0


@contextmanager
def serving(data_dir: Path) -> Iterator[dict[str, str]]:
    """A server with one collector on free ports; yields their URLs. Errors: Unavailable if it does not start."""
    command = [sys.executable, "-m", "omniloom.cli.main", "serve", "--data-dir", str(data_dir), "--port", "0",
               "--collectors", "1", "--collect-port", "0"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        deadline = stopwatch() + 60
        while not (data_dir / SERVER_FILE).exists():
            if process.poll() is not None or stopwatch() > deadline:
                raise Unavailable("the server did not start", hint="see its message above")
            time.sleep(0.05)
        yield json.loads((data_dir / SERVER_FILE).read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


class Desk:
    """The marketer's side of the server: makes the shop, asks how far it is, opens pages."""

    def __init__(self, url: str, data_dir: Path) -> None:
        self._url = url
        self._data_dir = data_dir
        token = access.local_token(data_dir)
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._line = Line(url, **self._headers)

    async def open_shop(self) -> str:
        """A source and the segments; the source's write key."""
        source = await self._api("POST", "/sources", {"name": "Bench shop", "kind": "website"})
        for name, definition in SEGMENTS.items():
            await self._api("POST", "/segments", {"name": name, "definition": definition})
        return str(source["write_key"])

    async def caught_up(self) -> None:
        """Wait until no stage is behind."""
        while any(stage["lag_s"] for stage in (await self._api("GET", "/status"))["stages"]):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.1)

    async def probe(self, collect_url: str, key: str, stop: asyncio.Event) -> list[float]:
        """Send a new buyer now and then; how long each took to be seen in profile, timeline and segments, seconds."""
        sender = Line(collect_url, authorization=f"Bearer {key}")
        asker = Line(self._url, **self._headers)
        delays: list[float] = []
        while not stop.is_set():
            name = f"probe-{len(delays)}"
            started = stopwatch()
            await sender.ask("POST", "/v1/batch", _buyer(name))
            while not await self._is_seen(asker, name):  # noqa: ASYNC110 - asked over HTTP, as a marketer would
                await asyncio.sleep(0.02)
            delays.append(stopwatch() - started)
            await asyncio.sleep(max(0.0, PROBE_EVERY_S - delays[-1]))
        return delays

    async def look(self, stop: asyncio.Event) -> list[float]:
        """Open pages in turn as a signed-in person; how long each took, seconds."""
        visitor = Line(self._url, cookie=await self._signed_in())
        taken: list[float] = []
        while not stop.is_set():
            started = stopwatch()
            status, _, _ = await visitor.ask("GET", PAGES[len(taken) % len(PAGES)])
            if status != 200:
                raise Unavailable(f"a page answered {status}", hint="see the server's log")
            taken.append(stopwatch() - started)
            await asyncio.sleep(LOOK_EVERY_S)
        return taken

    async def _signed_in(self) -> str:
        """The session cookie of the owner, made with the one-time token."""
        setup = (self._data_dir / "setup.token").read_text().strip()
        form = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": self._url,
            "sec-fetch-site": "same-origin",
        }
        line = Line(self._url, **form)
        _, head, _ = await line.ask("POST", "/setup", urlencode({"token": setup, **OWNER}).encode())
        cookies = [line.partition(b":")[2].split(b";")[0].strip() for line in head.split(b"\r\n")
                   if line.lower().startswith(b"set-cookie:")]  # fmt: skip
        if not cookies:
            raise Unavailable("the owner could not sign in", hint="the set-up page has changed")
        return b"; ".join(cookies).decode()

    async def _is_seen(self, line: Line, name: str) -> bool:
        """Whether a probe is in profile, timeline and segment."""
        found = (await self._get(line, f"/people?q={name}"))["people"]
        if not found:
            return False
        person = found[0]["person_id"]
        timeline = (await self._get(line, f"/people/{person}/timeline"))["events"]
        if ORDER_COMPLETED not in [event["name"] for event in timeline]:
            return False
        card = await self._get(line, f"/people/{person}")
        return "Buyers" in [entry["segment"] for entry in card["segments"]]

    async def _get(self, line: Line, path: str) -> Any:
        _, _, body = await line.ask("GET", f"/api/v1{path}")
        return json.loads(body)

    async def _api(self, method: str, path: str, body: Any = None) -> Any:
        status, _, answer = await self._line.ask(
            method, f"/api/v1{path}", b"" if body is None else json.dumps(body).encode()
        )
        if status >= 400:
            raise Unavailable(f"{path} answered {status}: {answer.decode()[:300]}", hint="see the server's log")
        return json.loads(answer)


def _buyer(name: str) -> bytes:
    stamp = SystemClock().now().isoformat()
    return shoppers.batch([
        {"type": "identify", "userId": name, "messageId": f"{name}-who", "timestamp": stamp, "traits": {"plan": "x"}},
        {"type": "track", "event": ORDER_COMPLETED, "userId": name, "messageId": name, "timestamp": stamp,
         "properties": {"order_id": name, "revenue": 5, "currency": "USD"}},
    ])  # fmt: skip
