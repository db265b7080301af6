"""What to put on a site and into an ad so that their events arrive: the tracker's snippet, a campaign's pixel."""

from html import escape

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import collect, messaging
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.app import Platform
from omniloom.collect import Source
from omniloom.core.errors import Missing
from omniloom.messaging import Ad, Site

routes = APIRouter()


@routes.get("/sources/{source}/snippet")
@needs(Permission.SOURCES_READ)
def show_snippet(request: Request, source: str) -> Response:
    """The lines that put the web tracker on a site, for a source by id or name."""
    platform = platform_of(request)
    return reply({"snippet": collect.snippet(_source(platform, source), url=platform.public_url)})


@routes.get("/sources/{source}/pixel")
@needs(Permission.CAMPAIGNS_READ)
def show_pixel(request: Request, source: str, *, campaign_id: str, system: str = "", erid: str = "") -> Response:
    """The address of a campaign's ad pixel, and the tag for an ad that takes HTML."""
    platform = platform_of(request)
    ad = Ad(_source(platform, source).source_id, campaign_id, system, erid)
    url = messaging.ad_url(Site(platform.public_url, platform.secret), ad)
    return reply({"url": url, "html": f'<img src="{escape(url)}" width="1" height="1" alt="">'})


def _source(platform: Platform, name: str) -> Source:
    for source in collect.sources(platform.stores):
        if name in {source.source_id, source.name}:
            return source
    raise Missing(f"there is no source {name!r}", hint="see `omniloom source list`", field="source")
