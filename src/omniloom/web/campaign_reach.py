"""How many of a set of people can be written to by each channel: the same definition as for everybody."""

from omniloom import messaging, segments
from omniloom.profiles import OWN
from omniloom.web import marks, parts
from omniloom.web.view import View

PEOPLE_MAX = 50_000  # counted exactly up to here; a larger set is judged by its first so many people


def reach(
    view: View, person_ids: list[int], *, channels: list[str] | None = None, advertiser: str = OWN
) -> messaging.reach.SetReach:
    """Whom of a segment each channel reaches (all channels by default), in an advertiser's name."""
    return messaging.reach.reach_among(
        view.platform.stores, person_ids[:PEOPLE_MAX], now=view.now(), channels=channels or (), advertiser=advertiser
    )


def reach_figures(view: View, found: messaging.reach.SetReach) -> list[tuple[str, str, str]]:
    """How many each channel reaches of a segment, and how many of its addresses lack a consent alone."""
    _, fmt = view.translate, view.fmt
    items = []
    for channel, n in found.by_channel.items():
        title = _("Reachable by {channel}").format(channel=marks.channel_title(view, channel))
        silent = found.lacking[channel].get(messaging.reach.Reach.NO_CONSENT, 0)
        note = _("{n} more have an address but did not agree").format(n=fmt.number(silent)) if silent else ""
        items.append((title, fmt.number(n), note))
    share = fmt.percent(found.any_channel / found.asked if found.asked else None)
    return [*items, (_("Reachable at all"), fmt.number(found.any_channel), share)]


def show_reach(view: View, found: messaging.reach.SetReach, members: int) -> None:
    """Figures: how many each channel reaches of a segment of so many."""
    items = [(view._("In the segment now"), view.fmt.number(members), "")]
    parts.figures([*items, *reach_figures(view, found)])


def launch_words(view: View, segment_id: str, *, channels: list[str] | None = None, advertiser: str = OWN) -> str:
    """How many of a segment would be written to now. Errors: Missing, where there is no such segment."""
    members = segments.members(view.platform.stores, segment_id)
    return reach_words(view, reach(view, members, channels=channels, advertiser=advertiser), len(members))


def reach_words(view: View, found: messaging.reach.SetReach, members: int) -> str:
    """How many of so many members are reached, and of how many that was counted."""
    _, fmt = view.translate, view.fmt
    text = _("Can be reached now: {n} of {all} in the segment.")
    if found.asked < members:
        text = _("Can be reached now: {n} of the first {asked}; in the segment: {all}.")
    return text.format(n=fmt.number(found.any_channel), asked=fmt.number(found.asked), all=fmt.number(members))
