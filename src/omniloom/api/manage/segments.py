"""Groups of people: define, count, refresh."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import privacy, profiles, segments
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, sight_of
from omniloom.api.manage.body import ROWS_MAX, Body, RowsMax

routes = APIRouter()


class SegmentBody(Body):
    """A segment to save, or only its definition to look at."""

    name: str = ""
    definition: dict[str, Any]


@routes.get("/segments")
@needs(Permission.SEGMENTS_READ)
def list_segments(request: Request) -> Response:
    """All segments with their size at the last computation."""
    return reply({"segments": segments.segments(platform_of(request).stores)})


@routes.post("/segments")
@needs(Permission.SEGMENTS_WRITE)
def create_segment(request: Request, body: SegmentBody) -> Response:
    """Save a segment and compute its membership."""
    platform = platform_of(request)
    stores, now = platform.stores, platform.now()
    privacy.check_asked(sight_of(request), body.definition)
    saved = segments.create(stores, name=body.name, definition=body.definition, now=now, ids=platform.ids)
    segments.refresh(stores, saved.segment_id, now=now)
    return reply(segments.segment(stores, saved.segment_id), status=201)


@routes.post("/segments/preview")
@needs(Permission.SEGMENTS_READ)
def preview_segment(request: Request, body: SegmentBody, rows_max: RowsMax = 20) -> Response:
    """How many people a definition holds now, and some of them; it asks only by fields that the role sees."""
    platform = platform_of(request)
    stores, now = platform.stores, platform.now()
    privacy.check_asked(sight_of(request), body.definition)
    sample = segments.sample(stores, body.definition, now=now, rows_max=min(rows_max, ROWS_MAX))
    count = segments.count(stores, body.definition, now=now)
    return reply({"count": count, "sample": profiles.people(stores, sample)})


@routes.get("/segments/{segment}")
@needs(Permission.SEGMENTS_READ)
def show_segment(request: Request, segment: str) -> Response:
    """One segment by id or name."""
    return reply(segments.segment(platform_of(request).stores, segment))


@routes.post("/segments/{segment}/refresh")
@needs(Permission.SEGMENTS_WRITE)
def refresh_segment(request: Request, segment: str) -> Response:
    """Compute a segment's membership now."""
    platform = platform_of(request)
    found = segments.segment(platform.stores, segment)
    refreshed = segments.refresh(platform.stores, found.segment_id, now=platform.now())
    platform.wake.set()
    return reply(refreshed)
