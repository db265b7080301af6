"""Why somebody got a message: which campaign, whom it was for, and the word of the ledger it rested on."""

from dataclasses import dataclass
from datetime import datetime

from omniloom.core.clock import instant, micros
from omniloom.messaging.decision import MARKETING
from omniloom.messaging.subscribe import attempt_of_token, masked
from omniloom.profiles import EVERY_CHANNEL, ConsentEntry, consent_history
from omniloom.store import Row, Stores, query

MESSAGES_MAX = 10


@dataclass(frozen=True, slots=True)
class Grounds:
    """One message and what it rested on. ``word`` is None for a service message, which needs no consent."""

    campaign_id: str
    campaign: str
    channel: str
    address: str
    sent_at: datetime
    is_marketing: bool
    word: ConsentEntry | None


def grounds_of(stores: Stores, token: str, *, secret: bytes) -> list[Grounds] | None:
    """The last messages to the holder of a link, newest first; None for a token that is not ours."""
    with stores.state.read() as tx:
        attempt = attempt_of_token(tx, token, secret)
        if attempt is None:
            return None
        rows = tx.rows(query(__file__, "messages_sent_to"), person_id=attempt["person_id"], rows_max=MESSAGES_MAX)
    lines = consent_history(stores, attempt["person_id"]) if rows else []
    return [
        Grounds(
            row["campaign_id"], row["campaign"], row["channel"], masked(row["address"]), instant(row["intent_at"]),
            is_marketing=row["kind"] == MARKETING,
            word=_word(lines, row) if row["kind"] == MARKETING else None,
        )
        for row in rows
    ]  # fmt: skip


def _word(lines: list[ConsentEntry], sent: Row) -> ConsentEntry | None:
    """The yes that was in force: the newest one about the channel at that moment."""
    for line in lines:
        if (
            line.is_given
            and line.purpose == MARKETING
            and line.advertiser == sent["advertiser"]
            and line.channel in (sent["channel"], EVERY_CHANNEL)
            and micros(line.occurred_at) <= sent["intent_at"]
        ):
            return line
    return None
