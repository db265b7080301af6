"""Keeps out who was erased: their identifiers are known by salted digests only.

An event that carries one of them still counts as an event, but it is nobody's and says nothing: no identifier, no
property, no context. So a re-import or a late retry brings nobody back, and sums over the log stay whole.

Only a word of consent given after the erasure, with its wording and its means, lifts the digests of what it carries:
that is the person coming back by their own will. It has to be our own (the preference centre, a double opt-in, our
people) or come from a source whose key is nobody else's: a tracker's key is read by everybody. Everything else needs an
operator (``lift``).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from omniloom.core.clock import instant, micros
from omniloom.core.event import CONSENT_GIVEN, OWN_SOURCE_ID, LoggedEvent
from omniloom.core.ids import digest
from omniloom.identity.claim import Claim, Key
from omniloom.identity.known import EPOCH_CURSOR
from omniloom.store import StateTx, query

MayLift = Callable[[str], bool]  # of a source_id
ERASED = "erased: its person asked to be forgotten"
COUNT_CURSOR = "identity.tombstones"  # whether there are any: asked before anything else

_ADD_ERASED = query(__file__, "add_erased")
_ADD = query(__file__, "add_tombstone")
_FOUND = query(__file__, "tombstones")
_LIFT = query(__file__, "lift_tombstones")
_SALT = query(__file__, "salt")
_SET_SALT = query(__file__, "set_salt")
_KEEP_OUT = query(__file__, "keep_out")
_LATE = query(__file__, "kept_out")
_OUT_AMONG = query(__file__, "kept_out_among")
_FORGET_LATE = query(__file__, "forget_kept_out")
_STOOD_IN = query(__file__, "stood_in_for")
_STAND_IN = query(__file__, "stand_in")
_LAST_PERSON = query(__file__, "last_person")
_ADD_PERSON = query(__file__, "add_person")
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
    last = int((tx.one(_LAST_PERSON) or {"person_id": 0})["person_id"])
    made = [(kind, value, last + number) for number, (kind, value) in enumerate(rows, 1)]
    tx.many(_ADD_PERSON, ({"person_id": each, "root_id": each, "created_at": micros(now), "version": 0}
                          for _, _, each in made))  # fmt: skip
    tx.many(_STAND_IN, ({"kind": kind, "value": value, "shared_id": each} for kind, value, each in made))


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


def lift(tx: StateTx, keys: Sequence[Key]) -> int:
    """Let identifiers be known again; how many were not."""
    salt = salt_of(tx)
    return tx.run(_LIFT, digests=[digest_of(salt, key) for key in keys]) if salt else 0


def nobody_else(_source_id: str) -> bool:
    """Only our own words let anybody back."""
    return False


def kept_out(tx: StateTx, claims: Sequence[Claim], may_lift: MayLift, *, settled_to: int) -> set[int]:
    """The numbers of claims with an erased identifier. Their places in the log are noted, to be taken out of it.

    A claim that is a fresh word of consent, of a source that may, lifts its own instead. Of claims up to the position
    ``settled_to`` that was decided before, and stays so whatever was lifted since. Cost: nothing before the first
    erasure, then a query or two a batch.
    """
    if not claims or not tx.cursor(COUNT_CURSOR):
        return set()
    before = [claim for claim in claims if claim.position <= settled_to]
    if before:
        noted = {at for (at,) in tx.tuples(_OUT_AMONG, positions=[claim.position for claim in before])}
        out_before = {claim.number for claim in before if claim.position in noted}
        return out_before | kept_out(tx, claims[len(before) :], may_lift, settled_to=settled_to)
    salt = salt_of(tx)
    digests = {key: digest_of(salt, key) for claim in claims for key in claim.all_keys}
    erased = dict(tx.tuples(_FOUND, digests=sorted(digests.values())))
    out: list[Claim] = []
    for claim in claims if erased else ():
        hit = [digests[key] for key in claim.all_keys if digests[key] in erased]
        if hit and _is_own_will(claim.event, instant(max(erased[each] for each in hit)), may_lift):
            tx.run(_LIFT, digests=hit)
            for each in hit:
                del erased[each]
        elif hit:
            out.append(claim)
    keep_out(tx, [claim.position for claim in out])
    return {claim.number for claim in out}


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


def _is_own_will(event: LoggedEvent, erased_at: datetime, may_lift: MayLift) -> bool:
    """A consent given after the erasure, with what was agreed to and how, told by somebody who is to be believed."""
    if event.name != CONSENT_GIVEN or datetime.fromisoformat(event.occurred_at) <= erased_at:
        return False
    said = msgspec.json.decode(event.properties)
    is_told = bool(said.get("method") and (said.get("wording") or said.get("wording_id")))
    return is_told and (event.source_id == OWN_SOURCE_ID or may_lift(event.source_id))
