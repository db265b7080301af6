"""Finding people: by any identifier or its beginning, or by the beginning of a name."""

from dataclasses import dataclass

from omniloom.core.text import folded
from omniloom.identity import BY_PRIORITY, Identifier, find, identifiers_by_root, prefixes, roots_of
from omniloom.profiles.card import Card, cards
from omniloom.profiles.person import display_name
from omniloom.store import StateTx, Stores, query

_BY_PREFIX = query(__file__, "people_by_prefix")
_BY_NAME = query(__file__, "people_by_name")
_RECENT = query(__file__, "people_recent")
_LAST_CHARACTER = "\U0010ffff"  # sorts after every text that begins with the prefix


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list; ``matched`` is the identifier that was searched for, empty for a name."""

    person_id: int
    name: str
    matched: str
    identifiers: list[Identifier]
    city: str


def search(stores: Stores, text: str, *, home_region: str, rows_max: int) -> list[PersonRow]:
    """People who have this identifier, then those with one that begins so, then those whose name does.

    An empty text gives the people heard of last.
    """
    wanted = text.strip()
    exact = find(stores, wanted, home_region) if wanted else []
    with stores.state.read() as tx:
        if not wanted:
            recent = tx.tuples(_RECENT, rows_max=rows_max, identifiers_max=rows_max * 20)
            return _rows(tx, {root_id: "" for (root_id,) in recent})
        found = dict.fromkeys(exact, wanted)
        if len(found) < rows_max:
            for root_id, matched in (*_beginning(tx, wanted, home_region, rows_max), *_named(tx, wanted, rows_max)):
                found.setdefault(root_id, matched)
        return _rows(tx, dict(list(found.items())[:rows_max]))


def people(stores: Stores, ids: list[int]) -> list[PersonRow]:
    """These people in this order, each once, by who they are by now; unknown ids are left out."""
    with stores.state.read() as tx:
        roots = roots_of(tx, ids)
        return _rows(tx, {roots[person_id]: "" for person_id in ids if person_id in roots})


def _beginning(tx: StateTx, text: str, home_region: str, rows_max: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for kind in BY_PRIORITY:
        for prefix in prefixes(kind, text, home_region):
            end = prefix + _LAST_CHARACTER
            found += tx.tuples(_BY_PREFIX, kind=kind, prefix=prefix, prefix_end=end, rows_max=rows_max)
    return found


def _named(tx: StateTx, text: str, rows_max: int) -> list[tuple[int, str]]:
    prefix = folded(text)
    rows = tx.tuples(_BY_NAME, prefix=prefix, prefix_end=prefix + _LAST_CHARACTER, rows_max=rows_max)
    return [(root_id, "") for (root_id,) in rows]


def _rows(tx: StateTx, matched: dict[int, str]) -> list[PersonRow]:
    root_ids = list(matched)
    identifiers, known = identifiers_by_root(tx, root_ids), cards(tx, root_ids)
    return [
        PersonRow(
            person_id=root_id,
            name=display_name(known.get(root_id, Card()), identifiers.get(root_id, [])),
            matched=matched[root_id],
            identifiers=identifiers.get(root_id, []),
            city=known.get(root_id, Card()).city,
        )
        for root_id in root_ids
    ]
