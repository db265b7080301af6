"""Tokens that are handed out and brought back: in a link to a bot, in a QR code. Each is good once, for its own way.

A token names a row, not a person: whoever reads it learns nothing, and it is worth nothing once it was used.
Source: core.telegram.org/bots/features#deep-linking (64 characters).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids
from omniloom.identity import normalise, roots_of
from omniloom.messaging.recognition.ask import OPEN, TooOften, Wish, add
from omniloom.messaging.recognition.benefit import BOT_URL_MARK, known_way, way_settings
from omniloom.messaging.recognition.limit import wait_s
from omniloom.messaging.recognition.prove import standing
from omniloom.messaging.recognition.tell import Proven, Reason, Recognised, Refused, prove
from omniloom.messaging.recognition.way import Proof
from omniloom.messaging.report import naming_alone
from omniloom.messaging.subscribe import NOBODY, Visitor
from omniloom.messaging.token import sign, verify
from omniloom.store import Row, StateTx, Stores, query

BOT, QR = "bot", "qr"
VALID_MAX = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom a token is for: a known person, or a visitor's browser; and where it was handed out."""

    person_id: int = 0
    anonymous_id: str = ""
    place: str = ""
    valid_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A token, and the link that carries it; ``url`` is empty where no address of the bot is set."""

    request_id: str
    token: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who brings a token back: a messenger's user, or a browser. Empty at the till: the token says it all."""

    kind: str = ""
    value: str = ""


def hand_out(  # noqa: PLR0913 - one act
    stores: Stores, way: str, holder: Holder, *, secret: bytes, now: datetime, ids: Ids, visitor: Visitor = NOBODY,
    public_url: str = "",
) -> Handed | TooOften:  # fmt: skip
    """Make a token. Errors: Missing if there is no such way or person; Invalid; Conflict if the way is off."""
    known = known_way(way)
    if known.proof is not Proof.TOKEN:
        raise Invalid(f"{way} hands out no tokens", hint="bot or qr", field="way")
    if bool(holder.person_id) == bool(holder.anonymous_id):
        raise Invalid("name a person or a visitor", hint="person_id, or anonymous_id", field="person_id")
    valid_for = min(holder.valid_for or known.valid_for, VALID_MAX)
    with stores.state.write() as tx:
        settings = way_settings(tx, way)
        if not settings.is_on:
            raise Conflict(f"{way} is switched off", hint="switch it on in the settings", field="way")
        if holder.person_id and holder.person_id not in roots_of(tx, [holder.person_id]):
            raise Missing(f"no person {holder.person_id}", hint="search for one by any identifier", field="person_id")
        if wait := wait_s(tx, kind="", value="", ip=visitor.ip, now=now):
            return TooOften(wait)
        row = {"way": way, "state": OPEN, "channel": "", "kind": "", "value": "", "person_id": holder.person_id}
        wish = Wish(way=way, channel="", address="", anonymous_id=holder.anonymous_id, place=holder.place)
        request_id = add(tx, row, wish=wish, visitor=visitor, now=now, expires_at=now + valid_for, ids=ids)
    token = sign(secret, f"recognise.{way}", bytes.fromhex(request_id))
    url = settings.bot_url.replace(BOT_URL_MARK, token) if way == BOT else f"{public_url}/me/qr/{token}"
    return Handed(request_id, token, url, now + valid_for)


def token_stands(stores: Stores, way: str, token: str, *, secret: bytes, now: datetime) -> Reason | None:
    """What stands against a token, None if it may be brought back. Changes nothing."""
    with stores.state.read() as tx:
        row = _row(tx, way, token, secret)
        return Reason.UNKNOWN if row is None else standing(tx, row, now)


def bring_back(  # noqa: PLR0913 - one act
    stores: Stores, way: str, token: str, newcomer: Newcomer, *, secret: bytes, home_region: str, now: datetime,
    visitor: Visitor = NOBODY, by: str = "",
) -> Recognised | Refused:  # fmt: skip
    """Spend a token: whoever brings it is whom it was handed to. Errors: Invalid names what is no such identifier."""
    beside = _beside(way, newcomer, home_region)
    with stores.state.write() as tx:
        row = _row(tx, way, token, secret)
        if row is None:
            return Refused(Reason.UNKNOWN)
        if (against := standing(tx, row, now)) is not None:
            return Refused(against)
        named = _named(tx, row)
        if not named:
            return Refused(Reason.UNKNOWN)  # its person was erased, or is known by nothing of their own
        if way == BOT:
            [[kind, value]] = beside[0].items()
            tx.run(query(__file__, "brought_by"), request_id=row["request_id"], kind=kind, value=value)
            row = {**row, "kind": kind, "value": value}
        return prove(tx, row, Proven(named, beside, visitor, by), now=now)


def _beside(way: str, newcomer: Newcomer, home_region: str) -> list[dict[str, str]]:
    """What is joined to the token's holder, in normal form. Errors: Missing, Invalid."""
    kinds = known_way(way).kinds or ("anonymous_id",)
    if way != BOT and not newcomer.value:
        return []
    if newcomer.kind not in kinds:
        raise Invalid(f"{way} is not brought back by {newcomer.kind!r}", hint=", ".join(kinds), field="kind")
    value = normalise(newcomer.kind, newcomer.value, home_region)
    if not isinstance(value, str):
        raise Invalid(f"this is no {newcomer.kind} id", hint=str(value), field="value")
    return [{newcomer.kind: value}]


def _row(tx: StateTx, way: str, token: str, secret: bytes) -> Row | None:
    parts = verify(secret, f"recognise.{way}", token)
    if parts is None or len(parts) != 1:
        return None
    row = tx.one(query(__file__, "recognition"), request_id=parts[0].hex())
    return row if row is not None and row["way"] == way else None


def _named(tx: StateTx, row: Row) -> dict[str, str]:
    """Whom the token was handed to, as an event names them; empty if nothing does."""
    if not row["person_id"]:
        return {"anonymous_id": row["anonymous_id"]}
    return naming_alone(tx, row["person_id"])
