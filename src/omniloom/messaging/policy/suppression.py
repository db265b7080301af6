"""An address that bounced, complained or unsubscribed gets nothing; a receipt may still follow an unsubscription."""

from omniloom.messaging.decision import MARKETING, Considered, Facts, Reason

UNSUBSCRIBED = "unsubscribed"


def objection(facts: Facts, channel: str) -> Considered | None:
    """Why the address is closed, or None."""
    why = facts.suppressed.get((channel, facts.addresses.get(channel, "")))
    if why is None or (why == UNSUBSCRIBED and facts.kind != MARKETING):
        return None
    return Considered(channel, Reason.SUPPRESSED, why)
