"""What browsers of a site's visitors load: the web tracker's script, and the pixel of ads shown elsewhere.

The script is public and the same for all sites. The pixel always answers with its picture, whatever goes wrong behind
it: an ad is no place for an error. Only an address that we did not sign leads nowhere.

Source: spec/capabilities.md F5, F7.
"""

import gzip
import re
from datetime import datetime, timedelta
from functools import cache

import structlog
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from omniloom import collect, messaging
from omniloom.access import PUBLIC
from omniloom.api.door import needs
from omniloom.api.public import PIXEL
from omniloom.api.script import tracker_script
from omniloom.app import Platform
from omniloom.core.clock import EPOCH
from omniloom.core.ids import digest
from omniloom.messaging import Ad, Impression

log = structlog.get_logger("omniloom.api")

SCRIPT_HEADERS = {
    "cache-control": "public, max-age=3600, stale-while-revalidate=86400",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
    "vary": "accept-encoding",
}
PIXEL_HEADERS = {
    "cache-control": "no-store, private",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}
COOKIE = "ol_id"  # the tracker's visitor cookie
COOKIE_S = 395 * 86_400  # browsers keep none longer than 400 days
_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


def router(platform: Platform) -> APIRouter:
    """The routes of the tracker and of ads' pixels."""
    routes, door = APIRouter(), Pixels(platform)
    for method, is_listed in (("GET", True), ("HEAD", False)):
        routes.add_api_route("/omniloom.js", script, methods=[method], include_in_schema=is_listed)
        routes.add_api_route("/px/{token}.gif", door.show, methods=[method], include_in_schema=is_listed)
    return routes


@needs(PUBLIC)
def script(request: Request) -> Response:
    """The web tracker."""
    body, packed, etag = _script()
    headers = {**SCRIPT_HEADERS, "etag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["content-encoding"] = packed, "gzip"
    return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)


@cache
def _script() -> tuple[bytes, bytes, str]:
    body = tracker_script()
    return body, gzip.compress(body, mtime=0), f'W/"{digest(body)[:16]}"'


class Pixels:
    """Shows pixels and tells the log of each impression. It knows for a few seconds which sources are on."""

    KEPT = timedelta(seconds=5)

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._read_at = EPOCH
        self._live: set[str] = set()

    @needs(PUBLIC)
    async def show(self, request: Request, token: str) -> Response:
        """The picture of one pixel that makes an "Ad Viewed"."""
        ad = messaging.ad_of(token, secret=self._platform.secret)
        if ad is None:
            return Response(status_code=404, headers=PIXEL_HEADERS)
        response = Response(PIXEL, media_type="image/gif", headers=PIXEL_HEADERS)
        if request.method == "GET":
            try:
                await self._tell(ad, request, response)
            except Exception:
                log.exception("an impression was not stored", campaign_id=ad.campaign_id)
        return response

    async def _tell(self, ad: Ad, request: Request, response: Response) -> None:
        now = self._platform.now()
        if ad.source_id not in await self._sources(now):
            return
        event = messaging.ad_viewed(ad, self._impression(request, response), now=now)
        self._platform.intake.submit([event])
        self._platform.recent.add(ad.source_id, [event], at=now)
        self._platform.wake.set()

    def _impression(self, request: Request, response: Response) -> Impression:
        agent = request.headers.get("user-agent", "")
        return Impression(
            anonymous_id=self._visitor(request, response),
            message_id=self._platform.ids.token(),
            user_agent=agent,
            page_url=request.headers.get("referer", ""),
            creative=request.query_params.get("creative", ""),
            placement=request.query_params.get("placement", ""),
            is_machine=messaging.is_machine(agent),
        )

    def _visitor(self, request: Request, response: Response) -> str:
        """The browser's anonymous id; a new one is kept in a cookie, unless the browser asks not to be followed."""
        known = request.cookies.get(COOKIE, "")
        if _ID.fullmatch(known):
            return known
        made = self._platform.ids.token()
        is_unwilling = request.headers.get("sec-gpc") == "1" or request.headers.get("dnt") == "1"
        if is_unwilling or request.query_params.get("consent") == "0":
            return made
        is_safe = request.url.scheme == "https" or self._platform.public_url.startswith("https:")
        response.set_cookie(
            COOKIE, made, max_age=COOKIE_S, path="/", secure=is_safe, samesite="none" if is_safe else "lax",
            domain=self._platform.settings.server.cookie_domain or None,
        )  # fmt: skip
        return made

    async def _sources(self, now: datetime) -> set[str]:
        if abs(now - self._read_at) > self.KEPT:
            found = await run_in_threadpool(collect.sources, self._platform.stores)
            self._live = {source.source_id for source in found if source.disabled_at is None}
            self._read_at = now
        return self._live
