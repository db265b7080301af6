"""Analytics: what marketing cost and what it brought. It reads the resolved history and writes only costs and names.

Owns: analytics_cost, analytics_campaign, analytics_message_price and the view analytics_touch (event store).
Invariants: the credits of every attribution model add up to the conversions and the revenue exactly, the "(none)" row
included; a cost loaded twice counts once; a quotient without a divisor is None. docs/guide/money.md.
"""

from omniloom.analytics.campaign import name_campaigns
from omniloom.analytics.cost import COST_FIELDS, load_costs
from omniloom.analytics.credit import MODELS
from omniloom.analytics.holdings import HOLDINGS
from omniloom.analytics.model import AttributionModel
from omniloom.analytics.money import NONE_KEY, By, MoneyReport, MoneyRow, money, people_of
from omniloom.analytics.overview import OrderChannel, Overview, Stage, Week, overview
from omniloom.analytics.responses import responses
from omniloom.analytics.settings import AnalyticsSettings
from omniloom.analytics.year import Counts, imported, mailed_pieces

__all__ = [
    "COST_FIELDS", "HOLDINGS", "MODELS", "NONE_KEY", "AnalyticsSettings", "AttributionModel", "By", "Counts",
    "MoneyReport", "MoneyRow", "OrderChannel", "Overview", "Stage", "Week", "imported", "load_costs",
    "mailed_pieces", "money", "name_campaigns", "overview", "people_of", "responses",
]  # fmt: skip
