"""The one event shape: every contact with a customer, in or out, is one of these.

Customer events keep Segment's names and e-commerce properties; the platform's own are the constants below.
Source: Segment spec (track, identify, page, screen, group, alias).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

EventType = Literal["identify", "track", "page", "screen", "group", "alias"]

ORDER_COMPLETED: Final = "Order Completed"  # a receipt or an order; properties.products holds its lines
COUPON_REDEEMED: Final = "Coupon Redeemed"
MESSAGE_SENT: Final = "Message Sent"  # accepted by the provider (or posted, for direct mail)
MESSAGE_DELIVERED: Final = "Message Delivered"
MESSAGE_BOUNCED: Final = "Message Bounced"  # refused for good by the recipient's side
MESSAGE_OPENED: Final = "Message Opened"
MESSAGE_CLICKED: Final = "Message Clicked"
UNSUBSCRIBED: Final = "Unsubscribed"
ADDRESS_CLOSED: Final = "Address Closed"  # left by an old link, when it was another's already: nobody's consent changes
AD_VIEWED: Final = "Ad Viewed"  # an impression of an ad elsewhere; properties: campaign_id, source, erid
CONSENT_GIVEN: Final = "Consent Given"  # properties: channel, purpose, wording, method
CONSENT_WITHDRAWN: Final = "Consent Withdrawn"
CONSENT_REQUESTED: Final = "Consent Requested"  # a double opt-in was asked for; nothing is given yet
PREFERENCES_CHANGED: Final = "Preferences Changed"  # how often, about what, in which language; a pause
PRIVACY_REQUESTED: Final = "Privacy Requested"  # properties.kind: erasure or export of their own data
RECOGNITION_REQUESTED: Final = "Recognition Requested"  # an address was asked to show itself; nothing is shown yet
CUSTOMER_RECOGNISED: Final = "Customer Recognised"  # properties: way, place, benefit; context.confidence: how surely
SEGMENT_ENTERED: Final = "Segment Entered"  # properties: segment_id, segment
SEGMENT_LEFT: Final = "Segment Left"
# Told of customers, not done by them: nobody was seen by it.
ABOUT_THEM: Final = (MESSAGE_SENT, MESSAGE_DELIVERED, MESSAGE_BOUNCED, SEGMENT_ENTERED, SEGMENT_LEFT)


CONSENT_WORDS: Final = (CONSENT_GIVEN, CONSENT_WITHDRAWN, UNSUBSCRIBED)
_IN_SMALL: Final = {name.casefold(): name for name in CONSENT_WORDS}


def word_name(name: str) -> str:
    """The name of an event; that of a word about consent as it is written here, however it came."""
    return _IN_SMALL.get(name.casefold(), name)


OWN_SOURCE_ID: Final = "omniloom"  # of what the platform itself tells; no source has this id


class Event(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One accepted message, as the log keeps it. It never refers to itself, so the collector need not look at it.

    ``message_id`` is unique within ``source_id``. ``identifiers`` are raw values by kind (user_id, anonymous_id,
    email, phone, card, …); identity normalises them. Instants are aware UTC.
    """

    source_id: str
    message_id: str
    type: EventType
    name: str = ""
    occurred_at: datetime
    received_at: datetime
    identifiers: dict[str, str] = {}
    previous_id: str = ""  # alias only: the user or anonymous id that is the same person
    group_id: str = ""
    traits: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    context: dict[str, Any] = {}
    problems: dict[str, str] = {}  # what intake could not take of it: kind of identifier -> why
    keep_id: bool = False  # remember the message id for ever (imports), so that a repeat years later adds nothing


_NONE = msgspec.Raw(b"{}")


class LoggedEvent(msgspec.Struct, kw_only=True, gc=False):
    """An event as the log holds it: times as text, and its parts still JSON. For readers of very many events."""

    source_id: str
    message_id: str
    type: EventType
    name: str = ""
    occurred_at: str
    received_at: str
    identifiers: dict[str, str] = {}
    previous_id: str = ""
    group_id: str = ""
    traits: msgspec.Raw = _NONE
    properties: msgspec.Raw = _NONE
    context: msgspec.Raw = _NONE
    problems: dict[str, str] = {}


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)
_reader = msgspec.json.Decoder(LoggedEvent)


def encode(event: Event) -> bytes:
    """The event as JSON bytes, as the log keeps it."""
    return _encoder.encode(event)


def decode(body: bytes) -> Event:
    """The event of JSON bytes read from the log."""
    return _decoder.decode(body)


def read(body: bytes) -> LoggedEvent:
    """As ``decode``, but its parts are left as they are: a third of the time."""
    return _reader.decode(body)


def read_all(bodies: Iterable[bytes]) -> list[LoggedEvent]:
    """Each as by ``read``."""
    return list(map(_reader.decode, bodies))
