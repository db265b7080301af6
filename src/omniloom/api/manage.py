"""The management API: what a marketer does in the pages, a script does here. Each route calls one act of a room."""

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from omniloom import analytics, collect, journeys, messaging, profiles, segments
from omniloom.access import Permission
from omniloom.api.door import needs, reply
from omniloom.app import Platform, import_paths
from omniloom.collect import LoadProgress
from omniloom.core.errors import Invalid, Missing, OmniloomError

PREFIX = "/api/v1"
ROWS_MAX = 500


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is seen."""

    model_config = ConfigDict(extra="forbid")


class SegmentBody(Body):
    """A segment to save, or only its definition to look at."""

    name: str = ""
    definition: dict[str, Any]


class TemplateBody(Body):
    """A message template of one channel."""

    name: str
    channel: str
    subject: str = ""
    body: str


class CampaignBody(Body):
    """A campaign: whom (segment), what (template by channel), how (channels in order of preference), when."""

    name: str
    segment: str
    channels: list[str]
    templates: dict[str, str]
    cost_per_message_minor: int = 0
    currency: str = ""
    scheduled_at: datetime | None = None


class SourceBody(Body):
    """A source of events."""

    name: str
    kind: str = "server"


class ImportBody(Body):
    """Files on the server's machine and the mapping that reads them."""

    paths: list[str]
    mapping: str


class ChannelBody(Body):
    """A channel's settings."""

    settings: dict[str, Any]
    is_enabled: bool = True


def router() -> APIRouter:
    """All management routes."""
    routes = APIRouter(prefix=PREFIX)
    for part in (_people, _segments, _templates, _campaigns, _reports, _sources, _imports, _settings):
        part(routes)
    return routes


def _platform(request: Request) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


def _people(routes: APIRouter) -> None:
    @routes.get("/people")
    @needs(Permission.CUSTOMERS_READ)
    def search_people(request: Request, q: str = "", rows_max: int = 50) -> Response:
        """People by any identifier or the beginning of a name."""
        platform = _platform(request)
        region = platform.settings.identity.home_region
        found = profiles.search(platform.stores, q, home_region=region, rows_max=min(rows_max, ROWS_MAX))
        return reply({"people": found})

    @routes.get("/people/{person_id}")
    @needs(Permission.CUSTOMERS_READ)
    def show_person(request: Request, person_id: int) -> Response:
        """One person: identifiers, traits, consents, segments and figures."""
        stores = _platform(request).stores
        person = profiles.person(stores, person_id)
        member = [{"segment": s.name, "entered_at": at} for s, at in segments.segments_of(stores, person.person_id)]
        return reply({"person": person, "segments": member})

    @routes.get("/people/{person_id}/timeline")
    @needs(Permission.CUSTOMERS_READ)
    def show_timeline(request: Request, person_id: int, before: datetime | None = None, rows_max: int = 50) -> Response:
        """One person's events, newest first."""
        stores = _platform(request).stores
        rows = profiles.timeline(stores, person_id, before=before, rows_max=min(rows_max, ROWS_MAX))
        return reply({"events": rows})

    @routes.get("/people/{person_id}/messages")
    @needs(Permission.CUSTOMERS_READ)
    def show_messages(request: Request, person_id: int) -> Response:
        """Every message to a person, sent or not, with the chain of reasons."""
        return reply({"messages": messaging.sends_of(_platform(request).stores, person_id)})


def _segments(routes: APIRouter) -> None:
    @routes.get("/segments")
    @needs(Permission.SEGMENTS_READ)
    def list_segments(request: Request) -> Response:
        """All segments with their size at the last computation."""
        return reply({"segments": segments.segments(_platform(request).stores)})

    @routes.post("/segments")
    @needs(Permission.SEGMENTS_WRITE)
    def create_segment(request: Request, body: SegmentBody) -> Response:
        """Save a segment and compute its membership."""
        platform = _platform(request)
        stores, now = platform.stores, platform.now()
        saved = segments.create(stores, name=body.name, definition=body.definition, now=now, ids=platform.ids)
        segments.refresh(stores, saved.segment_id, now=now)
        return reply(segments.segment(stores, saved.segment_id), status=201)

    @routes.post("/segments/preview")
    @needs(Permission.SEGMENTS_READ)
    def preview_segment(request: Request, body: SegmentBody, rows_max: int = 20) -> Response:
        """How many people a definition holds now, and some of them."""
        platform = _platform(request)
        stores, now = platform.stores, platform.now()
        sample = segments.sample(stores, body.definition, now=now, rows_max=min(rows_max, ROWS_MAX))
        count = segments.count(stores, body.definition, now=now)
        return reply({"count": count, "sample": profiles.people(stores, sample)})

    @routes.get("/segments/{segment}")
    @needs(Permission.SEGMENTS_READ)
    def show_segment(request: Request, segment: str) -> Response:
        """One segment by id or name."""
        return reply(segments.segment(_platform(request).stores, segment))

    @routes.post("/segments/{segment}/refresh")
    @needs(Permission.SEGMENTS_WRITE)
    def refresh_segment(request: Request, segment: str) -> Response:
        """Compute a segment's membership now."""
        platform = _platform(request)
        found = segments.segment(platform.stores, segment)
        refreshed = segments.refresh(platform.stores, found.segment_id, now=platform.now())
        platform.wake.set()
        return reply(refreshed)


def _templates(routes: APIRouter) -> None:
    @routes.get("/templates")
    @needs(Permission.CAMPAIGNS_READ)
    def list_templates(request: Request) -> Response:
        """All message templates."""
        return reply({"templates": messaging.templates(_platform(request).stores)})

    @routes.post("/templates")
    @needs(Permission.CAMPAIGNS_WRITE)
    def create_template(request: Request, body: TemplateBody) -> Response:
        """Save a template. A mistake in its Liquid is refused with the line."""
        platform = _platform(request)
        saved = messaging.save_template(
            platform.stores, name=body.name, channel=body.channel, subject=body.subject, body=body.body,
            now=platform.now(), ids=platform.ids,
        )  # fmt: skip
        return reply(saved, status=201)


def _campaigns(routes: APIRouter) -> None:
    @routes.get("/campaigns")
    @needs(Permission.CAMPAIGNS_READ)
    def list_campaigns(request: Request) -> Response:
        """All campaigns with their state."""
        return reply({"campaigns": journeys.campaigns(_platform(request).stores)})

    @routes.post("/campaigns")
    @needs(Permission.CAMPAIGNS_WRITE)
    def create_campaign(request: Request, body: CampaignBody) -> Response:
        """Save a campaign as a draft."""
        platform = _platform(request)
        created = journeys.create_campaign(
            platform.stores, name=body.name,
            segment_id=segments.segment(platform.stores, body.segment).segment_id,
            channels=body.channels,
            templates={c: messaging.template(platform.stores, t).template_id for c, t in body.templates.items()},
            cost_per_message_minor=body.cost_per_message_minor,
            currency=body.currency or platform.settings.identity.home_currency,
            scheduled_at=body.scheduled_at, now=platform.now(), ids=platform.ids,
        )  # fmt: skip
        return reply(created, status=201)

    @routes.get("/campaigns/{campaign}")
    @needs(Permission.CAMPAIGNS_READ)
    def show_campaign(request: Request, campaign: str) -> Response:
        """One campaign by id or name, with its progress."""
        stores = _platform(request).stores
        found = journeys.campaign(stores, campaign)
        return reply({"campaign": found, "progress": journeys.progress(stores, found.campaign_id)})

    @routes.get("/campaigns/{campaign}/preview/{person_id}")
    @needs(Permission.CAMPAIGNS_READ)
    def preview_campaign(request: Request, campaign: str, person_id: int) -> Response:
        """What one person would get, and why or why not."""
        platform = _platform(request)
        found = journeys.campaign(platform.stores, campaign)
        shown = journeys.preview(platform.stores, platform.renderer, found.campaign_id, person_id, now=platform.now())
        return reply(shown)

    def steer(request: Request, campaign: str, act: Any) -> Response:
        platform = _platform(request)
        found = journeys.campaign(platform.stores, campaign)
        act(platform.stores, found.campaign_id, now=platform.now())
        platform.wake.set()
        return reply(journeys.campaign(platform.stores, found.campaign_id))

    @routes.post("/campaigns/{campaign}/launch")
    @needs(Permission.CAMPAIGNS_LAUNCH)
    def launch_campaign(request: Request, campaign: str) -> Response:
        """Start sending, or wait for the campaign's time."""
        return steer(request, campaign, journeys.launch)

    @routes.post("/campaigns/{campaign}/pause")
    @needs(Permission.CAMPAIGNS_LAUNCH)
    def pause_campaign(request: Request, campaign: str) -> Response:
        """Stop sending; nothing is lost."""
        return steer(request, campaign, journeys.pause)

    @routes.post("/campaigns/{campaign}/resume")
    @needs(Permission.CAMPAIGNS_LAUNCH)
    def resume_campaign(request: Request, campaign: str) -> Response:
        """Go on sending where it stopped."""
        return steer(request, campaign, journeys.resume)

    @routes.post("/campaigns/{campaign}/cancel")
    @needs(Permission.CAMPAIGNS_LAUNCH)
    def cancel_campaign(request: Request, campaign: str) -> Response:
        """End a campaign; whoever was not sent to yet will not be."""
        return steer(request, campaign, journeys.cancel)


def _reports(routes: APIRouter) -> None:
    @routes.get("/reports/money")
    @needs(Permission.MONEY_READ)
    def report_money(
        request: Request, model: str = "last", lookback_days: int = 30, by: analytics.By = "campaign"
    ) -> Response:
        """Reach, response, orders, revenue and cost per campaign or channel, credited by a model."""
        return reply(analytics.money(_platform(request).stores, model=model, lookback_days=lookback_days, by=by))

    @routes.get("/overview")
    @needs(Permission.OVERVIEW_READ)
    def show_overview(request: Request) -> Response:
        """The installation's key figures."""
        platform = _platform(request)
        return reply(analytics.overview(platform.stores, now=platform.now()))

    @routes.get("/status")
    @needs(Permission.OVERVIEW_READ)
    def show_status(request: Request) -> Response:
        """How the worker's acts are doing, and how far each reader is behind the log."""
        platform = _platform(request)
        with platform.stores.events.read() as events:
            resolved = events.cursor("identity")
        last = platform.stores.log.last_position()
        return reply({"acts": platform.status, "log_last": last, "identity_behind": last - resolved})


def _sources(routes: APIRouter) -> None:
    @routes.get("/sources")
    @needs(Permission.SOURCES_READ)
    def list_sources(request: Request) -> Response:
        """All sources with their write keys."""
        return reply({"sources": collect.sources(_platform(request).stores)})

    @routes.post("/sources")
    @needs(Permission.SOURCES_WRITE)
    def create_source(request: Request, body: SourceBody) -> Response:
        """Add a source; its write key goes into a tracker."""
        platform = _platform(request)
        made = collect.add_source(platform.stores, name=body.name, kind=body.kind, now=platform.now(), ids=platform.ids)
        return reply(made, status=201)


class ImportJob:
    """One import running in its own thread; its progress is read by whoever asks."""

    def __init__(self, platform: Platform, paths: list[Path], mapping: Path) -> None:
        self.progress: LoadProgress | None = None
        self.result: Any = None
        self.error: OmniloomError | None = None
        self._work = (platform, paths, mapping)
        self._thread = threading.Thread(target=self._run, name="import", daemon=True)
        self._thread.start()

    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.result is not None or self.error is not None

    def _run(self) -> None:
        try:
            self.result = import_paths(*self._work, progress=self._note)
        except OmniloomError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread's end is a door: the fault must reach whoever waits
            self.error = OmniloomError(f"the import failed: {error}", hint="see the server's log")

    def _note(self, progress: LoadProgress) -> None:
        self.progress = progress


def _imports(routes: APIRouter) -> None:
    jobs: dict[str, ImportJob] = {}

    @routes.post("/imports")
    @needs(Permission.IMPORTS_WRITE)
    def start_import(request: Request, body: ImportBody) -> Response:
        """Start loading files that lie on the server's machine; ask for progress by the job's id."""
        platform = _platform(request)
        paths = [Path(path) for path in body.paths]
        for path in (*paths, Path(body.mapping)):
            if not path.is_file():
                raise Invalid(f"there is no file {path}", hint="give a path on the server's machine", field="paths")
        collect.read_mapping(Path(body.mapping))
        job_id = platform.ids.token()
        jobs[job_id] = ImportJob(platform, paths, Path(body.mapping))
        return reply({"job_id": job_id}, status=202)

    @routes.get("/imports/jobs/{job_id}")
    @needs(Permission.SOURCES_READ)
    def show_import_job(job_id: str) -> Response:
        """How far an import is."""
        job = jobs.get(job_id)
        if job is None:
            raise Missing(f"there is no import {job_id}", hint="it ended with an earlier server; see /imports")
        if job.error is not None:
            raise job.error
        return reply({"is_done": job.is_done(), "progress": job.progress, "result": job.result})

    @routes.get("/imports")
    @needs(Permission.SOURCES_READ)
    def list_imports(request: Request) -> Response:
        """Past imports with their counts."""
        return reply({"imports": collect.imports(_platform(request).stores)})

    @routes.get("/imports/{import_id}/rejects")
    @needs(Permission.SOURCES_READ)
    def list_rejects(request: Request, import_id: str, rows_max: int = 100) -> Response:
        """Rows an import refused: where, which field, why."""
        stores = _platform(request).stores
        return reply({"rejects": collect.rejects(stores, import_id, rows_max=min(rows_max, ROWS_MAX))})


def _settings(routes: APIRouter) -> None:
    @routes.put("/channels/{channel}")
    @needs(Permission.SETTINGS_WRITE)
    def save_channel(request: Request, channel: str, body: ChannelBody) -> Response:
        """Set a channel up. Secrets are sealed before they are stored and never read back."""
        platform = _platform(request)
        messaging.save_channel_settings(
            platform.stores, channel, body.settings, is_enabled=body.is_enabled, secret=platform.secret,
            now=platform.now(),
        )  # fmt: skip
        return reply({"channel": channel, "is_enabled": body.is_enabled})
