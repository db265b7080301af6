"""What the person asked of us: nothing about some topics, silence until a day, or messages no more often than so.

Chosen in the preference centre, and stricter than the company's own cap where it is stricter. A message that the wish
holds back is not sent later: by then it is stale.
"""

from omniloom.messaging.decision import MARKETING, Considered, Facts, Policy, Reason, Skip


def objection(facts: Facts, channel: str) -> Considered | None:
    """Why the topic forbids the channel's message, or None."""
    topic = facts.topics.get(channel, "")
    if facts.kind != MARKETING or topic not in facts.topics_off:
        return None
    return Considered(channel, Reason.TOPIC_OFF, topic)


def verdict(facts: Facts, _policy: Policy) -> Skip | None:
    """Skip while the person wants silence, or has had as many as they want."""
    if facts.kind != MARKETING:
        return None
    if facts.paused_until is not None and facts.now < facts.paused_until:
        return Skip(Reason.PAUSED, f"until {facts.paused_until:%Y-%m-%d}")
    since = facts.now - facts.frequency_apart
    if any(at > since for at in facts.recent):
        return Skip(Reason.WANTED_SELDOM, f"once in {facts.frequency_apart.days} days")
    return None
