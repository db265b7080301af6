"""Whose data: one person with everyone merged into them, their identifiers, and texts that name them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omniloom.core.clock import instant
from omniloom.identity import normalise, root_of
from omniloom.store import StateTx, Stores, query

Key = tuple[str, str]
_CHARS_MIN = 6  # a shorter word, or a number of few digits, stands in texts of others too
_DIGITS_MIN = 9

_MEMBERS = query(__file__, "members")
_IDENTIFIERS = query(__file__, "identifiers")
_ADDRESSES = query(__file__, "addresses")
_RAW = query(__file__, "raw_identifiers")
_OWNERS = query(__file__, "owners")


@dataclass(frozen=True, slots=True)
class Subject:
    """``keys``: identifiers in normal form. ``values``: them and addresses once written to. ``words``: what names
    the person in a text; a short one stands in quotes, as in JSON.
    """

    root_id: int
    people: list[int]
    keys: list[Key]
    values: list[str]
    words: list[str]
    created_at: datetime


def subject_of(stores: Stores, person_id: int, home_region: str) -> Subject:
    """Everything that says who a person is. Errors: Missing if there is no such person (any more)."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx, stores.events.read() as events:
        members = tx.tuples(_MEMBERS, root_id=root_id)
        people = sorted(int(row[0]) for row in members)
        keys = [(kind, value) for kind, value in tx.tuples(_IDENTIFIERS, people=people)]
        addresses = [value for (value,) in tx.tuples(_ADDRESSES, people=people)]
        given = _given(events.tuples(_RAW, people=people))
        normal = {pair: normalise(*pair, home_region) for pair in given}
        sought = {value for value in (*normal.values(), *addresses) if isinstance(value, str)}
        owners = {(kind, value) for kind, value, owner in tx.tuples(_OWNERS, sought=sorted(sought))
                  if owner not in people}  # fmt: skip
    others = {value for _, value in owners}  # of whoever was merged for a while, or of many
    raws = [raw for (kind, raw), value in normal.items() if (kind, value) not in owners]
    values = list(
        dict.fromkeys([value for _, value in keys] + [each for each in addresses if each and each not in others])
    )
    born = min((int(row[1]) for row in members), default=0)
    return Subject(root_id, people, keys, values, words_of([*values, *raws]), instant(born))


def is_still(tx: StateTx, subject: Subject) -> bool:
    """Whether nobody was merged or parted, and no identifier came, since a person was looked at."""
    people = sorted(int(row[0]) for row in tx.tuples(_MEMBERS, root_id=subject.root_id))
    keys = [(kind, value) for kind, value in tx.tuples(_IDENTIFIERS, people=people)]
    return (people, keys) == (subject.people, subject.keys)


def words_of(values: Iterable[str]) -> list[str]:
    """What to look for in texts."""
    found = dict.fromkeys(value.strip() for value in values)
    return [value if is_telling(value) else json.dumps(value, ensure_ascii=False) for value in found if value]


def is_telling(value: str) -> bool:
    """Whether a value names somebody wherever it stands; others are somebody's under their own key alone."""
    digits = sum(character.isdigit() for character in value)
    return len(value) >= _CHARS_MIN if digits < len(value) else digits >= _DIGITS_MIN


def _given(rows: Iterable[tuple[Any, ...]]) -> list[Key]:
    """The identifiers as they came in events."""
    found: dict[Key, None] = {}
    for (text,) in rows:
        for kind, raw in json.loads(text).items():
            if isinstance(raw, str):
                found[kind if kind not in ("previous_id", "group_id") else "user_id", raw] = None
    return list(found)
