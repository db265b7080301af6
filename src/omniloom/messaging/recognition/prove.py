"""Showing that an address is one's own: opening the link, or typing the code, that went to it.

The link joins the browser it is opened in. The browser that asked is joined only if it is the same one, or if whoever
opened the link says that it was theirs: else a stranger could ask in somebody's name and be taken for them. A code is
typed where it was asked for, so it joins whoever asked. Source: spec/reliability.md SEC-L1, SEC-L3, SEC-L5.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from omniloom.core.clock import micros
from omniloom.messaging.recognition.ask import OPEN, PROVED, browser_mark
from omniloom.messaging.recognition.benefit import Benefit, way_settings
from omniloom.messaging.recognition.tell import Proven, Reason, Recognised, Refused, benefit_offered, prove
from omniloom.messaging.recognition.way import Proof, known_ways
from omniloom.messaging.site import CODE, RECOGNISE
from omniloom.messaging.subscribe import NOBODY, Visitor, masked
from omniloom.messaging.token import digits, verify
from omniloom.store import Row, StateTx, Stores, query


@dataclass(frozen=True, slots=True)
class Browser:
    """Who opens a link: the browser's anonymous id and secret, and whether they say that they asked elsewhere."""

    anonymous_id: str = ""
    secret: str = ""
    says_it_asked: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its page shows it; the address is masked. ``asked_from``: which other browser asked, if one did."""

    address: str
    language: str
    place: str
    benefit: Benefit | None
    asked_from: Visitor | None
    refused: Reason | None


def link_of(stores: Stores, token: str, *, secret: bytes, now: datetime, browser: str = "") -> Link | None:
    """What a link shows; None for a token that is not ours. Changes nothing."""
    with stores.state.read() as tx:
        row = _row_of_token(tx, token, secret)
        if row is None:
            return None
        is_elsewhere = row["anonymous_id"] and not _is_same(row, browser)
        asked_from = Visitor(row["ip"], row["user_agent"]) if is_elsewhere else None
        return Link(masked(row["value"]), row["language"], row["place"], benefit_offered(tx, row), asked_from,
                    standing(tx, row, now))  # fmt: skip


def confirm_link(
    stores: Stores, token: str, browser: Browser, *, secret: bytes, now: datetime, visitor: Visitor = NOBODY
) -> Recognised | Refused:
    """Press the link's button; it counts once."""
    with stores.state.write() as tx:
        row = _row_of_token(tx, token, secret)
        if row is None:
            return Refused(Reason.UNKNOWN)
        if (against := standing(tx, row, now)) is not None:
            return Refused(against)
        may_join = browser.says_it_asked or _is_same(row, browser.secret)
        ids = dict.fromkeys(filter(None, (browser.anonymous_id, row["anonymous_id"] if may_join else "")))
        beside = [{"anonymous_id": anonymous_id} for anonymous_id in ids]
        return prove(tx, row, Proven({row["kind"]: row["value"]}, beside, visitor), now=now)


def confirm_code(
    stores: Stores, request_id: str, code: str, *, secret: bytes, now: datetime, visitor: Visitor = NOBODY,
    anonymous_id: str = "",
) -> Recognised | Refused:  # fmt: skip
    """Type the code of a request. Each try counts before it is looked at; ``anonymous_id``: the browser that types."""
    with stores.state.write() as tx:
        row = tx.one(query(__file__, "recognition"), request_id=request_id)
        if row is None or known_ways()[row["way"]].proof is not Proof.CODE:
            return Refused(Reason.UNKNOWN)
        tries_max = known_ways()[row["way"]].tries_max
        if (against := standing(tx, row, now)) is not None and against is not Reason.UNKNOWN:
            return Refused(against)
        if tx.run(query(__file__, "try"), request_id=request_id, tries_max=tries_max) != 1:
            return Refused(Reason.TRIES)
        if not _is_code(row, code, secret):
            left = tries_max - row["tries"] - 1
            return Refused(Reason.WRONG if left > 0 else Reason.TRIES, left)
        ids = dict.fromkeys(filter(None, (anonymous_id, row["anonymous_id"])))
        beside = [{"anonymous_id": each} for each in ids]
        return prove(tx, row, Proven({row["kind"]: row["value"]}, beside, visitor), now=now)


def standing(tx: StateTx, row: Row, now: datetime) -> Reason | None:
    """What stands against a proof now, whatever is shown; UNKNOWN while nothing was sent yet."""
    if row["state"] == PROVED:
        return Reason.USED
    if micros(now) >= row["expires_at"]:
        return Reason.OVER
    if not way_settings(tx, row["way"]).is_on:
        return Reason.OFF
    return None if row["state"] == OPEN else Reason.UNKNOWN


def _row_of_token(tx: StateTx, token: str, secret: bytes) -> Row | None:
    """The request whose message carried this token, if it went to the address that is to be shown."""
    parts = verify(secret, RECOGNISE, token)
    if parts is None or len(parts) != 2:
        return None
    row = tx.one(query(__file__, "of_send"), send_id=parts[0].hex(), channel=parts[1].decode())
    return row if row is not None and known_ways()[row["way"]].proof is Proof.LINK else None


def _is_code(row: Row, code: str, secret: bytes) -> bool:
    """Compared in constant time; nothing is a code before one was sent."""
    if not row["send_id"]:
        return False
    right = digits(secret, CODE, bytes.fromhex(row["send_id"]), row["channel"].encode())
    typed = "".join(code.split()).encode(errors="replace")
    return hmac.compare_digest(typed, right.encode())


def _is_same(row: Row, browser: str) -> bool:
    return bool(browser) and hmac.compare_digest(browser_mark(browser), row["browser"])
