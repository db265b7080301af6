"""Plays customers of a shop: bodies made beforehand, sent over a few kept connections, answers counted.

It speaks just enough HTTP/1.1 for its own server on this machine: the load must cost little beside what is measured.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import numpy as np

from omniloom.core.clock import stopwatch

PEOPLE = 100_000
_VIEWS = ("Product Viewed", "Product Added", "Cart Viewed", "Checkout Started", "Product List Viewed")


def items(first: int, count: int, *, at: datetime) -> list[dict[str, object]]:
    """Tracking calls number ``first`` and on: pages, products, some orders, some sign-ins; always the same."""
    dice = np.random.default_rng(first)
    stamp = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    people, places = dice.integers(0, PEOPLE, count).tolist(), dice.integers(0, 500, count).tolist()
    drawn = zip(people, dice.random(count).tolist(), places, strict=True)
    return [_item(number, stamp, *draw) for number, draw in enumerate(drawn, first)]


def _item(number: int, stamp: str, person: int, share: float, place: int) -> dict[str, object]:
    product = f"p{place}"
    item: dict[str, object] = {
        "messageId": f"bench-{number}", "timestamp": stamp, "anonymousId": f"device-{person}",
        "context": {"library": {"name": "bench", "version": "1"}, "ip": "203.0.113.7", "userAgent": "Mozilla/5.0"},
    }  # fmt: skip
    if share < 0.04:
        traits = {"email": f"user-{person}@shop.test", "city": ("Moscow", "Kazan")[place % 2]}
        return item | {"type": "identify", "userId": f"user-{person}", "traits": traits}
    if share < 0.07:
        order: dict[str, object] = {"order_id": f"o{number}", "revenue": 10, "currency": "USD"}
        order["products"] = [{"product_id": product, "quantity": 1, "price": 10}]
        return item | {"type": "track", "event": "Order Completed", "userId": f"user-{person}", "properties": order}
    if share < 0.5:
        return item | {"type": "page", "name": "Home", "properties": {"path": "/", "url": "https://shop.test/"}}
    seen = {"product_id": product, "price": 10, "category": "shoes"}
    return item | {"type": "track", "event": _VIEWS[place % len(_VIEWS)], "properties": seen}


def batch(calls: Sequence[dict[str, object]]) -> bytes:
    """The body of one batch request."""
    return msgspec.json.encode({"batch": calls, "sentAt": calls[0]["timestamp"]})


@dataclass(slots=True)
class Sent:
    """What became of the requests: events acknowledged, requests refused, and how long each answer took (seconds)."""

    acked: int = 0
    refused: int = 0
    seconds: list[float] = field(default_factory=list)


class Line:
    """One kept connection to a server on this machine; ``headers`` go with every request."""

    def __init__(self, url: str, **headers: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._place = (host, int(port))
        self._head = "".join(f"{name}: {value}\r\n" for name, value in {"host": host, **headers}.items())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes, bytes]:
        """One request; (status, head, body) of its answer. Asked anew if the server had closed an idle connection."""
        if self._streams is not None:
            try:
                return await self._ask(*self._streams, method, path, body)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()
        self._streams = await asyncio.open_connection(*self._place)
        return await self._ask(*self._streams, method, path, body)

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, body: bytes
    ) -> tuple[int, bytes, bytes]:
        writer.write(f"{method} {path} HTTP/1.1\r\n{self._head}content-length: {len(body)}\r\n\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        fields = head.lower()
        if b"transfer-encoding: chunked" in fields:
            return int(head[9:12]), head, await _chunks(reader)
        length = fields.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        return int(head[9:12]), head, await reader.readexactly(int(length or b"0"))

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    whole = b""
    while size := int(await reader.readline(), 16):
        whole += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return whole


async def send_all(bodies: Sequence[tuple[bytes, int]], lines: Sequence[Line]) -> Sent:
    """Send every (body, events in it) as fast as the server answers, each line one at a time."""
    sent, waiting = Sent(), iter(bodies)

    async def work(line: Line) -> None:
        for body, events in waiting:
            await _send(line, body, events, sent)

    await asyncio.gather(*(work(line) for line in lines))
    return sent


async def send_paced(bodies: Sequence[tuple[bytes, int]], lines: Sequence[Line], *, every_s: float) -> Sent:
    """Send one body each ``every_s`` seconds, in turn over the lines, whatever the answers take."""
    sent, started, open_requests = Sent(), stopwatch(), []
    locks = [asyncio.Lock() for _ in lines]

    async def one(number: int, body: bytes, events: int) -> None:
        place = number % len(lines)
        async with locks[place]:
            await _send(lines[place], body, events, sent)

    for number, (body, events) in enumerate(bodies):
        await asyncio.sleep(max(0.0, started + number * every_s - stopwatch()))
        open_requests.append(asyncio.create_task(one(number, body, events)))
    await asyncio.gather(*open_requests)
    return sent


async def _send(line: Line, body: bytes, events: int, sent: Sent) -> None:
    started = stopwatch()
    status, _, _ = await line.ask("POST", "/v1/batch", body)
    sent.seconds.append(stopwatch() - started)
    if status == 200:
        sent.acked += events
    else:
        sent.refused += 1
