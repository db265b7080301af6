"""What campaigns are called and what one message of them costs; whoever launches or imports campaigns says so."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from omniloom.core.errors import Invalid
from omniloom.store import Stores, query

_NAME_SCHEMA = pa.schema([(name, pa.string()) for name in ("campaign_id", "name", "channel")])
_PRICE_SCHEMA = pa.schema(
    [("campaign_id", pa.string()), ("channel", pa.string()), ("cost_per_message_minor", pa.int64()),
     ("currency", pa.string())]
)  # fmt: skip
_FORGET_CAMPAIGNS = query(__file__, "forget_campaigns")
_FORGET_PRICES = query(__file__, "forget_prices")


def name_campaigns(stores: Stores, rows: Iterable[Mapping[str, Any]], *, currency: str) -> int:
    """Set the names, channels and message prices of campaigns, replacing what was said of them; how many.

    Shapes: rows with campaign_id, name, channel ('' = several) and perhaps cost_per_message_minor, a price by channel
        ({"email": 2, "sms": 350}) or one for the row's channel, and its currency. The last row of a campaign wins.
    Errors: Invalid names the field.
    """
    named = {str(row.get("campaign_id") or ""): row for row in rows}
    if not named:
        return 0
    if "" in named:
        raise Invalid("campaign_id is missing", hint="a name needs its campaign", field="campaign_id")
    names = [
        {"campaign_id": key, "name": str(row.get("name") or key), "channel": str(row.get("channel") or "")}
        for key, row in named.items()
    ]
    prices = [price for key, row in named.items() for price in _prices(key, row, currency)]
    with stores.events.write() as tx:
        tx.run(_FORGET_CAMPAIGNS, campaign_ids=list(named))
        tx.run(_FORGET_PRICES, campaign_ids=list(named))
        tx.append("analytics_campaign", pa.Table.from_pylist(names, schema=_NAME_SCHEMA))
        tx.append("analytics_message_price", pa.Table.from_pylist(prices, schema=_PRICE_SCHEMA))
    return len(named)


def _prices(campaign_id: str, row: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    given = row.get("cost_per_message_minor") or {}
    by_channel = given if isinstance(given, Mapping) else {row.get("channel"): given}
    for channel, price in by_channel.items():
        if not channel or isinstance(price, bool) or not isinstance(price, int) or price < 0:
            raise Invalid(
                f"cost_per_message_minor of {campaign_id}: {channel!r} costs {price!r}",
                hint="give whole minor units by channel, such as {sms: 350}",
                field="cost_per_message_minor",
            )
    return [
        {"campaign_id": campaign_id, "channel": channel, "cost_per_message_minor": price,
         "currency": row.get("currency") or currency}
        for channel, price in by_channel.items()
    ]  # fmt: skip
