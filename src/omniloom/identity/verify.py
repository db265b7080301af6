"""What an identifier's owner proved: a code was typed, a link was opened, a card was shown.

Whoever takes a proof says so at once (``verify``). An identifier that nobody had yet is only made when the event of the
proof is resolved; so our own events say it again (``proven_by``).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from omniloom.core.clock import micros
from omniloom.core.event import OWN_SOURCE_ID
from omniloom.identity.claim import Claim, Key
from omniloom.identity.kind import Level
from omniloom.identity.normal import KINDS
from omniloom.store import StateTx, query

_VERIFY = query(__file__, "verify_identifier")


def verify(tx: StateTx, kind: str, value: str, at: datetime) -> bool:
    """Note that the owner of an identifier (its normal form) proved at an instant to hold it; the newest proof stays.

    False if nobody has the identifier yet.
    """
    return bool(tx.run(_VERIFY, kind=kind, value=value, at=at))


def verify_all(tx: StateTx, proven: Iterable[tuple[Key, int]]) -> None:
    """As :func:`verify`, for many, in one statement: (key, micros)."""
    tx.many(_VERIFY, ({"kind": kind, "value": value, "at": at} for (kind, value), at in proven))


def proven_by(claim: Claim) -> Iterator[tuple[Key, int]]:
    """The identifiers whose owner proved to hold them, by one of our own identify events, and when (micros).

    Its context names their kinds (``verified``); one that does not, but is sure, proves every strong identifier it has.
    """
    event = claim.event
    if event.source_id != OWN_SOURCE_ID or event.type != "identify":
        return
    context: dict[str, Any] = msgspec.json.decode(event.context)
    level, kinds = context.get("confidence"), context.get("verified")
    if level.__class__ is not int or level < Level.VERIFIED:
        return
    at = micros(datetime.fromisoformat(event.occurred_at))
    for key in claim.keys:
        if key[0] in kinds if isinstance(kinds, list) else KINDS[key[0]].is_strong:
            yield key, at
