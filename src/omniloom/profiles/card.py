"""The card of a person: what lists and messages need of the traits, kept in the state store for quick look-up."""

from dataclasses import dataclass
from typing import Any

from omniloom.core.text import folded
from omniloom.profiles.trait import Trait
from omniloom.store import StateTx, query

_SET_CARD = query(__file__, "set_card")
_FORGET_CARDS = query(__file__, "forget_cards")
_CARDS = query(__file__, "cards")

# Traits that say the same thing, best first. Source: Segment's reserved traits and their common spellings.
_NAME = ("name", "full_name", "fullName")
_FIRST = ("firstName", "first_name", "firstname")
_LAST = ("lastName", "last_name", "lastname")
_CITY = ("city", "address.city")
_TIMEZONE = ("timezone", "time_zone")
_LANGUAGE = ("language", "locale")


@dataclass(frozen=True, slots=True)
class Card:
    """What is known; empty texts are unknown."""

    name: str = ""
    city: str = ""
    timezone: str = ""
    language: str = ""


def read_card(traits: list[Trait]) -> Card:
    """The card that traits make."""
    said: dict[str, Any] = {trait.key: trait.value for trait in traits}
    address = said.get("address")
    if isinstance(address, dict):
        said["address.city"] = address.get("city")
    whole = _first(said, _NAME)
    return Card(
        name=whole or " ".join(part for part in (_first(said, _FIRST), _first(said, _LAST)) if part),
        city=_first(said, _CITY),
        timezone=_first(said, _TIMEZONE),
        language=_first(said, _LANGUAGE).replace("_", "-"),
    )


def save_cards(tx: StateTx, cards: dict[int, Card]) -> None:
    """Keep these people's cards."""
    tx.many(_SET_CARD, (
        {"person_id": person_id, "name": card.name, "folded_name": folded(card.name), "city": card.city,
         "timezone": card.timezone, "language": card.language}
        for person_id, card in cards.items()
    ))  # fmt: skip


def forget_cards(tx: StateTx, person_ids: list[int]) -> None:
    """Drop the cards of people who have become part of others."""
    tx.run(_FORGET_CARDS, person_ids=person_ids)


def cards(tx: StateTx, root_ids: list[int]) -> dict[int, Card]:
    """The cards of people; people without traits have none."""
    return {row[0]: Card(*row[1:]) for row in tx.tuples(_CARDS, person_ids=root_ids)}


def _first(said: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((value.strip() for key in keys if isinstance(value := said.get(key), str) and value.strip()), "")
