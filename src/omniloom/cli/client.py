"""How a command reaches the platform: through the running server's API, or by opening the files itself.

Either way the same routes answer, so a command behaves the same with and without a server.
"""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from omniloom import access, api
from omniloom.app import Platform, open_platform
from omniloom.cli.files import check_output, unwritten
from omniloom.core import egress
from omniloom.core.errors import Conflict, Denied, Invalid, Misconfigured, Missing, OmniloomError, Unavailable
from omniloom.store import are_here
from omniloom.worker import loop

SERVER_FILE = "server.json"
_KINDS = {kind.code: kind for kind in (Invalid, Missing, Conflict, Denied, Unavailable, Misconfigured)}
TIMEOUT_S = 120.0
_TYPED_AS = {"q": "what to look for"}


class Client:
    """Calls the management API of one data directory."""

    def __init__(self, token: str, *, base_url: str, app: FastAPI | None = None, platform: Platform | None = None):
        self._token = token
        self._base_url = base_url
        self._app = app
        self.platform = platform

    def get(self, path: str, **params: Any) -> Any:
        """The JSON answer of a GET. Errors: the API's problem, as the exception it came from."""
        return self._call("GET", path, params={k: v for k, v in params.items() if v is not None})

    def read(self, path: str, **params: Any) -> bytes:
        """The answer of a GET as it is: a document. Errors: as ``get``."""
        answer = asyncio.run(self._answer("GET", f"/api/v1{path}", params=params))
        return answer.content

    def save(self, path: str, output: Path, **params: Any) -> int:
        """Write the answer of a GET to a file as it comes; its bytes. Errors: as ``get``."""
        return asyncio.run(self._saved(f"/api/v1{path}", output, params))

    def post(self, path: str, body: Any = None) -> Any:
        """The JSON answer of a POST."""
        return self._call("POST", path, json=body)

    def put(self, path: str, body: Any = None) -> Any:
        """The JSON answer of a PUT."""
        return self._call("PUT", path, json=body)

    def settle(self, progress: Callable[[int], None] | None = None) -> None:
        """Without a server, do the worker's part now; with one, its worker does it."""
        if self.platform is not None:
            loop.catch_up(self.platform, progress)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        return asyncio.run(self._send(method, f"/api/v1{path}", **options))

    async def _send(self, method: str, path: str, **options: Any) -> Any:
        return (await self._answer(method, path, **options)).json()

    async def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        async with self._client() as client:
            try:
                answer = await client.request(method, f"{self._base_url}{path}", headers=self._headers(), **options)
            except httpx.TransportError as error:
                raise Unavailable(f"the server does not answer: {error}", hint="is it still starting?") from error
            except (UnicodeEncodeError, httpx.InvalidURL) as error:
                raise _unsendable(options) from error
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise _fault(answer)
        return answer

    async def _saved(self, path: str, output: Path, params: dict[str, Any]) -> int:
        check_output(output)
        size, url = 0, f"{self._base_url}{path}"
        async with self._client() as client:
            try:
                async with client.stream("GET", url, headers=self._headers(), params=params) as answer:
                    if answer.status_code >= httpx.codes.BAD_REQUEST:
                        await answer.aread()
                        raise _fault(answer)
                    with output.open("wb") as file:
                        async for piece in answer.aiter_bytes():
                            size += file.write(piece)
            except httpx.TransportError as error:
                raise Unavailable(f"the server does not answer: {error}", hint="is it still starting?") from error
            except (UnicodeEncodeError, httpx.InvalidURL) as error:
                raise _unsendable({"params": params}) from error
            except OSError as error:
                raise unwritten(output, error) from error
        return size

    def _client(self) -> httpx.AsyncClient:
        if self._app is not None:
            return httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=self._base_url)
        return egress.client([httpx.URL(self._base_url).netloc.decode()], timeout_s=TIMEOUT_S)

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}"}


def _unsendable(options: dict[str, Any]) -> Invalid:
    """Name the text that cannot be sent: bytes that are not UTF-8 come from a terminal as half surrogate pairs."""
    hint = "type it again; the terminal or script should write UTF-8"
    for told in (options.get("params"), options.get("json")):
        for field, value in told.items() if isinstance(told, dict) else ():
            try:
                json.dumps(value, ensure_ascii=False, default=str).encode()
            except UnicodeEncodeError:
                return Invalid(f"{_TYPED_AS.get(field, field)} is not valid Unicode", hint=hint, field=field)
    return Invalid("the name or number has characters that cannot be sent", hint=hint)


def _fault(answer: httpx.Response) -> OmniloomError:
    try:
        body = answer.json()
        kind = _KINDS.get(body["code"], OmniloomError)
        return kind(body["detail"], hint=body["hint"])
    except (ValueError, KeyError):
        return Unavailable(f"the server answered {answer.status_code}", hint="see its log")


@contextmanager
def connect(data_dir: Path, *, may_create: bool = False) -> Iterator[Client]:
    """A client for a data directory: its running server, else the platform opened here and closed at the end.

    Errors: Missing if there is no installation and the command does not make one (a mistyped path is a mistake).
    """
    if not may_create and not are_here(data_dir):
        hint = "give its --data-dir (a demo's is .demo); `serve`, `import` and `demo` make one"
        raise Missing(f"there is no installation in {data_dir}", hint=hint)
    try:
        platform = open_platform(data_dir)
    except Conflict:
        server = running_server(data_dir)
        if server is None:
            raise
        yield Client(access.local_token(data_dir), base_url=server)
        return
    try:
        app = api.build(platform)
        yield Client(access.local_token(platform.data_dir), base_url="http://omniloom", app=app, platform=platform)
    finally:
        platform.close()


def running_server(data_dir: Path) -> str | None:
    """The base URL the running server wrote down, if its process is alive."""
    path = data_dir / SERVER_FILE
    try:
        server = json.loads(path.read_text())
        os.kill(int(server["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return str(server["url"])


def write_server_file(data_dir: Path, url: str, collect_url: str) -> None:
    """Write down where this process serves and where events are taken in, for commands run beside it."""
    write_whole(data_dir / SERVER_FILE, json.dumps({"url": url, "collect_url": collect_url, "pid": os.getpid()}))


def write_whole(path: Path, text: str) -> None:
    """Put a file in place at once: who looks meanwhile sees none or the one before, never an empty or half one."""
    half = path.with_suffix(".part")
    half.write_text(text)
    half.replace(path)
