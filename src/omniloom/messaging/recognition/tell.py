"""How every way ends: a proof is spent once, the log hears who it was and how surely, and a benefit is given once.

Two events, in the transaction that spends the proof: *identify* joins the identifiers, *Customer Recognised* says so in
the person's history, with the benefit, for whoever keeps balances, and for segments that require it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from omniloom import identity
from omniloom.core.event import CUSTOMER_RECOGNISED, OWN_SOURCE_ID, Event
from omniloom.identity import Level
from omniloom.messaging.address import verify_address
from omniloom.messaging.recognition.benefit import Benefit, way_settings
from omniloom.messaging.recognition.way import known_ways
from omniloom.messaging.report import put_in_outbox
from omniloom.messaging.subscribe import NOBODY, Visitor, masked
from omniloom.store import Row, StateTx, query


class Reason(StrEnum):
    """Why nobody was recognised."""

    UNKNOWN = "unknown"  # not ours, of another purpose, or tampered with
    WRONG = "wrong"  # not the code
    USED = "used"  # it was good once
    OVER = "over"  # it ran out
    TRIES = "tries"  # too many wrong codes
    OFF = "off"  # the way is switched off


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was recognised."""

    reason: Reason
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class Recognised:
    """Somebody was recognised. ``address`` is masked; ``benefit`` is None if they had it before."""

    request_id: str
    way: str
    level: Level
    address: str
    place: str
    language: str
    benefit: Benefit | None


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof showed: identifiers that are one person's, each beside ``named``; and who showed it where."""

    named: dict[str, str]  # of the person the proof is about
    beside: Sequence[dict[str, str]] = ()  # a browser, a messenger: each joined to the person
    visitor: Visitor = NOBODY
    by: str = ""  # a user of ours, at the till


def prove(tx: StateTx, row: Row, proven: Proven, *, now: datetime) -> Recognised | Refused:
    """Spend the proof of an open recognition, tell the log, and give the benefit; USED if another was quicker."""
    if tx.run(query(__file__, "prove"), request_id=row["request_id"], now=now) != 1:
        return Refused(Reason.USED)
    benefit = _benefit(tx, row)
    if benefit is not None:
        tx.run(query(__file__, "give"), request_id=row["request_id"], benefit=benefit.name)
    return tell(tx, row, proven, benefit, now=now)


def tell(tx: StateTx, row: Row, proven: Proven, benefit: Benefit | None, *, now: datetime) -> Recognised:
    """Tell the log, and mark what was shown as verified."""
    way = known_ways()[row["way"]]
    joined = [{**proven.named, **other} for other in proven.beside] or [proven.named]
    facts = _facts(row, proven, benefit)
    context: dict[str, Any] = {"ip": proven.visitor.ip, "userAgent": proven.visitor.user_agent[:300]}
    context = {key: value for key, value in context.items() if value}
    context |= {"confidence": int(way.level), "verified": [row["kind"]] if row["value"] else []}
    shared: dict[str, Any] = {
        "source_id": OWN_SOURCE_ID, "occurred_at": now, "received_at": now, "properties": facts, "context": context,
    }  # fmt: skip
    put_in_outbox(tx, [
        *(Event(type="identify", message_id=f"recognised:{row['request_id']}:{number}", identifiers=each, **shared)
          for number, each in enumerate(joined)),
        Event(type="track", name=CUSTOMER_RECOGNISED, message_id=f"recognised:{row['request_id']}",
              identifiers=proven.named, **shared),
    ])  # fmt: skip
    if row["value"]:
        identity.verify(tx, row["kind"], row["value"], now)
    if row["channel"]:
        verify_address(tx, row["channel"], row["value"], by=row["way"], now=now)
    shown = masked(row["value"]) if row["value"] else ""
    return Recognised(row["request_id"], row["way"], way.level, shown, row["place"], row["language"], benefit)


def benefit_offered(tx: StateTx, row: Row) -> Benefit | None:
    """What would be given for this recognition, if it is proved now."""
    return _benefit(tx, row)


def _benefit(tx: StateTx, row: Row) -> Benefit | None:
    """The way's benefit, if its person has not had it."""
    benefit = way_settings(tx, row["way"]).benefit
    if benefit is None:
        return None
    had = tx.one(query(__file__, "had_benefit"), benefit=benefit.name, person_id=row["person_id"], kind=row["kind"],
                 value=row["value"], request_id=row["request_id"])  # fmt: skip
    return None if had is not None else benefit


def _facts(row: Row, proven: Proven, benefit: Benefit | None) -> dict[str, Any]:
    facts = {"way": row["way"], "channel": row["channel"], "place": row["place"], "by": proven.by}
    told: dict[str, Any] = {key: value for key, value in facts.items() if value}
    if benefit is not None:
        told["benefit"] = asdict(benefit)
    return told
