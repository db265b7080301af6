"""Finding dead letters: by source, reason, field, name, text and time; how many there are of each kind on each day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omniloom.collect.letter import DISCARDED, OPEN, Letter, day_of, letter
from omniloom.core.clock import instant, micros
from omniloom.core.errors import Invalid, Missing
from omniloom.core.text import folded
from omniloom.store import Stores, query

STATUSES = ("open", "replayed", "discarded")
WORDS_MAX = 200
_LAST = 2**62  # past every id and instant

_LETTERS = query(__file__, "letters")
_LETTER = query(__file__, "letter_of")
_COUNTS = query(__file__, "letter_counts")
_WORDS = query(__file__, "letter_words")
_ATTEMPTS = query(__file__, "attempts_of")
_MOVE = query(__file__, "move_letters")


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters: all that fit every part given. ``text`` is searched for in the item, whatever its case.

    ``changed_at`` picks those that got their status at that very instant: what one act did, to take it back.
    """

    ids: tuple[int, ...] = ()
    source_id: str = ""
    reason: str = ""
    field: str = ""
    name: str = ""
    text: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    changed_at: datetime | None = None

    def params(self, *, after: int = 0, before: int = _LAST) -> dict[str, Any]:
        """The filter as parameters of the queries. Errors: Invalid for an unknown status."""
        if self.status and self.status not in STATUSES:
            raise Invalid(f"status {self.status!r} is unknown", hint=f"use {', '.join(STATUSES)}", field="status")
        return {
            "ids": list(self.ids),
            "is_any": int(not self.ids),
            "source_id": self.source_id,
            "reason": self.reason,
            "field": self.field,
            "name": self.name,
            "text": folded(self.text.strip()).replace("\x00", ""),
            "status": self.status,
            "since": micros(self.since) if self.since else -_LAST,
            "until": micros(self.until) if self.until else _LAST,
            "changed_at": micros(self.changed_at) if self.changed_at else 0,
            "after": after,
            "before": before,
        }


@dataclass(frozen=True, slots=True)
class LetterCount:
    """So many letters of a source, for one reason, received on one day."""

    day: datetime
    reason: str
    source_id: str
    letters: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One replay of a letter; ``edited`` is the item as it was sent then, if it had been changed."""

    attempt: int
    tried_at: datetime
    is_accepted: bool
    reason: str
    field: str
    message: str
    edited: str


@dataclass(frozen=True, slots=True)
class Moved:
    """So many letters changed their status at ``at``."""

    letters: int
    at: datetime


def letters(stores: Stores, chosen: LetterFilter, *, rows_max: int, before: int | None = None) -> list[Letter]:
    """The newest letters that fit; ``before`` is the last one's id of the page before."""
    with stores.state.read() as tx:
        params = chosen.params(before=_LAST if before is None else before)
        return [letter(row) for row in tx.rows(_LETTERS, **params, rows_max=rows_max)]


def letter_of(stores: Stores, letter_id: int) -> Letter:
    """One letter. Errors: Missing."""
    with stores.state.read() as tx:
        row = tx.one(_LETTER, letter_id=letter_id)
    if row is None:
        raise Missing(f"there is no dead letter {letter_id}", hint="old ones are forgotten; see `deadletters list`")
    return letter(row)


def attempts_of(stores: Stores, letter_id: int) -> list[Attempt]:
    """Every replay of a letter, oldest first."""
    with stores.state.read() as tx:
        rows = tx.rows(_ATTEMPTS, letter_id=letter_id)
    return [
        Attempt(**{**row, "tried_at": instant(row["tried_at"]), "is_accepted": bool(row["is_accepted"])})
        for row in rows
    ]


def letter_counts(stores: Stores, chosen: LetterFilter) -> list[LetterCount]:
    """How many letters fit: by day, reason and source."""
    with stores.state.read() as tx:
        rows = tx.tuples(_COUNTS, **chosen.params())
    return [LetterCount(day_of(day), reason, source_id, count) for day, reason, source_id, count in rows]


def letter_words(stores: Stores) -> tuple[list[str], list[str]]:
    """(event names, fields) that letters have, the most frequent first: what a filter may offer."""
    with stores.state.read() as tx:
        rows = tx.tuples(_WORDS, rows_max=WORDS_MAX)
    names = dict.fromkeys(name for name, _, _ in rows if name)
    return list(names), list(dict.fromkeys(field for _, field, _ in rows if field))


def discard(stores: Stores, chosen: LetterFilter, *, now: datetime) -> Moved:
    """Put open letters that fit aside: they stay until their time is over, and can be restored."""
    return _move(stores, chosen, moved_from=OPEN, moved_to=DISCARDED, now=now)


def restore(stores: Stores, chosen: LetterFilter, *, now: datetime) -> Moved:
    """Take a discarding back."""
    return _move(stores, chosen, moved_from=DISCARDED, moved_to=OPEN, now=now)


def _move(stores: Stores, chosen: LetterFilter, *, moved_from: str, moved_to: str, now: datetime) -> Moved:
    params = {**chosen.params(), "status": moved_from}
    with stores.state.write() as tx:
        return Moved(tx.run(_MOVE, **params, moved_to=moved_to, now=now), now)
