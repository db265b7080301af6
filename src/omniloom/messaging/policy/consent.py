"""Marketing needs consent for the channel: given for it, or for all channels (``*``), and not withdrawn for it.

Silence is not consent. Source: 38-FZ art. 18, GDPR art. 7.
"""

from omniloom.messaging.decision import MARKETING, Considered, Facts, Reason

EVERY_CHANNEL = "*"


def objection(facts: Facts, channel: str) -> Considered | None:
    """Why consent forbids the channel, or None."""
    if facts.kind != MARKETING:
        return None
    own = facts.consents.get((channel, MARKETING))
    is_given = facts.consents.get((EVERY_CHANNEL, MARKETING), False) if own is None else own
    return None if is_given else Considered(channel, Reason.NO_CONSENT, "withdrawn" if own is False else "never given")
