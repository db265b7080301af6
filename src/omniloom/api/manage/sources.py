"""Where events come from."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import collect
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.api.manage.body import Body

routes = APIRouter()


class SourceBody(Body):
    """A source of events."""

    name: str
    kind: str = "server"
    write_key: str = ""  # the key that installed trackers carry already; empty: a new one


@routes.get("/sources")
@needs(Permission.SOURCES_READ)
def list_sources(request: Request) -> Response:
    """All sources with their write keys."""
    return reply({"sources": collect.sources(platform_of(request).stores)})


@routes.post("/sources")
@needs(Permission.SOURCES_WRITE)
def create_source(request: Request, body: SourceBody) -> Response:
    """Add a source; its write key goes into a tracker."""
    platform = platform_of(request)
    made = collect.add_source(
        platform.stores,
        name=body.name,
        kind=body.kind,
        write_key=body.write_key,
        now=platform.now(),
        ids=platform.ids,
    )
    return reply(made, status=201)
