"""How many of a set of people each channel reaches: those with an address who agreed to marketing over it."""

from collections.abc import Sequence
from dataclasses import dataclass

from omniloom import profiles
from omniloom.store import Stores

CHANNELS = ("email", "sms")
PURPOSE = "marketing"
PEOPLE_MAX = 50_000  # counted exactly up to here; a larger set is judged by its first so many people
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Reach:
    """Of ``asked`` people so many are reachable by each channel, and by any of them. ``addresses``: have an address."""

    asked: int
    by_channel: dict[str, int]
    addresses: dict[str, int]
    any_channel: int


def reach(stores: Stores, person_ids: Sequence[int], channels: Sequence[str] = CHANNELS) -> Reach:
    """Count addresses and consents; caps, quiet hours and stop lists are decided when a message is due."""
    asked = list(person_ids[:PEOPLE_MAX])
    by_channel, addresses = dict.fromkeys(channels, 0), dict.fromkeys(channels, 0)
    any_channel = 0
    for start in range(0, len(asked), _AT_ONCE):
        with stores.state.read() as tx:
            found = profiles.contacts(tx, asked[start : start + _AT_ONCE])
        for contact in found.values():
            with_address = [channel for channel in channels if contact.addresses.get(channel)]
            agreed = [c for c in with_address if _agreed(contact.consents, c)]
            for channel in with_address:
                addresses[channel] += 1
            for channel in agreed:
                by_channel[channel] += 1
            any_channel += bool(agreed)
    return Reach(len(asked), by_channel, addresses, any_channel)


def _agreed(consents: "dict[tuple[str, str], bool]", channel: str) -> bool:
    return consents.get((channel, PURPOSE), consents.get(("*", PURPOSE), False))
