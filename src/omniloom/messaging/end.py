"""Nothing more goes to somebody: what the erasure of a person does to messages under way."""

from collections.abc import Collection
from datetime import datetime

from omniloom.messaging.decision import Reason
from omniloom.store import StateTx, query


def end_sends(tx: StateTx, person_ids: Collection[int], *, now: datetime) -> int:
    """Skip every message that no intent was written for; how many. An intent's transaction sees it."""
    return tx.run(query(__file__, "sends_end"), person_ids=sorted(person_ids), reason=Reason.ERASED, now=now)
