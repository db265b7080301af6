"""Journeys: what is to happen to people, and when. First form: the campaign, a journey of one step.

Owns: journeys_campaign (state store) and journeys_audience (event store), the people a campaign was launched for.

Invariants:
* A campaign's audience is frozen once, at its launch, before the first message is planned.
* Everyone of the audience is planned exactly once, whenever the process is killed; nothing is sent before all are.
* A campaign moves only along ``MOVES``; pausing and cancelling hold the mailing in the same transaction.
"""

from omniloom.journeys.advance import advance
from omniloom.journeys.campaign import (
    MOVES,
    Campaign,
    CampaignState,
    StateReason,
    campaign,
    campaigns,
    create_campaign,
    update_campaign,
)
from omniloom.journeys.holdings import HOLDINGS
from omniloom.journeys.look import CampaignPreview, CampaignProgress, preview, progress
from omniloom.journeys.steer import cancel, launch, pause, resume

__all__ = [
    "HOLDINGS", "MOVES", "Campaign", "CampaignPreview", "CampaignProgress", "CampaignState", "StateReason",
    "advance", "campaign", "campaigns", "cancel", "create_campaign", "launch", "pause", "preview", "progress",
    "resume", "update_campaign",
]  # fmt: skip
