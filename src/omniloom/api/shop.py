"""The demo shop: a few pages of an invented tea shop with the web tracker on them, to try it and see oneself arrive.

Served only where ``server.demo_shop`` is set (`omniloom demo` sets it). Its events come from a source of its own.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import collect
from omniloom.access import PUBLIC
from omniloom.api.door import needs
from omniloom.app import Platform
from omniloom.collect import Source
from omniloom.core.errors import Missing
from omniloom.core.ids import Ids
from omniloom.store import Stores

SOURCE = "Demo shop"
KINDS = {"shop.js": "text/javascript", "shop.css": "text/css"}
PAGES = ("", "teas", "tea", "cart", "thanks")
HERE = Path(__file__).resolve()


def router(platform: Platform) -> APIRouter:
    """The shop's pages, its script and its style."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/demo-shop/{name:path}")
    @needs(PUBLIC)
    def show(request: Request, name: str) -> Response:
        if name in KINDS:
            return Response((site() / name).read_text(), media_type=KINDS[name], headers={"cache-control": "no-cache"})
        if name not in PAGES:
            raise Missing(f"the shop has no page {name!r}", hint="begin at /demo-shop/")
        nonce = platform.ids.token()
        source = shop_source(platform.stores, now=platform.now(), ids=platform.ids)
        return Response(shop_page(source, url=str(request.base_url), nonce=nonce), headers=_headers(nonce))

    return routes


def shop_source(stores: Stores, *, now: datetime, ids: Ids) -> Source:
    """The shop's source of events, made on first use."""
    for source in collect.sources(stores):
        if source.name == SOURCE:
            return source
    return collect.add_source(stores, name=SOURCE, kind="website", now=now, ids=ids)


def shop_page(source: Source, *, url: str, nonce: str, options: dict[str, Any] | None = None) -> str:
    """The one document of all the shop's pages, with the tracker's snippet."""
    snippet = collect.snippet(source, url=url, options=options).replace("<script>", f'<script nonce="{nonce}">', 1)
    return (site() / "shop.html").read_text().replace("<!-- snippet -->", snippet)


def site() -> Path:
    """The shop's files: in the package once installed, else in the checkout. Errors: Missing."""
    for parent in (HERE.parents[1], HERE.parents[3]):
        if (parent / "examples/shop/site/shop.html").is_file():
            return parent / "examples/shop/site"
    raise Missing("the demo shop's files are not here", hint="reinstall omniloom")


def _headers(nonce: str) -> dict[str, str]:
    return {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; connect-src 'self';"
            " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
