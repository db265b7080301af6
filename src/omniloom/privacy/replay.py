"""A restored backup knows people again who were erased since: the list of erasures is carried out on it once more."""

from collections.abc import Iterator
from datetime import datetime

from omniloom.core.ids import Ids
from omniloom.identity import roots_of, tombstone
from omniloom.privacy.erasure import Erasure, ErasureState, add_erasure, erase
from omniloom.privacy.record import Line, remembered
from omniloom.store import StateTx, Stores, query

BY = "replay"
_PAGE = 10_000
_KNOWN = query(__file__, "erasure_ids")
_IDENTIFIERS = query(__file__, "identifier_page")


def replay(stores: Stores, *, now: datetime, ids: Ids, home_region: str) -> int:
    """Carry out the erasures of the list that these stores know nothing of; how many people went again.

    Cost: nothing where the list and the stores agree; else every identifier is digested once.
    """
    lines = remembered(stores.data_dir)
    if not lines:
        return 0
    with stores.state.read() as tx:
        known = {erasure_id for (erasure_id,) in tx.tuples(_KNOWN)}
    missed = [line for line in lines if line.erasure_id not in known]
    if not missed:
        return 0
    _bury(stores, missed)
    return _erase_again(stores, missed, now=now, ids=ids, home_region=home_region)


def _bury(stores: Stores, missed: list[Line]) -> None:
    """The digests first: what comes in meanwhile is kept out."""
    with stores.state.write() as tx:
        if not tombstone.salt_of(tx):
            tombstone.set_salt(tx, missed[0].salt)
        for line in missed:
            tombstone.bury(tx, [], line.digests, erasure_id=line.erasure_id, erased_at=line.erased_at)
            add_erasure(tx, Erasure(
                line.erasure_id, "", [], ErasureState.BEGUN, "replayed on a restored backup", BY, line.erased_at,
                stores.log.last_position(), None, {},
            ), refusals_through=stores.refusals.last_position())  # fmt: skip


def _erase_again(stores: Stores, missed: list[Line], *, now: datetime, ids: Ids, home_region: str) -> int:
    by_salt: dict[str, set[str]] = {}
    for line in missed:
        by_salt.setdefault(line.salt, set()).update(line.digests)
    with stores.state.read() as tx:
        people = {person_id for key, person_id in _identifiers(tx)
                  if any(tombstone.digest_of(salt, key) in digests for salt, digests in by_salt.items())}  # fmt: skip
        roots = set(roots_of(tx, sorted(people)).values())
    for root_id in sorted(roots):
        erase(stores, root_id, by=BY, reason="replayed on a restored backup", now=now, ids=ids, home_region=home_region)
    return len(roots)


def _identifiers(tx: StateTx) -> Iterator[tuple[tuple[str, str], int]]:
    kind = value = ""
    while rows := tx.tuples(_IDENTIFIERS, kind=kind, value=value, rows_max=_PAGE):
        for kind, value, person_id in rows:
            yield (kind, value), person_id
