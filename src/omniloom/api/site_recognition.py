"""Self-identification inside a company's own site: its page asks for a code and sends it back, with its write key.

A write key is public, so nothing here can name a person: only the visitor's own browser, an address that has to show
itself, and a bot link for this visitor. What a till or a bot says needs a token of the management API.
"""

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from omniloom.access import PUBLIC
from omniloom.api.desk import Desk
from omniloom.api.door import needs
from omniloom.api.manage.body import Body
from omniloom.api.public_page import told, visitor_of
from omniloom.api.recognised import CORS, answer
from omniloom.api.track import write_key
from omniloom.app import Platform
from omniloom.messaging import recognition
from omniloom.messaging.recognition import Holder, Wish


class AskBody(Body):
    """An address that should show itself to be the visitor's."""

    way: str = "code"
    channel: str
    address: str = Field(max_length=320)
    anonymous_id: str = Field("", max_length=200)
    place: str = Field("", max_length=200)
    language: str = Field("", max_length=20)
    write_key: str = ""


class CodeBody(Body):
    """A typed code."""

    request_id: str
    code: str = Field(max_length=40)
    write_key: str = ""


class BotBody(Body):
    """A visitor who goes on in a messenger."""

    anonymous_id: str = Field(min_length=1, max_length=200)
    place: str = Field("", max_length=200)
    write_key: str = ""


def router(platform: Platform, desk: Desk) -> APIRouter:
    """The routes over one open platform."""
    routes = APIRouter(prefix="/v1/recognition")

    @routes.options("/{path}", include_in_schema=False)
    @needs(PUBLIC)
    def preflight(path: str) -> Response:  # noqa: ARG001 - the route's parameter
        """Any page may ask; the key says whose it is."""
        return Response(status_code=204, headers=CORS)

    @routes.post("/ask")
    @needs(PUBLIC)
    async def ask(request: Request, body: AskBody) -> Response:
        """Send a link or a code; the answer is the same whether or not the address is known."""
        _source(desk, request, body.write_key)
        return await run_in_threadpool(_ask, platform, request, body)

    @routes.post("/code")
    @needs(PUBLIC)
    async def enter(request: Request, body: CodeBody) -> Response:
        """Type the code: the visitor who asked is the address's owner."""
        _source(desk, request, body.write_key)
        return await run_in_threadpool(_enter, platform, request, body)

    @routes.post("/bot")
    @needs(PUBLIC)
    async def hand_out(request: Request, body: BotBody) -> Response:
        """A link to the bot that is this visitor's alone."""
        _source(desk, request, body.write_key)
        return await run_in_threadpool(_hand_out, platform, request, body)

    return routes


def _source(desk: Desk, request: Request, key: str) -> None:
    """Errors: KeyRefused."""
    desk.source_of(write_key(request.headers.get("authorization", "").encode("latin-1")) or key)


def _ask(platform: Platform, request: Request, body: AskBody) -> Response:
    wish = Wish(**body.model_dump(exclude={"write_key"}))
    asked = recognition.ask(
        platform.stores, wish, home_region=platform.settings.identity.home_region, now=platform.now(),
        ids=platform.ids, visitor=visitor_of(request),
    )  # fmt: skip
    told(platform)
    return answer(asked, status=202)


def _enter(platform: Platform, request: Request, body: CodeBody) -> Response:
    found = recognition.confirm_code(
        platform.stores, body.request_id, body.code, secret=platform.secret, now=platform.now(),
        visitor=visitor_of(request),
    )  # fmt: skip
    told(platform)
    return answer(found)


def _hand_out(platform: Platform, request: Request, body: BotBody) -> Response:
    holder = Holder(anonymous_id=body.anonymous_id, place=body.place)
    handed = recognition.hand_out(
        platform.stores, recognition.BOT, holder, secret=platform.secret, now=platform.now(),
        ids=platform.ids, visitor=visitor_of(request),
    )  # fmt: skip
    return answer(handed, status=201)
