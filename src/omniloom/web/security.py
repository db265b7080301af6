"""What the browser is told it must not do, and which requests are not ours.

The content policy admits scripts only by a nonce that changes with every answer, so text that slipped into a page as
markup would still not run. NiceGUI compiles its templates in the browser, hence 'unsafe-eval'; its styles are inline.
The nonce is put before each script tag of the finished page: the page's data stands there with every ``<`` escaped
(nicegui.client.HTML_ESCAPE_TABLE; a test holds it), so no tag of a stranger can get one. SEC-X2, SEC-C1.
"""

import secrets
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def policy(nonce: str) -> str:
    """The Content-Security-Policy of one answer."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class PageGuard:
    """Adds the headers to every answer of the interface, and the nonce to its pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and finish the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Finisher(send))


class _Finisher:
    """Holds a page back until it is whole; everything else passes through with its headers."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            headers.update({**HEADERS, "content-security-policy": policy(self._nonce)})
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
            await self._send(message)
            return
        if self._start is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._finish()

    async def _finish(self) -> None:
        body = bytes(self._body).replace(b"<script", f'<script nonce="{self._nonce}"'.encode())
        start: dict[str, Any] = dict(self._start or {})
        MutableHeaders(raw=start["headers"])["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def is_own_origin(origin: str | None, host: str | None, public_url: str) -> bool:
    """Whether a browser's ``Origin`` is this server, by the name it was asked for or its public name."""
    if not origin:
        return False
    return urlsplit(origin).netloc in {host, urlsplit(public_url).netloc} - {"", None}


def is_own_form(request: Request, public_url: str) -> bool:
    """Whether a state-changing request comes from a page of ours: the browser says so, a foreign page cannot."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return site == "same-origin"
    return is_own_origin(origin, request.headers.get("host"), public_url)


def safe_next(target: str | None) -> str:
    """A path of this site to go to after signing in; anything else becomes the first page (SEC-R2)."""
    if not target or not target.startswith("/") or len(target) > 500:
        return "/"
    if target.startswith("//") or any(char == "\\" or ord(char) <= 32 or ord(char) == 127 for char in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target
