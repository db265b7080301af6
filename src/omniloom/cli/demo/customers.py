"""The demo's customers: they open, click, order and unsubscribe over real HTTP, each by his own seeded draw.

The SMS gateway stands with them: it reports, signed, what it delivered.
"""

import asyncio
import base64
import hashlib
import hmac
import html
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from omniloom.cli.demo.households import draw
from omniloom.cli.demo.receivers import Received
from omniloom.core import egress

_LINK = re.compile(r"https?://[^\s\"'<>]+")
AT_ONCE = 8
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Omniloom-Demo/1.0"
HOOK_SECRET = "the demo gateway signs with this"  # noqa: S105 - of the demo's own gateway on loopback


class Customers:
    """Everyone who received a message, and how he answers."""

    def __init__(self, public_url: str, write_key: str, seed: str, shares: dict[str, float]) -> None:
        self._url = public_url
        self._key = base64.b64encode(f"{write_key}:".encode()).decode()
        self._seed = seed
        self._shares = shares

    async def react(self, received: list[Received], now: datetime, progress: Callable[[], None]) -> None:
        """Let everyone answer; at most ``AT_ONCE`` requests at a time. Answers repeated after a kill change nothing."""
        limit = asyncio.Semaphore(AT_ONCE)
        async with egress.client([httpx.URL(self._url).netloc.decode()]) as client:
            client.headers["user-agent"] = BROWSER  # opens and clicks of programs are not counted

            async def one(message: Received) -> None:
                async with limit:
                    await self._answer(client, message, now)
                    progress()

            await asyncio.gather(*(one(message) for message in received))

    async def _answer(self, client: httpx.AsyncClient, message: Received, now: datetime) -> None:
        tracked, pixels, leave = (self._links(message, kind) for kind in ("l", "o", "u"))
        if message.channel == "sms":
            await self._report_delivery(client, message, now)
        will_click = bool(tracked) and self._draws(message, "click")
        if pixels and (will_click or self._draws(message, "open")):
            await client.get(pixels[0])
        if will_click:
            await client.get(tracked[0])
        if will_click and self._draws(message, "order", given="click"):
            await self._order(client, message, now)
        if leave and self._draws(message, "unsubscribe"):
            await client.post(leave[0], data={"List-Unsubscribe": "One-Click"})

    def _links(self, message: Received, kind: str) -> list[str]:
        """The message's links of one kind, at the server's present address: an earlier run had another port."""
        paths = [httpx.URL(html.unescape(link)).path for link in _LINK.findall(message.text)]
        return [f"{self._url}{path}" for path in paths if path.startswith(f"/{kind}/")]

    async def _report_delivery(self, client: httpx.AsyncClient, message: Received, now: datetime) -> None:
        """The gateway's delivery report: most numbers answer, a few phones stay off."""
        status = "undelivered" if self._draws(message, "phone_off") else "delivered"
        body = {"id": f"report-{message.key}", "reports": [{"message_id": message.key, "status": status}]}
        raw, timestamp = json.dumps(body).encode(), str(int(now.timestamp()))
        signature = hmac.digest(HOOK_SECRET.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hex()
        headers = {"x-omniloom-signature": signature, "x-omniloom-timestamp": timestamp}
        answer = await client.post(f"{self._url}/hooks/sms", content=raw, headers=headers)
        answer.raise_for_status()

    def _draws(self, message: Received, what: str, *, given: str = "") -> bool:
        share = self._shares[what] / (self._shares[given] if given else 1.0)
        return draw(self._seed, message.address, what) < share

    async def _order(self, client: httpx.AsyncClient, message: Received, now: datetime) -> None:
        amount = round(20 + 80 * draw(self._seed, message.address, "amount"), 2)
        kind = "email" if message.channel == "email" else "phone"
        order_id = f"web-{message.address}"
        event: dict[str, Any] = {
            "anonymousId": f"web-{message.address}",
            "messageId": f"order-{message.key}",
            "event": "Order Completed",
            "timestamp": now.isoformat(),
            "context": {"externalIds": [{"type": kind, "id": message.address}], "channel": "web"},
            "properties": {"order_id": order_id, "revenue": amount, "currency": "USD", "channel": "web"},
        }
        answer = await client.post(f"{self._url}/v1/track", json=event, headers={"authorization": f"Basic {self._key}"})
        answer.raise_for_status()
