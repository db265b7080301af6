"""The one way out: every outgoing HTTP request of the platform is made by a client from here.

A name is resolved once, every address is checked against the table below, and the connection goes to that very
address (a second look-up cannot turn it elsewhere). Redirects are off. Hosts the operator lists in
``core.egress_allow`` (``host:port``) may be private, so that a gateway on the same machine can be used.

Source: RFC 6890 special-purpose registries; spec/reliability.md SEC-S1…S4. ``ipaddress.is_private`` alone is not
enough: it calls 100.64.0.1 public.
"""

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from omniloom.core.errors import Denied

Unreached = httpx.HTTPError  # whatever goes wrong between asking and having the answer; Denied is no part of it
TIMEOUT_S = 10.0
KEPT_S = 5.0  # servers close idle connections; a request on a closed one would end in doubt
PORTS = frozenset({80, 443})

_FORBIDDEN = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
        "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


def is_forbidden(address: str) -> bool:
    """Whether an IP address may not be reached from here (private, loopback, link-local, mapped, multicast, …)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return any(ip.version == block.version and ip in block for block in _FORBIDDEN)


def checked_address(host: str, port: int, allow: frozenset[str]) -> str:
    """The one address to connect to for ``host:port``.

    Errors: Denied if the port is neither 80 nor 443, or any of the host's addresses is forbidden, unless the
    operator allowed exactly ``host:port``; OSError if the name does not resolve.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if f"{host}:{port}" in allow:
        return addresses[0]
    if port not in PORTS:
        raise Denied(f"port {port} is not allowed for outgoing requests", hint="list host:port in core.egress_allow")
    for address in addresses:
        if is_forbidden(address):
            raise Denied(
                f"{host} resolves to {address}, which is not a public address",
                hint="list host:port in core.egress_allow if this is your own gateway",
            )
    return addresses[0]


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects only to checked addresses; TLS still verifies the name from the URL."""

    def __init__(self, allow: frozenset[str]) -> None:
        self._allow = allow
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(  # noqa: PLR0917 - the signature is httpcore's
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            address = await asyncio.to_thread(checked_address, host, port, self._allow)
        except (OSError, UnicodeError) as error:  # a label too long for IDNA is a name that does not resolve
            raise httpcore.ConnectError(f"{host} does not resolve: {error}") from error
        return await self._inner.connect_tcp(
            address, port, timeout=timeout, local_address=local_address, socket_options=socket_options
        )

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        raise Denied(f"unix sockets are not reachable from here: {path}")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def client(allow: Iterable[str] = (), *, timeout_s: float = TIMEOUT_S, connections_max: int = 20) -> httpx.AsyncClient:
    """An HTTP client that cannot be led to private addresses.

    Shapes: ``allow`` holds ``host:port`` texts the operator trusts. Use it as an async context manager.
    Errors: a request raises Denied for a forbidden address, httpx.ConnectError and its kin before the body was sent.
    """
    transport = httpx.AsyncHTTPTransport(verify=_authorities(), retries=0, trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=_authorities(),
        max_connections=connections_max,
        keepalive_expiry=KEPT_S,
        network_backend=_GuardedNetwork(frozenset(allow)),
    )
    return httpx.AsyncClient(transport=transport, timeout=timeout_s, follow_redirects=False, trust_env=False)


@functools.cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates are trusted, read once: each reading takes 20 ms of processor, and mailings make clients."""
    return httpx.create_ssl_context(trust_env=False)
