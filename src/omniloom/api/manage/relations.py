"""Households and companies: who belongs to whom."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import profiles
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, who_asks
from omniloom.api.manage.body import ROWS_MAX, Body, RowsMax
from omniloom.profiles import Tie

routes = APIRouter()


class TieBody(Body):
    """What ``other_id`` is to the person (household, spouse, child, parent, relative), or the person to the company
    with this INN (owner, director, employee, contact).
    """

    kind: str
    other_id: int = 0
    inn: str = ""
    company: str = ""
    role: str = ""
    since: str = ""
    source: str = ""


@routes.get("/people/{person_id}/relations")
@needs(Permission.CUSTOMERS_READ)
def show_relations(request: Request, person_id: int) -> Response:
    """One person's relations to people and companies, from either side."""
    return reply({"relations": profiles.relations_of(platform_of(request).stores, person_id)})


@routes.post("/people/{person_id}/relations")
@needs(Permission.CUSTOMERS_WRITE)
def add_relation(request: Request, person_id: int, body: TieBody) -> Response:
    """Write a relation down; a company begins with its first one."""
    platform = platform_of(request)
    made = profiles.relate(
        platform.stores, person_id, Tie(**body.model_dump()), by=who_asks(request), now=platform.now(),
        ids=platform.ids,
    )  # fmt: skip
    return reply({"relation": made}, status=201)


@routes.delete("/relations/{relation_id}")
@needs(Permission.CUSTOMERS_WRITE)
def remove_relation(request: Request, relation_id: str) -> Response:
    """Take a relation away."""
    profiles.unrelate(platform_of(request).stores, relation_id)
    return reply({"removed": relation_id})


@routes.get("/companies")
@needs(Permission.CUSTOMERS_READ)
def list_companies(request: Request, rows_max: RowsMax = 50) -> Response:
    """The companies people belong to."""
    found = profiles.companies(platform_of(request).stores, rows_max=min(rows_max, ROWS_MAX))
    return reply({"companies": found})


@routes.get("/companies/{inn}")
@needs(Permission.CUSTOMERS_READ)
def show_company(request: Request, inn: str) -> Response:
    """One company and its people."""
    company, people = profiles.company_people(platform_of(request).stores, inn)
    return reply({"company": company, "people": people})
