"""What people did with the messages of one campaign."""

from omniloom.core.event import (
    MESSAGE_BOUNCED,
    MESSAGE_CLICKED,
    MESSAGE_DELIVERED,
    MESSAGE_OPENED,
    MESSAGE_SENT,
    UNSUBSCRIBED,
)
from omniloom.store import Stores, query

NAMES = [MESSAGE_SENT, MESSAGE_DELIVERED, MESSAGE_OPENED, MESSAGE_CLICKED, MESSAGE_BOUNCED, UNSUBSCRIBED]


def responses(stores: Stores, campaign_id: str) -> dict[str, int]:
    """Event name -> people it happened to, each counted once; opens and clicks by machines are left out."""
    with stores.events.read() as tx:
        rows = tx.tuples(query(__file__, "campaign_responses"), campaign_id=campaign_id, names=NAMES)
    found = {str(name): int(people) for name, people in rows}
    return {name: found.get(name, 0) for name in NAMES}
