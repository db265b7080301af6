"""Who customers are: search, card, timeline, messages."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import messaging, profiles, segments
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.api.manage.body import ROWS_MAX, Instant, RowsMax

routes = APIRouter()


@routes.get("/people")
@needs(Permission.CUSTOMERS_READ)
def search_people(request: Request, q: str = "", rows_max: RowsMax = 50) -> Response:
    """People by any identifier or the beginning of a name."""
    platform = platform_of(request)
    region = platform.settings.identity.home_region
    found = profiles.search(platform.stores, q, home_region=region, rows_max=min(rows_max, ROWS_MAX))
    return reply({"people": found})


@routes.get("/people/{person_id}")
@needs(Permission.CUSTOMERS_READ)
def show_person(request: Request, person_id: int) -> Response:
    """One person: identifiers, traits, consents, segments and figures."""
    stores = platform_of(request).stores
    person = profiles.person(stores, person_id)
    member = [{"segment": s.name, "entered_at": at} for s, at in segments.segments_of(stores, person.person_id)]
    return reply({"person": person, "segments": member})


@routes.get("/people/{person_id}/timeline")
@needs(Permission.CUSTOMERS_READ)
def show_timeline(request: Request, person_id: int, before: Instant | None = None, rows_max: RowsMax = 50) -> Response:
    """One person's events, newest first."""
    stores = platform_of(request).stores
    rows = profiles.timeline(stores, person_id, before=before, rows_max=min(rows_max, ROWS_MAX))
    return reply({"events": rows})


@routes.get("/people/{person_id}/messages")
@needs(Permission.CUSTOMERS_READ)
def show_messages(request: Request, person_id: int) -> Response:
    """Every message to a person, sent or not, with the chain of reasons."""
    return reply({"messages": messaging.sends_of(platform_of(request).stores, person_id)})
