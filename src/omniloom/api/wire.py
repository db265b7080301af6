"""HTTP/1.1 as uvicorn reads it, with bounds: what a head weighs, how long head and body take, how many are connected.

Whoever only holds a connection pays for the ones too many: beyond the limit the connection that has waited longest for
its first request is closed, then the one that has been idle longest, then the one whose body has been awaited longest.
A whole request that is being answered is never cut: if there is nothing else, the newcomer goes.
"""

import asyncio
import resource
from dataclasses import dataclass, field
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 64 * 1024
HEADERS_MAX = 200  # a flood of short lines would hold everybody up for milliseconds before it weighs too much
HEAD_S = 10.0  # from the connection, or from a head's first byte, to the end of the head
BODY_S = 60.0  # from the end of a head to the end of its body; doors that read bodies themselves are stricter
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 21\r\nconnection: close\r\n\r\nthe head is too large"
)
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 20\r\nconnection: close\r\n\r\nthe head is too slow"
)
_NO_WEBSOCKET = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 49\r\nconnection: close\r\n\r\na websocket begins with a short head and no body\n"
)
CONNECTIONS_MAX = 4_096
_FILES_KEPT = 256  # of the files that a process may have open: for stores and what goes out


@dataclass(slots=True)
class Lines:
    """The connections of one server that wait for a request, and how many there may be of all."""

    connections_max: int = CONNECTIONS_MAX
    head_s: float = HEAD_S
    strangers: dict["BoundedHttp", None] = field(default_factory=dict)  # no whole head yet; the oldest first
    idle: dict["BoundedHttp", None] = field(default_factory=dict)
    unfinished: dict["BoundedHttp", None] = field(default_factory=dict)  # a head, and not the whole body

    def join(self, line: "BoundedHttp", connections: int) -> None:
        """A new one waits; beyond the limit another makes room for it."""
        if connections > self.connections_max:
            longest = next(iter(self.strangers or self.idle or self.unfinished), line)
            self.leave(longest)
            longest.transport.close()
        if not line.transport.is_closing():
            self.strangers[line] = None

    def leave(self, line: "BoundedHttp") -> None:
        """It waits no longer."""
        self.strangers.pop(line, None)
        self.idle.pop(line, None)
        self.unfinished.pop(line, None)


def bounded_http(*, connections_max: int, head_s: float) -> "type[BoundedHttp]":
    """The protocol of one server. As many files as the system lets it are opened, and never more connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < connections_max + _FILES_KEPT:
        soft = connections_max + _FILES_KEPT if hard == resource.RLIM_INFINITY else hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    lines = Lines(max(1, min(connections_max, soft - _FILES_KEPT)), head_s)
    return type("BoundedHttp", (BoundedHttp,), {"lines": lines})


class BoundedHttp(HttpToolsProtocol):
    """Ends connections whose head is too large, or too slow as its body: they cost memory, and others their place."""

    lines = Lines()
    _head_bytes = 0
    _is_in_head = True
    _is_in_body = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A connection: its first head is awaited."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self.lines.head_s, self._refuse_slow)
        self.lines.join(self, len(self.connections))

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has gone."""
        self._stop_waiting()
        self.lines.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes: of heads, of bodies, or of both."""
        super().data_received(data)
        if self._is_in_body and self._deadline is None:
            self._deadline = self.loop.call_later(BODY_S, self._end)
        if not self._is_in_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._is_in_head = True
        self._head_bytes = 0
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.lines.head_s, self._refuse_slow)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of a head. Raising ends the reading of what has come, which uvicorn answers with 400."""
        super().on_header(name, value)
        if len(self.headers) > HEADERS_MAX:
            raise ValueError("too many headers")

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._is_in_head = False
        self._is_in_body = True
        self._stop_waiting()
        self.lines.leave(self)
        self.lines.unfinished[self] = None
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand a websocket's request on; one with a body, or too large, would never be answered there."""
        super().handle_websocket_upgrade()
        if not getattr(self.transport.get_protocol(), "handshake_initiated", True):
            self.transport.write(_NO_WEBSOCKET)
            self.transport.close()

    def on_message_complete(self) -> None:
        """A body is whole, or there is none."""
        self._is_in_body = False
        self._stop_waiting()
        self.lines.unfinished.pop(self, None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is sent: the next request is awaited, unless it is there already."""
        super().on_response_complete()
        if self in self.connections and self.timeout_keep_alive_task is not None and not self.transport.is_closing():
            self.lines.idle[self] = None

    def _refuse_slow(self) -> None:
        if self._head_bytes and not self.transport.is_closing():
            self.transport.write(_TOO_SLOW)
        self.transport.close()

    def _end(self) -> None:
        """Hang up, unless the connection was handed to another protocol meanwhile."""
        if self.transport.get_protocol() is self:
            self.transport.close()

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
