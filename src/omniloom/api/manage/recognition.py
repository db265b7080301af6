"""Self-identification for tills, bots, call centres and servers; and how its ways are set."""

import base64
from datetime import timedelta

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from omniloom import messaging
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, who_asks
from omniloom.api.manage.body import Body
from omniloom.api.recognised import answer
from omniloom.messaging import recognition, voice
from omniloom.messaging.recognition import Benefit, Holder, Newcomer, WaySettings, Wish

routes = APIRouter(prefix="/recognition")


class BenefitBody(Body):
    """What a customer gets, once."""

    name: str
    text_en: str = ""
    text_ru: str = ""
    coupon: str = ""


class WayBody(Body):
    """How a way is set."""

    is_on: bool = False
    benefit: BenefitBody | None = None
    title_en: str = ""
    title_ru: str = ""
    bot_url: str = ""


class AskBody(Body):
    """An address that should show itself. ``ip`` and ``user_agent`` are whoever asked; without, no limit by sender."""

    way: str = "code"
    channel: str
    address: str
    anonymous_id: str = ""
    place: str = ""
    language: str = ""
    ip: str = ""
    user_agent: str = ""


class CodeBody(Body):
    """A typed code."""

    request_id: str
    code: str


class TokenBody(Body):
    """A token for a person or a visitor."""

    way: str
    person_id: int = Field(0, ge=0, lt=1 << 63)
    anonymous_id: str = ""
    place: str = ""
    minutes: int | None = Field(None, ge=1, le=90 * 1440)


class BroughtBody(Body):
    """A token that was brought back: to the bot by a messenger's user, to the till by the customer."""

    way: str
    token: str
    kind: str = ""
    value: str = ""


class CardBody(Body):
    """A card that was read."""

    card: str
    place: str = ""


class PlaceBody(Body):
    """A shop, a shelf, a poster."""

    place: str


@routes.get("/ways")
@needs(Permission.CAMPAIGNS_READ)
def show_ways(request: Request) -> Response:
    """Every way, and how it is set."""
    settings = recognition.all_way_settings(platform_of(request).stores)
    ways = [
        {"way": key, "title": way.title, "about": way.about, "level": int(way.level), "settings": settings[key]}
        for key, way in recognition.known_ways().items()
    ]
    return reply({"ways": ways})


@routes.put("/ways/{way}")
@needs(Permission.CAMPAIGNS_WRITE)
def save_way(request: Request, way: str, body: WayBody) -> Response:
    """Switch a way on or off; its benefit and words."""
    platform = platform_of(request)
    benefit = Benefit(**body.benefit.model_dump()) if body.benefit else None
    changed = WaySettings(**{**body.model_dump(), "benefit": benefit})
    return reply({"settings": recognition.save_way(platform.stores, way, changed, now=platform.now())})


@routes.post("/requests")
@needs(Permission.CUSTOMERS_WRITE)
def ask(request: Request, body: AskBody) -> Response:
    """Send a link or a code to an address."""
    platform = platform_of(request)
    asked = recognition.ask(
        platform.stores, Wish(**body.model_dump(exclude={"ip", "user_agent"})),
        home_region=platform.settings.identity.home_region, now=platform.now(), ids=platform.ids,
        visitor=voice.Visitor(body.ip, body.user_agent),
    )  # fmt: skip
    _told(request)
    return answer(asked, status=202)


@routes.post("/codes")
@needs(Permission.CUSTOMERS_WRITE)
def enter(request: Request, body: CodeBody) -> Response:
    """Type a code: on the phone, at the desk."""
    platform = platform_of(request)
    found = recognition.confirm_code(
        platform.stores, body.request_id, body.code, secret=platform.secret, now=platform.now()
    )
    _told(request)
    return answer(found)


@routes.post("/tokens")
@needs(Permission.CUSTOMERS_WRITE)
def hand_out(request: Request, body: TokenBody) -> Response:
    """Make a token for a bot's link, or for a customer's own QR code (with its picture)."""
    platform = platform_of(request)
    holder = Holder(
        person_id=body.person_id, anonymous_id=body.anonymous_id, place=body.place,
        valid_for=None if body.minutes is None else timedelta(minutes=body.minutes),
    )  # fmt: skip
    handed = recognition.hand_out(
        platform.stores, body.way, holder, secret=platform.secret, now=platform.now(), ids=platform.ids,
        public_url=platform.public_url,
    )  # fmt: skip
    if isinstance(handed, recognition.TooOften):
        return answer(handed)
    return reply({"token": handed, **_pictures(handed.url)}, status=201)


@routes.post("/tokens/brought")
@needs(Permission.CUSTOMERS_WRITE)
def bring_back(request: Request, body: BroughtBody) -> Response:
    """Spend a token: whoever brings it is whom it was handed to."""
    platform = platform_of(request)
    found = recognition.bring_back(
        platform.stores, body.way, body.token, Newcomer(body.kind, body.value), secret=platform.secret,
        home_region=platform.settings.identity.home_region, now=platform.now(), by=who_asks(request),
    )  # fmt: skip
    _told(request)
    return answer(found)


@routes.post("/cards")
@needs(Permission.CUSTOMERS_WRITE)
def see_card(request: Request, body: CardBody) -> Response:
    """A card was read at the till: who it is, and what they get."""
    platform = platform_of(request)
    seen = recognition.see_card(
        platform.stores, body.card, place=body.place, by=who_asks(request), now=platform.now(), ids=platform.ids
    )
    _told(request)
    return reply({"seen": seen})


@routes.post("/card-pages")
@needs(Permission.CUSTOMERS_WRITE)
def show_card_page(request: Request, body: CardBody) -> Response:
    """Where a card's barcode can be shown: its page, and its picture for e-mails."""
    platform = platform_of(request)
    url = f"{platform.public_url}/me/card/{recognition.card_token(platform.secret, body.card)}"
    return reply({"url": url, "picture_url": f"{url}.png"})


@routes.post("/places")
@needs(Permission.CAMPAIGNS_READ)
def show_place(request: Request, body: PlaceBody) -> Response:
    """The QR code of a place, for its window or till: address, SVG, and PNG in Base64."""
    platform = platform_of(request)
    url = recognition.place_url(platform.public_url, platform.secret, body.place)
    return reply({"url": url, **_pictures(url)})


def _pictures(url: str) -> dict[str, str]:
    if not url:
        return {}
    rows = recognition.qr_rows(url)
    drawn = recognition.png(rows, quiet=recognition.QR_QUIET)
    return {
        "svg": recognition.svg(rows, quiet=recognition.QR_QUIET, title="QR"),
        "png": base64.b64encode(drawn).decode(),
    }


def _told(request: Request) -> None:
    platform = platform_of(request)
    messaging.try_flush(platform.stores)
    platform.wake.set()
