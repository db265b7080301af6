"""One cap over all channels and campaigns: at most so many marketing messages to one person in so many days.

A message counts from its intent, also when its fate is unknown, and not when it was refused.
"""

from datetime import timedelta

from omniloom.messaging.decision import MARKETING, Facts, Policy, Reason, Skip


def verdict(facts: Facts, policy: Policy) -> Skip | None:
    """Skip if the person already has as many as allowed."""
    if facts.kind != MARKETING:
        return None
    since = facts.now - timedelta(days=policy.cap_days)
    count = sum(1 for at in facts.recent if at > since)
    if count < policy.cap_messages:
        return None
    return Skip(Reason.FREQUENCY_CAP, f"{count} messages in {policy.cap_days} days")
