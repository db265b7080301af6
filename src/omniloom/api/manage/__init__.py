"""The management API: what a marketer does in the pages, a script does here. Each route calls one act of a room."""

from fastapi import APIRouter

from omniloom.api.manage import (
    campaigns,
    consents,
    golden,
    identity,
    imports,
    letters,
    people,
    plans,
    privacy,
    recognition,
    relations,
    reports,
    segments,
    settings,
    sources,
    store,
    templates,
    trackers,
    webhooks,
)

PREFIX = "/api/v1"


def router() -> APIRouter:
    """All management routes."""
    routes = APIRouter(prefix=PREFIX)
    for part in (
        people,
        consents,
        privacy,
        recognition,
        golden,
        relations,
        identity,
        segments,
        templates,
        campaigns,
        reports,
        sources,
        letters,
        plans,
        imports,
        settings,
        store,
        trackers,
        webhooks,
    ):
        routes.include_router(part.routes)
    return routes
