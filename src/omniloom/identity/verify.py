"""What an identifier's owner proved: a code was typed, a link was opened, a card was shown."""

from datetime import datetime

from omniloom.store import StateTx, query


def verify(tx: StateTx, kind: str, value: str, at: datetime) -> bool:
    """Note that the owner of an identifier (its normal form) proved at an instant to hold it; the newest proof stays.

    False if nobody has the identifier yet.
    """
    return bool(tx.run(query(__file__, "verify_identifier"), kind=kind, value=value, at=at))
