"""Pages for whoever holds a link from a message: tracked links, the open pixel, leaving; preference.py adds choosing.

Nobody signs in here: the token in the link is the proof. GET never changes anything (scanners follow links); POST acts,
and its effect is in force before the answer. A token that is not ours leads nowhere.

Source: RFC 8058; spec/reliability.md SEC-R1, SEC-U1, SEC-X2.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from omniloom import messaging
from omniloom.access import PUBLIC
from omniloom.api import preference
from omniloom.api.door import needs
from omniloom.api.public_page import Pages, Rooms, form_of, told, visitor_of
from omniloom.core.errors import Unavailable
from omniloom.core.event import Event
from omniloom.messaging import voice

PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)  # a transparent GIF of one pixel


def router(rooms: Rooms) -> APIRouter:
    """The public routes over one open platform."""
    routes, pages = APIRouter(), Pages(rooms.ids)
    _add_engagement(routes, rooms, pages)
    _add_leaving(routes, rooms, pages)
    preference.add_choosing(routes, rooms, pages)
    preference.add_why(routes, rooms, pages)
    preference.add_data(routes, rooms, pages)
    preference.add_erasing(routes, rooms, pages)
    preference.add_confirming(routes, rooms, pages)
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
            return pages.gone(request)
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
            return pages.gone(request)
        if request.method == "GET":
            _tell(rooms, event)
        return Response(PIXEL, media_type="image/gif", headers={"cache-control": "no-store, private"})


def _add_leaving(routes: APIRouter, rooms: Rooms, pages: Pages) -> None:
    @routes.get("/u/{token}")
    @needs(PUBLIC)
    def ask_to_leave(request: Request, token: str) -> Response:
        """The question, with a button; nothing happens yet."""
        shown = voice.subscription(rooms.stores, token, secret=rooms.secret)
        if shown is None:
            return pages.gone(request)
        return _left(pages, request, shown, is_done=False)

    @routes.post("/u/{token}")
    @needs(PUBLIC)
    async def leave(request: Request, token: str) -> Response:
        """Leave the channel: from the page's buttons, or in one click from the mail program (RFC 8058).

        Of a partner's message, one click leaves that partner's; the page's second button leaves everybody's.
        """
        form = await form_of(request)
        method = "one-click" if form.get("List-Unsubscribe") == ["One-Click"] else "unsubscribe page"

        def work() -> voice.Subscription | None:
            left = messaging.unsubscribe(
                rooms.stores, token, secret=rooms.secret, now=rooms.now(), method=method, visitor=visitor_of(request),
                is_all=form.get("everything") == ["yes"],
            )  # fmt: skip
            if left is not None:
                told(rooms)
            return left

        shown = await run_in_threadpool(work)
        return pages.gone(request) if shown is None else _left(pages, request, shown, is_done=True)


def _left(pages: Pages, request: Request, shown: voice.Subscription, *, is_done: bool) -> Response:
    choice = next(choice for choice in shown.choices if choice.channel == shown.channel)
    return pages.show(
        "unsubscribe", request, language=shown.language, choice=choice, advertiser=shown.advertiser,
        is_all_left=shown.is_all_left, is_done=is_done,
    )  # fmt: skip


def _is_machine(request: Request) -> bool:
    return messaging.is_machine(request.headers.get("user-agent", ""))


def _tell(rooms: Rooms, event: Event) -> None:
    """Hand the event to intake; a link works also when the log does not."""
    try:
        rooms.intake.submit([event], is_urgent=True)
    except Unavailable:
        return
    rooms.wake.set()
