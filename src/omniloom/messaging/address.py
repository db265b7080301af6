"""What is known of an address: that its owner showed it to be theirs."""

from datetime import datetime

from omniloom.store import StateTx, query


def verify_address(tx: StateTx, channel: str, address: str, *, by: str, now: datetime) -> None:
    """Remember that whoever reads this address is its person: the first proof stays."""
    tx.run(query(__file__, "address_verified"), channel=channel, address=address, by=by, now=now)
