"""Withdrawals that earlier versions accepted and did not understand, read once more after an upgrade.

A channel, a purpose or a name in another spelling made a line about a channel of its own, or none, and letters
went on. Those lines stay as they are, for the ledger only grows: beside each comes one that says what was meant, of the
word's own time, so that a consent given since stays in force.
"""

from datetime import datetime
from typing import Final

import msgspec

from omniloom.core.event import CONSENT_WITHDRAWN, word_name
from omniloom.identity import word_channel
from omniloom.profiles.consent_event import record_words
from omniloom.store import Row, Stores, query

WORDS_LEFT: Final = (
    "profiles_words_left"  # state store, a cursor: events up to this one are read again, the latest first
)
_ALL = 2**63 - 1  # what the migration says; which event was the last one of before is in the other store
_RESOLVED_CURSOR = "identity"
_WITHDRAWALS_DOWN_FROM = query(__file__, "withdrawals_down_from")


def record_misread(stores: Stores, *, now: datetime, rows_max: int, home_region: str) -> int:
    """Take the next misread withdrawals into the ledger, each once; how many events were read.

    Cost: one look at a cursor; after an upgrade, the names of all events are read for each ``rows_max`` withdrawals.
    """
    with stores.state.read() as state:
        if not state.cursor(WORDS_LEFT):
            return 0
    with stores.state.write() as state, stores.events.read() as events:
        left = state.cursor(WORDS_LEFT)
        through = events.cursor(_RESOLVED_CURSOR) if left == _ALL else left
        rows = events.rows(_WITHDRAWALS_DOWN_FROM, through=through, rows_max=rows_max)
        misread = [meant for row in reversed(rows) if (meant := _as_meant(row)) is not None]
        record_words(stores, state, misread, now=now, home_region=home_region)
        state.move_cursor(WORDS_LEFT, rows[-1]["position"] - 1 if len(rows) == rows_max else 0)
    return len(rows)


def _as_meant(row: Row) -> Row | None:
    """A withdrawal as it is read today; None if it was read so when it came."""
    properties = msgspec.json.decode(row["properties"])
    name, channel, purpose = word_name(row["name"]), row["channel"], properties.get("purpose")
    if "channel" in properties:
        channel = word_channel(properties["channel"], is_given=False, problems={}) or channel
    is_purpose_alike = name != CONSENT_WITHDRAWN or not isinstance(purpose, str) or purpose == purpose.lower()
    if (name, channel) == (row["name"], row["channel"]) and is_purpose_alike:
        return None
    return {**row, "name": name, "channel": channel}
