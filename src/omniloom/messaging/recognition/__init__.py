"""Self-identification: a customer shows who they are, in the channel they are in, and may get something for it.

Tables: messaging_recognition, messaging_way. A proof is good once, runs out, and is worth nothing for another way.
It ends in an identify event of our own source, which says how surely it was the person.
"""

from omniloom.messaging.recognition.ask import Asked, TooOften, Wish, ask
from omniloom.messaging.recognition.at_till import CardSeen, card_of_token, card_token, see_card
from omniloom.messaging.recognition.barcode import bars, check_digit, is_ean, read_card
from omniloom.messaging.recognition.benefit import Benefit, WaySettings, all_way_settings, save_way
from omniloom.messaging.recognition.buried import forget_unproved
from omniloom.messaging.recognition.hand_out import (
    BOT,
    QR,
    Handed,
    Holder,
    Newcomer,
    bring_back,
    hand_out,
    token_stands,
)
from omniloom.messaging.recognition.picture import BARS_QUIET, QR_QUIET, bar_rows, png, qr_rows, svg
from omniloom.messaging.recognition.place import place_of, place_url
from omniloom.messaging.recognition.prove import Browser, Link, confirm_code, confirm_link, link_of
from omniloom.messaging.recognition.send import send_proofs
from omniloom.messaging.recognition.tell import Reason, Recognised, Refused
from omniloom.messaging.recognition.way import Proof, Way, known_ways

__all__ = [
    "BARS_QUIET", "BOT", "QR", "QR_QUIET", "Asked", "Benefit", "Browser", "CardSeen", "Handed", "Holder", "Link",
    "Newcomer", "Proof", "Reason", "Recognised", "Refused", "TooOften", "Way", "WaySettings", "Wish",
    "all_way_settings", "ask", "bar_rows", "bars", "bring_back", "card_of_token", "card_token", "check_digit",
    "confirm_code", "confirm_link", "forget_unproved", "hand_out", "is_ean", "known_ways", "link_of", "place_of",
    "place_url", "png", "qr_rows", "read_card", "save_way", "see_card", "send_proofs", "svg", "token_stands",
]  # fmt: skip
