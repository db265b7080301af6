"""Consents: what a person agreed to, per channel and purpose. Events say it; the history is append-only.

The newest word by the event's own time (by its arrival if it is dated ahead) is in force; at the same instant a
withdrawal wins. Channel ``*`` means every channel: a word about all of them replaces older words about each.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omniloom.core.clock import instant, micros
from omniloom.core.event import CONSENT_GIVEN, UNSUBSCRIBED
from omniloom.identity import root_of, roots_of
from omniloom.store import StateTx, Stores, query

EVERY_CHANNEL = "*"
MARKETING = "marketing"

_ADD_ENTRY = query(__file__, "add_consent_entry")
_SET_CONSENT = query(__file__, "set_consent")
_CONSENTS_OF = query(__file__, "consents_of")
_CONSENT_HISTORY = query(__file__, "consent_history")


@dataclass(frozen=True, slots=True)
class Consent:
    """What is in force for one channel and purpose."""

    channel: str
    purpose: str
    is_given: bool
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One line of the consent history, the proof: who agreed to what, in which words, by which means, when.

    An empty channel means the event named none: such a line is kept, but gives nothing.
    """

    source_id: str
    message_id: str
    person_id: int
    channel: str
    purpose: str
    is_given: bool
    wording: str
    method: str
    occurred_at: datetime
    recorded_at: datetime


def read_entry(row: dict[str, Any], properties: dict[str, Any], *, now: datetime) -> ConsentEntry:
    """The history line of a consent event. Giving needs a channel; a withdrawal without one is about all of them."""
    is_given = row["name"] == CONSENT_GIVEN
    is_unsubscribing = row["name"] == UNSUBSCRIBED
    return ConsentEntry(
        source_id=row["source_id"],
        message_id=row["message_id"],
        person_id=row["person_id"],
        channel=_text(row["channel"]) or ("" if is_given else EVERY_CHANNEL),
        purpose=MARKETING if is_unsubscribing else _text(properties.get("purpose")) or MARKETING,
        is_given=is_given,
        wording=_text(properties.get("wording")),
        method=_text(properties.get("method")) or ("unsubscribe" if is_unsubscribing else ""),
        occurred_at=row["occurred_at"],
        recorded_at=now,
    )


def record(tx: StateTx, entries: Iterable[ConsentEntry]) -> None:
    """Add history lines (each once) and let the newest be in force."""
    rows = [
        {
            "source_id": e.source_id, "message_id": e.message_id, "person_id": e.person_id, "channel": e.channel,
            "purpose": e.purpose, "is_given": int(e.is_given), "wording": e.wording, "method": e.method,
            "occurred_at": e.occurred_at, "recorded_at": e.recorded_at,
        }
        for e in entries
    ]  # fmt: skip
    tx.many(_ADD_ENTRY, rows)
    named = ("person_id", "channel", "purpose", "is_given", "occurred_at", "message_id")
    tx.many(_SET_CONSENT, ({name: row[name] for name in named} for row in rows if row["channel"]))


def withdraw(  # noqa: PLR0913 - one line of the history
    tx: StateTx,
    *,
    person_id: int,
    channel: str,
    purpose: str,
    message_id: str,
    method: str,
    occurred_at: datetime,
    now: datetime,
    source_id: str = "messaging",
) -> None:
    """Withdraw a consent at once, in the caller's transaction, before the event has gone round through the log.

    Give the ``source_id`` and ``message_id`` the event will have: then it adds nothing when it arrives.
    It outdoes every word known so far, also one whose sender's clock ran ahead.
    """
    record(tx, [ConsentEntry(
        source_id=source_id, message_id=message_id, person_id=person_id, channel=channel, purpose=purpose,
        is_given=False, wording="", method=method, occurred_at=occurred_at, recorded_at=now,
    )])  # fmt: skip
    roots = list(roots_of(tx, [person_id]).values())
    known = tx.rows(_CONSENTS_OF, root_ids=roots)
    about = [word["occurred_at"] for word in known if word["channel"] in (channel, EVERY_CHANNEL)
             and word["purpose"] == purpose]  # fmt: skip
    tx.run(_SET_CONSENT, person_id=person_id, channel=channel, purpose=purpose, is_given=0,
           occurred_at=max(about, default=micros(occurred_at)), message_id=message_id)  # fmt: skip


def consents_by_root(tx: StateTx, root_ids: list[int]) -> dict[int, list[Consent]]:
    """What is in force for people, everyone merged into them included: root -> consents by channel and purpose."""
    newest: dict[int, dict[tuple[str, str], tuple[int, int, int]]] = {}
    for root_id, channel, purpose, is_given, occurred_at in tx.tuples(_CONSENTS_OF, root_ids=root_ids):
        words = newest.setdefault(root_id, {})
        word = (occurred_at, 1 - is_given, is_given)
        words[channel, purpose] = max(words.get((channel, purpose), word), word)
    return {root_id: _in_force(words) for root_id, words in newest.items()}


def consent_history(stores: Stores, person_id: int) -> list[ConsentEntry]:
    """Every word about consent of a person, newest first. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        rows = tx.rows(_CONSENT_HISTORY, root_id=root_id)
    return [
        ConsentEntry(**{
            **row, "is_given": bool(row["is_given"]), "occurred_at": instant(row["occurred_at"]),
            "recorded_at": instant(row["recorded_at"]),
        })
        for row in rows
    ]  # fmt: skip


def _in_force(words: dict[tuple[str, str], tuple[int, int, int]]) -> list[Consent]:
    """The newest word per channel and purpose, after newer words about every channel."""
    found = []
    for (channel, purpose), word in sorted(words.items()):
        occurred_at, _, is_given = max(word, words.get((EVERY_CHANNEL, purpose), word))
        found.append(Consent(channel, purpose, bool(is_given), instant(occurred_at)))
    return found


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
