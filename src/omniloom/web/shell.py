"""The frame around every page (menu, search, language, theme), and the gate that decides who sees what.

``mount`` puts the interface onto the server's application. Each page is built by one wrapper: it finds the session,
checks the page's permission, draws the frame, and turns errors into something to read.
"""

import importlib
import inspect
import logging
import pkgutil
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import FastAPI
from nicegui import Client, core, ui
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

import omniloom.web
from omniloom import access
from omniloom.access import PUBLIC, User
from omniloom.core.errors import Denied, Missing, OmniloomError
from omniloom.core.i18n import LANGUAGES
from omniloom.web import entry, frame, parts, session_cookie
from omniloom.web.format import Format
from omniloom.web.page import PAGES, Page
from omniloom.web.security import PageGuard, is_own_origin
from omniloom.web.sessions import Sessions
from omniloom.web.view import View

if TYPE_CHECKING:
    from omniloom.app import Platform

STATIC = Path(__file__).parent / "static"
BUILD_TIMEOUT_S = 30.0
NOT_FOUND = Page("", PUBLIC, "Not found", lambda: None)


def mount(app: FastAPI, platform: "Platform") -> None:
    """Put the interface onto the application, below its own routes. Call it once, after all routes are there."""
    load_pages()
    sessions = Sessions(platform)
    for page in sorted(PAGES.values(), key=lambda page: page.path.count("{")):  # /segments/new before /segments/{id}
        ui.page(page.path, response_timeout=BUILD_TIMEOUT_S)(_built(page, platform, sessions))
    entry.add_routes(core.app, platform)
    core.app.add_static_files("/_omniloom/static", STATIC)
    core.app.add_middleware(PageGuard)
    core.app.timer(1.0, sessions.close_ended)
    core.sio.eio.cors_allowed_origins = lambda origin, environ: is_own_origin(
        origin, environ.get("HTTP_HOST"), platform.public_url
    )
    logging.getLogger("nicegui").addFilter(_is_surprise)
    ui.run_with(
        app, root=_missing(platform, sessions), title="Omniloom", favicon=STATIC / "logo.svg", dark=None,
        show_welcome_message=False,
    )  # fmt: skip


def load_pages() -> None:
    """Import every module of this package, so that each page registers itself: a new page is one new file."""
    for module in sorted(pkgutil.iter_modules(omniloom.web.__path__), key=lambda module: module.name):
        importlib.import_module(f"omniloom.web.{module.name}")


def _built(page: Page, platform: "Platform", sessions: Sessions) -> Callable[..., Any]:
    """The page's function as NiceGUI wants it: with the request, and with the page's own parameters."""

    async def build(request: Request, **parameters: Any) -> Response | None:
        token = session_cookie.session_of(request)
        visitor = await sessions.visitor(token)
        if page.permission is not PUBLIC and visitor is None:
            return _to_the_door(request)
        view = make_view(platform, page, request, visitor)
        _dress(view)
        if token and visitor:
            sessions.watch(ui.context.client, token)
        await _fill(view, parameters)
        return None

    own = list(inspect.signature(page.build).parameters.values())[1:]
    asked = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    build.__signature__ = inspect.Signature([asked, *own])  # type: ignore[attr-defined]  # read by FastAPI
    build.__name__ = page.build.__name__
    return build


def make_view(platform: "Platform", page: Page, request: Request, visitor: User | None) -> View:
    """The view of one visitor on one page."""
    language = visitor.language if visitor else _asked_language(request)
    return View(platform, page, request, visitor, language, Format(language))


async def _fill(view: View, parameters: dict[str, Any]) -> None:
    """Draw the frame and the page; an error becomes a page that explains it."""
    with frame.framed(view) if view.page.is_framed else frame.bare():
        try:
            _check(view)
            built = view.page.build(view, **parameters)
            if inspect.isawaitable(built):
                await built
        except OmniloomError as error:
            ui.context.client.status_code = error.status if isinstance(error, (Denied, Missing)) else 200
            explain(view, error)


def _check(view: View) -> None:
    permission = view.page.permission
    if not isinstance(permission, access.Public):
        view.require(permission)


def explain(view: View, error: OmniloomError) -> None:
    """A page that says what is wrong and what to do."""
    _ = view.translate
    message, hint = view.explain(error)
    icons = {Denied: "lock", Missing: "search_off"}
    titles = {Denied: _("You cannot see this page"), Missing: _("Nothing here")}
    if isinstance(error, Denied):
        hint = _("It needs the permission “{permission}”. Ask an owner to change your role.").format(
            permission=error.hint
        )
    title = titles.get(type(error), _("This did not work"))
    with parts.empty(icons.get(type(error), "error_outline"), title, _sentences(message, hint)):
        parts.quiet(_("To the overview"), "home", href="/")


def _sentences(*texts: str) -> str:
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in texts if text)


def _dress(view: View) -> None:
    """Title, language and theme of this one answer, and how errors of its later acts are shown."""
    client = ui.context.client
    client.page = copy(client.page)
    client.page.language = "ru" if view.language == "ru" else "en-US"
    theme = view.visitor.theme if view.visitor else "auto"
    client.page.dark = {"light": False, "dark": True}.get(theme)
    client.title = f"{view._(view.page.title)} · Omniloom"
    ui.add_head_html(f'<link rel="stylesheet" href="/_omniloom/static/omniloom.css?v={_style_version()}">')
    ui.colors(primary="#2f5bea", positive="#15803d", negative="#c2333f", warning="#b45309", info="#0b6fa4")
    ui.on_exception(view.fault)


def _style_version() -> int:
    return int((STATIC / "omniloom.css").stat().st_mtime)


def _to_the_door(request: Request) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(path, safe='')}" if path != "/" else "/sign-in", status_code=303)


def _asked_language(request: Request) -> str:
    """The language asked for in the address, else the first one of the browser's that we have."""
    wanted = [request.query_params.get("language", "")]
    wanted += [part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((language for language in wanted if language in LANGUAGES), "en")


def _missing(platform: "Platform", sessions: Sessions) -> Callable[[Request], Any]:
    """What is shown for an address that does not exist: JSON to programs, a page to people."""

    async def missing(request: Request) -> Response | None:
        if request.url.path.startswith(("/api/", "/v1/", "/hooks/", "/in/")):
            return JSONResponse({"code": "missing", "message": f"no such address: {request.url.path}"}, 404)
        view = make_view(platform, NOT_FOUND, request, await sessions.visitor(session_cookie.session_of(request)))
        _dress(view)
        with frame.framed(view) if view.visitor else frame.bare():
            explain(view, Missing(view._("There is no page at this address."), hint=view._("Check the link.")))
        ui.context.client.status_code = 404
        return None

    return missing


def _is_surprise(record: logging.LogRecord) -> bool:
    """Errors that were explained to the visitor are no surprise, so the log stays readable."""
    return not (record.exc_info and isinstance(record.exc_info[1], OmniloomError)) and not isinstance(
        record.msg, OmniloomError
    )


__all__ = ["Client", "explain", "load_pages", "make_view", "mount"]
