"""Workspace-wide definitions behind the money report; the guide is docs/guide/money.md."""

from dataclasses import dataclass

from omniloom.core.settings import setting


@dataclass(frozen=True, slots=True)
class AnalyticsSettings:
    """How money is counted when nobody says otherwise."""

    lookback_days: int = setting(30, "how long before an order a touch may claim it, days")
    model: str = setting("last", "attribution model: the name of a file in analytics/attribution")
    margin: float = setting(1.0, "gross margin as a share of revenue, for ROI (0.25 = a quarter); 1 = not known")
