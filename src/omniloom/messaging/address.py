"""What is known of an address: whose it is by now, and that its owner showed it to be theirs."""

from datetime import datetime

from omniloom.identity import roots_of
from omniloom.messaging.channel import known_channels
from omniloom.store import Row, StateTx, query


def verify_address(tx: StateTx, channel: str, address: str, *, by: str, now: datetime) -> None:
    """Remember that whoever reads this address is its person: the first proof stays."""
    tx.run(query(__file__, "address_verified"), channel=channel, address=address, by=by, now=now)


def is_shared(tx: StateTx, channel: str, address: str) -> bool:
    """Whether many people use an address, so that nobody's word for one of them can come from it."""
    owner = _owner(tx, channel, address)
    return owner is not None and owner["shared_position"] is not None


def is_anothers(tx: StateTx, sent: Row) -> bool:
    """Whether the address a message went to is another person's by now, or many people's.

    Then whoever reads it is not whom the message was for. ``sent`` has person_id, channel and address.
    """
    owner = _owner(tx, sent["channel"], sent["address"])
    if owner is None:
        return False
    person_id = sent["person_id"]
    return owner["shared_position"] is not None or owner["root_id"] != roots_of(tx, [person_id]).get(person_id)


def _owner(tx: StateTx, channel: str, address: str) -> Row | None:
    return tx.one(query(__file__, "address_owner"), kind=known_channels()[channel].address_kind, value=address)
