"""HTTP/1.1 as uvicorn reads it, with bounds: how much a request's head weighs, how long head and body may take."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 64 * 1024
HEAD_S = 10.0  # from the connection, or from a head's first byte, to the end of the head
BODY_S = 60.0  # from the end of a head to the end of its body; doors that read bodies themselves are stricter
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 21\r\nconnection: close\r\n\r\nthe head is too large"
)


class BoundedHttp(HttpToolsProtocol):
    """Ends connections whose head is too large, or too slow as its body: they cost memory, and others their place."""

    _head_bytes = 0
    _is_in_head = True
    _is_in_body = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A connection: its first head is awaited."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has gone."""
        self._stop_waiting()
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
            self._deadline = self.loop.call_later(HEAD_S, self.transport.close)

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._is_in_head = False
        self._is_in_body = True
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A body is whole, or there is none."""
        self._is_in_body = False
        self._stop_waiting()
        super().on_message_complete()

    def _end(self) -> None:
        """Hang up, unless the connection was handed to another protocol meanwhile."""
        if self.transport.get_protocol() is self:
            self.transport.close()

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
