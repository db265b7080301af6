"""What an operator's tools ask: is it alive, is it ready, how far behind is each stage.

``GET /health`` and ``/ready`` need no sign-in and tell nothing of customers. ``GET /metrics`` (Prometheus text) takes
a token with the permission to read the overview.

Source: Prometheus exposition format 0.0.4 and OpenMetrics 1.0; names follow its conventions (base units, ``_total``).
"""

from collections.abc import Callable, Iterator

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.responses import Response

from omniloom import __version__
from omniloom.access import PUBLIC, Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.app import Platform, stages
from omniloom.core.errors import OmniloomError
from omniloom.store import Events, State

routes = APIRouter()


@routes.get("/health")
@needs(PUBLIC)
def health(request: Request) -> Response:
    """Whether the process answers and the worker's acts run without faults."""
    platform = platform_of(request)
    failing = {name: "failing" for name, status in platform.status.items() if status.error}
    return reply({"status": "degraded" if failing else "ok", "version": __version__, "acts": failing})


@routes.get("/ready")
@needs(PUBLIC)
def ready(request: Request) -> Response:
    """Whether events may be sent here, for a balancer; 503 with the names of intake or stores that do not answer."""
    platform = platform_of(request)
    stores = platform.stores
    waiting = [] if platform.intake.is_open else ["intake"]
    for name, ask in (("log", stores.log.last_position), ("state", _touch(stores.state)),
                      ("events", _touch(stores.events))):  # fmt: skip
        try:
            ask()
        except OmniloomError:
            waiting.append(name)
    answer: dict[str, object] = {"ready": not waiting, "waiting_for": waiting}
    if (order := platform.relocation) is not None and order.error is None:
        answer["moving"] = order.stage  # events are taken in all the same
    return reply(answer, status=503 if waiting else 200)


@routes.get("/metrics")
@needs(Permission.OVERVIEW_READ)
def metrics(request: Request) -> Response:
    """Lag of every stage, work of every act, and the process's own figures, for Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Figures(platform_of(request)))
    PlatformCollector(registry=registry)
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), headers={"content-type": content_type})


class _Figures:
    """The platform's figures at the instant of the scrape."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def collect(self) -> Iterator[Metric]:
        """Every metric family."""
        lag = GaugeMetricFamily(
            "omniloom_stage_lag_seconds", "Age of the oldest event a stage has not handled", labels=["stage"]
        )
        for stage in stages(self._platform):
            lag.add_metric([stage.name], stage.lag_s)
        yield lag
        rows = CounterMetricFamily("omniloom_act_rows", "Rows an act of the worker has handled", labels=["act"])
        seconds = CounterMetricFamily("omniloom_act_seconds", "Time an act has worked", labels=["act"])
        failing = GaugeMetricFamily("omniloom_act_failing", "1 while an act's last run failed", labels=["act"])
        for name, status in self._platform.status.items():
            rows.add_metric([name], status.rows)
            seconds.add_metric([name], status.seconds)
            failing.add_metric([name], int(bool(status.error)))
        yield from (rows, seconds, failing)


def _touch(store: State | Events) -> Callable[[], int]:
    """A look at a store that fails if it cannot be read."""

    def look() -> int:
        with store.read() as tx:
            return tx.cursor("identity")

    return look
