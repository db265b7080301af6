"""Pages where customers show who they are: asking for a link or a code, pressing the link's button, a scanned QR code.

Same terms as public.py: no script, GET changes nothing. The browser is known by the tracker's cookie, and that counts
only on requests our own pages sent, so that nobody else's page can join a visitor's browser to somebody.
"""

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from omniloom.access import PUBLIC
from omniloom.api.door import needs
from omniloom.api.public_page import Pages, form_of, told, visitor_of
from omniloom.api.tracker import COOKIE as VISITOR_COOKIE
from omniloom.app import Platform
from omniloom.core.errors import Conflict, Invalid
from omniloom.messaging import recognition
from omniloom.messaging.recognition import Browser, Newcomer, Recognised, Refused, TooOften, Wish

BROWSER_COOKIE = "ol_me"  # a secret of the browser that asked; what is kept of it is a digest
BROWSER_S = 3_600
MAIL, TEXT = "email", "sms"


def router(platform: Platform) -> APIRouter:
    """The pages over one open platform."""
    routes, pages = APIRouter(), Pages(platform.ids)
    _add_asking(routes, platform, pages)
    _add_codes(routes, platform, pages)
    _add_qr(routes, platform, pages)
    _add_cards(routes, platform, pages)
    _add_links(routes, platform, pages)  # last: its path is the widest
    return routes


def _add_asking(routes: APIRouter, platform: Platform, pages: Pages) -> None:
    @routes.get("/me")
    @needs(PUBLIC)
    def show_form(request: Request, at: str = "") -> Response:
        """Where a customer begins: an e-mail address or a phone number."""
        return _form(platform, pages, request, at)

    @routes.post("/me")
    @needs(PUBLIC)
    async def ask(request: Request) -> Response:
        """Send a link or a code; the answer is the same whether or not the address is known."""
        form = await form_of(request)
        return await run_in_threadpool(_ask, platform, pages, request, form)


def _add_codes(routes: APIRouter, platform: Platform, pages: Pages) -> None:
    @routes.post("/me/code")
    @needs(PUBLIC)
    async def enter(request: Request) -> Response:
        """Type the code."""
        form = await form_of(request)
        request_id, code = (form.get(name, [""])[0] for name in ("request", "code"))

        def work() -> Response:
            found = recognition.confirm_code(
                platform.stores, request_id, code, secret=platform.secret, now=platform.now(),
                visitor=visitor_of(request), anonymous_id=_anonymous(request),
            )  # fmt: skip
            if isinstance(found, Refused) and found.tries_left:
                return pages.show("me_code", request, request_id=request_id, tries_left=found.tries_left, offered=None)
            return _ended(platform, pages, request, found)

        return await run_in_threadpool(work)


def _add_links(routes: APIRouter, platform: Platform, pages: Pages) -> None:
    @routes.get("/me/{token}")
    @needs(PUBLIC)
    def show_link(request: Request, token: str) -> Response:
        """The magic link's question, with a button; nothing happens yet."""
        link = recognition.link_of(
            platform.stores, token, secret=platform.secret, now=platform.now(), browser=_browser(request)
        )
        if link is None:
            return pages.gone(request)
        if link.refused is not None:
            return _ended(platform, pages, request, Refused(link.refused), language=link.language)
        return pages.show("me_confirm", request, language=link.language, link=link)

    @routes.post("/me/{token}")
    @needs(PUBLIC)
    async def press(request: Request, token: str) -> Response:
        """Press the button; it counts once."""
        form = await form_of(request)
        browser = Browser(_anonymous(request), _browser(request), form.get("asked") == ["yes"])

        def work() -> Response:
            found = recognition.confirm_link(
                platform.stores, token, browser, secret=platform.secret, now=platform.now(),
                visitor=visitor_of(request),
            )  # fmt: skip
            return _ended(platform, pages, request, found)

        return await run_in_threadpool(work)


def _add_qr(routes: APIRouter, platform: Platform, pages: Pages) -> None:
    @routes.get("/me/qr/{token}")
    @needs(PUBLIC)
    def show_qr(request: Request, token: str) -> Response:
        """A customer's own QR code, opened by a phone: a button, nothing happens yet."""
        against = recognition.token_stands(
            platform.stores, recognition.QR, token, secret=platform.secret, now=platform.now()
        )
        if against is not None:
            return _ended(platform, pages, request, Refused(against))
        return pages.show("me_confirm", request, link=None)

    @routes.post("/me/qr/{token}")
    @needs(PUBLIC)
    def bring_qr(request: Request, token: str) -> Response:
        """Join the browser with the code's holder; it counts once."""
        anonymous_id = _anonymous(request)
        newcomer = Newcomer("anonymous_id", anonymous_id) if anonymous_id else Newcomer()
        found = recognition.bring_back(
            platform.stores, recognition.QR, token, newcomer, secret=platform.secret,
            home_region=platform.settings.identity.home_region, now=platform.now(), visitor=visitor_of(request),
        )  # fmt: skip
        return _ended(platform, pages, request, found)


def _add_cards(routes: APIRouter, platform: Platform, pages: Pages) -> None:
    @routes.get("/me/card/{token}.png")
    @needs(PUBLIC)
    def show_card_picture(request: Request, token: str) -> Response:
        """A card's barcode, for mail programs."""
        card = recognition.card_of_token(platform.secret, token)
        if not card:
            return pages.gone(request)
        rows = recognition.bar_rows(recognition.bars(card))
        picture = recognition.png(rows, quiet=recognition.BARS_QUIET, scale=3)
        return Response(picture, media_type="image/png", headers={"cache-control": "private, max-age=86400"})

    @routes.get("/me/card/{token}")
    @needs(PUBLIC)
    def show_card(request: Request, token: str) -> Response:
        """A card to be read from the phone at the till."""
        card = recognition.card_of_token(platform.secret, token)
        if not card:
            return pages.gone(request)
        drawn = recognition.svg(
            recognition.bar_rows(recognition.bars(card)), quiet=recognition.BARS_QUIET, title=card
        )  # made of letters and digits only
        return pages.show("me_card", request, card=card, picture=Markup(drawn))  # noqa: S704 - our own SVG, escaped


def _ask(platform: Platform, pages: Pages, request: Request, form: dict[str, list[str]]) -> Response:
    address, at = (form.get(name, [""])[0].strip() for name in ("address", "at"))
    way, channel = _way(platform, address)
    secret = _browser(request) or platform.ids.token()
    wish = Wish(
        way=way, channel=channel, address=address, anonymous_id=_anonymous(request), browser=secret,
        place=recognition.place_of(platform.secret, at), language=pages.language_of(request, ""),
    )  # fmt: skip
    try:
        asked = recognition.ask(
            platform.stores, wish, home_region=platform.settings.identity.home_region, now=platform.now(),
            ids=platform.ids, visitor=visitor_of(request),
        )  # fmt: skip
    except (Invalid, Conflict):
        return _form(platform, pages, request, at, is_wrong=True)
    if isinstance(asked, TooOften):
        answer = pages.show("me_ended", request, status=429, found=None, reason="often", language="")
        answer.headers["retry-after"] = str(asked.retry_after_s)
        return answer
    told(platform)
    offered = recognition.all_way_settings(platform.stores)[way].benefit
    name = "me_code" if way == "code" else "me_sent"
    answer = pages.show(name, request, request_id=asked.request_id, tries_left=0, offered=offered)
    answer.set_cookie(
        BROWSER_COOKIE, secret, max_age=BROWSER_S, path="/me", httponly=True, samesite="lax",
        secure=platform.public_url.startswith("https://"),
    )  # fmt: skip
    return answer


def _way(platform: Platform, address: str) -> tuple[str, str]:
    """How an address is asked: mail by a link if that is on, else by a code; a phone by a code."""
    if "@" not in address:
        return "code", TEXT
    has_links = recognition.all_way_settings(platform.stores)["magic_link"].is_on
    return ("magic_link" if has_links else "code"), MAIL


def _form(platform: Platform, pages: Pages, request: Request, at: str, *, is_wrong: bool = False) -> Response:
    ways = recognition.all_way_settings(platform.stores)
    first = next((ways[way] for way in ("code", "magic_link") if ways[way].is_on), None)
    place = recognition.place_of(platform.secret, at)
    if first is None or (at and not place):
        return pages.gone(request)
    qr = ways["qr"] if place and ways["qr"].is_on else first
    return pages.show(
        "me", request, status=422 if is_wrong else 200, at=at, place=place, is_wrong=is_wrong,
        title={"en": qr.title_en, "ru": qr.title_ru}, offered=first.benefit,
    )  # fmt: skip


def _ended(
    platform: Platform, pages: Pages, request: Request, found: Recognised | Refused, *, language: str = ""
) -> Response:
    if isinstance(found, Recognised):
        told(platform)
        return pages.show("me_ended", request, language=found.language, found=found, reason="")
    return pages.show("me_ended", request, language=language, found=None, reason=str(found.reason))


def _anonymous(request: Request) -> str:
    """The browser's anonymous id, on requests that one of our own pages sent."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return ""
    return request.cookies.get(VISITOR_COOKIE, "")[:200]


def _browser(request: Request) -> str:
    return request.cookies.get(BROWSER_COOKIE, "")[:64]
