"""Double opt-in: somebody asks in an address's name, the address is asked, and only its answer gives consent.

The question is a service message of the usual machinery (decided, tried again, told to the log), with a signed link.
Looking at the link changes nothing; the button confirms. Confirming again adds nothing, also after a withdrawal: one
question, one yes. Both steps are the evidence of the ledger's line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from omniloom.core.clock import instant, micros
from omniloom.core.errors import Conflict, Invalid
from omniloom.core.event import CONSENT_GIVEN, CONSENT_REQUESTED
from omniloom.core.ids import Ids
from omniloom.identity import normalise
from omniloom.messaging.address import is_anothers, is_shared, verify_address
from omniloom.messaging.channel import known_channels
from omniloom.messaging.decision import MARKETING
from omniloom.messaging.report import SOURCE_ID, event_about, put_in_outbox
from omniloom.messaging.site import CONFIRM
from omniloom.messaging.stop_list import reopen
from omniloom.messaging.subscribe import NOBODY, Visitor, masked, tell_word
from omniloom.messaging.token import verify
from omniloom.profiles import OWN, ConsentEntry, take_word
from omniloom.store import Row, StateTx, Stores, query

VALID = timedelta(days=3)
PER_DAY_MAX = 5  # questions to one address, so that nobody can flood a stranger's mailbox through us
AGAIN_AFTER = timedelta(minutes=10)  # who asks again sooner gets the same question
METHOD = "double opt-in"


class OptInState(StrEnum):
    """Where a double opt-in is."""

    NEW = "new"  # asked for; the question waits for its person to be known
    ASKED = "asked"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for in the name of an address. ``wording`` is what they were shown and agreed to."""

    channel: str
    address: str
    wording: str
    wording_version: str = ""
    purpose: str = MARKETING
    advertiser: str = OWN
    language: str = ""
    user_id: str = ""
    evidence: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OptIn:
    """A double opt-in as the page of its link shows it; the address is masked."""

    request_id: str
    state: OptInState
    channel: str
    address: str
    language: str
    wording: str
    expires_at: datetime
    is_over: bool


def request_opt_in(
    stores: Stores, wish: Wish, *, home_region: str, now: datetime, ids: Ids, visitor: Visitor = NOBODY
) -> str:
    """Ask an address whether it wants what was asked for in its name; the request's id. Nothing is given yet.

    Errors: Invalid names the field; Conflict if the address was asked too often today.
    """
    address = _address(wish, home_region)
    row = {
        "request_id": ids.token(), "channel": wish.channel, "address": address,
        "advertiser": wish.advertiser.strip(), "purpose": wish.purpose.strip().lower(), "wording": wish.wording.strip(),
        "wording_version": wish.wording_version, "language": wish.language, "ip": visitor.ip,
        "user_agent": visitor.user_agent[:300], "requested_at": now, "expires_at": now + VALID,
        "evidence": msgspec.json.encode(dict(wish.evidence or {})).decode(),
    }  # fmt: skip
    with stores.state.write() as tx:
        if is_shared(tx, wish.channel, address):
            raise Invalid("many people use this address", hint="take one that is theirs alone", field="address")
        recent = tx.rows(
            query(__file__, "opt_ins_of_address"), channel=wish.channel, address=address, since=now - timedelta(days=1)
        )
        for known in recent:
            is_same = (known["purpose"], known["advertiser"]) == (row["purpose"], row["advertiser"])
            if is_same and known["state"] != OptInState.CONFIRMED and known["requested_at"] > micros(now - AGAIN_AFTER):
                return str(known["request_id"])
        if len(recent) >= PER_DAY_MAX:
            raise Conflict("this address was asked often enough today", hint="ask again tomorrow", field="address")
        tx.run(query(__file__, "opt_in_add"), **row)
        about = {"channel": wish.channel, "address": address, "campaign_id": "", "campaign": "", "send_id": ""}
        put_in_outbox(tx, [event_about(
            CONSENT_REQUESTED, about, message_id=f"opt-in:{row['request_id']}", user_id=wish.user_id, occurred_at=now,
            purpose=row["purpose"], wording=row["wording"],
        )])  # fmt: skip
    return str(row["request_id"])


def opt_in_of(stores: Stores, token: str, *, secret: bytes, now: datetime) -> OptIn | None:
    """What a link asks; None for a token that is not ours, or if its address is another's by now. Changes nothing."""
    with stores.state.read() as tx:
        row = _row(tx, token, secret)
        return None if row is None else _view(row, now)


def confirm_opt_in(
    stores: Stores, token: str, *, secret: bytes, now: datetime, visitor: Visitor = NOBODY
) -> OptIn | None:
    """Say yes: the consent is in force when this returns. None for a token that is not ours, or if the address is
    another's by now: their consent is not theirs to give whom the question was for.

    A question that has run out, or was answered, is only shown.
    """
    with stores.state.write() as tx:
        row = _row(tx, token, secret)
        if row is None:
            return None
        if row["state"] != OptInState.ASKED or micros(now) >= row["expires_at"]:
            return _view(row, now)
        entry = _entry(row, now=now, visitor=visitor)
        reopen(tx, channel=row["channel"], address=row["address"], advertiser=row["advertiser"])
        take_word(tx, entry)
        verify_address(tx, row["channel"], row["address"], by=METHOD, now=now)
        tx.run(query(__file__, "opt_in_confirmed"), request_id=row["request_id"], now=now)
        tell_word(tx, CONSENT_GIVEN, row, entry)
        return _view({**row, "state": OptInState.CONFIRMED}, now)


def _row(tx: StateTx, token: str, secret: bytes) -> Row | None:
    """The request whose question carried this token, if it went to the address it is about, still its person's."""
    parts = verify(secret, CONFIRM, token)
    if parts is None or len(parts) != 2:
        return None
    row = tx.one(query(__file__, "opt_in_of_send"), send_id=parts[0].hex(), channel=parts[1].decode())
    return None if row is None or is_anothers(tx, row) else row


def _view(row: Row, now: datetime) -> OptIn:
    is_over = row["state"] != OptInState.CONFIRMED and micros(now) >= row["expires_at"]
    return OptIn(
        row["request_id"], OptInState(row["state"]), row["channel"], masked(row["address"]), row["language"],
        row["wording"], instant(row["expires_at"]), is_over,
    )  # fmt: skip


def _entry(row: Row, *, now: datetime, visitor: Visitor) -> ConsentEntry:
    evidence = {
        **msgspec.json.decode(row["evidence"]),
        "requested": {"at": instant(row["requested_at"]), "ip": row["ip"], "user_agent": row["user_agent"]},
        "confirmed": {"at": now, "ip": visitor.ip, "user_agent": visitor.user_agent[:300], "address": row["address"]},
        "send_id": row["send_id"],
    }
    return ConsentEntry(
        source_id=SOURCE_ID, message_id=f"confirmed:{row['request_id']}", person_id=row["person_id"],
        advertiser=row["advertiser"], channel=row["channel"], purpose=row["purpose"], is_given=True,
        wording=row["wording"], wording_version=row["wording_version"], method=METHOD, ip=visitor.ip,
        user_agent=visitor.user_agent[:300], evidence=msgspec.json.encode(evidence).decode(), occurred_at=now,
        recorded_at=now,
    )  # fmt: skip


def _address(wish: Wish, home_region: str) -> str:
    if wish.channel not in known_channels():
        raise Invalid(f"there is no channel {wish.channel}", hint=", ".join(known_channels()), field="channel")
    if not wish.wording.strip():
        raise Invalid("say what they agree to", hint="the wording, as it was shown", field="wording")
    address = normalise(known_channels()[wish.channel].address_kind, wish.address, home_region)
    if not isinstance(address, str):
        raise Invalid(f"{wish.address!r} is no address of this channel", hint=str(address), field="address")
    return address
