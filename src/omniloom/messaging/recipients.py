"""The people of one mailing and where each one's message is."""

from dataclasses import dataclass
from datetime import datetime

from omniloom.core.clock import instant
from omniloom.store import Stores, query


@dataclass(frozen=True, slots=True)
class RecipientView:
    """One person's message. ``person_id`` is who it is by now; ``channel`` is empty until one was chosen."""

    person_id: int
    state: str
    reason: str
    channel: str
    at: datetime


def recipients(
    stores: Stores, campaign_id: str, *, state: str = "", skip: int = 0, rows_max: int = 50
) -> list[RecipientView]:
    """A page of a mailing's messages, changed last first; ``state`` narrows it."""
    with stores.state.read() as tx:
        rows = tx.rows(
            query(__file__, "recipients"), campaign_id=campaign_id, state=state, skip=skip, rows_max=rows_max
        )
    return [
        RecipientView(row["person_id"], row["state"], row["reason"], row["channel"], instant(row["updated_at"]))
        for row in rows
    ]
