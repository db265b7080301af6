"""Which open pages belong to which session. A page whose session has ended is emptied within a second (SEC-L2)."""

import asyncio
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from nicegui import Client

from omniloom import access
from omniloom.access import User

if TYPE_CHECKING:
    from omniloom.app import Platform


class Sessions:
    """The open pages of one server."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self._tokens: WeakKeyDictionary[Client, str] = WeakKeyDictionary()

    async def visitor(self, token: str | None) -> User | None:
        """Who sends this session's token; None without one that holds."""
        if not token:
            return None
        return await asyncio.to_thread(access.user_of, self._platform.stores, token, self._platform.clock.now())

    def watch(self, client: Client, token: str) -> None:
        """Close this page when its session ends."""
        self._tokens[client] = token

    async def close_ended(self) -> None:
        """Empty every page whose session has ended: its buttons are gone, so it can do nothing any more."""
        watched = {client: token for client, token in list(self._tokens.items()) if not client.is_deleted}
        if not watched:
            return
        live = await asyncio.to_thread(
            access.live_sessions, self._platform.stores, list(set(watched.values())), self._platform.clock.now()
        )
        for client, token in watched.items():
            if token not in live and not client.is_deleted:
                del self._tokens[client]
                client.layout.clear()
                client.open("/sign-in?problem=ended")
