"""How much is taken of a source, and how long refused events are kept."""

from dataclasses import dataclass

from omniloom.core.settings import setting


@dataclass(frozen=True, slots=True)
class CollectSettings:
    """Installation settings of collecting."""

    events_per_s: int = setting(500_000, "events a second that one source may send, in bursts twice as many; 0: any")
    refusals_per_minute: int = setting(5_000, "refused events kept of one source in a minute; more are only counted")
    dead_letters_days: int = setting(90, "how long refused events are kept, days")
    dead_letters_max: int = setting(20_000, "refused events kept of one source; of more the oldest are forgotten")
