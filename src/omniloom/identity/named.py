"""Whom an event names besides its own person: what was only typed joins nobody, yet a "no" is heard for all of them."""

from collections.abc import Mapping

from omniloom.identity.normal import KINDS, normalise
from omniloom.store import StateTx, query

_OWNERS = query(__file__, "owners")


def named_by(tx: StateTx, identifiers: Mapping[str, str], home_region: str) -> dict[int, int]:
    """The owners of an event's strong identifiers, as they came, that are not shared: person -> who that is by now."""
    found: dict[int, int] = {}
    for kind, raw in identifiers.items():
        if kind not in KINDS or not KINDS[kind].is_strong:
            continue
        value = normalise(kind, raw, home_region)
        if isinstance(value, str):
            rows = tx.tuples(_OWNERS, kind=kind, sought=[value])
            found.update((person_id, root_id) for _, person_id, root_id, _, _, shared, *_ in rows if shared is None)
    return found
