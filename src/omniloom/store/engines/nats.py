"""One connection to NATS for callers that wait: the client lives in an event loop of its own thread.

``sync_interval: always`` is the server's own setting, and no client can read it: with ``?monitor=http://host:8222`` in
the address the start asks the server's monitoring page, and refuses a server that answers before the disk has it.
"""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import APIError

from omniloom.core import egress
from omniloom.core.errors import Misconfigured, Unavailable

T = TypeVar("T")

VERSION_MIN = (2, 12)  # atomic batches of messages
_TIMEOUT_S = 10.0
_CONNECT_S = 5
_FULL = frozenset({10023, 10047, 10077})  # insufficient resources, storage exceeded, maximum bytes of a stream


@dataclass(frozen=True, slots=True)
class NatsAddress:
    """``nats://user:password@host:4222[,host…]?stream=omniloom&replicas=1&monitor=http://host:8222`` taken apart."""

    servers: list[str]
    place: str
    stream: str = "omniloom"
    replicas: int = 1
    monitor: str = ""


def parsed(url: str) -> NatsAddress:
    """The parts of a URL. Errors: Misconfigured names what is wrong with it."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    user, at, hosts = parts.netloc.rpartition("@")
    if parts.scheme not in {"nats", "tls"} or not hosts:
        raise Misconfigured("store.log_url is not a nats:// address", hint="nats://host:4222")
    if unknown := options.keys() - {"stream", "replicas", "monitor"}:
        raise Misconfigured(f"store.log_url: unknown option {min(unknown)}", hint="stream, replicas or monitor")
    if not options.get("replicas", "1").isdigit():
        raise Misconfigured("store.log_url: replicas is not a number", hint="replicas=3")
    servers = [urlunsplit((parts.scheme, f"{user}{at}{host}", "", "", "")) for host in hosts.split(",")]
    return NatsAddress(
        servers, hosts, options.get("stream", "omniloom"), int(options.get("replicas", 1)), options.get("monitor", "")
    )


class NatsConnection:
    """The client, shared by the logs of one process."""

    def __init__(self, url: str) -> None:
        self.address = parsed(url)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()
        try:
            self.client = self.wait(self._connected(), needs_client=False)
            self.jetstream: JetStreamContext = self.client.jetstream(timeout=_TIMEOUT_S)
            self.server_version = self.wait(self._checked())
        except BaseException:
            self.close()
            raise

    def wait(self, work: Coroutine[Any, Any, T], *, needs_client: bool = True) -> T:
        """The result of work done in the client's loop.

        Errors: Unavailable if the server is away, full or silent. What was asked may have happened nevertheless.
        """
        if self._loop.is_closed() or (needs_client and not self.client.is_connected):
            work.close()
            raise Unavailable(f"NATS at {self.address.place} is away", hint="is it running?")
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except APIError as error:
            is_full = error.err_code in _FULL or error.code == 503
            hint = "free disk space on the NATS server" if is_full else "see the NATS server's log"
            raise Unavailable(f"NATS at {self.address.place}: {error.description}", hint=hint) from error
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
            told = str(error) or type(error).__name__
            raise Unavailable(f"NATS at {self.address.place}: {told}", hint="is it running?") from error

    def close(self) -> None:
        """Close the client and end its thread."""
        if self._loop.is_closed():
            return
        if client := getattr(self, "client", None):
            asyncio.run_coroutine_threadsafe(client.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _connected(self) -> Client:
        client = await nats.connect(
            self.address.servers, name="omniloom", connect_timeout=_CONNECT_S, max_reconnect_attempts=1,
            reconnect_time_wait=0.5, error_cb=_quiet, pending_size=64 * 1024 * 1024,
        )  # fmt: skip
        client.options["max_reconnect_attempts"] = -1  # who is away at the start is told; later it is waited for
        return client

    async def _checked(self) -> str:
        version = self.client.connected_server_version
        if (version.major, version.minor) < VERSION_MIN:
            raise Misconfigured(f"nats-server {version} is too old", hint="use version 2.12 or newer")
        if self.address.monitor:
            await _check_sync(self.address.monitor)
        return str(version)


async def _quiet(_error: Exception) -> None:
    """Connection faults reach whoever waits; the client needs no log of its own."""


async def _check_sync(monitor: str) -> None:
    """Errors: Misconfigured if the server acknowledges before a message is on disk."""
    parts = urlsplit(monitor)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with egress.client([f"{parts.hostname}:{port}"], timeout_s=_CONNECT_S) as client:
            config = (await client.get(f"{monitor.rstrip('/')}/jsz?config=true")).json().get("config", {})
    except (egress.Unreached, ValueError) as error:  # the other: what answers there does not speak JSON
        raise Unavailable(f"NATS does not tell its settings at {monitor}: {error}", hint="see ?monitor=…") from error
    if not config.get("sync_always"):
        raise Misconfigured(
            "the NATS server acknowledges before messages are on disk",
            hint="write `sync_interval: always` into its jetstream block",
        )
