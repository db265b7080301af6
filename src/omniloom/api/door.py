"""What every route shares: its declared permission, the guard that enforces it, errors as problem documents.

The guard stands in one place, so no route can forget it: a route without a declared permission is refused, and a
test lists all routes.

Source: RFC 9457 (problem details).
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from omniloom import access, privacy
from omniloom.access import PUBLIC, Permission, Public, User
from omniloom.app import Platform
from omniloom.core.errors import Denied, OmniloomError
from omniloom.privacy import Sight

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
BODY_BYTES_MAX = 1 << 20  # the largest body any route takes, after decompression too; batches are limited further


def needs(permission: Permission | Public) -> Callable[[Endpoint], Endpoint]:
    """Declare what a route needs: a permission, or ``PUBLIC`` if it asks for its own proof (a key, a signed link)."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.__omniloom_permission__ = permission  # type: ignore[attr-defined]
        return endpoint

    return declare


def permission_of(endpoint: Any) -> Permission | Public | None:
    """What a route declared, or None."""
    return getattr(endpoint, "__omniloom_permission__", None)


def guard(request: Request) -> User | None:
    """The signed-in user, if the route's declared permission is his.

    Errors: Denied (401 without a session, 403 without the permission; also for a route that declares nothing).
    """
    wanted = permission_of(request.scope["endpoint"])
    if wanted is PUBLIC:
        return None
    if wanted is None:
        raise Denied("this route declares no permission", hint="declare one with @needs(...)")
    user = user_of(request)
    if user is None:
        raise SignInNeeded("sign in first", hint="send `Authorization: Bearer <token>` or sign in at /sign-in")
    if not access.may(user, wanted):
        raise Denied(f"your role ({user.role}) lacks the permission {wanted}", hint="ask an owner", permission=wanted)
    request.state.user = user
    return user


class SignInNeeded(Denied):
    """Sign in first."""

    code = "sign_in_needed"
    status = 401


def platform_of(request: Request) -> Platform:
    """The open platform behind a request."""
    platform: Platform = request.app.state.platform
    return platform


def user_of(request: Request) -> User | None:
    """Whoever sends the request: by bearer token, or by session cookie on a request from our own pages."""
    platform = platform_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return access.principal_of(platform.stores, token, now=platform.now())
    session = _session_of(request)
    if not session or not _is_from_our_pages(request):
        return None
    return access.user_of(platform.stores, session, now=platform.now())


def who_asks(request: Request) -> str:
    """By whom an act was done, for a journal: a person by e-mail, a program by the name of its token."""
    user = user_of(request)
    return (user.email or user.name) if user else ""


def _session_of(request: Request) -> str | None:
    """The session's token; over https only the prefixed cookie counts, which no subdomain can plant."""
    plain = request.cookies.get("omniloom") if request.url.scheme == "http" else None
    return request.cookies.get("__Host-omniloom") or plain


def _is_from_our_pages(request: Request) -> bool:
    """A cookie counts for a changing request only if the browser says that one of our own pages sent it."""
    return request.method in ("GET", "HEAD") or request.headers.get("sec-fetch-site") in ("same-origin", "none")


def sight_of(request: Request) -> Sight:
    """What who asks may see of people: routes need it only for what is worked out of people's data before it is shown.

    Every answer goes through it by itself.
    """
    return _sight(platform_of(request), user_of(request))


def _sight(platform: Platform, user: User | None) -> Sight:
    return privacy.sight(
        platform.stores, sees_whom=user is not None and access.may(user, Permission.CUSTOMERS_PERSONAL),
        sees_sensitive=user is not None and access.may(user, Permission.CUSTOMERS_SENSITIVE),
    )  # fmt: skip


def reply(value: Any, *, status: int = 200) -> Response:
    """The value as JSON, as far as who asks may see it: dataclasses, datetimes and enums included."""
    return Answer(value, status)


class Answer(Response):
    """A value that becomes JSON when it is known who gets it: no route can forget to mask what its reader may not see.

    ``guard`` says who that is. On a public route nobody is: it answers with what it made for whoever asks.
    """

    media_type = "application/json"

    def __init__(self, value: Any, status: int) -> None:
        self.value, self.status_code, self.background = value, status, None
        self.body = b""
        self.raw_headers = []
        self.headers["content-type"] = "application/json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - the ASGI call
        self.body = await run_in_threadpool(self._written, scope)
        self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)

    def _written(self, scope: Scope) -> bytes:
        said = scope.get("state", {})
        if "user" not in said:
            return msgspec.json.encode(self.value, enc_hook=_plain)
        seen = _sight(scope["app"].state.platform, said["user"]).of(self.value)
        return msgspec.json.encode(seen, enc_hook=_plain)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)


def problem(error: OmniloomError) -> Response:
    """The error as a problem document: what is wrong, who acts, how."""
    body = {
        "type": f"urn:omniloom:{error.code}",
        "title": (type(error).__doc__ or error.code).strip().splitlines()[0],
        "status": error.status,
        "detail": error.message,
        "hint": error.hint,
        "code": error.code,
        "facts": error.facts,
    }
    response = Response(
        msgspec.json.encode(body, enc_hook=_plain), status_code=error.status, media_type="application/problem+json"
    )
    if error.status in {TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE}:
        response.headers["retry-after"] = str(error.facts.get("retry_after_s", 5))
    return response


TOO_MANY_REQUESTS = 429
SERVICE_UNAVAILABLE = 503


class BodyCap:
    """ASGI middleware: no route ever sees more bytes than allowed, whatever the headers say."""

    def __init__(self, app: ASGIApp, bytes_max: int = BODY_BYTES_MAX) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - the ASGI call
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._bytes_max:
            await too_large(self._bytes_max)(scope, receive, send)
            return
        counter = _Counter(receive, send, self._bytes_max)
        await self._app(scope, counter.receive, counter.send)
        if counter.is_over and not counter.has_answered:
            await too_large(self._bytes_max)(scope, receive, send)


class _Counter:
    """Counts a body's bytes; past the limit the sender seems gone, and only our own answer goes out."""

    def __init__(self, receive: Receive, send: Send, bytes_max: int) -> None:
        self._receive, self._send, self._left = receive, send, bytes_max
        self.is_over = False
        self.has_answered = False

    async def receive(self) -> Message:
        """The next piece of the body."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        self.is_over = self.is_over or self._left < 0
        return {"type": "http.disconnect"} if self.is_over else message

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless it is about a body that was cut."""
        if self.is_over and not self.has_answered:
            return
        self.has_answered = True
        await self._send(message)


class BodyTooLarge(OmniloomError):
    """The body is too large."""

    code = "too_large"
    status = 413


def too_large(bytes_max: int) -> Response:
    """The answer to a body over the limit."""
    return problem(BodyTooLarge(f"the body is over {bytes_max} bytes", hint="send less at once"))
