"""The stop list: addresses that nothing may go to, of everybody's messages or of one advertiser's alone.

Who leaves a partner's messages closes the address to that partner's; who leaves ours, complains, or has an address that
is none, closes it to everybody's.
"""

from collections.abc import Collection
from datetime import datetime

from omniloom.messaging.policy.suppression import UNSUBSCRIBED
from omniloom.profiles import OWN
from omniloom.store import StateTx, query


def closed(tx: StateTx, addresses: Collection[str], advertiser: str = OWN) -> dict[tuple[str, str], str]:
    """Those of the addresses that an advertiser's messages may not go to: (channel, address) -> why."""
    rows = tx.rows(query(__file__, "suppressions"), addresses=list(addresses), advertiser=advertiser)
    return {(row["channel"], row["address"]): row["reason"] for row in rows}


def suppress(
    tx: StateTx, *, channel: str, address: str, reason: str, evidence: str, now: datetime, advertiser: str = OWN
) -> None:
    """Close an address to an advertiser's messages; by default to everybody's. A bounce or complaint stays on record
    when the person later unsubscribes as well.
    """
    tx.run(
        query(__file__, "suppress"), channel=channel, address=address, advertiser=advertiser, reason=reason,
        evidence=evidence[:300], now=now,
    )  # fmt: skip


def reopen(tx: StateTx, *, channel: str, address: str, advertiser: str) -> None:
    """Open an address that was left to an advertiser's messages again; one that bounced or complained stays closed."""
    tx.run(query(__file__, "unsuppress"), channel=channel, address=address, advertiser=advertiser, reason=UNSUBSCRIBED)
