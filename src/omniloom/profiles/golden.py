"""The traits of people as they are now: those of everyone merged into a person, the newest word on each key."""

from datetime import UTC
from typing import Any

import msgspec

from omniloom.identity import members_of, roots_of
from omniloom.profiles.trait import Trait
from omniloom.store import EventsTx, Stores, query

_TRAITS_SAID = query(__file__, "traits_said")
_TRAIT_KEYS = query(__file__, "trait_keys")


def traits_by_root(events: EventsTx, members: dict[int, list[int]]) -> dict[int, list[Trait]]:
    """The traits of people given with everyone who is part of them: root -> traits by key."""
    root_of = {person_id: root_id for root_id, people in members.items() for person_id in people}
    latest: dict[tuple[int, str], tuple[Any, ...]] = {}
    for person_id, key, value, occurred_at, message_id, source_id in events.tuples(
        _TRAITS_SAID, person_ids=list(root_of)
    ):
        place, word = (root_of[person_id], key), (occurred_at, message_id, value, source_id)
        if place not in latest or latest[place][:2] < word[:2]:
            latest[place] = word
    found: dict[int, list[Trait]] = {root_id: [] for root_id in members}
    for (root_id, key), (occurred_at, _, value, source_id) in sorted(latest.items(), key=lambda item: item[0]):
        if value is not None:
            word_at = occurred_at.replace(tzinfo=UTC)
            found[root_id].append(Trait(key, msgspec.json.decode(value), word_at, source_id))
    return found


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
