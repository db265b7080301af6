"""Where providers call back: what became of messages after they took them.

The signature is checked over the raw bytes before anything is read of them; a channel without its ``hook_secret``
takes no callbacks. Repeated callbacks change nothing.
"""

from datetime import datetime
from threading import Event as Wake
from typing import Protocol

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from omniloom import messaging
from omniloom.access import PUBLIC
from omniloom.api.door import needs, reply
from omniloom.store import Stores


class Rooms(Protocol):
    """What this door needs of the platform."""

    stores: Stores
    secret: bytes
    wake: Wake

    def now(self) -> datetime:
        """The present instant."""
        ...


def router(rooms: Rooms) -> APIRouter:
    """The callback routes over one open platform."""
    routes = APIRouter()

    @routes.post("/hooks/{channel}")
    @needs(PUBLIC)
    async def receive(request: Request, channel: str) -> Response:
        """Take a provider's callback."""
        body = await request.body()
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = await run_in_threadpool(_receive, rooms, channel, body, headers)
        return reply(received)

    return routes


def _receive(rooms: Rooms, channel: str, body: bytes, headers: dict[str, str]) -> messaging.Received:
    received = messaging.receive_hook(rooms.stores, channel, body, headers, secret=rooms.secret, now=rooms.now())
    rooms.wake.set()
    return received
