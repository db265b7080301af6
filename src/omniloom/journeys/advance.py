"""The campaigns' act of the loop: start what is due, freeze audiences, plan messages, finish what is done.

Killed at any instant it goes on: the audience is frozen again until it is noted (nobody is planned before that), a
chunk is planned again until it is noted (planning a person twice adds nothing), and the mailing is held until the
last chunk is noted. The event store and the state store never need to commit together.
"""

from datetime import datetime, timedelta

from omniloom import segments
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids
from omniloom.journeys.campaign import Campaign, CampaignState, StateReason, campaign, campaigns_in
from omniloom.journeys.steer import HELD_PLANNING, move
from omniloom.messaging import MailingState, hold_mailing, mailing, open_mailing, plan, resume_mailing, tally
from omniloom.store import Progress, Stores, query

_S = CampaignState


def advance(
    stores: Stores, *, now: datetime, ids: Ids, rows_max: int = 20_000, lateness_max_s: int = 7_200
) -> Progress:
    """Move every campaign on by one step.

    Set-based: a chunk of the audience is one call of messaging, whatever its size.

    Shapes: rows are people planned and campaigns moved; done when no campaign can move now.
    Units:  ``rows_max`` people planned per campaign; a campaign scheduled longer than ``lateness_max_s`` ago (the
        server was down) is paused, so that a person decides whether it still makes sense.
    """
    rows = 0
    for found in campaigns_in(stores, _S.SCHEDULED):
        rows += _start(stores, found, now=now, lateness_max_s=lateness_max_s)
    for found in campaigns_in(stores, _S.PLANNING):
        if found.frozen_at is None:
            rows += _freeze(stores, found, now=now)
        else:
            rows += _plan(stores, found, now=now, ids=ids, rows_max=rows_max)
    for found in campaigns_in(stores, _S.RUNNING):
        rows += _finish(stores, found, now=now)
    return Progress(rows, is_done=not rows)


def _start(stores: Stores, found: Campaign, *, now: datetime, lateness_max_s: int) -> int:
    """A scheduled campaign whose time has come begins; one far too late waits for a decision."""
    if found.scheduled_at is not None and found.scheduled_at > now:
        return 0
    late_s = (now - (found.scheduled_at or now)) // timedelta(seconds=1)
    if late_s > lateness_max_s:
        return _stop(stores, found, StateReason.LATE, f"{late_s // 60} min", now=now)
    with stores.state.write() as tx:
        return int(move(tx, found.campaign_id, start=_S.SCHEDULED, to=_S.PLANNING, now=now))


def _freeze(stores: Stores, found: Campaign, *, now: datetime) -> int:
    """The segment's members now become the audience: first who (event store), then how many (state store)."""
    try:
        segments.refresh(stores, found.segment_id, now=now)
    except (Missing, Invalid) as error:
        return _stop(stores, found, StateReason.AUDIENCE, error.message, now=now)
    with stores.events.write() as events:
        events.run(query(__file__, "forget_audience"), campaign_id=found.campaign_id)
        events.run(query(__file__, "freeze_audience"), campaign_id=found.campaign_id, segment_id=found.segment_id)
        size = int(events.tuples(query(__file__, "audience_size"), campaign_id=found.campaign_id)[0][0])
    try:
        with stores.state.write() as tx:
            noted = tx.run(query(__file__, "freeze"), campaign_id=found.campaign_id, audience=size, now=now)
            if noted:
                open_mailing(
                    tx, campaign_id=found.campaign_id, name=found.name, channels=found.channels,
                    templates=found.templates, advertiser=found.advertiser, now=now,
                )  # fmt: skip
                hold_mailing(tx, found.campaign_id, reason=HELD_PLANNING)
    except (Missing, Invalid) as error:
        return _stop(stores, found, StateReason.TEMPLATES, error.message, now=now)
    return noted


def _plan(stores: Stores, found: Campaign, *, now: datetime, ids: Ids, rows_max: int) -> int:
    """The next chunk of the audience gets its planned messages; after the last one the mailing begins."""
    with stores.events.read() as events:
        people = [
            int(row[0])
            for row in events.tuples(
                query(__file__, "audience_after"),
                campaign_id=found.campaign_id, person_id=found.planned_through, rows_max=rows_max,
            )
        ]  # fmt: skip
    if not people:
        return _begin(stores, found, now=now)
    try:
        plan(stores, campaign_id=found.campaign_id, person_ids=people, now=now, ids=ids)
    except Conflict:
        if campaign(stores, found.campaign_id).state is _S.CANCELLED:
            return 0  # cancelled while we planned; messaging has refused the chunk
        raise
    with stores.state.write() as tx:
        tx.run(query(__file__, "mark_planned"), campaign_id=found.campaign_id, person_id=people[-1], now=now)
    return len(people)


def _begin(stores: Stores, found: Campaign, *, now: datetime) -> int:
    """Everyone is planned: let the messages go. Not if someone paused or cancelled meanwhile."""
    with stores.state.write() as tx:
        moved = move(tx, found.campaign_id, start=_S.PLANNING, to=_S.RUNNING, now=now)
        if moved:
            resume_mailing(tx, found.campaign_id)
    return int(moved)


def _finish(stores: Stores, found: Campaign, *, now: datetime) -> int:
    """A campaign with nobody left to send to is finished; one whose messages messaging holds back is paused."""
    held = mailing(stores, found.campaign_id)
    if held.state is MailingState.HELD:
        return _stop(stores, found, StateReason.TEMPLATES, held.state_reason, now=now)
    if tally(stores, found.campaign_id).open:
        return 0
    with stores.state.write() as tx:
        return int(move(tx, found.campaign_id, start=_S.RUNNING, to=_S.FINISHED, now=now))


def _stop(stores: Stores, found: Campaign, reason: StateReason, detail: str, *, now: datetime) -> int:
    """Pause a campaign that cannot go on by itself; the marketer sees why."""
    with stores.state.write() as tx:
        return int(move(tx, found.campaign_id, start=found.state, to=_S.PAUSED, now=now, reason=reason, detail=detail))
