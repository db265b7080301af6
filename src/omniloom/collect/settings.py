"""How long refused events are kept."""

from dataclasses import dataclass

from omniloom.core.settings import setting


@dataclass(frozen=True, slots=True)
class CollectSettings:
    """Installation settings of collecting."""

    dead_letters_days: int = setting(90, "how long refused events are kept, days")
    dead_letters_max: int = setting(20_000, "refused events kept of one source; of more the oldest are forgotten")
