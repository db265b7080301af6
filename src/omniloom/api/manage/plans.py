"""Tracking plans, and what arrives against them."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from omniloom import collect
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, who_asks
from omniloom.api.manage.body import Body
from omniloom.app import Platform
from omniloom.collect import Plan, SavedPlan

routes = APIRouter()
ITEMS_MAX = 1000


class PlanBody(Body):
    """A plan to save. ``revision`` is the one that was read: somebody else's change since is not overwritten."""

    definition: dict[str, Any]
    revision: int | None = None


class TrialBody(Body):
    """A plan, saved or not, and items to try it on."""

    definition: dict[str, Any]
    items: Annotated[list[dict[str, Any]], Field(default_factory=list, max_length=ITEMS_MAX)]


class DraftBody(Body):
    """What a drafted plan is called and whose events it describes (names or ids); none: every source's."""

    name: str = "Draft"
    sources: Annotated[list[str], Field(default_factory=list)]


@routes.get("/plans")
@needs(Permission.SOURCES_READ)
def list_plans(request: Request) -> Response:
    """All tracking plans."""
    return reply({"plans": [_shown(one) for one in collect.plans(platform_of(request).stores)]})


@routes.get("/plans/schema")
@needs(Permission.SOURCES_READ)
def show_schema() -> Response:
    """The JSON Schema of a plan's definition."""
    return reply(collect.PLAN_SCHEMA)


@routes.get("/plans/{plan}")
@needs(Permission.SOURCES_READ)
def show_plan(request: Request, plan: str) -> Response:
    """One plan by id or name."""
    return reply(_shown(collect.plan_of(platform_of(request).stores, plan)))


@routes.post("/plans")
@needs(Permission.SOURCES_WRITE)
def save_plan(request: Request, body: PlanBody) -> Response:
    """Save a plan; one of the same name is replaced. It is in force within a second."""
    platform = platform_of(request)
    plan = collect.parse_plan(body.definition)
    return reply(_shown(save(platform, plan, by=who_asks(request), revision=body.revision)), status=201)


@routes.post("/plans/check")
@needs(Permission.SOURCES_READ)
def check_plan(request: Request, body: TrialBody) -> Response:
    """Say what a plan would say of items; nothing is saved or taken."""
    platform = platform_of(request)
    plan = collect.parse_plan(body.definition)
    tried = collect.try_plan(plan, list(body.items), now=platform.now(), ids=platform.ids)
    return reply({"events": len(plan.events), "items": tried})


@routes.post("/plans/draft")
@needs(Permission.SOURCES_READ)
def draft_plan(request: Request, body: DraftBody) -> Response:
    """A plan made of what arrives; nothing is saved."""
    platform = platform_of(request)
    known = collect.sources(platform.stores)
    chosen = [one for one in known if not body.sources or {one.name, one.source_id} & set(body.sources)]
    plan = collect.draft_plan(
        platform.stores, name=body.name, source_ids=[one.source_id for one in chosen],
        source_names=[one.name for one in chosen] if body.sources else [], now=platform.now(),
    )  # fmt: skip
    return reply({"definition": msgspec.to_builtins(plan), "yaml": collect.plan_yaml(plan)})


@routes.post("/plans/{plan}/remove")
@needs(Permission.SOURCES_WRITE)
def remove_plan(request: Request, plan: str) -> Response:
    """Forget a plan: its sources may send what they like."""
    stores = platform_of(request).stores
    found = collect.plan_of(stores, plan)
    collect.drop_plan(stores, found.plan_id)
    return reply(_shown(found))


@routes.get("/arriving")
@needs(Permission.SOURCES_READ)
def list_arriving(request: Request, source_id: str = "") -> Response:
    """What sources send: volume by day, first and last seen."""
    platform = platform_of(request)
    return reply({"arriving": collect.arriving(platform.stores, now=platform.now(), source_id=source_id)})


@routes.get("/arriving/{source_id}")
@needs(Permission.SOURCES_READ)
def show_arriving(request: Request, source_id: str, type: str, name: str = "") -> Response:  # noqa: A002 - a parameter's name
    """Fields, misses and samples of one kind of event."""
    return reply(collect.arriving_of(platform_of(request).stores, source_id, type, name))


def save(platform: Platform, plan: Plan, *, by: str, revision: int | None = None) -> SavedPlan:
    """Save a plan and count its misses anew."""
    saved = collect.save_plan(
        platform.stores, plan, now=platform.now(), ids=platform.ids, by=by, revision=revision
    )  # fmt: skip
    held = collect.plans_by_source([saved], collect.sources(platform.stores))
    collect.forget_misses(platform.stores, sorted(held))
    return saved


def _shown(saved: SavedPlan) -> dict[str, Any]:
    return {
        "plan_id": saved.plan_id, "name": saved.plan.name, "revision": saved.revision, "updated_at": saved.updated_at,
        "updated_by": saved.updated_by, "definition": msgspec.to_builtins(saved.plan),
        "yaml": collect.plan_yaml(saved.plan),
    }  # fmt: skip
