"""Dead letters are judged again: as they came, or with a correction; what is accepted now goes into the log.

A replayed item keeps its original times, so it lands where it belongs in its customer's history. It counts once: its
message id, its own or one that follows from the letter, is the same at every try, and a letter that was accepted is not
replayed again. One that is refused again stays open and remembers the attempt.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from omniloom.collect.accept import accept
from omniloom.collect.drop import Drop
from omniloom.collect.intake import append
from omniloom.collect.item import ITEM_BYTES_MAX
from omniloom.collect.letter import OPEN, REPLAYED, Letter, letter
from omniloom.collect.letter_search import LetterFilter, letter_of
from omniloom.collect.refusal import RAW_BYTES_MAX
from omniloom.core.errors import Conflict, Invalid
from omniloom.core.event import Event
from omniloom.core.ids import digest
from omniloom.store import Stores, query

ACCEPTED, REFUSED, SKIPPED = "accepted", "refused", "skipped"
CUT = "cut"  # why a letter is skipped: only the item's beginning was kept
STEP = 500  # letters of one append
LAST_ATTEMPT = "collect.attempt_id"  # a cursor that counts attempts, for who reads them as they come

_ONWARD = query(__file__, "letters_onward")
_SETTLE = query(__file__, "settle_letter")
_ADD_ATTEMPT = query(__file__, "add_attempt")

Enforce = Callable[[str, list[Event | Drop]], list[Event | Drop]]
"""A tracking plan's word on the verdicts of a source's items."""


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What became of one letter: accepted, refused with a reason, or skipped with one."""

    letter_id: int
    outcome: str
    reason: str = ""
    field: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One step through the letters: go on with ``last_id`` until ``is_done``."""

    results: list[ReplayResult]
    last_id: int
    is_done: bool


class _LetterIds:
    """The same id at every replay of one letter, for an item that has none of its own."""

    def __init__(self, of: Letter) -> None:
        self._token = digest("collect.letter", of.source_id, of.letter_id, of.received_at.isoformat())

    def token(self) -> str:
        return self._token


def replay(
    stores: Stores,
    chosen: LetterFilter,
    *,
    now: datetime,
    enforce: Enforce | None = None,
    after: int = 0,
    rows_max: int = STEP,
) -> Replayed:
    """Judge the next open letters that fit again, oldest first; ``last_id`` goes in as ``after`` of the next call.

    Errors: Unavailable if the disk refuses; then nothing changed, and trying again counts nothing twice.
    """
    params = {**chosen.params(after=after), "status": "" if chosen.ids else OPEN}
    with stores.state.read() as tx:
        found = [letter(row) for row in tx.rows(_ONWARD, **params, rows_max=rows_max)]
    judged = [(one, _judged(one, one.bytes(), now, enforce)) for one in found if one.status == OPEN and not one.is_cut]
    _store(stores, judged, now=now, edited="")
    results = {one.letter_id: _result(one, verdict) for one, verdict in judged}
    return Replayed(
        results=[results.get(one.letter_id) or _skipped(one) for one in found],
        last_id=found[-1].letter_id if found else after,
        is_done=len(found) < rows_max,
    )


def replay_edited(
    stores: Stores, letter_id: int, text: str, *, now: datetime, enforce: Enforce | None = None
) -> ReplayResult:
    """Judge one letter with a corrected item; the original stays as it came, the correction stands in the attempt.

    Errors: Missing; Conflict if it was replayed or discarded; Invalid for an endless text; Unavailable.
    """
    one = letter_of(stores, letter_id)
    if one.status != OPEN:
        raise Conflict(f"the letter is {one.status}", hint="only an open one can be replayed; restore a discarded one")
    try:
        raw = text.encode()
    except UnicodeEncodeError as error:
        raise Invalid("the item contains half a surrogate pair", hint="send valid Unicode", field="raw") from error
    if len(raw) > RAW_BYTES_MAX or "\x00" in text:
        raise Invalid(f"the item is over {ITEM_BYTES_MAX} bytes or holds a NUL", hint="send less in it", field="raw")
    verdict = _judged(one, raw, now, enforce)
    _store(stores, [(one, verdict)], now=now, edited=text)
    return _result(one, verdict)


def _judged(one: Letter, raw: bytes, now: datetime, enforce: Enforce | None) -> Event | Drop:
    verdicts = accept(
        [raw],
        source_id=one.source_id,
        received_at=one.received_at,
        sent_at=one.sent_at,
        ids=_LetterIds(one),
        batch_context=one.context,
        is_history=one.is_history,
    )
    verdict = (enforce(one.source_id, verdicts) if enforce else verdicts)[0]
    if isinstance(verdict, Event):
        verdict.context = {**verdict.context, "replayed_at": now.isoformat()}
        verdict.keep_id = one.is_history
    return verdict


def _store(stores: Stores, judged: list[tuple[Letter, Event | Drop]], *, now: datetime, edited: str) -> None:
    """First the log, then the letters: a crash between leaves letters open whose events are known as duplicates."""
    events = [verdict for _, verdict in judged if isinstance(verdict, Event)]
    if events:
        append(stores, events)
    if not judged:
        return
    with stores.state.write() as tx:
        last = tx.cursor(LAST_ATTEMPT)
        for attempt_id, (one, verdict) in enumerate(judged, last + 1):
            result = _result(one, verdict)
            is_accepted = result.outcome == ACCEPTED
            told = one if is_accepted else result  # an accepted letter keeps saying why it was refused
            changed = tx.run(
                _SETTLE, letter_id=one.letter_id, status=REPLAYED if is_accepted else OPEN, now=now,
                reason=told.reason, field=told.field, message=told.message,
            )  # fmt: skip
            if changed:
                tx.run(
                    _ADD_ATTEMPT, letter_id=one.letter_id, now=now, attempt_id=attempt_id,
                    is_accepted=int(is_accepted), reason=result.reason, field=result.field, message=result.message,
                    edited=edited,
                )  # fmt: skip
        tx.move_cursor(LAST_ATTEMPT, last + len(judged))


def _result(one: Letter, verdict: Event | Drop) -> ReplayResult:
    if isinstance(verdict, Event):
        return ReplayResult(one.letter_id, ACCEPTED)
    message = verdict.message.replace("\x00", "␀")
    return ReplayResult(one.letter_id, REFUSED, str(verdict.reason), verdict.field.replace("\x00", "␀"), message)


def _skipped(one: Letter) -> ReplayResult:
    if one.status == OPEN:
        return ReplayResult(one.letter_id, SKIPPED, CUT, "", "only the item's beginning was kept: replay it corrected")
    return ReplayResult(one.letter_id, SKIPPED, one.status, "", f"the letter is {one.status}")
