"""Builds the HTTP application: the doors' routes, one guard, one body cap, errors as problem documents."""

import functools

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from omniloom import __version__
from omniloom.access import PUBLIC
from omniloom.api import (
    dialects,
    hooks,
    manage,
    metrics,
    public,
    recognition,
    shop,
    site_recognition,
    track,
    tracker,
    webhooks,
)
from omniloom.api.desk import Desk
from omniloom.api.door import BodyCap, guard, needs, permission_of, problem, reply
from omniloom.app import Platform
from omniloom.core.errors import Invalid, OmniloomError

log = structlog.get_logger("omniloom.api")


class Application(FastAPI):
    """The application, with the hot door in front of all that stands between a request and its route."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - the ASGI call
        await self.front(scope, receive, send)

    async def behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Everything else."""
        await super().__call__(scope, receive, send)


def build(platform: Platform) -> FastAPI:
    """The application of one open platform; pages are mounted on it by ``web.mount``."""
    app = Application(
        title="Omniloom",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(guard)],
    )
    app.state.platform = platform
    app.add_middleware(BodyCap)
    desk = Desk(platform)
    app.add_middleware(dialects.DialectDoor, desk=desk)
    app.front = track.TrackDoor(app.behind, desk)
    app.add_exception_handler(OmniloomError, _on_fault)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _on_bad_request)  # type: ignore[arg-type]
    app.router.routes.extend(_doors())
    app.include_router(public.router(platform))
    app.include_router(recognition.router(platform))
    app.include_router(site_recognition.router(platform, desk))
    app.include_router(hooks.router(platform))
    app.include_router(webhooks.router(platform, desk))
    app.include_router(tracker.router(platform))
    if platform.settings.server.demo_shop:
        app.include_router(shop.router(platform))
    app.add_api_route("/api/v1/openapi.json", _openapi, include_in_schema=False)
    return app


@functools.cache
def _doors() -> list[BaseRoute]:
    """The routes that find their platform in the request: worked out once a process, as it takes 0.1 s."""
    doors = APIRouter(dependencies=[Depends(guard)])
    for part in (track.router(), manage.router(), metrics.routes):
        doors.include_router(part)
    return doors.routes


def routes_of(app: FastAPI) -> list[RouteContext]:
    """Every HTTP route of the doors. Pages have a registry and a test of their own."""
    return [route for route in iter_route_contexts(app.routes) if route.endpoint is not None]


def undeclared(app: FastAPI) -> list[str]:
    """Routes that declare no permission; a test holds this empty."""
    return [
        f"{','.join(sorted(route.methods or ()))} {route.path}"
        for route in routes_of(app)
        if permission_of(route.endpoint) is None
    ]


@needs(PUBLIC)
def _openapi(request: Request) -> Response:
    """The document of all routes, for generators of clients."""
    return reply(request.app.openapi())


async def _on_fault(_request: Request, error: OmniloomError) -> Response:
    if error.status >= 500:
        log.error("request failed", code=error.code, error=error.message, hint=error.hint)
    return problem(error)


async def _on_bad_request(_request: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return problem(Invalid(f"{field}: {first['msg']}", hint="see /api/v1/openapi.json", field=field))
