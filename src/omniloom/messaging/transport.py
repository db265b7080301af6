"""The only I/O of messaging: makes the channels' calls and says how each conversation ended.

A conversation that breaks before the end of the mail's DATA (or before the request is on its way) certainly sent
nothing; one that breaks after it is ambiguous, and stays so: nobody guesses. One event loop in its own thread keeps
connections open between batches.

Source: RFC 5321 §6.1 and RFC 1047 (the gap between the final dot and 250); spec/reliability.md §2.3.
"""

import asyncio
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import httpx
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from omniloom.core import egress
from omniloom.core.clock import stopwatch
from omniloom.core.errors import Denied
from omniloom.messaging.channel import (
    Channel,
    HttpCall,
    Later,
    Outcome,
    Phase,
    Reply,
    SmtpCall,
    Unknown,
    known_channels,
)  # fmt: skip
from omniloom.messaging.configure import channel_settings
from omniloom.messaging.site import Site
from omniloom.store import Stores

CONCURRENCY = 16
CONNECT_S = 10.0
REPLY_S = 60.0  # RFC 5321 allows ten minutes after the final dot; a batch does not wait that long
DEADLINE_S = 150.0  # of one conversation, however a server spreads its bytes; well within the lease of a claim
IDLE_S = 15.0  # servers drop idle connections; an old one is not trusted
DOWN_S = 5.0  # after a failed connection the server is left alone this long
REPLY_BYTES_MAX = 64 * 1024
_START_INPUT = 354
_LONE_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Silence:
    """A conversation that ended without a reply. ``is_ambiguous``: the message may have been taken."""

    reason: str
    is_ambiguous: bool


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One call of one channel."""

    channel: str
    call: SmtpCall | HttpCall


class Transport:
    """Sends batches of calls. Starts its thread at the first one; ``close`` ends it."""

    def __init__(
        self, stores: Stores, *, secret: bytes, public_url: str, egress_allow: Iterable[str] = (),
        concurrency: int = CONCURRENCY, reply_s: float = REPLY_S, deadline_s: float = DEADLINE_S,
    ) -> None:  # fmt: skip
        self.site = Site(public_url.rstrip("/"), secret)
        self._stores = stores
        self._allow = frozenset(egress_allow)
        self._concurrency = concurrency
        self._reply_s = reply_s
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._wires: _Wires | None = None

    def settings(self, channel: str) -> Any | None:
        """The channel's settings with secrets, or None if it is off."""
        return channel_settings(self._stores, channel, self.site.secret)

    def send(self, dispatches: Sequence[Dispatch]) -> list[Outcome]:
        """How each call ended, in order. Never raises for what a server does."""
        if not dispatches:
            return []
        loop = self._started()
        done: Future[list[Outcome]] = asyncio.run_coroutine_threadsafe(self._send_all(dispatches), loop)
        return done.result()

    def close(self) -> None:
        """Close every connection and end the thread."""
        with self._lock:
            loop, thread, self._loop = self._loop, self._thread, None
        if loop is None or thread is None:
            return
        if self._wires is not None:
            asyncio.run_coroutine_threadsafe(self._wires.close(), loop).result()
            self._wires = None
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="transport", daemon=True)
                self._thread.start()
            return self._loop

    async def _send_all(self, dispatches: Sequence[Dispatch]) -> list[Outcome]:
        if self._wires is None:
            self._wires = _Wires(self._allow, self._concurrency, self._reply_s, self._deadline_s)
        wires, gate = self._wires, asyncio.Semaphore(self._concurrency)

        async def one(dispatch: Dispatch) -> Reply | Silence:
            async with gate:
                if isinstance(dispatch.call, SmtpCall):
                    return await wires.smtp(dispatch.call)
                return await wires.http(dispatch.call)

        ends = await asyncio.gather(*map(one, dispatches), return_exceptions=True)
        return [_outcome(known_channels()[d.channel], end) for d, end in zip(dispatches, ends, strict=True)]


def _outcome(channel: Channel, end: Reply | Silence | BaseException) -> Outcome:
    if isinstance(end, Reply):
        return channel.outcome(end)
    if isinstance(end, Silence):
        return Unknown(end.reason) if end.is_ambiguous else Later(end.reason, is_outage=True)
    return Unknown(f"fault of the transport: {type(end).__name__}: {end}"[:200])


class _Wires:
    """Open connections, kept on the transport's loop."""

    def __init__(self, allow: frozenset[str], concurrency: int, reply_s: float, deadline_s: float) -> None:
        self._reply_s = reply_s
        self._deadline_s = deadline_s
        self._http = egress.client(allow, timeout_s=reply_s, connections_max=concurrency)
        self._idle: dict[tuple[Any, ...], list[tuple[SMTP, float]]] = defaultdict(list)
        self._down: dict[tuple[Any, ...], tuple[float, Silence | Reply]] = {}

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()
        for kept in self._idle.values():
            for client, _ in kept:
                client.close()

    async def http(self, call: HttpCall) -> Reply | Silence:
        """One POST. A deadline that passes before the status is ambiguous; after it the status stands."""
        until = stopwatch() + self._deadline_s
        posted = self._http.stream("POST", call.url, headers=list(call.headers), content=call.body)
        try:
            async with asyncio.timeout(self._deadline_s) as limit, posted as response:
                limit.reschedule(None)
                return await _http_reply(response, until)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol,
                httpx.LocalProtocolError, httpx.InvalidURL, Denied) as error:  # fmt: skip
            return Silence(_said(error), is_ambiguous=False)
        except (httpx.HTTPError, TimeoutError) as error:
            return Silence(_said(error), is_ambiguous=True)

    async def smtp(self, call: SmtpCall) -> Reply | Silence:
        """One mail, over a connection that is open already if there is one."""
        until = stopwatch() + self._deadline_s
        key = (call.host, call.port, call.tls, call.username, call.password)
        kept = self._idle[key]
        while kept:
            client, since = kept.pop()
            if stopwatch() - since < IDLE_S and client.is_connected:
                end = await self._mail(client, call, key, until)
                if not (isinstance(end, Silence) and not end.is_ambiguous):
                    return end  # else the server had closed the idle connection: nothing was sent, so try a new one
            else:
                client.close()
        opened = await self._open(call, key, until)
        return await self._mail(opened, call, key, until) if isinstance(opened, SMTP) else opened

    async def _open(self, call: SmtpCall, key: tuple[Any, ...], until: float) -> SMTP | Reply | Silence:
        down_since, reason = self._down.get(key, (-DOWN_S, Silence("", is_ambiguous=False)))
        if stopwatch() - down_since < DOWN_S:
            return reason
        client = SMTP(
            hostname=call.host, port=call.port, use_tls=call.tls == "tls", start_tls=call.tls == "starttls",
            username=call.username or None, password=call.password or None, timeout=CONNECT_S,
            local_hostname=call.sender.rpartition("@")[2],
        )  # fmt: skip
        try:
            async with asyncio.timeout(_left(until)):
                await client.connect()
        except (SMTPException, OSError, ValueError) as error:
            end = _refusal(Phase.CONNECT, error) or Silence(_said(error), is_ambiguous=False)
            self._down[key] = (stopwatch(), end)
            client.close()
            return end
        self._down.pop(key, None)
        return client

    async def _mail(self, client: SMTP, call: SmtpCall, key: tuple[Any, ...], until: float) -> Reply | Silence:
        """The conversation about one mail; the connection is kept if it stayed in step. Each step ends at ``until``."""
        phase = Phase.SENDER
        try:
            await client.mail(call.sender, timeout=self._wait(until))
            phase = Phase.RECIPIENT
            await client.rcpt(call.recipient, timeout=self._wait(until))
            phase = Phase.CONTENT
            end = await self._content(client, call.content, until)
            if isinstance(end, Reply) and not 200 <= end.code < 300:
                await client.rset(timeout=self._wait(until))
        except (SMTPException, OSError, ValueError) as error:
            refusal = _refusal(phase, error)
            if refusal is None or refusal.code == 421 or not await _is_reset(client):
                client.close()
                return refusal or Silence(_said(error), is_ambiguous=False)
            end = refusal
        if isinstance(end, Silence) or end.code == 421:
            client.close()
        else:
            self._idle[key].append((client, stopwatch()))
        return end

    async def _content(self, client: SMTP, content: bytes, until: float) -> Reply | Silence:
        """DATA, the mail, its end. Once the mail is written, silence is ambiguous.

        The library's own ``data`` cannot tell a silence before 354 from one after it; so the two steps are ours.
        """
        start = await client.execute_command(b"DATA", timeout=self._wait(until))
        if start.code != _START_INPUT:
            return Reply(Phase.CONTENT, start.code, start.message)
        protocol = client.protocol
        if protocol is None:
            return Silence("connection lost before the mail was written", is_ambiguous=False)
        body = _LEADING_DOT.sub(b"..", _LONE_LINE_END.sub(b"\r\n", content))
        protocol._response_pending = True
        protocol.write(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        try:
            response = await protocol.read_response(timeout=self._wait(until))
        except (SMTPException, OSError) as error:
            return _refusal(Phase.CONTENT, error) or Silence(_said(error), is_ambiguous=True)
        return Reply(Phase.CONTENT, response.code, response.message)

    def _wait(self, until: float) -> float:
        return min(self._reply_s, _left(until))


def _left(until: float) -> float:
    """Seconds left of a conversation; never none at all, which would mean no limit."""
    return max(until - stopwatch(), 0.001)


async def _is_reset(client: SMTP) -> bool:
    """Whether the server forgot the refused mail, so that the connection may carry the next one."""
    try:
        await client.rset(timeout=CONNECT_S)
    except (SMTPException, OSError):
        return False
    return True


def _refusal(phase: Phase, error: Exception) -> Reply | None:
    """The reply an exception stands for; None if the server said nothing usable."""
    if isinstance(error, SMTPResponseException) and error.code > 0:
        return Reply(phase, error.code, error.message)
    return None


async def _http_reply(response: httpx.Response, until: float) -> Reply:
    """Status and at most REPLY_BYTES_MAX of the body; a body that breaks off does not undo the status."""
    body = bytearray()
    try:
        async with asyncio.timeout(_left(until)):
            async for chunk in response.aiter_bytes():
                body += chunk[: REPLY_BYTES_MAX - len(body)]
                if len(body) >= REPLY_BYTES_MAX:
                    break
    except (httpx.HTTPError, TimeoutError):
        body.clear()
    wait = response.headers.get("retry-after", "")
    return Reply(
        Phase.HTTP, response.status_code, body.decode(errors="replace"), int(wait[:6]) if wait.isdecimal() else 0
    )


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
