"""The far end of both channels, on loopback: an SMTP server and an SMS gateway that write down all they accept.

What they accept is on disk before they answer, so that nobody can be sent a message twice unseen, even when the demo
is killed between two bytes.
"""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from omniloom.cli.client import write_whole
from omniloom.cli.demo.households import draw

LOOPBACK = "127.0.0.1"
_PLACES_FILE = "receivers.json"


@dataclass(frozen=True, slots=True)
class Received:
    """One message that arrived."""

    channel: str
    address: str
    key: str
    text: str


class Mailbag:
    """The file of everything that arrived, one JSON line a message."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, received: Received) -> None:
        """Write one message down, durably."""
        line = json.dumps([received.channel, received.address, received.key, received.text])
        with self._lock, self._path.open("a") as file:
            file.write("\n" + line)  # a line that a kill cut short ends here, and spoils no other
            file.flush()
            os.fsync(file.fileno())

    def all(self) -> list[Received]:
        """Everything that arrived so far, in order. A line cut short by a kill was never answered and is left out."""
        if not self._path.exists():
            return []
        received = []
        for line in self._path.read_text().splitlines():
            try:
                received.append(Received(*json.loads(line)))
            except ValueError:
                continue
        return received


class _Mailboxes:
    """aiosmtpd's hooks: some mailboxes do not exist, the others keep what they get."""

    def __init__(self, bag: Mailbag, bad_share: float, seed: str) -> None:
        self._bag, self._bad_share, self._seed = bag, bad_share, seed

    async def handle_RCPT(  # noqa: N802 - the name and signature are aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if draw(self._seed, address, "bad mailbox") < self._bad_share:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        body = message.get_body(("html", "plain"))
        text = body.get_content() if body is not None else ""
        self._bag.add(Received("email", envelope.rcpt_tos[0], str(message["Message-ID"]), text))
        return "250 2.0.0 accepted"


class _PostOffice(Controller):
    """An SMTP server on a socket that is bound already, so that its port is known and free."""

    def __init__(self, handler: _Mailboxes, listening: socket.socket) -> None:
        super().__init__(handler, hostname=LOOPBACK, port=listening.getsockname()[1])
        self._listening = listening

    def _create_server(self) -> Coroutine[Any, Any, asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


class _Gateway(BaseHTTPRequestHandler):
    """A small SMS gateway: POST {id, to, text} -> {id, status}."""

    bag: Mailbag
    bad_share: float
    seed: str

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if draw(self.seed, order["to"], "bad number") < self.bad_share:
            self._answer(422, {"error": "invalid_number"})
            return
        self.bag.add(Received("sms", order["to"], order["id"], order["text"]))
        self._answer(202, {"id": order["id"], "status": "accepted"})

    def log_message(self, *_args: Any) -> None:
        """Keep quiet."""

    def _answer(self, status: int, body: dict[str, str]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the receivers listen, and what they got."""

    smtp_port: int
    sms_url: str
    bag: Mailbag

    def places(self) -> dict[str, str]:
        """Channel -> host:port of its receiver."""
        return {"email": f"{LOOPBACK}:{self.smtp_port}", "sms": urlsplit(self.sms_url).netloc}


def remember(data_dir: Path, ends: Ends, before: Mapping[str, str] | None = None) -> None:
    """Write down where channels are about to be pointed: another run then knows these places for the demo's own.

    The ones ``before``, by default the last ones known, stay beside them, for the channels may still say those if this
    run is killed.
    """
    last = {channel: places[-1] for channel, places in (remembered(data_dir) or {}).items() if places}
    last |= before or {}
    places = {
        channel: [*([last[channel]] if channel in last else []), place] for channel, place in ends.places().items()
    }
    write_whole(data_dir / _PLACES_FILE, json.dumps(places))


def remembered(data_dir: Path) -> dict[str, list[str]] | None:
    """Channel -> the places that the demo itself last pointed it at, the newest last; None if nobody knows.

    Earlier versions wrote nothing down, and what somebody else left there says nothing.
    """
    try:
        return msgspec.json.decode((data_dir / _PLACES_FILE).read_bytes(), type=dict[str, list[str]])
    except (OSError, msgspec.DecodeError):
        return None


@contextmanager
def receiving(bag: Mailbag, reactions: dict[str, float], seed: str, sms: ThreadingHTTPServer) -> Iterator[Ends]:
    """Both receivers, running until the end of the block."""
    handler = type("Gateway", (_Gateway,), {"bag": bag, "bad_share": reactions["bad_number"], "seed": seed})
    sms.RequestHandlerClass = handler
    listening = socket.create_server((LOOPBACK, 0))
    controller = _PostOffice(_Mailboxes(bag, reactions["bad_mailbox"], seed), listening)
    controller.start()
    thread = threading.Thread(target=sms.serve_forever, name="sms gateway", daemon=True)
    thread.start()
    try:
        yield Ends(controller.port, f"http://{LOOPBACK}:{sms.server_port}/send", bag)
    finally:
        controller.stop()
        sms.shutdown()
        sms.server_close()


def gateway_socket() -> ThreadingHTTPServer:
    """The SMS gateway's server on a free port, not yet answering; its port goes into the settings first."""
    return ThreadingHTTPServer((LOOPBACK, 0), _Gateway)
