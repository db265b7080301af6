"""Plain counts of what shops and mailings brought in: for the demo's summary and for checking an import."""

from dataclasses import dataclass

from omniloom.store import Row, Stores, query


@dataclass(frozen=True, slots=True)
class Counts:
    """Receipts, mailings and redemptions in the event history. Units: revenue in minor units."""

    customers: int
    orders: int
    order_lines: int
    revenue_minor: int
    stores: int
    campaigns: int
    campaign_recipients: int
    customers_targeted: int
    coupon_redemptions: int
    redeemers: int


def imported(stores: Stores) -> Counts:
    """Counts of store receipts, direct mail and coupon redemptions. Cost: one scan each of events and items."""
    with stores.events.read() as tx:
        row = tx.one(query(__file__, "imported"))
    return Counts(**{name: int(value or 0) for name, value in (row or {}).items()})


def mailed_pieces(stores: Stores, *, channel: str) -> list[Row]:
    """How many messages each campaign of a channel sent, and its first day: [{campaign_id, day, pieces}]."""
    with stores.events.read() as tx:
        return tx.rows(query(__file__, "mailed_pieces"), channel=channel)
