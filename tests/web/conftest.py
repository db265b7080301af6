"""One served interface for the whole suite: NiceGUI is one application per process."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI
from nicegui import Client, core

from omniloom import access, web
from omniloom.access import Role
from omniloom.app import Platform, open_platform

PASSWORD = "correct horse battery"
HOST = "http://testserver"
OWN = {"origin": HOST, "sec-fetch-site": "same-origin"}
HOSTILE = "<script>alert(1)</script>{{7*7}}<img src=x onerror=alert(2)>"


class Http:
    """Asks the application from beside its event loop, which runs in a thread as it does in a server."""

    def __init__(self, application: FastAPI) -> None:
        self._application = application
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._lifespan = application.router.lifespan_context(application)

    def __enter__(self) -> "Http":
        self._thread.start()
        self.run(self._lifespan.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._lifespan.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work):
        """Run a coroutine in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=600)

    def ask(self, method: str, path: str, **request) -> httpx.Response:
        """One request without cookies of earlier ones, redirects not followed."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._application)
            async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
                return await client.request(method, path, **request)

        return self.run(ask())


@dataclass
class Site:
    """The interface as a browser meets it, and the platform behind it."""

    platform: Platform
    http: "Http"
    sessions: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, *, role: str = "", **headers: str):
        """Ask for a page as a user of a role (or as nobody), without following redirects."""
        cookie = {"cookie": f"omniloom={self.session(role)}"} if role else {}
        return self.http.ask("GET", path, headers={**cookie, **headers})

    def post(self, path: str, form: dict[str, str], headers: dict[str, str] | None = None):
        """Send a form, by default as a page of ours would."""
        return self.http.ask("POST", path, data=form, headers=OWN if headers is None else headers)

    def session(self, role: str) -> str:
        """A session of the role's user."""
        if role not in self.sessions:
            self.sessions[role] = access.sign_in(
                self.platform.stores, email=f"{role}@example.test", password=PASSWORD, client=role,
                now=self.platform.now(),
            )  # fmt: skip
        return self.sessions[role]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    platform = open_platform(tmp_path_factory.mktemp("web"), environ={})
    platform.public_url = HOST
    _people(platform)
    application = FastAPI()
    web.mount(application, platform)
    with Http(application) as http:
        yield Site(platform, http)
    platform.close()
    core.app.reset()
    core.app.middleware_stack = None
    core.app.user_middleware.clear()


@pytest.fixture(autouse=True)
def no_pages_left_open(site: Site) -> Iterator[None]:
    """Each test starts without open pages, so that none answers for another."""
    yield

    async def close() -> None:
        for client in list(Client.instances.values()):
            client.delete()

    site.http.run(close())


def _people(platform: Platform) -> None:
    stores, now, ids = platform.stores, platform.now(), platform.ids
    access.create_owner(
        stores, token=access.setup_token(stores), email="owner@example.test", name=HOSTILE, password=PASSWORD,
        language="en", now=now, ids=ids,
    )  # fmt: skip
    for role in Role:
        if role is not Role.OWNER:
            access.add_user(
                stores, email=f"{role}@example.test", name=role.value, password=PASSWORD, role=role, language="ru",
                now=now, ids=ids,
            )  # fmt: skip


@pytest.fixture
def address() -> Callable[[str], str]:
    """A page's address with something for every parameter."""
    return lambda path: re.sub(r"\{[a-z_]+\}", "1", path)
