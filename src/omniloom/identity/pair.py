"""Two people who may be one, as the store keeps them: with the reasons, and with what was decided about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from omniloom.core.clock import instant
from omniloom.store import Row


class PairStatus(StrEnum):
    """What has become of a pair."""

    OPEN = "open"
    MERGED = "merged"
    REJECTED = "rejected"


class PairReason(msgspec.Struct, frozen=True):
    """What one field says about a pair: in words, and in bits (below 0: against)."""

    field: str
    title: str
    words: str
    bits: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who may be one.

    ``merge_id``: the merge that somebody's decision made; ``is_undone``: it was undone since, in the journal.
    """

    left_id: int
    right_id: int
    probability: float
    reasons: list[PairReason]
    status: PairStatus
    decided_by: str | None
    merge_id: str | None = None
    decided_at: datetime | None = None
    is_undone: bool = False


def read_pair(row: Row) -> Pair:
    """A pair from its row."""
    reasons = msgspec.json.decode(row["reasons"], type=list[PairReason])
    return Pair(
        row["left_id"], row["right_id"], row["probability"], reasons, PairStatus(row["status"]), row["decided_by"],
        row["merge_id"], None if row["decided_at"] is None else instant(row["decided_at"]), bool(row["is_undone"]),
    )  # fmt: skip


def kept(pair: Pair, now: datetime) -> dict[str, Any]:
    """A proposed pair, to write down."""
    return {
        "left_id": pair.left_id, "right_id": pair.right_id, "probability": pair.probability,
        "reasons": msgspec.json.encode(pair.reasons).decode(), "status": PairStatus.OPEN, "proposed_at": now,
    }  # fmt: skip


def said(pair: Pair) -> dict[str, Any]:
    """What was decided about a pair, to write down."""
    return {
        "left_id": pair.left_id, "right_id": pair.right_id, "status": pair.status, "decided_at": pair.decided_at,
        "decided_by": pair.decided_by, "merge_id": pair.merge_id,
    }  # fmt: skip
