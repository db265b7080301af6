"""Marketing needs consent for the channel, towards whoever's name it goes in.

Silence is not consent. Source: 38-FZ art. 18, GDPR art. 7.
"""

from omniloom.messaging.decision import MARKETING, Considered, Facts, Reason


def objection(facts: Facts, channel: str) -> Considered | None:
    """Why consent forbids the channel, or None."""
    if facts.kind != MARKETING:
        return None
    is_given = facts.agreed.get(channel)
    if is_given:
        return None
    return Considered(channel, Reason.NO_CONSENT, "never given" if is_given is None else "withdrawn")
