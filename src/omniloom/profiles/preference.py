"""What a person wishes of our messages: how often, from when on again, about what, in which language, where to answer.

The newest wish of a person and of everyone merged into it holds as a whole; whoever is parted again has their own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from omniloom.core.clock import instant
from omniloom.store import Row, StateTx, query

_OF = query(__file__, "preferences_of")
_SAVE = query(__file__, "save_preference")


class Frequency(StrEnum):
    """How often marketing may come at most, over all channels."""

    ALL = "all"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def apart(self) -> timedelta:
        """How far apart two messages are at least."""
        return {Frequency.ALL: timedelta(0), Frequency.WEEKLY: timedelta(days=7)}.get(self, timedelta(days=30))


@dataclass(frozen=True, slots=True)
class Preference:
    """The wishes in force. Empty texts and None are no wish; ``topics_off`` are the topics not wanted."""

    frequency: Frequency = Frequency.ALL
    paused_until: datetime | None = None
    language: str = ""
    reply_channel: str = ""
    topics_off: frozenset[str] = frozenset()
    updated_at: datetime | None = None


NO_PREFERENCE = Preference()


def preferences_by_root(tx: StateTx, root_ids: list[int]) -> dict[int, Preference]:
    """The wishes of people, everyone merged into them included; people without any are left out."""
    newest: dict[int, Row] = {}
    for row in tx.rows(_OF, root_ids=root_ids):
        kept = newest.setdefault(row["root_id"], row)
        if (row["updated_at"], row["person_id"]) > (kept["updated_at"], kept["person_id"]):
            newest[row["root_id"]] = row
    return {root_id: _preference(row) for root_id, row in newest.items()}


def save_preference(tx: StateTx, person_id: int, wish: Preference, *, now: datetime) -> None:
    """Keep a person's wishes; they count for the very next message."""
    tx.run(
        _SAVE, person_id=person_id, frequency=wish.frequency, paused_until=wish.paused_until or 0,
        language=wish.language, reply_channel=wish.reply_channel, updated_at=now,
        topics_off=msgspec.json.encode(sorted(wish.topics_off)).decode(),
    )  # fmt: skip


def _preference(row: Row) -> Preference:
    return Preference(
        frequency=Frequency(row["frequency"]),
        paused_until=instant(row["paused_until"]) if row["paused_until"] else None,
        language=row["language"],
        reply_channel=row["reply_channel"],
        topics_off=frozenset(msgspec.json.decode(row["topics_off"])),
        updated_at=instant(row["updated_at"]),
    )
