"""What tracking plans say about fields: which tell of a person, by the class each was given."""

import functools
from dataclasses import dataclass

import msgspec

from omniloom.collect.plan import Pii, Plan
from omniloom.store import Stores, query

_PLANS = query(__file__, "plans")
_STRICTER = (Pii.NONE, Pii.IDENTIFIER, Pii.CONTACT, Pii.SENSITIVE)


@dataclass(frozen=True, slots=True)
class FieldClasses:
    """Fields by the class that plans give them.

    ``named``: the last name of a field's path, in small letters, to the strictest class any plan gives it: traits and
    properties of one name are taken for the same, whichever source they come from. ``harmless``: whole paths that are
    planned, none of whose plans says that they tell of a person.
    """

    named: dict[str, Pii]
    harmless: frozenset[str]

    @property
    def sensitive(self) -> frozenset[str]:
        """The names of fields that hardly anybody may see."""
        return frozenset(name for name, pii in self.named.items() if pii is Pii.SENSITIVE)


UNPLANNED = FieldClasses({}, frozenset())


def field_classes(stores: Stores) -> FieldClasses:
    """The classes of all plans. Cost: one small query; what a plan says is worked out once a process."""
    with stores.state.read() as tx:
        definitions = tuple(row["definition"] for row in tx.rows(_PLANS))
    return _classes(definitions) if definitions else UNPLANNED


@functools.lru_cache(maxsize=4)
def _classes(definitions: tuple[str, ...]) -> FieldClasses:
    named: dict[str, Pii] = {}
    harmless: set[str] = set()
    for definition in definitions:
        for event in msgspec.json.decode(definition, type=Plan).events:
            for field in event.fields:
                path = field.path.replace("[]", "")
                name = path.rpartition(".")[2].lower()
                if field.pii is Pii.NONE:
                    harmless.add(path.lower())
                else:
                    named[name] = max(named.get(name, Pii.NONE), field.pii, key=_STRICTER.index)
    return FieldClasses(named, frozenset(path for path in harmless if path.rpartition(".")[2] not in named))
