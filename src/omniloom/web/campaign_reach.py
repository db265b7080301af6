"""How many of a set of people each channel reaches: those with an address who agreed to marketing over it."""

from collections.abc import Sequence
from dataclasses import dataclass

from omniloom import profiles
from omniloom.store import Stores
from omniloom.web import marks, parts
from omniloom.web.view import View

CHANNELS = ("email", "sms")
PEOPLE_MAX = 50_000  # counted exactly up to here; a larger set is judged by its first so many people
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Reach:
    """Of ``asked`` people so many are reachable by each channel, and by any of them. ``addresses``: have an address."""

    asked: int
    by_channel: dict[str, int]
    addresses: dict[str, int]
    any_channel: int


def reach(
    stores: Stores, person_ids: Sequence[int], channels: Sequence[str] = CHANNELS, *, advertiser: str = profiles.OWN
) -> Reach:
    """Count addresses, and consents to an advertiser; caps, quiet hours and stop lists are decided when it is due."""
    asked = list(person_ids[:PEOPLE_MAX])
    by_channel, addresses = dict.fromkeys(channels, 0), dict.fromkeys(channels, 0)
    any_channel = 0
    for start in range(0, len(asked), _AT_ONCE):
        with stores.state.read() as tx:
            found = profiles.contacts(tx, asked[start : start + _AT_ONCE])
        for contact in found.values():
            with_address = [channel for channel in channels if contact.addresses.get(channel)]
            agreed = [channel for channel in with_address if contact.agreed(channel, advertiser=advertiser)]
            for channel in with_address:
                addresses[channel] += 1
            for channel in agreed:
                by_channel[channel] += 1
            any_channel += bool(agreed)
    return Reach(len(asked), by_channel, addresses, any_channel)


def show_reach(view: View, found: Reach, members: int) -> None:
    """Figures: how many each channel reaches of a segment of so many."""
    _, fmt = view.translate, view.fmt
    items = [(_("In the segment now"), fmt.number(members), "")]
    for channel, n in found.by_channel.items():
        title = _("Reachable by {channel}").format(channel=marks.channel_title(view, channel))
        silent = found.addresses[channel] - n
        note = _("{n} more have an address but did not agree").format(n=fmt.number(silent)) if silent else ""
        items.append((title, fmt.number(n), note))
    share = fmt.percent(found.any_channel / found.asked if found.asked else None)
    items.append((_("Reachable at all"), fmt.number(found.any_channel), share))
    parts.figures(items)
