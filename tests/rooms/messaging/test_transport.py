"""What the transport makes of broken conversations, and that its HTTP goes through the guarded way out."""

import asyncio
import contextlib
import socket
import threading
from typing import Any

import httpx
import pytest

from omniloom.core import egress
from omniloom.core.errors import Denied
from omniloom.messaging.channel import HttpCall, Later, Refused, Sent, SmtpCall, Unknown
from omniloom.messaging.transport import Dispatch, Transport


def mail(company: Any, to: str = "a@b.test", content: bytes = b"Subject: x\r\n\r\n.dot\r\nbare\nlf\rcr") -> Dispatch:
    return Dispatch("email", SmtpCall("127.0.0.1", company.smtp.port, "none", "", "", "s@s.test", to, content))


def sms(company: Any, to: str = "+1", port: int = 0) -> Dispatch:
    body = f'{{"id": "k", "to": "{to}"}}'.encode()
    return Dispatch("sms", HttpCall(f"http://127.0.0.1:{port or company.gateway.port}/", (), body))


@pytest.mark.parametrize(("action", "outcome"), [
    ("accept", Sent), ("550 5.1.1 gone", Refused), ("450 later", Later), ("421 bye", Later), ("drop_at_rcpt", Later),
    ("drop_at_data", Later), ("drop_in_silence", Unknown), ("data 554 spam", Refused), ("data 451 later", Later),
])  # fmt: skip
def test_every_end_of_an_smtp_conversation_is_told_apart(company: Any, action: str, outcome: type) -> None:
    company.smtp.script["bad@b.test"] = [action]
    ends = company.transport.send([mail(company, "bad@b.test"), mail(company, "good@b.test")])
    assert isinstance(ends[0], outcome), ends[0]
    assert isinstance(ends[1], Sent)
    assert isinstance(company.transport.send([mail(company, "after@b.test")])[0], Sent)


@pytest.mark.parametrize(("action", "outcome"), [
    ("accept", Sent), ("422 invalid_number", Refused), ("429 slow", Later), ("500 x", Later), ("401 x", Later),
    ("drop_in_silence", Unknown), ("302 x", Later),
])  # fmt: skip
def test_every_end_of_a_gateway_call_is_told_apart(company: Any, action: str, outcome: type) -> None:
    company.gateway.script["+1"] = [action]
    assert isinstance(company.transport.send([sms(company)])[0], outcome)


def test_lines_and_dots_survive_the_wire(company: Any) -> None:
    company.transport.send([mail(company)])
    assert company.smtp.received[0][1] == b"Subject: x\r\n\r\n..dot\r\nbare\r\nlf\r\ncr"


def test_a_connection_the_server_closed_meanwhile_is_replaced(company: Any) -> None:
    company.transport.send([mail(company)])
    company.smtp.down()
    company.smtp.up()
    assert isinstance(company.transport.send([mail(company)])[0], Sent)
    assert len(company.smtp.received) == 2


def test_a_server_that_is_down_is_left_alone_for_a_while(company: Any) -> None:
    company.smtp.down()
    assert all(isinstance(end, Later) and end.is_outage for end in company.transport.send([mail(company)] * 5))
    company.smtp.up()
    assert isinstance(company.transport.send([mail(company)])[0], Later)
    assert company.smtp.connections == 0


def test_connections_are_reused_and_never_too_many(company: Any) -> None:
    for _ in range(3):
        company.transport.send([mail(company, f"p{n}@b.test") for n in range(40)])
    assert company.smtp.connections <= 16
    assert len(company.smtp.received) == 120


def test_a_gateway_on_this_machine_needs_the_operators_word(company: Any, stores: Any) -> None:
    unallowed = Transport(stores, secret=b"s" * 32, public_url="https://shop.test")
    try:
        end = unallowed.send([sms(company)])[0]
    finally:
        unallowed.close()
    assert isinstance(end, Later)
    assert "Denied" in end.reason
    assert company.gateway.received == []


def test_a_silent_server_times_out_as_unknown(stores: Any) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        port = deaf.getsockname()[1]
        impatient = Transport(stores, secret=b"s" * 32, public_url="", egress_allow=[f"127.0.0.1:{port}"], reply_s=0.3)
        try:
            (end,) = impatient.send([Dispatch("sms", HttpCall(f"http://127.0.0.1:{port}/", (), b"{}"))])
        finally:
            impatient.close()
    assert isinstance(end, Unknown)


@pytest.mark.parametrize(("begins", "outcome"), [
    (b"HTTP/1.1 202 ok\r\nx-slow: ", Unknown), (b"HTTP/1.1 202 ok\r\ncontent-length: 9999\r\n\r\n", Sent),
])  # fmt: skip
def test_a_gateway_that_drips_its_answer_ends_at_the_deadline(stores: Any, begins: bytes, outcome: type) -> None:
    """Every byte comes in time, the end never does."""
    is_over = threading.Event()

    def drip(listener: socket.socket) -> None:
        with listener.accept()[0] as wire:
            wire.sendall(begins)
            while not is_over.wait(0.05):
                with contextlib.suppress(OSError):
                    wire.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=drip, args=(listener,))
        dripping.start()
        port = listener.getsockname()[1]
        made = Transport(
            stores, secret=b"s" * 32, public_url="", egress_allow=[f"127.0.0.1:{port}"], reply_s=0.3, deadline_s=0.6
        )
        try:
            (end,) = made.send([Dispatch("sms", HttpCall(f"http://127.0.0.1:{port}/", (), b"{}"))])
        finally:
            made.close()
            is_over.set()
            dripping.join()
    assert isinstance(end, outcome), end


# Every way to write an address that is not public. None may be connected to; a listener would see it.
NOTATIONS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "0177.0.0.1", "0177.1",
    "017700000001", "127.0.0.1.", "127.255.255.254", "0.0.0.0", "0", "0x0", "00.0.0.0", "localhost", "LOCALHOST",
    "10.0.0.1", "10.1", "167772161", "0x0a000001", "10.255.255.255", "172.16.0.1", "172.31.255.254", "0xac.0x10.0.1",
    "192.168.0.1", "192.168.1", "3232235777", "0xc0a80001", "0300.0250.0.1", "169.254.169.254", "2852039166",
    "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "100.64.0.1", "100.127.255.254", "1681915905", "192.0.0.1",
    "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.254", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[::7f00:1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001::1]",
    "[2001:db8::1]", "[fe80::1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[100::1]", "[3fff::1]",
    "[5f00::1]", "１２７.0.0.1", "127。0。0。1", "⑫7.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", NOTATIONS)
@pytest.mark.parametrize("form", ["http://{}/", "http://user@{}/", "https://{}:443/x"])
def test_no_spelling_of_an_inner_address_is_reached(host: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[str] = []

    async def connects(_self: Any, host: str, port: int, **_: Any) -> Any:
        connected.append(f"{host}:{port}")
        raise ConnectionRefusedError

    monkeypatch.setattr(egress.httpcore.AnyIOBackend, "connect_tcp", connects)

    async def ask() -> None:
        async with egress.client() as client:
            await client.get(form.format(host))

    with pytest.raises((Denied, httpx.HTTPError, httpx.InvalidURL)):
        asyncio.run(ask())
    assert connected == []


def test_a_name_that_turns_elsewhere_on_the_second_look_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    connected: list[str] = []

    def looks_up(host: str, port: int, **_: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

    async def connects(_self: Any, host: str, port: int, **_: Any) -> Any:
        connected.append(host)
        raise egress.httpcore.ConnectError("refused")

    monkeypatch.setattr(egress.socket, "getaddrinfo", looks_up)
    monkeypatch.setattr(egress.httpcore.AnyIOBackend, "connect_tcp", connects)

    async def ask() -> None:
        async with egress.client() as client:
            await client.get("http://rebind.test/")

    with pytest.raises(httpx.ConnectError):
        asyncio.run(ask())
    with pytest.raises(Denied):
        asyncio.run(ask())
    assert connected == ["93.184.216.34"], "the checked address itself is connected to"


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "x..test", "." * 5])
def test_a_name_that_is_no_name_is_a_failed_connection(host: str) -> None:
    async def ask() -> None:
        async with egress.client() as client:
            await client.get(f"http://{host}/")

    with pytest.raises((httpx.ConnectError, httpx.InvalidURL, httpx.UnsupportedProtocol)):
        asyncio.run(ask())
