"""The demo's outcome: one document for scripts, one screen for people."""

import resource
from dataclasses import asdict
from typing import Any

from omniloom import analytics, journeys, segments
from omniloom.app import Platform
from omniloom.cli.demo import source
from omniloom.cli.demo.steps import Steps
from omniloom.cli.output import console, print_table
from omniloom.core.money import Money


def summary(platform: Platform, steps: Steps) -> dict[str, Any]:
    """What was imported, whom the campaign reached, and that the credits add up. Counts are of the imported year."""
    stores = platform.stores
    plan = source.read_yaml("campaign.yaml")
    imported = asdict(analytics.imported(stores))
    sent = journeys.campaign(stores, plan["campaign"]["name"])
    tally = journeys.progress(stores, sent.campaign_id).tally
    segment = segments.segment(stores, sent.segment_id)
    money = analytics.money(stores, model="last", lookback_days=30)
    return {
        **imported,
        "currency": platform.settings.identity.home_currency,
        "segment": {"name": segment.name, "members": sent.audience},
        "campaign": {
            "planned": tally.planned,
            "accepted": tally.accepted,
            "rejected": tally.rejected,
            "suppressed": tally.suppressed,
            "skipped": tally.skipped,
            "unknown": tally.unknown,
            "by_channel": tally.by_channel,
        },
        "money": {
            "conversions": money.conversions,
            "credited": money.credited,
            "revenue_minor": money.revenue_minor,
            "credited_minor": money.credited_minor,
        },
        "seconds": steps.seconds,
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def known(platform: Platform) -> int:
    """How many customers the pages count: everybody anything is known of."""
    return analytics.overview(platform.stores, now=platform.now()).customers


def print_summary(facts: dict[str, Any], known: int) -> None:
    """One screen: the year, the campaign, the money, the time. ``known``: customers that the pages count."""
    currency = facts["currency"]
    campaign, money = facts["campaign"], facts["money"]
    console.print()
    print_table("A year of a grocer", ("what", "how many"), [
        ("customers who bought", facts["customers"]), ("orders", facts["orders"]),
        ("order lines", facts["order_lines"]), ("stores", facts["stores"]),
        ("direct-mail campaigns", facts["campaigns"]), ("coupon redemptions", facts["coupon_redemptions"]),
    ])  # fmt: skip
    console.print(f"revenue [bold]{Money(facts['revenue_minor'], currency)}[/bold]")
    if known > facts["customers"]:
        more = f"{known - facts['customers']:,} more came by a card or a form and have bought nothing under it"
        console.print(
            f"The pages count {known:,} customers: {more}. *Duplicates* asks whether they are customers again."
        )
    console.print()
    rows = [("segment: " + facts["segment"]["name"], facts["segment"]["members"])]
    rows += [(f"accepted by {channel}", count) for channel, count in sorted(campaign["by_channel"].items())]
    rows += [("rejected", campaign["rejected"]), ("suppressed", campaign["suppressed"])]
    rows += [(f"skipped: {reason}", count) for reason, count in sorted(campaign["skipped"].items())]
    rows += [("unknown", campaign["unknown"])]
    print_table("The campaign", ("recipients", "people"), rows)
    console.print(
        f"money, with the {money['conversions'] - facts['orders']:,} orders the campaign brought: "
        f"{money['credited']:,.0f} of {money['conversions']:,} orders and "
        f"{Money(money['credited_minor'], currency)} of {Money(money['revenue_minor'], currency)} are credited"
    )
    spent = ", ".join(f"{name} {seconds:.1f}" for name, seconds in facts["seconds"].items())
    console.print(f"[dim]seconds: {spent}; peak memory {facts['peak_rss_mb']:,} MB[/dim]\n")
