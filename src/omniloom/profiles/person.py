"""One person as the customer page shows them."""

import re
from dataclasses import dataclass
from datetime import datetime

from omniloom.core.clock import instant
from omniloom.core.errors import Missing
from omniloom.core.event import ABOUT_THEM, ORDER_COMPLETED
from omniloom.identity import KINDS, Identifier, Level, identifiers_by_root, members_of, root_of
from omniloom.profiles.card import Card, cards
from omniloom.profiles.consent import Consent, consents_by_root
from omniloom.profiles.golden import traits_by_root
from omniloom.profiles.trait import Trait
from omniloom.store import EventsTx, Row, Stores, query

_CREATED_AT = query(__file__, "created_at")
_SEEN = query(__file__, "seen")
_ORDERS = query(__file__, "orders")
CODE_CHARS = 4


@dataclass(frozen=True, slots=True)
class Person:
    """A person's golden record: who they are, what is known, what they agreed to, what they bought.

    ``name`` falls back to the strongest identifier that says something; who has none is told from others by
    ``visitor``, "" for everybody else. Revenue is of the currency most orders came in ("" without any).
    """

    person_id: int
    name: str
    visitor: str
    city: str
    timezone: str
    language: str
    created_at: datetime
    traits: list[Trait]
    identifiers: list[Identifier]
    consents: list[Consent]
    orders: int
    revenue_minor: int
    currency: str
    last_order_at: datetime | None
    first_seen_at: datetime | None
    last_seen_at: datetime | None


def person(stores: Stores, person_id: int) -> Person:
    """A person by any id they ever had. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as state, stores.events.read() as events:
        members = members_of(state, [root_id])
        created = state.one(_CREATED_AT, root_id=root_id)
        if created is None or created["created_at"] is None:
            raise Missing(f"no person {person_id}", hint="it was merged a moment ago; read it again")
        identifiers = identifiers_by_root(state, [root_id]).get(root_id, [])
        card = cards(state, [root_id]).get(root_id, Card())
        consents = consents_by_root(state, [root_id]).get(root_id, [])
        traits = traits_by_root(events, members)[root_id]
        seen, orders = _figures(events, members[root_id])
    main: Row = orders[0] if orders else {"revenue_minor": 0, "currency": ""}
    return Person(
        person_id=root_id,
        name=display_name(card, identifiers),
        visitor=visitor_code(card, identifiers),
        city=card.city, timezone=card.timezone, language=card.language,
        created_at=instant(created["created_at"]),
        traits=traits, identifiers=identifiers, consents=consents,
        orders=sum(row["orders"] for row in orders),
        revenue_minor=main["revenue_minor"],
        currency=main["currency"] or "",
        last_order_at=max((row["last_order_at"] for row in orders), default=None),
        first_seen_at=seen["first_seen_at"], last_seen_at=seen["last_seen_at"],
    )  # fmt: skip


def display_name(card: Card, identifiers: list[Identifier]) -> str:
    """What to call a person: their name, else their strongest identifier; "" for who has only been in a browser."""
    return card.name or next((one.value for one in identifiers if not _is_of_a_thing(one)), "")


def visitor_code(card: Card, identifiers: list[Identifier]) -> str:
    """What tells an anonymous visitor from others: the last letters of the first id their browser or device had.

    "" for who can be called something: :func:`display_name` gives it.
    """
    if not identifiers or display_name(card, identifiers):
        return ""
    first = first_identifier(identifiers).value
    words: list[str] = re.findall(r"[^\W_]+", first) or [first]
    return words[-1][-CODE_CHARS:]


def first_identifier(identifiers: list[Identifier]) -> Identifier:
    """What a person was first known by; what comes later does not change it."""
    return min(identifiers, key=lambda one: (one.first_seen_at, one.value))


def _is_of_a_thing(one: Identifier) -> bool:
    """Whether an identifier is a browser's or a device's: it is no name for who uses it."""
    return KINDS[one.kind].level <= Level.DEVICE


def _figures(events: EventsTx, people: list[int]) -> tuple[Row, list[Row]]:
    who = {"person_ids": people, "person_min": min(people), "person_max": max(people)}
    seen = events.one(_SEEN, **who, not_theirs=list(ABOUT_THEM)) or {"first_seen_at": None, "last_seen_at": None}
    return seen, events.rows(_ORDERS, **who, order_completed=ORDER_COMPLETED)
