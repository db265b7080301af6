"""The HTTP application of a collector: the doors for events, and whether it is alive and ready. Nothing else."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from omniloom import __version__
from omniloom.api.desk import Desk
from omniloom.api.dialects import DialectDoor
from omniloom.api.door import BodyCap, reply
from omniloom.api.track import TrackDoor
from omniloom.app import Collector
from omniloom.core.errors import OmniloomError


def build_collector(collector: Collector) -> ASGIApp:
    """The application of one collector process."""

    def health(_request: Request) -> Response:
        return reply({"status": "ok", "version": __version__})

    def ready(_request: Request) -> Response:
        waiting = [] if collector.intake.is_open else ["intake"]
        try:
            collector.stores.log.last_position()
        except OmniloomError:
            waiting.append("log")
        return reply({"ready": not waiting, "waiting_for": waiting}, status=503 if waiting else 200)

    desk = Desk(collector)
    app = Starlette(
        routes=[Route("/health", health), Route("/ready", ready)],
        middleware=[Middleware(DialectDoor, desk=desk), Middleware(BodyCap)],
    )
    return TrackDoor(app, desk)
