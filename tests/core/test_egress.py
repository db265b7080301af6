"""The one way out: which addresses may be reached. No test here leaves the machine."""

import asyncio
import socket
from typing import Any

import httpx
import pytest

from omniloom.core import egress
from omniloom.core.errors import Denied

FORBIDDEN = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.31.255.255", "192.168.1.1",
    "192.0.0.8", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "ff02::1", "2001:db8::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_a_special_address_is_forbidden(address: str) -> None:
    assert egress.is_forbidden(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not(address: str) -> None:
    assert not egress.is_forbidden(address)


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def looked_up(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(egress.socket, "getaddrinfo", looked_up)


def test_one_forbidden_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(Denied, match=r"gateway\.test resolves to 10\.0\.0\.1"):
        egress.checked_address("gateway.test", 443, frozenset())


def test_the_operator_may_allow_exactly_one_host_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, "127.0.0.1")
    allow = frozenset({"gateway.test:8080"})
    assert egress.checked_address("gateway.test", 8080, allow) == "127.0.0.1"
    with pytest.raises(Denied, match="port 8081"):
        egress.checked_address("gateway.test", 8081, allow)
    with pytest.raises(Denied, match="not a public address"):
        egress.checked_address("gateway.test", 80, allow)


def test_a_request_to_this_machine_is_denied_before_a_byte_leaves() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        port = server.getsockname()[1]

        async def ask(url: str) -> httpx.Response:
            async with egress.client() as client:
                return await client.get(url)

        for url in (f"http://127.0.0.1:{port}/", f"http://localhost:{port}/", "http://127.0.0.1/", "http://[::1]/"):
            with pytest.raises(Denied):
                asyncio.run(ask(url))
        with pytest.raises(TimeoutError):
            server.accept()
