"""Whoever had the campaign's message under another id gets no second one: two of its recipients became one person."""

from omniloom.messaging.decision import Facts, Policy, Reason, Skip


def verdict(facts: Facts, _policy: Policy) -> Skip | None:
    """Skip if the person has the message already, by whatever channel."""
    return Skip(Reason.SAME_PERSON) if facts.is_served else None
