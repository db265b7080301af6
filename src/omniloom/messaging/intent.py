"""The transaction that counts: consent, suppression, cap, hour and the mailing's state are read again, and who may get
a message gets an attempt in ``intent``, on disk before the first byte leaves.

Whatever was committed before this transaction (an unsubscription, a cancellation) is seen by it; whatever comes after
it comes after the decision. Source: spec/reliability.md §2.2.
"""

from collections.abc import Sequence
from datetime import datetime

from omniloom.messaging.claim import LEASE, Claimed, mailing_now
from omniloom.messaging.decide import decide
from omniloom.messaging.decision import Considered, Decision, Hold, Policy, Reason, Send, Skip
from omniloom.messaging.mailing import Mailing, MailingState, SendState
from omniloom.messaging.prepare import Prepared, broken_mailings
from omniloom.messaging.rules import policy_of
from omniloom.messaging.situation import Situation
from omniloom.store import StateTx, query

_SKIP_STATES = {Reason.SUPPRESSED: SendState.SUPPRESSED, Reason.REFUSED: SendState.REJECTED}


def commit_intents(tx: StateTx, prepared: Sequence[Prepared], *, now: datetime) -> list[Prepared]:
    """Settle the batch: intents for those who may be sent to (they are returned), a reason for everyone else."""
    for campaign_id, detail in broken_mailings(prepared).items():
        tx.run(query(__file__, "mailing_hold"), campaign_id=campaign_id, reason=detail)
    policy = policy_of(tx)
    situation = Situation(tx, [p.candidate for p in prepared], policy=policy, now=now)
    mailings: dict[str, Mailing] = {}
    ready = []
    for item in prepared:
        present = mailing_now(tx, mailings, item.claimed.mailing.campaign_id)
        if present.state is MailingState.CANCELLED:
            _settle(tx, item.claimed, SendState.SKIPPED, reason=Reason.CANCELLED, now=now)
        elif present.state is MailingState.HELD:
            _settle(tx, item.claimed, SendState.PLANNED, reason=Reason.HELD, now=now)
        elif present.templates != item.claimed.mailing.templates:
            _settle(tx, item.claimed, SendState.PLANNED, reason=Reason.CHANGED, now=now)
        elif _may_go(tx, item, situation, policy, now=now):
            ready.append(item)
    return ready


def _may_go(tx: StateTx, item: Prepared, situation: Situation, policy: Policy, *, now: datetime) -> bool:
    """Decide with the facts of this transaction; True if the intent is written."""
    decision = decide(situation.facts(item.candidate), policy)
    match decision.verdict:
        case Skip(reason=reason):
            state = _SKIP_STATES.get(reason, SendState.SKIPPED)
            if _settle(tx, item.claimed, state, reason=reason, now=now):
                record_decision(tx, item.claimed.send_id, decision, now=now)
            return False
        case Hold(until=until, reason=reason):
            if _settle(tx, item.claimed, SendState.PLANNED, reason=reason, not_before=until, now=now):
                record_decision(tx, item.claimed.send_id, decision, now=now)
            return False
        case Send() as send:
            return _intended(tx, item, decision, send, situation, now=now)


def _intended(  # noqa: PLR0917 - one step of one transaction
    tx: StateTx, item: Prepared, decision: Decision, send: Send, situation: Situation, *, now: datetime
) -> bool:
    if item.fault is not None:
        failed = Decision(Skip(item.fault, item.detail), (Considered(send.channel, item.fault, item.detail),))
        if _settle(tx, item.claimed, SendState.REJECTED, reason=item.fault, now=now):
            record_decision(tx, item.claimed.send_id, failed, now=now)
        return False
    if item.dispatch is None or item.send != send:
        _settle(tx, item.claimed, SendState.PLANNED, reason=Reason.CHANGED, now=now)
        return False
    if not _settle(tx, item.claimed, SendState.INTENT, reason=Reason.ALLOWED, channel=send.channel, now=now):
        return False  # another worker has it by now
    claimed, campaign_id = item.claimed, item.candidate.campaign_id
    owner_id = situation.owner(item.candidate, send)
    if owner_id != claimed.person_id:
        tx.run(query(__file__, "send_give"), send_id=claimed.send_id, person_id=owner_id)
    is_new = tx.run(
        query(__file__, "attempt_intend"), send_key=send_key(item, send.channel), send_id=claimed.send_id,
        campaign_id=campaign_id, person_id=owner_id, channel=send.channel, address=send.address,
        fence=claimed.fence, now=now,
    )  # fmt: skip
    if is_new != 1:
        tx.run(query(__file__, "send_unknown"), send_id=claimed.send_id, reason=Reason.CRASHED, now=now)
        return False  # this very key was used already: better unknown than twice
    tx.many(
        query(__file__, "link_add"),
        ({"link_id": link.link_id, "campaign_id": campaign_id, "url": link.url} for link in item.links),
    )
    situation.note(item.candidate, send)
    record_decision(tx, claimed.send_id, decision, now=now)
    return True


def send_key(item: Prepared, channel: str) -> str:
    """What no two messages share: campaign, whom it was planned for, and channel."""
    return f"{item.candidate.campaign_id}:{item.claimed.planned_id}:{channel}"


def record_decision(tx: StateTx, send_id: str, decision: Decision, *, now: datetime) -> None:
    """Keep every step of a decision for the marketer."""
    verdict = type(decision.verdict).__name__.lower()
    tx.many(
        query(__file__, "decision_add"),
        (
            {"send_id": send_id, "at": now, "channel": step.channel, "verdict": verdict, "reason": step.reason,
             "detail": step.detail}
            for step in decision.trail
        ),
    )  # fmt: skip


def _settle(
    tx: StateTx, claimed: Claimed, state: SendState, *, reason: Reason, now: datetime, channel: str = "",
    not_before: datetime | None = None,
) -> bool:  # fmt: skip
    """Move a claimed message on; False if the claim is no longer ours."""
    changed = tx.run(
        query(__file__, "send_settle"), send_id=claimed.send_id, fence=claimed.fence, from_state=SendState.CLAIMED,
        state=state, reason=reason, channel=channel, not_before=not_before or now, now=now,
        leased_until=now + LEASE if state is SendState.INTENT else 0,
    )  # fmt: skip
    return changed == 1
