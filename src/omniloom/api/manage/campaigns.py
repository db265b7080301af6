"""Campaigns: create, launch, steer, follow."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import journeys, segments
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, sight_of
from omniloom.api.manage.body import Body, Instant
from omniloom.messaging import NewTemplate

routes = APIRouter()


class NewTemplateBody(Body):
    """A message template that is kept with its campaign, or not at all."""

    name: str
    subject: str = ""
    body: str


class CampaignBody(Body):
    """A campaign: whom (segment), what (template by channel), how (channels in order of preference), when.

    ``templates``: by channel, the id of one there is, or a new one.
    ``advertiser``: in whose name it goes, and so whose consent it needs; empty: our own.
    """

    name: str
    segment: str
    channels: list[str]
    templates: dict[str, str | NewTemplateBody]
    cost_per_message_minor: int = 0
    currency: str = ""
    advertiser: str = ""
    scheduled_at: Instant | None = None


@routes.get("/campaigns")
@needs(Permission.CAMPAIGNS_READ)
def list_campaigns(request: Request) -> Response:
    """All campaigns with their state."""
    return reply({"campaigns": journeys.campaigns(platform_of(request).stores)})


@routes.post("/campaigns")
@needs(Permission.CAMPAIGNS_WRITE)
def create_campaign(request: Request, body: CampaignBody) -> Response:
    """Save a campaign as a draft, with its new templates: all of it or nothing."""
    platform = platform_of(request)
    created = journeys.create_campaign(
        platform.stores, name=body.name,
        segment_id=segments.segment(platform.stores, body.segment).segment_id,
        channels=body.channels,
        templates={
            channel: chosen if isinstance(chosen, str) else NewTemplate(chosen.name, chosen.body, chosen.subject)
            for channel, chosen in body.templates.items()
        },
        cost_per_message_minor=body.cost_per_message_minor,
        currency=body.currency or platform.settings.identity.home_currency, advertiser=body.advertiser,
        scheduled_at=body.scheduled_at, now=platform.now(), ids=platform.ids,
    )  # fmt: skip
    return reply(created, status=201)


@routes.get("/campaigns/{campaign}")
@needs(Permission.CAMPAIGNS_READ)
def show_campaign(request: Request, campaign: str) -> Response:
    """One campaign by id or name, with its progress."""
    stores = platform_of(request).stores
    found = journeys.campaign(stores, campaign)
    return reply({"campaign": found, "progress": journeys.progress(stores, found.campaign_id)})


@routes.get("/campaigns/{campaign}/preview/{person_id}")
@needs(Permission.CAMPAIGNS_READ)
def preview_campaign(request: Request, campaign: str, person_id: int) -> Response:
    """What one person would get, and why or why not; made of what who asks may see of the person."""
    platform, sight = platform_of(request), sight_of(request)
    found = journeys.campaign(platform.stores, campaign)
    shown = journeys.preview(
        platform.stores, platform.renderer, found.campaign_id, person_id, now=platform.now(),
        seen=partial(sight.of, is_person=True),
    )  # fmt: skip
    return reply(shown)


def _steer(request: Request, campaign: str, act: Any) -> Response:
    platform = platform_of(request)
    found = journeys.campaign(platform.stores, campaign)
    act(platform.stores, found.campaign_id, now=platform.now())
    platform.wake.set()
    return reply(journeys.campaign(platform.stores, found.campaign_id))


@routes.post("/campaigns/{campaign}/launch")
@needs(Permission.CAMPAIGNS_LAUNCH)
def launch_campaign(request: Request, campaign: str) -> Response:
    """Start sending, or wait for the campaign's time."""
    return _steer(request, campaign, journeys.launch)


@routes.post("/campaigns/{campaign}/pause")
@needs(Permission.CAMPAIGNS_LAUNCH)
def pause_campaign(request: Request, campaign: str) -> Response:
    """Stop sending; nothing is lost."""
    return _steer(request, campaign, journeys.pause)


@routes.post("/campaigns/{campaign}/resume")
@needs(Permission.CAMPAIGNS_LAUNCH)
def resume_campaign(request: Request, campaign: str) -> Response:
    """Go on sending where it stopped."""
    return _steer(request, campaign, journeys.resume)


@routes.post("/campaigns/{campaign}/cancel")
@needs(Permission.CAMPAIGNS_LAUNCH)
def cancel_campaign(request: Request, campaign: str) -> Response:
    """End a campaign; whoever was not sent to yet will not be."""
    return _steer(request, campaign, journeys.cancel)
