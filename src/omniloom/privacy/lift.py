"""Letting an erased person be known again: an operator's act, on the person's own word."""

from omniloom.core.errors import Invalid, Missing
from omniloom.identity import BY_PRIORITY, normalise, tombstone
from omniloom.store import Stores


def lift(stores: Stores, text: str, *, home_region: str) -> int:
    """Take the tombstones of an identifier, of whatever kind, away; how many. What was erased stays erased.

    Errors: Missing if it was not erased.
    """
    if not text.strip():
        raise Invalid("name the address or id", field="identifier")
    normal = [(kind, normalise(kind, text, home_region)) for kind in BY_PRIORITY]
    with stores.state.write() as tx:
        lifted = tombstone.lift(tx, [(kind, value) for kind, value in normal if isinstance(value, str)])
    if not lifted:
        raise Missing("no such identifier was erased", hint="give it as it was sent")
    return lifted
