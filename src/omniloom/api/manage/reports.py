"""What came of it: money, key figures, the worker's health."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import analytics
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.app import stages

routes = APIRouter()


@routes.get("/reports/money")
@needs(Permission.MONEY_READ)
def report_money(
    request: Request, model: str = "last", lookback_days: int = 30, by: analytics.By = "campaign"
) -> Response:
    """Reach, response, orders, revenue and cost per campaign or channel, credited by a model."""
    return reply(analytics.money(platform_of(request).stores, model=model, lookback_days=lookback_days, by=by))


@routes.get("/overview")
@needs(Permission.OVERVIEW_READ)
def show_overview(request: Request) -> Response:
    """The installation's key figures."""
    platform = platform_of(request)
    return reply(analytics.overview(platform.stores, now=platform.now()))


@routes.get("/status")
@needs(Permission.OVERVIEW_READ)
def show_status(request: Request) -> Response:
    """How the worker's acts are doing, and how far each stage is behind the log."""
    platform = platform_of(request)
    return reply({"acts": platform.status, "stages": stages(platform)})
