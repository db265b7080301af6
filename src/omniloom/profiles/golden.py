"""The golden record: the traits of people as they are now, of everyone merged into a person, and where each is from."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import msgspec

from omniloom.identity import members_of, root_of, roots_of
from omniloom.profiles.survivorship import NEWEST, Rule, Survivorship, Word, ranked, rules_of
from omniloom.profiles.trait import Trait
from omniloom.store import EventsTx, Stores, query

_TRAITS_SAID = query(__file__, "traits_said")
_WORDS_SAID = query(__file__, "words_said")
_WORDS_ON_RULED_KEYS = query(__file__, "words_on_ruled_keys")
_TRAIT_KEYS = query(__file__, "trait_keys")


@dataclass(frozen=True, slots=True)
class Origin:
    """A value as one source gave it: the event that said so, and of whom, as they were then.

    ``is_removed``: the event said that there is no value any more.
    """

    value: Any
    is_removed: bool
    source_id: str
    message_id: str
    occurred_at: datetime
    person_id: int


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a golden record: what is in force, by which rule, who said so, and what lost, best first."""

    key: str
    value: Any
    rule: Rule
    chosen: Origin
    lost: list[Origin]

    @property
    def is_disputed(self) -> bool:
        """Whether anyone gave another value."""
        return any(other.value != self.value for other in self.lost)


def golden(stores: Stores, person_id: int) -> list[Field]:
    """Every field of a person with its lineage, by key. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as state, stores.events.read() as events:
        people = members_of(state, [root_id])[root_id]
        rules = rules_of(events)
        words = [Word(*row) for row in events.tuples(_WORDS_SAID, person_ids=people)]
        words += _not_among(words, [Word(*row) for row in events.tuples(_TRAITS_SAID, person_ids=people)])
    found = []
    for key, said in groupby(sorted(words, key=lambda word: word.key), key=lambda word: word.key):
        order = ranked(list(said), rules.get(key, NEWEST))
        if order and order[0].value is not None:
            chosen, *lost = (_origin(word) for word in order)
            found.append(Field(key, chosen.value, rules.get(key, NEWEST).rule, chosen, lost))
    return found


def traits_by_root(events: EventsTx, members: dict[int, list[int]]) -> dict[int, list[Trait]]:
    """The traits of people given with everyone who is part of them: root -> traits by key."""
    root_of_ = {person_id: root_id for root_id, people in members.items() for person_id in people}
    rules = rules_of(events)
    words = [Word(*row) for row in events.tuples(_TRAITS_SAID, person_ids=list(root_of_))]
    if rules:
        ruled = events.tuples(_WORDS_ON_RULED_KEYS, person_ids=list(root_of_))
        words = [word for word in words if word.key not in rules] + [Word(*row) for row in ruled]
    return _in_force(words, root_of_, rules, members)


def traits_of(stores: Stores, person_ids: list[int]) -> dict[int, dict[str, Any]]:
    """What a template may say about people: person -> {key: value}; every id asked for is in the answer."""
    with stores.state.read() as state, stores.events.read() as events:
        roots = roots_of(state, person_ids)
        traits = traits_by_root(events, members_of(state, sorted(set(roots.values()))))
    return {
        person_id: {trait.key: trait.value for trait in traits.get(roots.get(person_id, 0), ())}
        for person_id in person_ids
    }


def trait_keys(stores: Stores) -> list[tuple[str, int]]:
    """Which traits there are and how many people have each, the most common first."""
    with stores.events.read() as tx:
        return [(str(key), int(people)) for key, people in tx.tuples(_TRAIT_KEYS)]


def _in_force(
    words: list[Word], root_of_: dict[int, int], rules: dict[str, Survivorship], members: dict[int, list[int]]
) -> dict[int, list[Trait]]:
    """The word in force on each key of each person."""
    said: dict[tuple[int, str], list[Word]] = {}
    for word in words:
        said.setdefault((root_of_[word.person_id], word.key), []).append(word)
    found: dict[int, list[Trait]] = {root_id: [] for root_id in members}
    for root_id, key in sorted(said):
        candidates = said[root_id, key]
        order = candidates if len(candidates) == 1 else ranked(candidates, rules.get(key, NEWEST))
        if order and order[0].value is not None:
            first = order[0]
            at = first.occurred_at.replace(tzinfo=UTC)
            found[root_id].append(Trait(key, msgspec.json.decode(order[0].value), at, first.source_id))
    return found


def _not_among(words: list[Word], others: list[Word]) -> list[Word]:
    """Those of others that no word is: in force, but loaded without its lineage."""
    known = {(word.person_id, word.key, word.source_id) for word in words}
    return [word for word in others if (word.person_id, word.key, word.source_id) not in known]


def _origin(word: Word) -> Origin:
    return Origin(
        value=None if word.value is None else msgspec.json.decode(word.value),
        is_removed=word.value is None,
        source_id=word.source_id,
        message_id=word.message_id,
        occurred_at=word.occurred_at.replace(tzinfo=UTC),
        person_id=word.person_id,
    )
