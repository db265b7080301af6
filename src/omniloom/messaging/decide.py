"""Puts the rules of ``policy/`` in order: the channel nothing speaks against, once a person, the cap, the hour."""

from omniloom.messaging.decision import Considered, Decision, Facts, Policy, Reason, Send, Skip
from omniloom.messaging.policy import cap, consent, once, quiet_hours, reach, suppression, wish

_OBJECTIONS = (reach.objection, suppression.objection, consent.objection, wish.objection)
_PERSON_RULES = (once.verdict, wish.verdict, cap.verdict, quiet_hours.verdict)
# When no channel is left, the most telling reason is given.
_TELLING = (
    Reason.REFUSED, Reason.SUPPRESSED, Reason.SAME_ADDRESS, Reason.NO_CONSENT, Reason.TOPIC_OFF,
    Reason.CHANNEL_OFF, Reason.NO_ADDRESS,
)  # fmt: skip


def decide(facts: Facts, policy: Policy) -> Decision:
    """Send, hold or skip, with every step that led there. Pure: same facts, same decision."""
    channel, trail = _choose(facts)
    if not channel:
        return Decision(_nothing_left(trail), tuple(trail))
    for rule in _PERSON_RULES:
        found = rule(facts, policy)
        if found is not None:
            return Decision(found, (*trail, Considered("", found.reason, found.detail)))
    trail.append(Considered(channel, Reason.ALLOWED))
    return Decision(Send(channel, facts.addresses[channel]), tuple(trail))


def _choose(facts: Facts) -> tuple[str, list[Considered]]:
    """(the first channel in the campaign's order without an objection, or empty; the objections to those before)."""
    trail: list[Considered] = []
    for channel in facts.channels:
        objections = (objection(facts, channel) for objection in _OBJECTIONS)
        first = next((found for found in objections if found is not None), None)
        if first is None:
            return channel, trail
        trail.append(first)
    return "", trail


def _nothing_left(trail: list[Considered]) -> Skip:
    for reason in _TELLING:
        for step in trail:
            if step.reason is reason:
                return Skip(reason, step.detail)
    return Skip(Reason.NO_ADDRESS, "the campaign has no channels")
