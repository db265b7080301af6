"""The session's cookie: HttpOnly, SameSite=Lax, and over https Secure with the __Host- prefix (SEC-C1)."""

from starlette.requests import Request
from starlette.responses import Response

from omniloom.access import SESSION_LIFE


def is_https(request: Request, public_url: str) -> bool:
    """Whether the browser speaks https to us, directly or to a proxy in front."""
    return request.url.scheme == "https" or public_url.startswith("https://")


def session_of(request: Request) -> str | None:
    """The session's token in a request. Over https only the prefixed cookie counts, which no subdomain can plant."""
    return request.cookies.get("__Host-omniloom") or (
        request.cookies.get("omniloom") if request.url.scheme == "http" else None
    )


def give(response: Response, token: str, *, https: bool) -> None:
    """Put the session into the browser."""
    response.set_cookie(
        _name(https=https), token, max_age=int(SESSION_LIFE.total_seconds()), path="/", httponly=True, samesite="lax",
        secure=https,
    )  # fmt: skip


def take(response: Response, *, https: bool) -> None:
    """Remove the session from the browser."""
    response.delete_cookie(_name(https=https), path="/", httponly=True, samesite="lax", secure=https)


def _name(*, https: bool) -> str:
    return "__Host-omniloom" if https else "omniloom"
