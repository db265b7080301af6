"""The demo's tracking plans, and a few events of its web shop that do not fit: kept aside until somebody mends them."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from omniloom import collect
from omniloom.app import Platform
from omniloom.cli.demo import source
from omniloom.collect import LetterFilter, Source
from omniloom.core import egress
from omniloom.core.errors import Missing, Unavailable

PLANS = ("plan.yaml", "plan_shop.yaml")
OK = 200


def apply(platform: Platform) -> None:
    """Save the plans, unless an earlier run did."""
    for name in PLANS:
        plan = collect.parse_plan((source.examples() / name).read_text())
        try:
            collect.plan_of(platform.stores, plan.name)
        except Missing:
            collect.save_plan(platform.stores, plan, now=platform.now(), ids=platform.ids, by="demo")


def misfire(platform: Platform, url: str, shop: Source) -> int:
    """Let the web shop send what cannot be taken, unless an earlier run did; how many events."""
    if collect.letters(platform.stores, LetterFilter(source_id=shop.source_id), rows_max=1):
        return 0
    items = _items(platform.now().isoformat())
    asyncio.run(_post(f"{url}/v1/batch", {"writeKey": shop.write_key, "batch": items}))
    return len(items)


def _items(now: str) -> list[dict[str, Any]]:
    """Faults as trackers have them: each is refused for another reason."""
    order = {"type": "track", "event": "Order Completed", "timestamp": now, "anonymousId": "web-visitor-7"}
    paid = {"revenue": 31.4, "currency": "USD", "channel": "web"}
    return [
        *({**order, "messageId": f"misfire-order-{n}", "properties": paid} for n in range(4)),
        {**order, "messageId": "misfire-currency",
         "properties": {**paid, "order_id": "web-misfire", "currency": "dollars"}},
        *({"type": "track", "event": "Product Viewed", "messageId": f"misfire-nobody-{n}", "timestamp": now,
           "properties": {"product_id": f"9{n}0012"}} for n in range(3)),
        {"type": "track", "event": "", "messageId": "misfire-name", "anonymousId": "web-visitor-8", "timestamp": now},
        {"type": "page", "name": "Weekly offers", "messageId": "misfire-time", "anonymousId": "web-visitor-9",
         "timestamp": "02.01.2018 18:00"},
    ]  # fmt: skip


async def _post(address: str, body: dict[str, Any]) -> None:
    async with egress.client([urlsplit(address).netloc]) as client:
        answer = await client.post(address, json=body)
        if answer.status_code != OK:
            raise Unavailable(f"the server answered {answer.status_code}", hint="run the command again")
