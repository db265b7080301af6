"""Pages for whoever holds a link from a message: tracked links, the open pixel, unsubscribing, preferences.

Nobody signs in here: the token in the link is the proof. GET never changes anything (scanners follow links); POST acts,
and its effect is in force before the answer. A token that is not ours leads nowhere.

Source: RFC 8058; spec/reliability.md SEC-R1, SEC-U1, SEC-X2.
"""

from datetime import datetime
from pathlib import Path
from threading import Event as Wake
from typing import Protocol
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from omniloom import messaging
from omniloom.access import PUBLIC
from omniloom.api.door import needs
from omniloom.collect import Intake
from omniloom.core.errors import Unavailable
from omniloom.core.event import Event
from omniloom.core.i18n import LANGUAGES, Catalogue, Translate
from omniloom.core.ids import Ids
from omniloom.messaging import Preferences
from omniloom.store import Stores

HERE = Path(__file__).parent
FORM_BYTES_MAX = 4_096
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)  # a transparent GIF of one pixel


class Rooms(Protocol):
    """What these pages need of the platform."""

    stores: Stores
    secret: bytes
    ids: Ids
    intake: Intake
    wake: Wake

    def now(self) -> datetime:
        """The present instant."""
        ...


class Pages:
    """Renders the templates of this door in the reader's language, under a policy that allows no script."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._catalogue = Catalogue(HERE / "locale")
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined
        )

    def show(self, name: str, request: Request, *, status: int = 200, language: str = "", **values: object) -> Response:
        """One page. ``language`` (the person's) outweighs what the browser asks for."""
        own = language.partition("-")[0]
        language = own if own in LANGUAGES else preferred_language(request)
        nonce = self._ids.token()
        text = self._templates.get_template(f"{name}.html").render(
            _=self._translate(language), language=language, nonce=nonce, **values
        )
        return HTMLResponse(text, status_code=status, headers=_headers(nonce))

    def _translate(self, language: str) -> Translate:
        return self._catalogue.translator(language)


def preferred_language(request: Request) -> str:
    """The first language of Accept-Language that we speak; English else."""
    for part in request.headers.get("accept-language", "").split(",")[:10]:
        language = part.partition(";")[0].strip().lower().partition("-")[0]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def router(rooms: Rooms) -> APIRouter:
    """The public routes over one open platform."""
    routes, pages = APIRouter(), Pages(rooms.ids)
    _add_engagement(routes, rooms, pages)
    _add_leaving(routes, rooms, pages)
    _add_choosing(routes, rooms, pages)
    return routes


def _add_engagement(routes: APIRouter, rooms: Rooms, pages: Pages) -> None:
    @routes.head("/l/{token}", include_in_schema=False)
    @routes.get("/l/{token}")
    @needs(PUBLIC)
    def follow(request: Request, token: str) -> Response:
        """A tracked link: on to its stored target."""
        click = messaging.clicked(
            rooms.stores, token, secret=rooms.secret, now=rooms.now(), by_machine=_is_machine(request)
        )
        if click is None:
            return pages.show("gone", request, status=404)
        if request.method == "GET":
            _tell(rooms, click.event)
        return RedirectResponse(click.url, status_code=302, headers={"cache-control": "no-store"})

    @routes.head("/o/{token}.gif", include_in_schema=False)
    @routes.get("/o/{token}.gif")
    @needs(PUBLIC)
    def pixel(request: Request, token: str) -> Response:
        """The open pixel."""
        event = messaging.opened(
            rooms.stores, token, secret=rooms.secret, now=rooms.now(), by_machine=_is_machine(request)
        )
        if event is None:
            return pages.show("gone", request, status=404)
        if request.method == "GET":
            _tell(rooms, event)
        return Response(PIXEL, media_type="image/gif", headers={"cache-control": "no-store, private"})


def _add_leaving(routes: APIRouter, rooms: Rooms, pages: Pages) -> None:
    @routes.get("/u/{token}")
    @needs(PUBLIC)
    def ask_to_leave(request: Request, token: str) -> Response:
        """The question, with a button; nothing happens yet."""
        shown = messaging.preferences(rooms.stores, token, secret=rooms.secret)
        if shown is None:
            return pages.show("gone", request, status=404)
        return pages.show("unsubscribe", request, language=shown.language, choice=_own_choice(shown), is_done=False)

    @routes.post("/u/{token}")
    @needs(PUBLIC)
    async def leave(request: Request, token: str) -> Response:
        """Leave the channel: from the page's button, or in one click from the mail program (RFC 8058)."""
        form = await _form(request)
        method = "one-click" if form.get("List-Unsubscribe") == ["One-Click"] else "unsubscribe page"
        shown = await run_in_threadpool(_leave, rooms, token, method)
        if shown is None:
            return pages.show("gone", request, status=404)
        return pages.show("unsubscribe", request, language=shown.language, choice=_own_choice(shown), is_done=True)


def _add_choosing(routes: APIRouter, rooms: Rooms, pages: Pages) -> None:
    @routes.get("/p/{token}")
    @needs(PUBLIC)
    def show_choices(request: Request, token: str) -> Response:
        """The channels and whether they are on."""
        shown = messaging.preferences(rooms.stores, token, secret=rooms.secret)
        if shown is None:
            return pages.show("gone", request, status=404)
        return pages.show("preferences", request, language=shown.language, choices=shown.choices, is_saved=False)

    @routes.post("/p/{token}")
    @needs(PUBLIC)
    async def choose(request: Request, token: str) -> Response:
        """Save the choices: what is ticked is on."""
        form = await _form(request)
        shown = await run_in_threadpool(_choose, rooms, token, set(form.get("channel", [])))
        if shown is None:
            return pages.show("gone", request, status=404)
        return pages.show("preferences", request, language=shown.language, choices=shown.choices, is_saved=True)


def _leave(rooms: Rooms, token: str, method: str) -> Preferences | None:
    now = rooms.now()
    shown = messaging.unsubscribe(rooms.stores, token, secret=rooms.secret, now=now, method=method)
    if shown is not None:
        messaging.try_flush(rooms.stores)
        rooms.wake.set()
    return shown


def _choose(rooms: Rooms, token: str, wanted: set[str]) -> Preferences | None:
    now = rooms.now()
    shown = messaging.choose_channels(rooms.stores, token, wanted, secret=rooms.secret, now=now)
    if shown is not None:
        messaging.try_flush(rooms.stores)
        rooms.wake.set()
    return shown


def _own_choice(shown: Preferences) -> messaging.ChannelChoice:
    return next(choice for choice in shown.choices if choice.channel == shown.channel)


def _is_machine(request: Request) -> bool:
    return messaging.is_machine(request.headers.get("user-agent", ""))


def _tell(rooms: Rooms, event: Event) -> None:
    """Hand the event to intake; a link works also when the log does not."""
    try:
        rooms.intake.submit([event], is_urgent=True)
    except Unavailable:
        return
    rooms.wake.set()


async def _form(request: Request) -> dict[str, list[str]]:
    """The fields of a small form; anything else counts as empty. One-click senders may use multipart."""
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        is_one_click = len(body) <= FORM_BYTES_MAX and b'name="List-Unsubscribe"' in body and b"One-Click" in body
        return {"List-Unsubscribe": ["One-Click"]} if is_one_click else {}
    if len(body) > FORM_BYTES_MAX:
        return {}
    return parse_qs(body.decode(errors="replace"), max_num_fields=20)


def _headers(nonce: str) -> dict[str, str]:
    return {
        "content-security-policy": (
            f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        ),
        "cache-control": "no-store, private",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex",
    }
