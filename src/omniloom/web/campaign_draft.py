"""A campaign while it is being made: what was chosen so far, and what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from omniloom.core.errors import Invalid
from omniloom.core.money import to_minor
from omniloom.profiles import OWN
from omniloom.web.theme import mark


@dataclass(slots=True)
class CampaignDraft:
    """The choices of the steps. ``channels`` in order of preference; ``costs`` per message as typed; ``advertiser``: in
    whose name, empty: our own.
    """

    name: str = ""
    segment_id: str = ""
    advertiser: str = OWN
    channels: list[str] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)
    costs: dict[str, str] = field(default_factory=dict)
    is_later: bool = False
    day: str = ""
    time: str = "10:00"

    def problem(self, step: int) -> str:
        """What a step still lacks, as a text of the catalogue; empty when nothing."""
        if step == 0:
            if not self.name.strip():
                return mark("Give the campaign a name.")
            return "" if self.segment_id else mark("Choose a segment.")
        if step == 1:
            if not self.channels:
                return mark("Switch on at least one channel.")
            has_all = all(self.templates.get(channel) for channel in self.channels)
            return "" if has_all else mark("Choose a template for each channel that is on.")
        if step == 2 and self.is_later and (not self.day or not self.time):
            return mark("Choose the day and the time.")
        return ""

    def scheduled_at(self, zone: str) -> datetime | None:
        """When it starts; None for at once. Errors: Invalid if that is no date and time."""
        if not self.is_later:
            return None
        try:
            local = datetime.fromisoformat(f"{self.day}T{self.time}")
        except ValueError as error:
            raise Invalid(
                f"{self.day} {self.time} is not a date and time",
                hint="write 2026-01-31 and 10:00",
                field="scheduled_at",
            ) from error
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    def cost_minor(self, currency: str) -> dict[str, int]:
        """What one message costs, by channel. Errors: Invalid if that is no amount."""
        return {channel: _minor(self.costs.get(channel, ""), currency) for channel in self.channels}

    def used_templates(self) -> dict[str, str]:
        """The templates of the channels that are on."""
        return {channel: self.templates[channel] for channel in self.channels}

    def move(self, channel: str, by: int) -> None:
        """Change a channel's place in the order of preference."""
        at = self.channels.index(channel)
        to = min(max(at + by, 0), len(self.channels) - 1)
        self.channels.insert(to, self.channels.pop(at))

    def switch(self, channel: str, *, is_on: bool, templates: Mapping[str, list[str]]) -> None:
        """Take a channel in (with its first template) or out."""
        if not is_on:
            self.channels = [known for known in self.channels if known != channel]
        elif channel not in self.channels:
            self.channels.append(channel)
            if templates.get(channel):
                self.templates.setdefault(channel, templates[channel][0])


def _minor(text: str, currency: str) -> int:
    return to_minor(text.strip().replace(",", ".") or "0", currency)
