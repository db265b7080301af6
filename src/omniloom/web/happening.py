"""What an event is called and looks like in the interface, and the kinds a timeline can be filtered by."""

from dataclasses import dataclass

from omniloom.core.event import (
    AD_VIEWED,
    ADDRESS_CLOSED,
    CONSENT_GIVEN,
    CONSENT_WITHDRAWN,
    COUPON_REDEEMED,
    MESSAGE_BOUNCED,
    MESSAGE_CLICKED,
    MESSAGE_DELIVERED,
    MESSAGE_OPENED,
    MESSAGE_SENT,
    ORDER_COMPLETED,
    SEGMENT_ENTERED,
    SEGMENT_LEFT,
    UNSUBSCRIBED,
)
from omniloom.core.i18n import Translate
from omniloom.web.theme import mark


@dataclass(frozen=True, slots=True)
class Look:
    """How one event is shown; ``tone`` is a tone of ``parts.badge``."""

    title: str
    icon: str
    tone: str = "neutral"


_LOOKS = {
    ORDER_COMPLETED: Look(mark("Order"), "shopping_bag", "good"),
    COUPON_REDEEMED: Look(mark("Coupon redeemed"), "confirmation_number", "warn"),
    MESSAGE_SENT: Look(mark("Message sent"), "send", "info"),
    MESSAGE_DELIVERED: Look(mark("Message delivered"), "done_all", "info"),
    MESSAGE_BOUNCED: Look(mark("Message bounced"), "report", "bad"),
    MESSAGE_OPENED: Look(mark("Message opened"), "drafts", "info"),
    MESSAGE_CLICKED: Look(mark("Link clicked"), "ads_click", "info"),
    UNSUBSCRIBED: Look(mark("Unsubscribed"), "unsubscribe", "bad"),
    ADDRESS_CLOSED: Look(mark("Address closed by an old link"), "block", "bad"),
    CONSENT_GIVEN: Look(mark("Consent given"), "verified_user", "good"),
    CONSENT_WITHDRAWN: Look(mark("Consent withdrawn"), "gpp_bad", "bad"),
    SEGMENT_ENTERED: Look(mark("Entered a segment"), "login"),
    SEGMENT_LEFT: Look(mark("Left a segment"), "logout"),
    "Product Viewed": Look(mark("Product viewed"), "visibility"),
    "Product List Viewed": Look(mark("Products listed"), "list"),
    "Product Added": Look(mark("Product added to cart"), "add_shopping_cart"),
    "Product Removed": Look(mark("Product removed from cart"), "remove_shopping_cart"),
    "Cart Viewed": Look(mark("Cart viewed"), "shopping_cart"),
    "Form Submitted": Look(mark("Form submitted"), "assignment"),
    AD_VIEWED: Look(mark("Ad viewed"), "visibility"),
    "Order Refunded": Look(mark("Order refunded"), "assignment_return", "warn"),
    "Call Started": Look(mark("Call began"), "ring_volume", "info"),
    "Call Completed": Look(mark("Call"), "call", "info"),
    "Call Missed": Look(mark("Call missed"), "phone_missed", "warn"),
    "Call Recorded": Look(mark("Call recorded"), "voicemail", "info"),
    "Lead Created": Look(mark("Lead created"), "person_add", "info"),
    "Lead Updated": Look(mark("Lead changed"), "edit_note"),
    "Deal Created": Look(mark("Deal created"), "handshake", "info"),
    "Deal Updated": Look(mark("Deal changed"), "edit_note"),
    "Deal Stage Changed": Look(mark("Deal moved to another stage"), "moving", "info"),
    "Card Issued": Look(mark("Card issued"), "credit_card"),
    "Products Searched": Look(mark("Products searched"), "search"),
}
_TYPES = {
    "identify": Look(mark("Profile updated"), "badge"),
    "page": Look(mark("Page viewed"), "article"),
    "screen": Look(mark("Screen viewed"), "smartphone"),
    "alias": Look(mark("Identifiers joined"), "link"),
    "group": Look(mark("Joined a group"), "groups"),
    "track": Look("", "bolt"),
}


def look(type_: str, name: str) -> Look:
    """The look of an event by its name, else by its type."""
    return _LOOKS.get(name) or _TYPES.get(type_, _TYPES["track"])


def title(translate: Translate, type_: str, name: str) -> str:
    """What the event is called: our words for what we know, else the sender's name for it."""
    known = look(type_, name)
    if name in _LOOKS or not name:
        return translate(known.title or type_)
    return f"{translate(known.title)}: {name}" if known.title else name


_ANY = {"page": mark("Any page"), "screen": mark("Any screen")}


def kind_title(translate: Translate, type_: str, name: str) -> str:
    """What a kind of event is called where the sender's names stand: the name, else what calls of its type are."""
    if name == "*":
        return translate(_ANY.get(type_, mark("Any event")))
    return name or translate(_TYPES.get(type_, _TYPES["track"]).title or type_)


@dataclass(frozen=True, slots=True)
class Kind:
    """A filter of the timeline."""

    title: str
    names: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()

    def holds(self, type_: str, name: str) -> bool:
        """Whether an event is of this kind."""
        return name in self.names if type_ == "track" else type_ in self.types


_VISIT = (
    "Product Viewed", "Product List Viewed", "Product Added", "Product Removed", "Cart Viewed", "Form Submitted",
    "Products Searched", AD_VIEWED,
)  # fmt: skip
_MESSAGES = (
    MESSAGE_SENT, MESSAGE_DELIVERED, MESSAGE_BOUNCED, MESSAGE_OPENED, MESSAGE_CLICKED, UNSUBSCRIBED, ADDRESS_CLOSED,
)  # fmt: skip
KINDS = {
    "orders": Kind(mark("Orders"), frozenset({ORDER_COMPLETED, COUPON_REDEEMED, "Order Refunded"})),
    "messages": Kind(mark("Messages"), frozenset(_MESSAGES)),
    "calls": Kind(mark("Calls"), frozenset({"Call Started", "Call Completed", "Call Missed", "Call Recorded"})),
    "visits": Kind(
        mark("Visits"),
        frozenset(_VISIT),
        frozenset({"page", "screen"}),
    ),
    "profile": Kind(
        mark("Profile and consents"),
        frozenset({CONSENT_GIVEN, CONSENT_WITHDRAWN, SEGMENT_ENTERED, SEGMENT_LEFT}),
        frozenset({"identify", "alias", "group"}),
    ),
}
