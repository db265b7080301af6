"""The plain HTTP doors of the interface: signing in and out, and the first run. A cookie needs a real answer.

They change state, so a request must come from a page of ours (``is_own_form``). Answers to a wrong address and a wrong
password are byte for byte the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import FastAPI, Form
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from omniloom import access
from omniloom.access import PUBLIC, Permission, Public
from omniloom.core.errors import Conflict, Denied, Invalid, OmniloomError, Unavailable
from omniloom.web import session_cookie
from omniloom.web.security import is_own_form, safe_next

if TYPE_CHECKING:
    from omniloom.app import Platform

ROUTES: dict[str, Permission | Public] = {"/sign-in": PUBLIC, "/sign-out": PUBLIC, "/setup": PUBLIC}
"""What each POST route here needs; a test compares with the routes that exist."""

_PROBLEMS = {Denied: "wrong", Unavailable: "throttled", Invalid: "invalid", Conflict: "exists"}
Text = Annotated[str, Form(max_length=1000)]
Door = Callable[..., Awaitable[Response]]


def add_routes(app: FastAPI, platform: "Platform") -> None:
    """Register the routes on the interface's application."""
    doors = {"/sign-in": _sign_in(platform), "/sign-out": _sign_out(platform), "/setup": _setup(platform)}
    for path, door in doors.items():
        app.add_api_route(path, door, methods=["POST"], include_in_schema=False, response_model=None)


def _sign_in(platform: "Platform") -> Door:
    async def sign_in(request: Request, email: Text = "", password: Text = "", next: Text = "/") -> Response:  # noqa: A002 - the form's field
        """Start a session."""

        def enter() -> str:
            return access.sign_in(
                platform.stores, email=email, password=password, client=_client(request), now=platform.clock.now()
            )

        return await _entered(request, platform, enter, back="/sign-in", next_path=safe_next(next))

    return sign_in


def _setup(platform: "Platform") -> Door:
    async def setup(  # noqa: PLR0917 - a form's fields
        request: Request,
        token: Text = "",
        email: Text = "",
        name: Text = "",
        password: Text = "",
        language: Text = "en",
    ) -> Response:
        """Create the owner on the first run, and sign in."""

        def enter() -> str:
            now = platform.clock.now()
            access.create_owner(
                platform.stores, token=token, email=email, name=name, password=password, language=language, now=now,
                ids=platform.ids,
            )  # fmt: skip
            return access.sign_in(platform.stores, email=email, password=password, client=_client(request), now=now)

        typed = {"token": token, "name": name, "email": email, "language": language}  # never the password
        return await _entered(request, platform, enter, back="/setup", next_path="/", typed=typed)

    return setup


def _sign_out(platform: "Platform") -> Door:
    async def sign_out(request: Request) -> Response:
        """End the session."""
        if not is_own_form(request, platform.public_url):
            return _foreign()
        if token := session_cookie.session_of(request):
            await run_in_threadpool(access.sign_out, platform.stores, token)
        response = RedirectResponse("/sign-in", status_code=303)
        session_cookie.take(response, https=session_cookie.is_https(request, platform.public_url))
        return response

    return sign_out


def _client(request: Request) -> str:
    return request.client.host if request.client else "unknown"


async def _entered(
    request: Request, platform: "Platform", enter: Callable[[], str], *, back: str, next_path: str,
    typed: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """The answer to a form that starts a session, or sends the visitor back to it with what was wrong.

    ``typed`` goes back into the form.
    """
    if not is_own_form(request, platform.public_url):
        return _foreign()
    try:
        token = await run_in_threadpool(enter)
    except OmniloomError as error:
        known = {"problem": _PROBLEMS.get(type(error), "fault"), "field": str(error.facts.get("field", ""))}
        query = {key: value for key, value in {**known, **(typed or {})}.items() if value} | {"next": next_path}
        return RedirectResponse(f"{back}?{urlencode(query)}", status_code=303)
    response = RedirectResponse(next_path, status_code=303)
    session_cookie.give(response, token, https=session_cookie.is_https(request, platform.public_url))
    return response


def _foreign() -> Response:
    return PlainTextResponse("This form was not sent from a page of this server.", status_code=403)
