"""The traits people have, as the language meets them: a condition on one that nobody has is a slip of the pen."""

from dataclasses import dataclass

from omniloom.core.errors import Invalid
from omniloom.core.text import folded
from omniloom.segments.definition import Condition, TraitHas, walk
from omniloom.segments.operator import Kind
from omniloom.segments.reading import near
from omniloom.store import Stores, query

_NAMES = query(__file__, "trait_names")
_VALUES = query(__file__, "trait_values")


@dataclass(frozen=True, slots=True)
class TraitName:
    """One trait: how many people have it, and whether all its values are numbers."""

    key: str
    people: int
    kind: Kind


def trait_names(stores: Stores) -> list[TraitName]:
    """The traits people have, most frequent first."""
    with stores.events.read() as tx:
        rows = tx.rows(_NAMES)
    return [TraitName(row["key"], row["n"], Kind.NUMBER if row["numbers"] == row["n"] else Kind.TEXT) for row in rows]


def trait_values(stores: Stores, key: str, *, prefix: str = "", rows_max: int = 20) -> list[tuple[str, int]]:
    """(value, people) of one trait, values that begin with ``prefix`` whatever their case, most frequent first."""
    with stores.events.read() as tx:
        rows = tx.tuples(_VALUES, key=key, prefix=folded(prefix), rows_max=rows_max)
    return [(str(value), int(n)) for value, n in rows]


def check_traits(stores: Stores, condition: Condition) -> None:
    """Errors: Invalid names the first condition on a trait that nobody has, and near ones."""
    used = [(place, part.key) for place, part in walk(condition) if isinstance(part, TraitHas)]
    if not used:
        return
    known = {trait.key for trait in trait_names(stores)}
    for place, key in used:
        if key not in known:
            path = f"{place}.trait".lstrip(".")
            raise Invalid(f"{path}: nobody has a trait {key!r}", hint=near(key, known), path=path, field=key)
