"""`omniloom bench move`: a living installation goes to other engines, and every event is counted afterwards.

History is put into the tables in sets, as the platform would have left it; the newest part of it goes through the real
acts. Then a server and collectors run as processes of their own, a client sends events all the while, and
`omniloom store move` is called as an operator would. What was acknowledged must be there once, on the other side.
"""

import asyncio
import itertools
import json
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from omniloom.app import Platform, open_platform
from omniloom.cli.bench import engines, shoppers, stored
from omniloom.cli.client import SERVER_FILE
from omniloom.cli.output import AsJson, console, print_json
from omniloom.collect import Source, add_source
from omniloom.core.clock import SystemClock, stopwatch
from omniloom.core.errors import OmniloomError, Unavailable
from omniloom.store import query
from omniloom.worker import loop

COLLECTORS = 2
BATCH = 20
PLAYED_MAX = 200_000  # of the history: events that go through the real acts
AFTER_S = 3.0  # how long events are sent before and after
_COUNTED = query(__file__, "counted")
_MOVED = query(__file__, "moved")


@dataclass(slots=True)
class Figures:
    """What was measured. ``seconds`` of the whole move, ``standing_s`` of them while changes and acts waited."""

    events: int = 0
    seconds: float = 0.0
    standing_s: float = 0.0
    events_per_s: float = 0.0
    tables: int = 0
    unequal: int = 0
    sent_during: int = 0
    refused: int = 0
    lost: int = 0
    doubled: int = 0
    peak_rss_mb: int = 0


def move(
    events: Annotated[str, typer.Option(help="Size of the installation, such as 200k or 5m.")] = "5m",
    rate: Annotated[int, typer.Option(help="Events a second that are sent meanwhile.")] = 500,
    to: Annotated[str, typer.Option(help="An empty PostgreSQL database; empty: one of its own.")] = "",
    log: Annotated[str, typer.Option(help="A NATS server; empty: one of its own.")] = "",
    events_to: Annotated[str, typer.Option(help="A ClickHouse database; empty: the engine inside the server.")] = "",
    folder: Annotated[Path | None, typer.Option(help="Where to make it; empty: among temporary files.")] = None,
    as_json: AsJson = False,
) -> None:
    """Move an installation of so many events to PostgreSQL, NATS and ClickHouse while events come in."""
    size = stored.size_of(events)
    say: Callable[[str], None] = (lambda _: None) if as_json else console.print
    with tempfile.TemporaryDirectory(prefix="omniloom-bench-", dir=folder) as name, ExitStack() as running:
        place = Path(name)
        say(f"making an installation of {size:,} events …")
        source = _installation(place / "data", size)
        to = to or running.enter_context(engines.postgres(place))
        log = log or running.enter_context(engines.nats(place))
        figures = _measure(place / "data", source, size, rate, (to, log, events_to or f"chdb://{place}/chdb"), say)
    if as_json:
        print_json(asdict(figures))
    else:
        for field, value in asdict(figures).items():
            console.print(f"{field}: {value}", highlight=False)


def _measure(
    data: Path, source: Source, size: int, rate: int, places: tuple[str, str, str], say: Callable[[str], None]
) -> Figures:
    figures = Figures()
    port = engines.free_port()
    with ExitStack() as running:
        for _ in range(COLLECTORS):
            running.enter_context(
                _process("collect", data, "--port", str(port), is_ready=lambda: engines.listens(port))
            )
        customers = Customers(port, source.write_key, rate, size // stored.EVENTS_A_PERSON)
        running.callback(customers.stop)
        customers.play(AFTER_S)
        say("moving …")
        ready = data / SERVER_FILE
        with _process("serve", data, "--port", "0", is_ready=ready.exists) as server, Watch(data) as watch:
            before, started = len(customers.acked), stopwatch()
            _called(data, places, figures)
            figures.seconds = round(stopwatch() - started, 1)
            figures.sent_during = (len(customers.acked) - before) * BATCH
            figures.peak_rss_mb = _peak_mb(server.pid)
        figures.standing_s = round(watch.standing_s, 1)
        customers.play(AFTER_S)
        platform = open_platform(data)
        running.callback(platform.close)
        say("carrying the tail over, counting …")
        threading.Timer(AFTER_S, customers.stop).start()  # the tail is read while it grows
        loop.catch_up(platform, acts=loop.KNOWING)
        customers.stop()
        loop.catch_up(platform, acts=loop.KNOWING)
        _count(platform, size, customers, figures)
    figures.events = size
    figures.events_per_s = round(size / figures.seconds)
    return figures


def _called(data: Path, places: tuple[str, str, str], figures: Figures) -> None:
    """`omniloom store move`, as an operator calls it."""
    to, log, events = places
    command = [*_omniloom("store"), "move", "--to", to, "--log", log, "--events", events, "--data-dir", str(data)]
    said = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if said.returncode:
        raise Unavailable(f"the move failed: {said.stderr.strip()}", hint="see the server's messages")
    carried = json.loads(said.stdout.strip().splitlines()[-1])
    figures.tables = len(carried)
    figures.unequal = sum(not table["is_equal"] for table in carried)


def _count(platform: Platform, size: int, customers: "Customers", figures: Figures) -> None:
    with platform.stores.events.read() as tx:
        kept, different = tx.tuples(_COUNTED)[0]
        found = {str(name) for (name,) in tx.tuples(_MOVED, beginning="sent-")}
    acked = {f"sent-{number}" for first in customers.acked for number in range(first, first + BATCH)}
    history = int(different) - len(found)
    figures.lost = len(acked - found) + max(0, size - history)
    figures.doubled = int(kept) - int(different)
    figures.refused = customers.refused


# --- the installation ------------------------------------------------------------------------------------------------


def _installation(data: Path, size: int) -> Source:
    """An installation with so many resolved events."""
    platform = open_platform(data, flags={"worker.rows_max": 20_000})
    try:
        source = add_source(platform.stores, name="bench", kind="server", now=platform.now(), ids=platform.ids)
        played = min(PLAYED_MAX, size // 5)
        stored.make(platform, source.source_id, 0, size - played)
        stored.dress(platform, source.source_id, size - played)
        people = (size - played) // stored.EVENTS_A_PERSON
        for first in range(size - played, size, stored.ROUND_EVENTS):
            stored.play(platform, source.source_id, first, min(stored.ROUND_EVENTS, size - first), people=people)
        loop.catch_up(platform, acts=loop.KNOWING)
        return source
    finally:
        platform.close()


# --- processes -------------------------------------------------------------------------------------------------------


class Customers:
    """They send batches at a steady rate until told to stop; ``acked``: first numbers of the acknowledged ones."""

    def __init__(self, port: int, key: str, rate: int, people: int) -> None:
        self.acked: list[int] = []
        self.refused = 0
        self._place, self._key, self._every_s, self._people = f"http://127.0.0.1:{port}", key, BATCH / rate, people
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._send()), name="customers")
        self._thread.start()

    def play(self, seconds: float) -> None:
        """Let them send for a while."""
        self._stop.wait(seconds)

    def stop(self) -> None:
        """Let them finish the batch they are at."""
        self._stop.set()
        self._thread.join()

    async def _send(self) -> None:
        line = shoppers.Line(self._place, authorization=f"Bearer {self._key}")
        for first in itertools.count(0, BATCH):
            if self._stop.is_set():
                break
            calls = shoppers.items(first, BATCH, at=SystemClock().now())
            for number, call in enumerate(calls, first):
                call |= {"messageId": f"sent-{number}", "anonymousId": f"device-{number * 7919 % self._people + 1}"}
            try:
                status, _, _ = await line.ask("POST", "/v1/batch", shoppers.batch(calls))
            except (OSError, asyncio.IncompleteReadError):
                status = 0
            if status == 200:
                self.acked.append(first)
            else:
                self.refused += BATCH
            await asyncio.sleep(self._every_s)
        line.close()


class Watch:
    """Asks how far the move is, for how long changes waited."""

    def __init__(self, data: Path) -> None:
        self.standing_s = 0.0
        self._url = json.loads((data / SERVER_FILE).read_text())["url"]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._look()), name="watch")

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    async def _look(self) -> None:
        line, began = shoppers.Line(self._url), 0.0
        while not self._stop.wait(0.2):
            _, _, body = await line.ask("GET", "/ready")
            stage = json.loads(body).get("moving")
            if stage == "standing" and not began:
                began = stopwatch()
            if stage == "moved" and not self.standing_s:
                self.standing_s = stopwatch() - began if began else 0.0
        line.close()


@contextmanager
def _process(name: str, data: Path, *options: str, is_ready: Callable[[], bool]) -> "Iterator[subprocess.Popen[bytes]]":
    """One command of ours as a process, until the end of the block."""
    process = subprocess.Popen([*_omniloom(name), "--data-dir", str(data), *options], stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        engines.wait_until(is_ready, f"`omniloom {name}` did not start", process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)


def _omniloom(name: str) -> list[str]:
    return [sys.executable, "-m", "omniloom.cli.main", name]


def _peak_mb(pid: int) -> int:
    """The largest memory a process has held, MB. Errors: OmniloomError where the system does not tell."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise OmniloomError("this system does not tell a process's memory", hint="run it on Linux")
    return int(found[1]) >> 10
