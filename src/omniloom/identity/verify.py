"""What an identifier's owner proved: a code was typed, a link was opened, a card was shown.

Whoever takes a proof says so at once (``verify``). An identifier that nobody had yet is only made when the event of the
proof is resolved; so our own events say it again (``proven_by``), and in which browser it was.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from omniloom.core.clock import micros
from omniloom.core.event import OWN_SOURCE_ID
from omniloom.core.ids import digest
from omniloom.identity.claim import Claim, Key
from omniloom.identity.kind import Level
from omniloom.identity.normal import KINDS
from omniloom.store import StateTx, query

_VERIFY = query(__file__, "verify_identifier")


class Proof(NamedTuple):
    """That an identifier's owner holds it: when (micros), and in which browser, as a digest; empty if not known."""

    key: Key
    at: int
    browser: str


def verify(tx: StateTx, kind: str, value: str, at: datetime) -> bool:
    """Note that the owner of an identifier (its normal form) proved at an instant to hold it; the newest proof stays.

    False if nobody has the identifier yet.
    """
    return bool(tx.run(_VERIFY, kind=kind, value=value, at=at, browser=None))


def verify_all(tx: StateTx, proven: Iterable[Proof]) -> None:
    """As :func:`verify`, for many, in one statement."""
    tx.many(
        _VERIFY,
        ({"kind": kind, "value": value, "at": at, "browser": browser or None} for (kind, value), at, browser in proven),
    )


def browsers_of(claim: Claim) -> frozenset[str]:
    """The browsers and devices that a claim names, as digests."""
    return frozenset(digest(*key) for key in claim.keys if not KINDS[key[0]].is_strong)


def proven_by(claim: Claim) -> Iterator[Proof]:
    """The identifiers whose owner proved to hold them, by one of our own identify events.

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
    browser = next(iter(sorted(browsers_of(claim))), "")
    for key in claim.keys:
        if key[0] in kinds if isinstance(kinds, list) else KINDS[key[0]].is_strong:
            yield Proof(key, at, browser)
