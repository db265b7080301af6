"""The server that `omniloom bench intake` measures, in a process of its own: a collector, or only its bare bones.

The bare one has the same HTTP server, decodes every item, appends its bytes durably, and checks nothing: no key, no
field, no text.
It prints its port and ends with its standard input.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.types import Receive, Scope, Send

from omniloom import api
from omniloom.app import open_collector
from omniloom.cli.collect import shared_socket
from omniloom.collect import Intake
from omniloom.store import Log


class Delayed:
    """A log whose commits take longer, as on a disk that is not this machine's."""

    def __init__(self, log: Log, delay_s: float) -> None:
        self._log = log
        self._delay_s = delay_s

    def append(self, bodies: Sequence[bytes], *, is_urgent: bool = False) -> int:
        """Append, then wait."""
        position = self._log.append(bodies, is_urgent=is_urgent)
        time.sleep(self._delay_s)
        return position

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]


_decode = msgspec.json.Decoder().decode


class Bare:
    """ASGI: decode, append, answer."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._batch = msgspec.json.Decoder(_Batch).decode
        self._one = msgspec.json.Decoder(msgspec.Raw).decode

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - the ASGI call
        if scope["type"] != "http":
            return
        body = bytearray()
        is_more = True
        while is_more:
            message = await receive()
            body += message.get("body", b"")
            is_more = message.get("more_body", False)
        many = scope["path"] == "/v1/batch"
        items = self._batch(body).batch if many else [self._one(body)]
        for item in items:
            _decode(item)
        await self._intake.store([bytes(item) for item in items])
        headers = [(b"content-type", b"application/json"), (b"content-length", b"16")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"success":true}'})


def serve(data_dir: Path, *, is_bare: bool, delay_s: float) -> None:
    """Serve until standard input ends."""
    collector = open_collector(data_dir)
    stores = collector.stores
    if delay_s:
        stores = replace(stores, log=Delayed(stores.log, delay_s))
    collector.intake.close()
    collector.intake = Intake(stores)
    app = Bare(collector.intake) if is_bare else api.build_collector(collector)
    with shared_socket("127.0.0.1", 0) as sock:
        server = uvicorn.Server(
            uvicorn.Config(app, http=api.BoundedHttp, log_config=None, access_log=False, lifespan="off")
        )
        threading.Thread(target=_end_with_input, args=(server,), daemon=True).start()
        print(sock.getsockname()[1], flush=True)
        server.run(sockets=[sock])
    collector.close()


def _end_with_input(server: uvicorn.Server) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True


if __name__ == "__main__":
    reader = argparse.ArgumentParser()
    reader.add_argument("data_dir", type=Path)
    reader.add_argument("--bare", action="store_true")
    reader.add_argument("--delay-ms", type=float, default=0.0)
    reader.add_argument("--core", type=int, default=-1)
    given = reader.parse_args()
    if given.core >= 0:
        os.sched_setaffinity(0, {given.core})
    serve(given.data_dir, is_bare=given.bare, delay_s=given.delay_ms / 1000)
