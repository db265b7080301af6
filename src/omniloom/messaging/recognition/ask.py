"""Asking an address to show itself: by a link or by a code. Nobody learns whether the address is known.

Asking writes one row and tells the log; the log makes a person of an address nobody knew, and then ``send`` plans the
message. So a known and an unknown address go the very same way. One whose person was erased goes beside the log
(``buried``): asking is their own will, but only the proof brings anybody back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from omniloom.core.errors import Conflict, Invalid
from omniloom.core.event import RECOGNITION_REQUESTED
from omniloom.core.ids import Ids, digest
from omniloom.core.text import clean
from omniloom.identity import normalise, tombstone
from omniloom.messaging.channel import known_channels
from omniloom.messaging.recognition.benefit import known_way, way_settings
from omniloom.messaging.recognition.limit import wait_s
from omniloom.messaging.recognition.way import Proof
from omniloom.messaging.report import event_about, put_in_outbox
from omniloom.messaging.subscribe import NOBODY, Visitor
from omniloom.store import StateTx, Stores, query

NEW, OPEN, PROVED, FAILED = "new", "open", "proved", "failed"
FIELD_CHARS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who wants to be recognised, and how. ``browser``: a secret of the browser that asks; ``place``: where that is."""

    way: str
    channel: str
    address: str
    anonymous_id: str = ""
    browser: str = ""
    place: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A proof was asked for."""

    request_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TooOften:
    """Not now: asked for too often."""

    retry_after_s: int


def ask(
    stores: Stores, wish: Wish, *, home_region: str, now: datetime, ids: Ids, visitor: Visitor = NOBODY
) -> Asked | TooOften:
    """Ask an address to show itself. Errors: Invalid names the field; Conflict if the way is off; Missing."""
    kind, address = _address(wish, home_region)
    expires_at = now + known_way(wish.way).valid_for
    with stores.state.write() as tx:
        if not way_settings(tx, wish.way).is_on:
            raise Conflict(f"{wish.way} is switched off", hint="switch it on in the settings", field="way")
        if wait := wait_s(tx, kind=kind, value=address, ip=visitor.ip, now=now):
            return TooOften(wait)
        is_buried = tombstone.is_buried(tx, (kind, address))
        row = {"way": wish.way, "state": NEW, "channel": wish.channel, "kind": kind, "value": address,
               "is_buried": int(is_buried)}  # fmt: skip
        request_id = add(tx, row, wish=wish, visitor=visitor, now=now, expires_at=expires_at, ids=ids)
        if is_buried:
            digest_of = tombstone.digest_of(tombstone.salt_of(tx), (kind, address))
            tx.run(query(__file__, "unbury_suppressed"), address=address, digest=digest_of)
        if is_buried:  # the log hears of it once it is proved
            return Asked(request_id, expires_at)
        about = {"channel": wish.channel, "address": address, "campaign_id": "", "campaign": "", "send_id": ""}
        put_in_outbox(tx, [event_about(
            RECOGNITION_REQUESTED, about, message_id=f"recognise:{request_id}", user_id="", occurred_at=now,
            way=wish.way, place=wish.place,
        )])  # fmt: skip
    return Asked(request_id, expires_at)


def add(
    tx: StateTx, row: Mapping[str, object], *, wish: Wish, visitor: Visitor, now: datetime, expires_at: datetime,
    ids: Ids,
) -> str:  # fmt: skip
    """Keep a recognition that begins; its id. ``row``: way, state, channel, kind, value, and person_id if known."""
    request_id = ids.token()
    for name in ("anonymous_id", "place", "language", "browser"):
        if len(clean(getattr(wish, name), field=name)) > FIELD_CHARS_MAX:
            raise Invalid(f"{name} is over {FIELD_CHARS_MAX} characters", field=name)
    tx.run(
        query(__file__, "add"),
        **{"person_id": 0, "is_buried": 0, **row}, request_id=request_id, anonymous_id=wish.anonymous_id,
        browser=browser_mark(wish.browser), place=wish.place, language=wish.language, ip=visitor.ip,
        user_agent=visitor.user_agent[:300], now=now, expires_at=expires_at,
    )  # fmt: skip
    return request_id


def browser_mark(secret: str) -> str:
    """What is kept of a browser's secret: enough to know it again, useless to whoever reads it."""
    return digest("browser", secret) if secret else ""


def _address(wish: Wish, home_region: str) -> tuple[str, str]:
    """(kind, normal form) of the address. Errors: Missing, Invalid."""
    way = known_way(wish.way)
    if way.proof not in (Proof.LINK, Proof.CODE):
        raise Invalid(f"{wish.way} asks no address", hint="magic_link or code", field="way")
    if wish.channel not in way.channels:
        raise Invalid(f"{wish.way} does not go over {wish.channel!r}", hint=", ".join(way.channels), field="channel")
    kind = known_channels()[wish.channel].address_kind
    address = normalise(kind, wish.address, home_region)
    if not isinstance(address, str):
        raise Invalid("this is no address of this channel", hint=str(address.reason), field="address")
    return kind, address
