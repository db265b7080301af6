"""A channel reaches a person who has an address in it, while it is on and this send was not refused there."""

from omniloom.messaging.decision import Considered, Facts, Reason


def objection(facts: Facts, channel: str) -> Considered | None:
    """Why the channel does not reach the person, or None."""
    address = facts.addresses.get(channel, "")
    if not address:
        return Considered(channel, Reason.NO_ADDRESS)
    if channel not in facts.channels_on:
        return Considered(channel, Reason.CHANNEL_OFF)
    if channel in facts.refused:
        return Considered(channel, Reason.REFUSED, facts.refused[channel])
    if (channel, address) in facts.taken:
        return Considered(channel, Reason.SAME_ADDRESS)
    return None
