"""What public pages share: how one is shown, who looks, and what a small form holds."""

from datetime import date, datetime
from pathlib import Path
from threading import Event as Wake
from typing import Protocol
from urllib.parse import parse_qs

from babel import Locale, dates
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import Response

from omniloom import messaging
from omniloom.collect import Intake
from omniloom.core.i18n import LANGUAGES, Catalogue, Translate
from omniloom.core.ids import Ids
from omniloom.messaging import voice
from omniloom.store import Stores

HERE = Path(__file__).parent
FORM_BYTES_MAX = 8_192
_LOCALES = {"en": Locale("en"), "ru": Locale("ru")}


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
        """One page. ``language`` (the person's) outweighs what the browser asks for; the page's own switch, both."""
        language = self.language_of(request, language)
        nonce = self._ids.token()
        text = self._templates.get_template(f"{name}.html").render(
            _=self.translate(language), language=language, nonce=nonce, path=request.url.path, day=_day(language),
            **values,
        )  # fmt: skip
        return HTMLResponse(text, status_code=status, headers=_headers(nonce))

    def gone(self, request: Request) -> Response:
        """The page of a link that is not ours."""
        return self.show("gone", request, status=404)

    def language_of(self, request: Request, language: str) -> str:
        """Which language a page speaks."""
        chosen = (request.query_params.get("language", ""), language.partition("-")[0])
        return next((each for each in chosen if each in LANGUAGES), "") or preferred_language(request)

    def translate(self, language: str) -> Translate:
        """The texts of a language."""
        return self._catalogue.translator(language)


def preferred_language(request: Request) -> str:
    """The first language of Accept-Language that we speak; English else."""
    for part in request.headers.get("accept-language", "").split(",")[:10]:
        language = part.partition(";")[0].strip().lower().partition("-")[0]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def visitor_of(request: Request) -> voice.Visitor:
    """Where a request comes from, as evidence."""
    ip = request.client.host if request.client else ""
    return voice.Visitor(ip, request.headers.get("user-agent", "")[:300])


def told(rooms: Rooms) -> None:
    """Something was said: tell the log at once if it answers, and wake the worker."""
    messaging.try_flush(rooms.stores)
    rooms.wake.set()


async def form_of(request: Request) -> dict[str, list[str]]:
    """The fields of a small form; anything else counts as empty. One-click senders may use multipart."""
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        is_one_click = len(body) <= FORM_BYTES_MAX and b'name="List-Unsubscribe"' in body and b"One-Click" in body
        return {"List-Unsubscribe": ["One-Click"]} if is_one_click else {}
    if len(body) > FORM_BYTES_MAX:
        return {}
    try:
        return parse_qs(body.decode(errors="replace"), max_num_fields=200, keep_blank_values=True)
    except ValueError:
        return {}


class _Day(Protocol):
    def __call__(self, at: datetime) -> str: ...


def _day(language: str) -> _Day:
    def shown(at: datetime) -> str:
        on: date = at.date()
        return dates.format_date(on, "d MMMM y", locale=_LOCALES[language])

    return shown


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
