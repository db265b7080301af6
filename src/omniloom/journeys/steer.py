"""What a marketer does to a campaign: launch, pause, resume, cancel. Each takes effect in one transaction."""

from datetime import datetime

from omniloom.core.errors import Conflict
from omniloom.journeys.campaign import MOVES, Campaign, CampaignState, StateReason, campaign_of
from omniloom.messaging import cancel_mailing, hold_mailing, renew_texts, resume_mailing, texts_of
from omniloom.store import StateTx, Stores, query

_S = CampaignState
HELD_PAUSED = "paused"
HELD_PLANNING = "planning"  # nothing goes out before everyone is planned


def launch(stores: Stores, campaign_id: str, *, now: datetime) -> Campaign:
    """Start a draft, now or at its ``scheduled_at``.

    Errors: Missing; Conflict if it is no draft; Invalid names a template that it cannot send by now.
    """
    with stores.state.write() as tx:
        found = campaign_of(tx, campaign_id)
        if found.state is not _S.DRAFT:
            raise _refused(found, "launched")
        texts_of(tx, found.channels, found.templates)
        _move(tx, found, _waiting(found, now), now=now)
        return campaign_of(tx, found.campaign_id)


def pause(stores: Stores, campaign_id: str, *, now: datetime) -> Campaign:
    """Send nothing more until resumed; it takes effect before this returns. Errors: Missing; Conflict."""
    with stores.state.write() as tx:
        found = campaign_of(tx, campaign_id)
        if _S.PAUSED not in MOVES[found.state]:
            raise _refused(found, "paused")
        if found.frozen_at is not None:
            hold_mailing(tx, found.campaign_id, reason=HELD_PAUSED)
        _move(tx, found, _S.PAUSED, now=now, reason=StateReason.BY_HAND)
        return campaign_of(tx, found.campaign_id)


def resume(stores: Stores, campaign_id: str, *, now: datetime) -> Campaign:
    """Go on where it stopped: waiting for its time, planning or sending.

    Stopped by its templates before anything was sent, it takes their present texts, corrected as they may be.
    Errors: Missing; Conflict; Invalid names a template that it cannot send by now.
    """
    with stores.state.write() as tx:
        found = campaign_of(tx, campaign_id)
        if found.state is not _S.PAUSED:
            raise _refused(found, "resumed")
        if found.planned_at is not None:
            if found.state_reason is StateReason.TEMPLATES:
                renew_texts(tx, found.campaign_id, found.templates)
            resume_mailing(tx, found.campaign_id)
            _move(tx, found, _S.RUNNING, now=now)
        else:
            _move(tx, found, _S.PLANNING if found.launched_at else _waiting(found, now), now=now)
        return campaign_of(tx, found.campaign_id)


def cancel(stores: Stores, campaign_id: str, *, now: datetime) -> Campaign:
    """End it for good; whoever was not sent to yet is skipped with that reason. Errors: Missing; Conflict."""
    with stores.state.write() as tx:
        found = campaign_of(tx, campaign_id)
        if _S.CANCELLED not in MOVES[found.state]:
            raise _refused(found, "cancelled")
        if found.frozen_at is not None:
            cancel_mailing(tx, found.campaign_id, now=now)
        _move(tx, found, _S.CANCELLED, now=now, reason=StateReason.BY_HAND)
        return campaign_of(tx, found.campaign_id)


def move(
    tx: StateTx, campaign_id: str, *, start: CampaignState, to: CampaignState, now: datetime,
    reason: StateReason = StateReason.NONE, detail: str = "",
) -> bool:  # fmt: skip
    """Move a campaign if it still is where it was seen; whether it moved."""
    return bool(
        tx.run(
            query(__file__, "move"), campaign_id=campaign_id, from_states=[start], state=to, state_reason=reason,
            state_detail=detail, now=now,
        )
    )  # fmt: skip


def _move(
    tx: StateTx, found: Campaign, to: CampaignState, *, now: datetime, reason: StateReason = StateReason.NONE
) -> None:
    move(tx, found.campaign_id, start=found.state, to=to, now=now, reason=reason)


def _waiting(found: Campaign, now: datetime) -> CampaignState:
    return _S.SCHEDULED if found.scheduled_at is not None and found.scheduled_at > now else _S.PLANNING


def _refused(found: Campaign, verb: str) -> Conflict:
    return Conflict(f"{found.name} is {found.state} and cannot be {verb}", hint="look at its state", state=found.state)
