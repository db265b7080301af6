"""The demo's call tracker: some households ring the shop, and what the tracker tells comes in by a webhook.

Real HTTP at the webhook's own address. Repeated, it tells the same of the same calls, so nothing is added twice.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from omniloom.app import Platform
from omniloom.cli.demo import households
from omniloom.cli.demo.households import draw
from omniloom.cli.demo.steps import Note
from omniloom.collect import webhooks
from omniloom.core import egress
from omniloom.core.errors import Missing, Unavailable

NAME = "Call tracker (synthetic)"
SHARE = 0.03  # of the households with a phone ring
MISSED_SHARE = 0.2
DAYS = 20
OK = 200
LINE = "+13125550199"  # a number reserved for fiction


def ring(platform: Platform, url: str, numbers: list[int], draws: dict[str, Any], note: Note) -> None:
    """Tell the webhook of every call. Errors: Unavailable if the server does not take them."""
    made = _webhook(platform)
    told = list(_told(numbers, draws, platform.now()))
    asyncio.run(_post(made.address(url), url, told))
    note(len(told), len(told))


def _webhook(platform: Platform) -> webhooks.Shown:
    """The tracker's webhook, enabled, with a secret that only this run knows."""
    stores, now, ids = platform.stores, platform.now(), platform.ids
    try:
        webhooks.webhook_of(stores, NAME)
    except Missing:
        draft = webhooks.Draft(NAME, "comagic", options=webhooks.Options(timezone="UTC"))
        webhooks.create(stores, draft, key=platform.secret, now=now, ids=ids)
    webhooks.enable(stores, NAME, now=now)
    return webhooks.rotate(stores, NAME, key=platform.secret, now=now, ids=ids)


def _told(numbers: list[int], draws: dict[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    """Two notifications per call: that it began, and how it ended."""
    seed, today = draws["seed"], now.replace(hour=0, minute=0, second=0, microsecond=0)
    for event in households.contacts(numbers, draws, ""):
        household = event.identifiers["user_id"]
        if "phone" not in event.identifiers or draw(seed, household, "rings") >= SHARE:
            continue
        began = today - timedelta(days=1 + draw(seed, household, "day") * DAYS)
        talk_s = int(20 + draw(seed, household, "talk") * 300)
        is_missed = draw(seed, household, "missed") < MISSED_SHARE
        call = {
            "call_session_id": f"call-{household}", "contact_phone_number": event.identifiers["phone"],
            "virtual_phone_number": LINE, "direction": "in", "scenario_name": "Questions about an order",
        }  # fmt: skip
        yield {**call, "event": "call_started", "notification_time": _clock(began)}
        ended = {"wait_time_duration": 9, "talk_time_duration": 0 if is_missed else talk_s}
        at = _clock(began + timedelta(seconds=9 + ended["talk_time_duration"]))
        yield {**call, **ended, "event": "call_lost" if is_missed else "call_finished", "notification_time": at}


def _clock(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


async def _post(address: str, url: str, told: list[dict[str, Any]]) -> None:
    async with egress.client([urlsplit(url).netloc]) as client:
        for one in told:
            answer = await client.post(address, json=one)
            if answer.status_code != OK:
                raise Unavailable(f"the webhook answered {answer.status_code}", hint="run the command again")
