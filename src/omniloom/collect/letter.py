"""The dead-letter store: every refused item with its reason, to search in, to correct and to replay.

The intake puts refused items into the refusals log, on disk before the answer; the act here moves them on into rows.
It moves its cursor in the same transaction, so it can be killed at any instant and run again.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from omniloom.collect.refusal import Refusal, decode_refusal, raw_of
from omniloom.core.clock import EPOCH, instant, micros
from omniloom.core.text import folded
from omniloom.store import Progress, Row, StateTx, Stores, query

CURSOR = "collect.refusals"
LAST_ID = "collect.letter_id"  # a cursor that counts the letters: an id is never used again
FOLDED_CHARS_MAX = 16 * 1024  # of an item, for searching in its text
WORD_CHARS_MAX = 200
OPEN, REPLAYED, DISCARDED = "open", "replayed", "discarded"

_ADD = query(__file__, "add_letter")
_OLDEST = query(__file__, "oldest_letter")
_DROP_BEFORE = query(__file__, "drop_letters_before")
_DROP_OVER = query(__file__, "drop_letters_over")
_DROP = query(__file__, "drop_letters")
_DROP_ATTEMPTS = query(__file__, "drop_lone_attempts")
_WORD = re.compile(r'"(type|event|name|messageId)"\s*:\s*"([^"\\]{1,200})"')


@dataclass(frozen=True, slots=True)
class Letter:
    """One refused item. ``reason``, ``field`` and ``message`` are those of its last refusal.

    ``status`` is open, replayed or discarded since ``status_at``; ``is_cut`` says that the end of ``raw`` is missing.
    """

    letter_id: int
    source_id: str
    dialect: str
    path: str
    type: str
    name: str
    message_id: str
    reason: str
    field: str
    message: str
    received_at: datetime
    raw: str
    is_base64: bool
    is_cut: bool
    sent_at: datetime | None
    context: dict[str, Any]
    is_history: bool
    status: str
    status_at: datetime
    attempts: int

    def bytes(self) -> bytes:
        """The item as it came."""
        return raw_of(self.raw, is_base64=self.is_base64)


class _Head(msgspec.Struct, rename="camel"):
    """What an item calls itself."""

    type: Any = None
    event: Any = None
    name: Any = None
    message_id: Any = None


def keep_refusals(
    stores: Stores, *, now: datetime, rows_max: int, days: int = 90, letters_max: int = 20_000
) -> Progress:
    """Move refused items on from the refusals log; forget those older than ``days`` and each source's surplus.

    Of a source that sends more than ``letters_max``, replayed and discarded ones go first, then the oldest; so a noisy
    source never pushes out another's.
    """
    with stores.state.read() as tx:
        after, oldest = tx.cursor(CURSOR), tx.one(_OLDEST)
    bodies = stores.refusals.read(after=after, rows_max=rows_max)
    before = now - timedelta(days=days)
    is_old = oldest is not None and oldest["received_at"] is not None and instant(oldest["received_at"]) < before
    if not bodies and not is_old:
        return Progress(0, is_done=True)
    with stores.state.write() as tx:
        if bodies:
            source_ids = _add(tx, [body for _, body in bodies], now)
            tx.move_cursor(CURSOR, bodies[-1][0])
            tx.run(_DROP_OVER, source_ids=source_ids, letters_max=letters_max)
        tx.run(_DROP_BEFORE, before=before)
        tx.run(_DROP_ATTEMPTS)
    if bodies:
        stores.refusals.trim(through=bodies[-1][0])
    return Progress(len(bodies), is_done=len(bodies) < rows_max)


def letters_end(tx: StateTx) -> tuple[int, int]:
    """(up to where the refusals log was moved on, the last letter's id)."""
    return tx.cursor(CURSOR), tx.cursor(LAST_ID)


def drop_letters(tx: StateTx, letter_ids: list[int]) -> None:
    """Forget letters, and what was tried with them."""
    tx.run(_DROP, letter_ids=letter_ids)
    tx.run(_DROP_ATTEMPTS)


def _add(tx: StateTx, bodies: list[bytes], now: datetime) -> list[str]:
    """Insert letters with the next ids; the sources they came from."""
    first = tx.cursor(LAST_ID) + 1
    refusals = [_read(body, now) for body in bodies]
    tx.many(_ADD, (_row(first + i, refusal) for i, refusal in enumerate(refusals)))
    tx.move_cursor(LAST_ID, first + len(refusals) - 1)
    return sorted({refusal.source_id for refusal in refusals})


def _read(body: bytes, now: datetime) -> Refusal:
    """The refusal; one that cannot be read is kept as well, or it would hold up all behind it."""
    try:
        return decode_refusal(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = body.decode("utf-8", "backslashreplace")
        return Refusal(
            source_id="", dialect="", path="", received_at=now, reason="unreadable", message=str(error), raw=text
        )


def _row(letter_id: int, refusal: Refusal) -> dict[str, Any]:
    text = raw_of(refusal.raw, is_base64=refusal.is_base64).decode("utf-8", "replace")
    words = words_of(text)
    return {
        "letter_id": letter_id,
        "source_id": refusal.source_id,
        "dialect": refusal.dialect,
        "path": _storable(refusal.path),
        "type": words[0],
        "name": words[1],
        "message_id": words[2],
        "reason": refusal.reason,
        "field": _storable(refusal.field),
        "message": _storable(refusal.message),
        "received_at": refusal.received_at,
        "received_day": micros(refusal.received_at) // 86_400_000_000,
        "raw": _storable(refusal.raw),
        "is_base64": int(refusal.is_base64),
        "is_cut": int(refusal.is_cut),
        "sent_at": refusal.sent_at,
        "context": _storable(msgspec.json.encode(refusal.context).decode()),
        "is_history": int(refusal.is_history),
        "folded": _storable(folded(text[:FOLDED_CHARS_MAX])),
    }


def words_of(text: str) -> tuple[str, str, str]:
    """(type, name, message id) that an item gives itself, as far as it can be read."""
    try:
        head = msgspec.json.decode(text, type=_Head)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        found = dict(_WORD.findall(text))
        head = _Head(found.get("type"), found.get("event"), found.get("name"), found.get("messageId"))
    return _word(head.type), _word(head.event) or _word(head.name), _word(head.message_id)


def _word(value: Any) -> str:
    is_word = isinstance(value, (str, int)) and not isinstance(value, bool)
    return _storable(str(value))[:WORD_CHARS_MAX] if is_word else ""


def _storable(text: str) -> str:
    """The text without what some store could not hold."""
    return text.replace("\x00", "␀")


def letter(row: Row) -> Letter:
    """The letter of a row."""
    sent_at = row["sent_at"]
    return Letter(
        **{
            **row,
            "received_at": instant(row["received_at"]),
            "sent_at": None if sent_at is None else instant(sent_at),
            "status_at": instant(row["status_at"]),
            "context": msgspec.json.decode(row["context"]),
            "is_base64": bool(row["is_base64"]),
            "is_cut": bool(row["is_cut"]),
            "is_history": bool(row["is_history"]),
        }
    )


def day_of(received_day: int) -> datetime:
    """The day's first instant, UTC."""
    return EPOCH + timedelta(days=received_day)
