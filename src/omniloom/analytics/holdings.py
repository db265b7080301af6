"""Analytics counts money, and keeps nobody."""

from omniloom.store import Erasing, Holding

HOLDINGS = tuple(
    Holding(store="events", table=table, purpose=purpose, kind="brand", erasing=Erasing.KEEP, export=False)
    for table, purpose in (
        ("analytics_campaign", "names of campaigns in reports"),
        ("analytics_cost", "what advertising cost"),
        ("analytics_message_price", "what messages cost"),
    )
)
