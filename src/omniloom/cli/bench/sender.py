"""A client that is faster than the server it loads: raw HTTP/1.1 over kept connections, requests made beforehand.

A request is a template; only the number in its message ids changes from one to the next, so that none is a repeat.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from omniloom.core.clock import stopwatch

NUMBER = b"@@@@@@@@"  # stands in a template where the request's number goes
_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(slots=True)
class Sent:
    """What became of the requests of one run: how long each took, which were acknowledged, how many were not."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    refused: int = 0


class Line(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport
        self._answer = b""
        self._done: asyncio.Future[bool] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """A piece of an answer."""
        self._answer = self._answer + data if self._answer else data
        head = self._answer.find(_END)
        if head < 0:
            return
        at = self._answer.find(_LENGTH) + len(_LENGTH)
        if len(self._answer) >= head + len(_END) + int(self._answer[at : self._answer.index(b"\r", at)]):
            answer, self._answer = self._answer, b""
            if self._done is not None and not self._done.done():
                self._done.set_result(answer.startswith(b"HTTP/1.1 200"))

    def connection_lost(self, _error: Exception | None) -> None:
        """The server hung up."""
        if self._done is not None and not self._done.done():
            self._done.set_result(False)

    async def send(self, request: bytes) -> bool:
        """Send a request; whether it was acknowledged."""
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._done

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


async def connect(port: int, lines: int) -> list[Line]:
    """So many connections to a server on this machine, which may be starting still."""
    loop = asyncio.get_running_loop()
    for _ in range(200):
        try:
            (await loop.create_connection(Line, "127.0.0.1", port))[1].close()
        except ConnectionRefusedError:
            await asyncio.sleep(0.1)
        else:
            break
    return [(await loop.create_connection(Line, "127.0.0.1", port))[1] for _ in range(lines)]


async def flood(lines: list[Line], template: bytes, numbers: Iterator[int], seconds: float) -> Sent:
    """As many requests as the server takes: each connection sends its next as soon as it has an answer."""
    sent = Sent()
    started = stopwatch()

    async def keep_busy(line: Line) -> None:
        while stopwatch() - started < seconds:
            await _one(line, template, next(numbers), stopwatch(), sent)

    await asyncio.gather(*map(keep_busy, lines))
    sent.seconds = stopwatch() - started
    return sent


async def pace(lines: list[Line], template: bytes, numbers: Iterator[int], seconds: float, per_s: float) -> Sent:
    """A steady rate, whatever the server does: a request's time counts from when it was due."""
    sent = Sent()
    started = stopwatch()
    due = iter(range(int(seconds * per_s)))

    async def take_turns(line: Line) -> None:
        for turn in due:
            at = started + turn / per_s
            if (wait := at - stopwatch()) > 0:
                await asyncio.sleep(wait)
            await _one(line, template, next(numbers), at, sent)

    await asyncio.gather(*map(take_turns, lines))
    sent.seconds = stopwatch() - started
    return sent


async def _one(line: Line, template: bytes, number: int, began: float, sent: Sent) -> None:
    if await line.send(template.replace(NUMBER, b"%08d" % number)):
        sent.took.append(stopwatch() - began)
        sent.acked.append(number)
    else:
        sent.refused += 1
