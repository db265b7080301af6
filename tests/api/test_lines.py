"""Whose connection makes room for another beyond the limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from omniloom import api

HALF = b"POST /quick HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Door:
    """A server that answers a whole request, one for ``/slow`` once it may."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.lines: list[Line] = []
        self.port = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.disconnect":
            return
        if scope["path"] == "/slow":
            await self.may_answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def line(self, said: bytes = b"") -> Line:
        """A connection over which this was said."""
        self.lines.append(await asyncio.open_connection("127.0.0.1", self.port))
        self.lines[-1][1].write(said)
        return self.lines[-1]


@asynccontextmanager
async def opened(connections_max: int) -> AsyncIterator[Door]:
    door = Door()
    protocol = api.bounded_http(connections_max=connections_max, head_s=600.0)
    config, state = uvicorn.Config(door, log_config=None, access_log=False, lifespan="off"), ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    door.port = server.sockets[0].getsockname()[1]
    try:
        yield door
    finally:
        server.close()
        for _, writer in door.lines:
            writer.close()
        while state.connections or state.tasks:  # noqa: ASYNC110 - it tells nobody when they are gone
            await asyncio.sleep(0.01)


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


async def answer(line: Line) -> bytes:
    return await line[0].readuntil(b"\r\n\r\nok")


async def is_cut(line: Line) -> bool:
    try:
        return await line[0].read() == b""
    except ConnectionError:
        return True


def test_half_bodies_make_room_for_whole_requests() -> None:
    async def scene() -> None:
        async with opened(connections_max=3) as door:
            halves = [await door.line(HALF) for _ in range(3)]
            await asyncio.sleep(0.1)  # a half that comes later is a stranger's, and makes room as well
            for _ in range(6):
                assert (await answer(await door.line(get("/quick")))).startswith(b"HTTP/1.1 200")
            assert await is_cut(halves[0])

    asyncio.run(scene())


def test_a_client_that_asks_one_thing_behind_another_is_not_cut_while_it_is_answered() -> None:
    async def scene() -> None:
        async with opened(connections_max=1) as door:
            first = await door.line(get("/quick") + get("/slow"))
            await answer(first)
            assert await is_cut(await door.line())
            door.may_answer.set()
            assert (await answer(first)).startswith(b"HTTP/1.1 200")

    asyncio.run(scene())


def test_who_never_asked_makes_room_before_who_asked() -> None:
    async def scene() -> None:
        async with opened(connections_max=2) as door:
            known = await door.line(get("/quick"))
            await answer(known)
            strangers = [await door.line() for _ in range(5)]
            assert all([await is_cut(one) for one in strangers[:-1]])
            known[1].write(get("/quick"))
            assert (await answer(known)).startswith(b"HTTP/1.1 200")

    asyncio.run(scene())
