"""Looking at a campaign: how far it is, and what one person would get."""

from dataclasses import dataclass
from datetime import datetime

from omniloom import messaging
from omniloom.journeys.campaign import Campaign, CampaignState, campaign
from omniloom.messaging import Decision, Preview, Renderer, Tally
from omniloom.store import Stores


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """How far a campaign is.

    ``unplanned``: people of the audience without a planned message (while planning, or cancelled before its end).
    ``is_balanced``: everyone of the audience is counted exactly once in ``unplanned`` and the tally's states.
    """

    campaign_id: str
    state: CampaignState
    audience: int
    unplanned: int
    tally: Tally
    is_balanced: bool


@dataclass(frozen=True, slots=True)
class CampaignPreview:
    """What one person would get now: each channel's message in order of preference, and what would be decided."""

    messages: list[Preview]
    decision: Decision


def progress(stores: Stores, campaign_id: str) -> CampaignProgress:
    """How far a campaign is, and that its sums are right. Errors: Missing."""
    found = campaign(stores, campaign_id)
    counted = messaging.tally(stores, found.campaign_id)
    states = (counted.accepted, counted.rejected, counted.suppressed, counted.unknown, counted.open)
    unplanned = found.audience - counted.planned
    return CampaignProgress(
        campaign_id=found.campaign_id,
        state=found.state,
        audience=found.audience,
        unplanned=unplanned,
        tally=counted,
        is_balanced=sum(states) + sum(counted.skipped.values()) == counted.planned and _may_lack(found, unplanned),
    )


def _may_lack(found: Campaign, unplanned: int) -> bool:
    return unplanned == 0 if found.planned_at is not None else unplanned >= 0


def preview(
    stores: Stores, renderer: Renderer, campaign_id: str, person_id: int, *, now: datetime, seen: messaging.Seen
) -> CampaignPreview:
    """What a person would get from a campaign, and why or why not; nothing is written. Errors: Missing.

    ``seen``: what is known of the person, as far as who looks may see it.
    """
    found = campaign(stores, campaign_id)
    messages = [
        messaging.preview(stores, renderer, found.templates[channel], person_id, campaign=found.name, seen=seen)
        for channel in found.channels
    ]
    decision = messaging.consider(
        stores, person_id, channels=found.channels, now=now, campaign_id=found.campaign_id, advertiser=found.advertiser
    )
    return CampaignPreview(messages, decision)
