"""Takes recipients' messages to work on, by lease and fence, and frees those whose worker died.

A lease says how long a claim may last, the fence (it grows with each claim) makes a late worker's writes miss. Who is
found in ``intent`` with a lease run out may have got the message: marketing stays unknown for ever, a transactional
message is sent again with the same key.

Source: spec/reliability.md §2.2, 2.3, 2.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from omniloom.messaging.decision import Reason
from omniloom.messaging.mailing import Mailing, mailing_of
from omniloom.store import StateTx, Stores, query

LEASE = timedelta(seconds=300)  # longer than the slowest batch: connect, talk and wait for the reply to the mail
_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One recipient's message that is ours until the lease ends.

    ``planned_id``: whom it was planned for; ``person_id``: whose address it went to, of a try again. ``to``: the one
    address it may go to; empty: whichever the person has. ``notice``: what it alone says.
    """

    send_id: str
    planned_id: int
    person_id: int
    fence: int
    created_at: int
    mailing: Mailing
    to: str = ""
    notice: Mapping[str, str] = field(default_factory=dict)


def claim(stores: Stores, *, now: datetime, token: str, rows_max: int) -> list[Claimed]:
    """Take up to ``rows_max`` messages that are due, of running mailings. ``token`` names this claim alone."""
    with stores.state.read() as tx:
        due = [row["campaign_id"] for row in tx.rows(query(__file__, "mailings_due"), now=now)]
    if not due:
        return []
    taken = 0
    with stores.state.write() as tx:
        for campaign_id in due:
            if taken < rows_max:
                taken += tx.run(query(__file__, "claim"), campaign_id=campaign_id, token=token, now=now,
                                leased_until=now + LEASE, rows_max=rows_max - taken)  # fmt: skip
        return _claimed(tx, token)


def _claimed(tx: StateTx, token: str) -> list[Claimed]:
    rows = tx.rows(query(__file__, "claimed"), token=token)
    mailings = {campaign_id: mailing_of(tx, campaign_id) for campaign_id in {row["campaign_id"] for row in rows}}
    return [
        Claimed(
            row["send_id"], row["planned_id"], row["person_id"], row["fence"], row["created_at"],
            mailings[row["campaign_id"]],
            **({} if row["context"] == "{}" else msgspec.json.decode(row["context"])),
        )
        for row in rows
    ]  # fmt: skip


def reconcile(stores: Stores, *, now: datetime, is_restart: bool = False) -> int:
    """Free what a dead worker left behind; how many messages.

    ``is_restart``: at the start of the only process that works on these stores every lease is a dead worker's, however
    far ahead it ends: the clock may have been set back since.
    """
    before = _EVER if is_restart else now
    with stores.state.read() as tx:
        if not tx.rows(query(__file__, "leases_over"), before=before):
            return 0
    crashed = {"reason": Reason.CRASHED, "now": now, "before": before}
    with stores.state.write() as tx:
        left = tx.rows(query(__file__, "leases_over"), before=before)
        freed = tx.run(query(__file__, "free_claims"), now=now, before=before)
        tx.run(query(__file__, "attempts_retry"), **crashed)
        tx.run(query(__file__, "attempts_unknown"), **crashed)
        freed += tx.run(query(__file__, "sends_retry"), **crashed)
        freed += tx.run(query(__file__, "sends_unknown"), **crashed)
        tx.many(query(__file__, "decision_add"), (
            {"send_id": row["send_id"], "at": now, "channel": row["channel"], "verdict": "unknown",
             "reason": Reason.CRASHED, "detail": ""}
            for row in left if row["state"] == "intent"
        ))  # fmt: skip
    return freed


def mailing_now(tx: StateTx, seen: dict[str, Mailing], campaign_id: str) -> Mailing:
    """The mailing as this transaction sees it, read once."""
    if campaign_id not in seen:
        seen[campaign_id] = mailing_of(tx, campaign_id)
    return seen[campaign_id]
