"""Keeps out who was erased: their identifiers are known by salted digests only.

An event that names them and nobody living still counts as an event, but it is nobody's and says nothing: no identifier,
no property, no context. So a re-import or a late retry brings nobody back, and sums over the log stay whole. An event
that names somebody living too is theirs, without what names the erased (``forgotten``).

Only a word of consent given after the erasure, with its wording and its means, lifts the digests of what it carries, or
a proof of an address that its owner asked us for: that is the person coming back by their own will. A consent has to be
our own (the preference centre, a double opt-in, our people) or come from a source whose key is nobody else's: a
tracker's key is read by everybody. Everything else needs an operator (``lift``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from omniloom.core.clock import instant, micros
from omniloom.core.event import CONSENT_GIVEN, OWN_SOURCE_ID, LoggedEvent, word_name
from omniloom.core.ids import digest
from omniloom.identity.claim import Key
from omniloom.identity.known import EPOCH_CURSOR
from omniloom.store import StateTx, query

MayLift = Callable[[str], bool]  # of a source_id


class Buried(NamedTuple):
    """A tombstone."""

    erased_at: datetime
    erasure_id: str


class Decision(NamedTuple):
    """Of an event that named somebody erased. ``struck``: digests of what it lives on without; None: it is nobody's.

    ``is_theirs``: its words were the erased person's, whoever it belongs to.
    """

    struck: frozenset[str] | None
    is_theirs: bool = False


class CameSince(NamedTuple):
    """Events that named somebody erased: so many are nobody's, so many live on for others; the last came then."""

    kept_out: int
    without_them: int
    last_at: datetime


ERASED = "erased: its person asked to be forgotten"
COUNT_CURSOR = "identity.tombstones"  # whether there are any: asked before anything else

_DIGESTS_MAX = 5_000  # of one question

_ADD_ERASED = query(__file__, "add_erased")
_ADD = query(__file__, "add_tombstone")
_FOUND = query(__file__, "tombstones")
_LIFT = query(__file__, "lift_tombstones")
_SALT = query(__file__, "salt")
_SET_SALT = query(__file__, "set_salt")
_KEEP_OUT = query(__file__, "keep_out")
_LATE = query(__file__, "kept_out")
_OUT_AMONG = query(__file__, "kept_out_among")
_NOTE = query(__file__, "note_decision")
_COUNT = query(__file__, "count_came")
_COUNTED = query(__file__, "came_since")
_FORGET_LATE = query(__file__, "forget_kept_out")
_STOOD_IN = query(__file__, "stood_in_for")
_STAND_IN = query(__file__, "stand_in")
_LAST_PERSON = query(__file__, "last_person")
_ADD_PERSON = query(__file__, "add_person")
_DISMISS = query(__file__, "dismiss_person")
_DROP_PERSON = query(__file__, "drop_person")
_HAND_ON = query(__file__, "hand_shared_on")


def bury(tx: StateTx, people: Iterable[int], digests: dict[str, str], *, erasure_id: str, erased_at: datetime) -> None:
    """Remember who was erased: numbers, and digests with their kinds. What a process knows by heart is void."""
    stamp = {"erasure_id": erasure_id, "erased_at": erased_at}
    people = sorted(people)
    _stand_in_anew(tx, people, erased_at)
    tx.run(_HAND_ON, person_ids=people)
    tx.many(_ADD_ERASED, ({"person_id": person_id, **stamp} for person_id in people))
    tx.many(_ADD, ({"digest": each, "kind": kind, **stamp} for each, kind in digests.items()))
    tx.move_cursor(COUNT_CURSOR, tx.cursor(COUNT_CURSOR) + 1)
    tx.move_cursor(EPOCH_CURSOR, tx.cursor(EPOCH_CURSOR) + 1)


def _stand_in_anew(tx: StateTx, people: list[int], now: datetime) -> None:
    """A shared identifier whose stand-in is erased gets another: whoever uses it next is somebody."""
    rows = tx.tuples(_STOOD_IN, person_ids=people)
    made = zip(rows, _new_people(tx, len(rows), now), strict=True)
    tx.many(_STAND_IN, ({"kind": kind, "value": value, "shared_id": each} for (kind, value), each in made))


def _new_people(tx: StateTx, count: int, now: datetime) -> list[int]:
    last = int((tx.one(_LAST_PERSON) or {"person_id": 0})["person_id"])
    made = list(range(last + 1, last + count + 1))
    tx.many(_ADD_PERSON, ({"person_id": each, "root_id": each, "created_at": micros(now), "version": 0}
                          for each in made))  # fmt: skip
    return made


def salt_of(tx: StateTx) -> str:
    """What tombstones are digested with; empty before the first erasure."""
    row = tx.one(_SALT)
    return str(row["salt"]) if row else ""


def set_salt(tx: StateTx, salt: str) -> None:
    """Choose it, once."""
    tx.run(_SET_SALT, salt=salt)


def digest_of(salt: str, key: Key) -> str:
    """What is kept of an erased identifier."""
    return digest(salt, *key)


def older_form(key: Key) -> Key:
    """The key as earlier versions digested it: they took ß for ss, and ς for σ."""
    return (key[0], key[1].casefold()) if key[0] == "email" else key


def is_buried(tx: StateTx, key: Key) -> bool:
    """Whether an identifier is an erased person's. Cost: nothing before the first erasure."""
    if not tx.cursor(COUNT_CURSOR):
        return False
    salt = salt_of(tx)
    return bool(buried_among(tx, {digest_of(salt, each) for each in (key, older_form(key))}))


def stand_in(tx: StateTx, now: datetime) -> int:
    """A bare number for somebody erased who asks for a proof: nothing is known of them, and no event is theirs."""
    return _new_people(tx, 1, now)[0]


def dismiss(tx: StateTx, person_id: int, now: datetime) -> None:
    """Take such a number away again, unless it is somebody by now."""
    if tx.run(_DISMISS, person_id=person_id, now=now):
        tx.run(_DROP_PERSON, person_id=person_id)


def lift(tx: StateTx, keys: Sequence[Key]) -> int:
    """Let identifiers be known again; how many were not."""
    salt = salt_of(tx)
    return (
        tx.run(_LIFT, digests=sorted({digest_of(salt, each) for key in keys for each in (key, older_form(key))}))
        if salt
        else 0
    )


def nobody_else(_source_id: str) -> bool:
    """Only our own words let anybody back."""
    return False


def buried_among(tx: StateTx, digests: Iterable[str]) -> dict[str, Buried]:
    """Those of the digests that are of erased identifiers."""
    wanted = sorted(digests)
    rows = (row for at in range(0, len(wanted), _DIGESTS_MAX)
            for row in tx.tuples(_FOUND, digests=wanted[at : at + _DIGESTS_MAX]))  # fmt: skip
    return {each: Buried(instant(erased_at), erasure_id) for each, erased_at, erasure_id in rows}


def lift_digests(tx: StateTx, digests: Iterable[str]) -> None:
    """Let the identifiers of these digests be known again."""
    tx.run(_LIFT, digests=sorted(digests))


def decided(tx: StateTx, positions: Sequence[int]) -> dict[int, Decision]:
    """What was decided of messages that named somebody erased, as far as the log still has them."""
    rows = tx.tuples(_OUT_AMONG, positions=list(positions)) if positions else ()
    return {at: Decision(None if struck is None else frozenset(msgspec.json.decode(struck)), bool(is_theirs))
            for at, struck, is_theirs in rows}  # fmt: skip


def note(tx: StateTx, decisions: Mapping[int, Decision]) -> None:
    """Write decisions down, by position: a message that is read again is decided the same, then the log forgets it."""
    tx.many(_NOTE, (
        {"position": at, "is_theirs": int(each.is_theirs),
         "struck": None if each.struck is None else msgspec.json.encode(sorted(each.struck)).decode()}
        for at, each in decisions.items()
    ))  # fmt: skip


def count(tx: StateTx, erasure_ids: Iterable[str], *, is_out: bool, now: datetime) -> None:
    """Count, for each erasure, an event that named its person and stayed out, or lives on without them."""
    ids = sorted(erasure_ids)
    tx.many(_COUNT, ({"erasure_id": each, "kept_out": int(is_out), "struck": int(not is_out), "last_at": now}
                     for each in ids))  # fmt: skip


def came_since(tx: StateTx, erasure_ids: Sequence[str]) -> dict[str, CameSince]:
    """What came of erased people since, by erasure; those of whom nothing came are left out."""
    rows = tx.tuples(_COUNTED, erasure_ids=list(erasure_ids)) if erasure_ids else ()
    return {each: CameSince(kept_out, struck, instant(at)) for each, kept_out, struck, at in rows}


def keep_out(tx: StateTx, positions: Iterable[int]) -> None:
    """Note where messages lie that are to be taken out of the log as soon as every act has read them."""
    tx.many(_KEEP_OUT, ({"position": position} for position in positions))


def late_positions(tx: StateTx, rows_max: int) -> list[int]:
    """Where messages lie in the log that came for people who had been erased."""
    return [position for (position,) in tx.tuples(_LATE, rows_max=rows_max)]


def forget_late(tx: StateTx, positions: list[int]) -> None:
    """These messages are out of the log."""
    tx.run(_FORGET_LATE, positions=positions)


def without_person(event: LoggedEvent, position: int) -> LoggedEvent:
    """What is kept of an event of somebody erased: that there was one, of a type, at a time."""
    return LoggedEvent(
        source_id=event.source_id, message_id=f"erased:{position}", type=event.type, occurred_at=event.occurred_at,
        received_at=event.received_at,
    )  # fmt: skip


def is_own_will(event: LoggedEvent, erased_at: datetime, may_lift: MayLift) -> bool:
    """A proof that the address is theirs, which they asked us for after the erasure; or a consent given after it, with
    what was agreed to and how, told by somebody who is to be believed.
    """
    if datetime.fromisoformat(event.occurred_at) <= erased_at:
        return False
    if event.type == "identify" and event.source_id == OWN_SOURCE_ID:
        return bool(msgspec.json.decode(event.context).get("verified"))
    if word_name(event.name) != CONSENT_GIVEN:
        return False
    said = msgspec.json.decode(event.properties)
    is_told = bool(said.get("method") and (said.get("wording") or said.get("wording_id")))
    return is_told and (event.source_id == OWN_SOURCE_ID or may_lift(event.source_id))
