"""Writes down how each conversation with a provider ended, and what follows from it.

Sent is final. A refusal closes the channel for this send (and the address for good, if it is the address that is bad);
the message is planned again so that the next channel may have it. Later means: certainly not sent, try again by
schedule. Unknown is final for marketing. What a mailing that was cancelled meanwhile would plan again is skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from omniloom.core.clock import instant
from omniloom.messaging.channel import Later, Outcome, Refused, Sent, Unknown
from omniloom.messaging.claim import mailing_now
from omniloom.messaging.decision import TRANSACTIONAL, Reason
from omniloom.messaging.intent import send_key
from omniloom.messaging.mailing import Mailing, MailingState, SendState
from omniloom.messaging.prepare import Prepared
from omniloom.messaging.stop_list import suppress
from omniloom.store import StateTx, query

RETRY_AFTER_S = (60, 300, 1_800, 7_200, 14_400)  # a message that was put off more often than this is refused
OUTAGE_RETRY_S = (30, 1_800)  # a provider that is down is asked again after a quarter of the message's age, within this
ACCEPTED, REFUSED, LATER, UNKNOWN = "accepted", "refused", "later", "unknown"


@dataclass(frozen=True, slots=True)
class _Settlement:
    """What an outcome makes of the attempt and of the send."""

    attempt: str
    send: SendState
    reason: str
    provider_id: str = ""
    not_before: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the message would go again, perhaps by another channel."""
        return self.send is SendState.PLANNED


def record(tx: StateTx, sent: Sequence[tuple[Prepared, Outcome]], *, now: datetime) -> int:
    """Settle the attempts of a batch; how many were still ours (a worker past its lease changes nothing)."""
    mailings: dict[str, Mailing] = {}
    return sum(_record_one(tx, mailings, item, outcome, now=now) for item, outcome in sent)


def _record_one(tx: StateTx, mailings: dict[str, Mailing], item: Prepared, outcome: Outcome, *, now: datetime) -> bool:
    key = send_key(item, item.send.channel if item.send else "")
    attempt = tx.one(query(__file__, "attempt"), send_key=key)
    if attempt is None or attempt["fence"] != item.claimed.fence or attempt["state"] != "intent":
        return False
    settled = _settlement(outcome, item, tries=attempt["tries"], now=now)
    changed = tx.run(
        query(__file__, "attempt_settle"), send_key=key, fence=item.claimed.fence, state=settled.attempt,
        reason=settled.reason, provider_id=settled.provider_id, now=now,
    )  # fmt: skip
    if changed != 1:
        return False
    is_over = mailing_now(tx, mailings, item.candidate.campaign_id).state is MailingState.CANCELLED
    end = replace(settled, send=SendState.SKIPPED, reason=Reason.CANCELLED) if is_over and settled.is_open else settled
    tx.run(
        query(__file__, "send_settle"), send_id=item.claimed.send_id, fence=item.claimed.fence,
        from_state=SendState.INTENT, state=end.send, reason=end.reason, channel=attempt["channel"],
        not_before=end.not_before or now, leased_until=0, now=now,
    )  # fmt: skip
    if isinstance(outcome, Refused) and outcome.is_address_bad:
        suppress(tx, channel=attempt["channel"], address=attempt["address"], reason="bounced",
                 evidence=outcome.reason, now=now)  # fmt: skip
    if settled.attempt != ACCEPTED:
        tx.run(query(__file__, "decision_add"), send_id=item.claimed.send_id, at=now, channel=attempt["channel"],
               verdict=settled.attempt, reason=_reason(settled), detail=settled.reason)  # fmt: skip
    return True


def _settlement(outcome: Outcome, item: Prepared, *, tries: int, now: datetime) -> _Settlement:
    match outcome:
        case Sent(provider_id=provider_id):
            return _Settlement(ACCEPTED, SendState.ACCEPTED, "", provider_id)
        case Refused(reason=reason):
            return _Settlement(REFUSED, SendState.PLANNED, reason)
        case Later(reason=reason, after_s=after_s, is_outage=True):
            return _Settlement(LATER, SendState.PLANNED, reason, not_before=_after_outage(item, after_s, now))
        case Later(reason=reason, after_s=after_s):
            return _put_off(reason, after_s, tries=tries, now=now)
        case Unknown(reason=reason):
            if item.candidate.kind == TRANSACTIONAL:
                return _put_off(reason, 0, tries=tries, now=now)
            return _Settlement(UNKNOWN, SendState.UNKNOWN, reason)


def _put_off(reason: str, after_s: int, *, tries: int, now: datetime) -> _Settlement:
    """The next try by schedule, or the end of patience."""
    if tries > len(RETRY_AFTER_S):
        return _Settlement(REFUSED, SendState.PLANNED, f"{Reason.GAVE_UP} after {tries} tries: {reason}")
    wait_s = max(after_s, RETRY_AFTER_S[tries - 1])
    return _Settlement(LATER, SendState.PLANNED, reason, not_before=now + timedelta(seconds=wait_s))


def _after_outage(item: Prepared, after_s: int, now: datetime) -> datetime:
    """An outage is not the message's fault: it waits a quarter of its age, and is never given up."""
    shortest, longest = OUTAGE_RETRY_S
    age_s = (now - instant(item.claimed.created_at)).total_seconds()
    return now + timedelta(seconds=max(after_s, min(max(age_s / 4, shortest), longest)))


def _reason(settled: _Settlement) -> Reason:
    if settled.reason.startswith(Reason.GAVE_UP):
        return Reason.GAVE_UP
    return {REFUSED: Reason.REFUSED, LATER: Reason.TRY_LATER}.get(settled.attempt, Reason.NO_REPLY)
