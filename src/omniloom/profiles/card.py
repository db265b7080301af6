"""The card of a person: what lists and messages need of the traits, kept in the state store for quick look-up."""

from dataclasses import dataclass
from typing import Any

from omniloom.core.text import folded
from omniloom.identity.match import skeleton
from omniloom.profiles.spoken import foreign_part, pieces, words_of
from omniloom.profiles.trait import Trait
from omniloom.profiles.trait_names import CITY, GIVEN, NAME, PATRONYMIC, SURNAME
from omniloom.store import StateTx, query

_SET_CARD = query(__file__, "set_card")
_FORGET_CARDS = query(__file__, "forget_cards")
_CARDS = query(__file__, "cards")
_NAMES_KEPT = query(__file__, "names_kept")
_FORGET_WORDS = query(__file__, "forget_name_words")
_ADD_WORD = query(__file__, "add_name_word")
_KNOWN_WORDS = query(__file__, "known_words")
_ADD_PIECE = query(__file__, "add_name_piece")

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
    parts = (_first(said, spellings) for spellings in (GIVEN, PATRONYMIC, SURNAME))
    return Card(
        name=_first(said, NAME) or " ".join(part for part in parts if part),
        city=_first(said, CITY),
        timezone=_first(said, _TIMEZONE),
        language=_first(said, _LANGUAGE).replace("_", "-"),
    )


def save_cards(tx: StateTx, cards: dict[int, Card], *, is_new_form: bool = False) -> None:
    """Keep these people's cards, and the words they are found by where the name changed (or how words are kept)."""
    kept = {} if is_new_form else dict(tx.tuples(_NAMES_KEPT, person_ids=list(cards)))
    _save_words(tx, {person_id: card.name for person_id, card in cards.items() if kept.get(person_id) != card.name})
    tx.many(_SET_CARD, (
        {"person_id": person_id, "name": card.name, "folded_name": folded(card.name), "city": card.city,
         "timezone": card.timezone, "language": card.language}
        for person_id, card in cards.items()
    ))  # fmt: skip


def forget_cards(tx: StateTx, person_ids: list[int]) -> None:
    """Drop the cards of people who have become part of others."""
    tx.run(_FORGET_CARDS, person_ids=person_ids)
    tx.run(_FORGET_WORDS, person_ids=person_ids)


def cards(tx: StateTx, root_ids: list[int]) -> dict[int, Card]:
    """The cards of people; people without traits have none."""
    return {row[0]: Card(*row[1:]) for row in tx.tuples(_CARDS, person_ids=root_ids)}


def _save_words(tx: StateTx, names: dict[int, str]) -> None:
    """The words of changed names; key and pieces are kept once for every word there is."""
    if not names:
        return
    words = {person_id: words_of(name) for person_id, name in names.items()}
    tx.run(_FORGET_WORDS, person_ids=list(names))
    tx.many(_ADD_WORD, ({"word": word, "person_id": one} for one, all_ in words.items() for word in sorted(all_)))
    foreign = set().union(*(words_of(foreign_part(name)) for name in names.values()))
    every = sorted(set().union(*words.values()))
    marks = {word: skeleton.MARK if word in foreign else skeleton.CYRILLIC_MARK for word in every}
    keyed = {word: skeleton.key(word, marks[word]) for word in every}
    known = set(tx.tuples(_KNOWN_WORDS, keys=sorted(set(keyed.values())))) if keyed else set()
    new = {word: {key, *pieces(word)} for word, key in keyed.items() if (key, word) not in known}
    tx.many(_ADD_PIECE, ({"piece": piece, "word": word} for word, all_ in new.items() for piece in sorted(all_)))


def _first(said: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((value.strip() for key in keys if isinstance(value := said.get(key), str) and value.strip()), "")
