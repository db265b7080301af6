"""Merging two people by hand: the same journal and the same limits as the merges that events cause."""

from datetime import datetime
from typing import Any

import msgspec

from omniloom.core.errors import Conflict
from omniloom.core.ids import Ids
from omniloom.identity.normal import KINDS
from omniloom.identity.people import identifiers_by_root, root_of
from omniloom.identity.resolve import record_merge, sync_overrides
from omniloom.store import Stores


def merge(
    stores: Stores, *, into_id: int, from_id: int, rule: str, evidence: dict[str, Any], now: datetime, ids: Ids
) -> str:
    """Make ``from_id`` part of ``into_id``; the id of the journal's line.

    Errors: Missing if one of them does not exist; Conflict if they are one person already, or each has an
            identifier of a kind that a person has only once.
    """
    into_root, from_root = root_of(stores, into_id), root_of(stores, from_id)
    if into_root == from_root:
        raise Conflict(f"{into_id} and {from_id} are one person already", hint="nothing is left to do")
    merge_id = ids.token()
    with stores.state.write() as tx:
        held = identifiers_by_root(tx, [into_root, from_root])
        kinds = [{i.kind for i in held.get(root, ())} for root in (into_root, from_root)]
        for kind in sorted(kinds[0] & kinds[1]):
            if KINDS[kind].is_single:
                raise Conflict(f"both have their own {kind}", hint="these are two people", kind=kind)
        record_merge(tx, {
            "merge_id": merge_id, "from_id": from_root, "into_id": into_root, "rule": rule,
            "evidence": msgspec.json.encode(evidence).decode(), "merged_at": now,
        })  # fmt: skip
    sync_overrides(stores)
    return merge_id
