"""A company that can send: people with addresses and consents made through the real log, and providers on loopback.

The providers are real servers with a script: what each recipient's message meets. They keep all they were given.
"""

import asyncio
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from omniloom import identity, messaging, profiles
from omniloom.core.clock import ManualClock
from omniloom.core.event import Event, encode
from omniloom.core.ids import SeededIds
from omniloom.store import Stores

SECRET = b"s" * 32
PUBLIC_URL = "https://shop.test"


class Server:
    """A server on loopback in a thread of its own, which can be taken down and brought up on the same port."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.connections = 0
        self.script: dict[str, list[str]] = defaultdict(list)
        self.up()

    def up(self) -> None:
        self._do(self._open())

    def down(self) -> None:
        self._do(self._shut())

    def close(self) -> None:
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def next_action(self, recipient: str) -> str:
        actions = self.script[recipient]
        return actions.pop(0) if actions else "accept"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            self._server = None
            while self._writers:  # noqa: ASYNC110 - connections end by themselves, nobody can set an event
                await asyncio.sleep(0.001)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        try:
            await self.talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            self._writers.discard(writer)


class SmtpServer(Server):
    """Actions: accept, drop_at_rcpt, drop_at_data, drop_in_silence (taken, no reply), or a reply to RCPT (550 …);
    ``data 554 …`` replies so to the mail itself."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        super().__init__()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        say("220 fake ESMTP")
        recipient = action = ""
        while line := (await reader.readline()).decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                action = self.next_action(recipient)
                if action == "drop_at_rcpt":
                    return
                say(action if action[:1].isdigit() else "250 ok")
            elif verb == "DATA":
                if action == "drop_at_data":
                    return
                say("354 go on")
                content = await reader.readuntil(b"\r\n.\r\n")
                if action.startswith("data "):
                    say(action.removeprefix("data "))
                    continue
                self.received.append((recipient, content[:-5]))
                if action == "drop_in_silence":
                    return
                say("250 2.0.0 queued")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


class Gateway(Server):
    """Actions: accept, drop_in_silence, or ``<status> <error>`` such as ``422 invalid_number``."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        super().__init__()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
            size = next(int(value) for name, value in fields.items() if name.lower() == "content-length")
            told = json.loads(await reader.readexactly(size))
            action = self.next_action(told["to"])
            status, error = (202, "") if action == "accept" else (500, "")
            if action[:3].isdigit():
                status, _, error = action.partition(" ")
            if action in ("accept", "drop_in_silence"):
                self.received.append(told)
            if action == "drop_in_silence":
                return
            body = json.dumps({"id": f"gw-{told['id']}", "error": error} if error else {"id": f"gw-{told['id']}"})
            writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())


@dataclass
class Company:
    """Everything a test of messaging needs, over real stores."""

    stores: Stores
    clock: ManualClock
    smtp: SmtpServer
    gateway: Gateway
    transport: messaging.Transport
    renderer: messaging.Renderer
    ids: SeededIds = field(default_factory=lambda: SeededIds(7))

    def person(
        self, name: str, *, email: str = "", phone: str = "", consents: tuple[str, ...] = ("email", "sms"),
        timezone: str = "UTC", **traits: Any,
    ) -> None:  # fmt: skip
        """A person, as the log tells of one; ``resolve`` makes them known."""
        identifiers = {"user_id": name} | ({"email": email} if email else {}) | ({"phone": phone} if phone else {})
        given = {"name": name, "timezone": timezone, **traits}
        self.tell("identify", identifiers=identifiers, traits=given)
        for channel in consents:
            self.tell("track", name="Consent Given", identifiers={"user_id": name}, properties={"channel": channel})

    def tell(self, kind: Any, *, at: datetime | None = None, **fields: Any) -> None:
        now = at or self.clock.now()
        event = Event(
            source_id="test", message_id=self.ids.token(), type=kind, occurred_at=now, received_at=now, **fields
        )
        self.stores.log.append([encode(event)])

    def resolve(self) -> None:
        """Let identity and profiles read the log."""
        now = self.clock.now()
        while not identity.resolve(
            self.stores, now=now, home_region="US", home_currency="USD", rows_max=5000
        ).is_done:  # fmt: skip
            pass
        while not profiles.fold(self.stores, now=now, rows_max=5000).is_done:
            pass

    def people(self, count: int, **fields: Any) -> list[int]:
        """``count`` people with an e-mail address and a phone each; their ids in order."""
        for n in range(count):
            self.person(f"p{n}", email=email_of(n), phone=phone_of(n), **fields)
        self.resolve()
        return [self.id_of(f"p{n}") for n in range(count)]

    def id_of(self, name: str) -> int:
        return identity.find(self.stores, name, "US")[0]

    def template(self, channel: str = "email", *, subject: str = "Hello", body: str = "Hi {{ person.name }}") -> str:
        token = self.ids.token()
        return messaging.save_template(
            self.stores, name=token, channel=channel, subject=subject, body=body, now=self.clock.now(), ids=self.ids
        ).template_id

    def mailing(
        self, campaign_id: str, person_ids: list[int], *, channels: tuple[str, ...] = ("email", "sms"),
        kind: str = "marketing", advertiser: str = "", **templates: str,
    ) -> None:  # fmt: skip
        chosen = {channel: templates.get(channel) or self.template(channel) for channel in channels}
        messaging.open_mailing(
            self.stores, campaign_id=campaign_id, name=f"Campaign {campaign_id}", kind=kind, channels=channels,
            templates=chosen, now=self.clock.now(), advertiser=advertiser,
        )  # fmt: skip
        messaging.plan(self.stores, campaign_id=campaign_id, person_ids=person_ids, now=self.clock.now(), ids=self.ids)

    def deliver(self, **options: Any) -> Any:
        options = {"rows_max": 16} | options
        return messaging.deliver(self.stores, self.transport, self.renderer, clock=self.clock, ids=self.ids, **options)

    def deliver_all(self, *, rounds_max: int = 60, **options: Any) -> None:
        """Deliver, letting time pass, until nobody is open."""
        for _ in range(rounds_max):
            self.deliver(**options)
            if not any(messaging.tally(self.stores, c).open for c in self.campaign_ids()):
                return
            self.clock.advance(timedelta(minutes=31))
        raise AssertionError("messages stayed open")

    def campaign_ids(self) -> list[str]:
        from omniloom.store.sql import parse_state

        with self.stores.state.read() as tx:
            return [
                row["campaign_id"] for row in tx.rows(parse_state("t", "select campaign_id from messaging_mailing"))
            ]

    def policy(self, **fields: Any) -> None:
        import dataclasses

        kept = messaging.policy(self.stores)
        messaging.save_policy(self.stores, dataclasses.replace(kept, **fields), now=self.clock.now())

    def connect(self) -> None:
        """Switch both channels on."""
        now = self.clock.now()
        messaging.save_channel_settings(
            self.stores, "email", {"host": "127.0.0.1", "port": self.smtp.port, "tls": "none",
                                   "from_address": "shop@shop.test", "from_name": "Shop", "hook_secret": "hook"},
            secret=SECRET, now=now,
        )  # fmt: skip
        messaging.save_channel_settings(
            self.stores, "sms", {"url": f"http://127.0.0.1:{self.gateway.port}/send", "token": "t0k3n",
                                 "sender": "SHOP", "hook_secret": "hook"},
            secret=SECRET, now=now,
        )  # fmt: skip


def email_of(n: int) -> str:
    return f"p{n}@example.test"


def phone_of(n: int) -> str:
    return f"+1202555{n:04}"


@pytest.fixture(scope="session")
def renderer() -> Iterator[messaging.Renderer]:
    made = messaging.Renderer(wall_s=2.0)
    yield made
    made.close()


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    yield server
    server.close()


@pytest.fixture
def company(
    stores: Stores, clock: ManualClock, smtp: SmtpServer, gateway: Gateway, renderer: messaging.Renderer
) -> Iterator[Company]:
    transport = messaging.Transport(
        stores, secret=SECRET, public_url=PUBLIC_URL, egress_allow=[f"127.0.0.1:{gateway.port}"], reply_s=5
    )
    made = Company(stores, clock, smtp, gateway, transport, renderer)
    made.connect()
    yield made
    transport.close()
