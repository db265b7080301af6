"""A card is read at the till: its person is recognised by what they hold in their hand."""

from dataclasses import dataclass
from datetime import datetime

from omniloom.core.errors import Conflict
from omniloom.core.ids import Ids
from omniloom.messaging.recognition.ask import OPEN, Wish, add
from omniloom.messaging.recognition.barcode import read_card
from omniloom.messaging.recognition.benefit import known_way, way_settings
from omniloom.messaging.recognition.tell import Proven, Recognised, Refused, prove
from omniloom.messaging.subscribe import NOBODY
from omniloom.messaging.token import sign, verify
from omniloom.store import Stores, query

CARD = "card"


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card that was read. ``person_id``: whose it is by now; 0 if nobody is known by it yet."""

    card: str
    person_id: int
    recognised: Recognised


def see_card(stores: Stores, card: str, *, place: str, by: str, now: datetime, ids: Ids) -> CardSeen:
    """Recognise the holder of a card. Errors: Invalid if it is no card; Conflict if the way is off."""
    number = read_card(card)
    with stores.state.write() as tx:
        if not way_settings(tx, CARD).is_on:
            raise Conflict("card is switched off", hint="switch it on in the settings", field="way")
        owner = tx.one(query(__file__, "owner"), kind=CARD, value=number)
        person_id = owner["person_id"] if owner else 0
        row = {"way": CARD, "state": OPEN, "channel": "", "kind": CARD, "value": number, "person_id": person_id}
        wish = Wish(way=CARD, channel="", address="", place=place)
        request_id = add(tx, row, wish=wish, visitor=NOBODY, now=now, expires_at=now + known_way(CARD).valid_for,
                         ids=ids)  # fmt: skip
        kept = tx.one(query(__file__, "recognition"), request_id=request_id)
        assert kept is not None  # noqa: S101 - added above
        recognised = prove(tx, kept, Proven({CARD: number}, by=by), now=now)
        assert not isinstance(recognised, Refused)  # noqa: S101 - nobody else knows this row
        if recognised.benefit is None:
            tx.run(query(__file__, "drop"), request_id=request_id)  # a till reads thousands of cards a day
    return CardSeen(number, owner["root_id"] if owner else 0, recognised)


def card_token(secret: bytes, card: str) -> str:
    """What stands in the address of a card's own page. Errors: Invalid."""
    return sign(secret, CARD, read_card(card).encode())


def card_of_token(secret: bytes, token: str) -> str:
    """The card of a page's address; empty if it is not ours."""
    parts = verify(secret, CARD, token)
    return parts[0].decode() if parts and len(parts) == 1 else ""
