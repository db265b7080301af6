"""The act of erasing one person, and what is written down of it.

One state transaction does what must be in force at once: tombstones, and every row of the state store, so that a
running campaign sends nothing after the answer. Before it go texts that only the person's words find (refused items);
after it events and messages of the log. What was under way meanwhile is erased by ``sweep``, which also rewrites files.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from omniloom import messaging, profiles
from omniloom.core.clock import instant
from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import Ids, digest
from omniloom.identity import BY_PRIORITY, tombstone
from omniloom.privacy import finding
from omniloom.privacy.files import clean_files
from omniloom.privacy.holdings import HOLDINGS
from omniloom.privacy.message import done_through, positions_of_people, positions_with, refused_with, take_out
from omniloom.privacy.reason import names_of, without_names
from omniloom.privacy.record import Line, remember
from omniloom.privacy.subject import Subject, is_still, subject_of
from omniloom.profiles import PrivacyKind, PrivacyState
from omniloom.store import BLOCK_BODIES_MAX, Anyone, Erasing, Holding, StateTx, Stores, query

DEADLINE = timedelta(days=30)  # 152-FZ art. 21 p. 5: thirty days from the day of the request

_ADD = query(__file__, "add_erasure")
_ALL = query(__file__, "erasures")
_PENDING = query(__file__, "erasures_pending")
_ONE = query(__file__, "erasure")
_LEDGER = query(__file__, "ledger_lines")
_ADD_PROOF = query(__file__, "add_proof")
_PROOFS = query(__file__, "proofs")


class ErasureState(StrEnum):
    """Where an erasure is. From the first state on nothing is shown of the person and nothing goes to them."""

    BEGUN = "begun"  # what was under way may still bring something into events or log
    SWEPT = "swept"  # no row and no message is left; files may hold bytes of deleted rows
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Erasure:
    """The act of deletion: what was done, without saying who it was. ``counts``: table -> rows."""

    erasure_id: str
    request_id: str
    person_ids: list[int]
    state: ErasureState
    reason: str
    asked_by: str
    asked_at: datetime
    log_through: int
    finished_at: datetime | None
    counts: dict[str, int]


def erase(
    stores: Stores, person_id: int, *, by: str, reason: str, now: datetime, ids: Ids, home_region: str
) -> Erasure:
    """Erase a person with everyone merged into them. When this returns, nothing is shown of them or sent to them.

    Errors: Missing if there is no such person; Conflict if who it is changed meanwhile: then nothing of them is gone.
    Cost:   one statement a table; the log is read once.
    """
    subject = subject_of(stores, person_id, home_region)
    reason = without_names(reason, names_of(stores, subject), subject.values)
    counts = {"refusals": _take_out_refused(stores, subject), "files": clean_files(stores.data_dir, subject.words)}
    with stores.events.read() as events:
        for holding in _erased("events"):
            if (asked := finding.statements(holding).count) is not None:
                rows = events.tuples(asked, **finding.params(holding, subject))
                counts[f"events.{holding.table}"] = int(rows[0][0])
        positions = positions_of_people(events, subject.people)
    through = done_through(stores)
    with stores.state.write() as tx:
        if not is_still(tx, subject):
            raise Conflict("the person was merged, parted or seen by a new identifier just now", hint="erase again")
        salt = tombstone.salt_of(tx)
        if not salt:
            salt = ids.token()
            tombstone.set_salt(tx, salt)
        buried = {tombstone.digest_of(salt, key): key[0] for key in subject.keys}
        made = Erasure(
            ids.token(), _settle_requests(tx, subject, by=by, now=now), subject.people,
            ErasureState.BEGUN, reason, by, now, stores.log.last_position(), None, counts,
        )  # fmt: skip
        _keep_proof(tx, subject, made, salt)
        messaging.end_sends(tx, subject.people, now=now)
        tombstone.bury(tx, subject.people, buried, erasure_id=made.erasure_id, erased_at=now)
        # what the log may not let go of yet: an engine may forget whole blocks alone
        tombstone.keep_out(tx, (position for position in positions if position + BLOCK_BODIES_MAX > through))
        counts |= _erase_state(tx, subject)
        add_erasure(tx, made, refusals_through=stores.refusals.last_position())
    remember(stores.data_dir, Line(made.erasure_id, now, salt, buried))
    erase_events(stores, subject.people)
    counts["log"] = take_out(stores, [*positions, *positions_with(stores, set(buried), salt, home_region)])
    return made


def erasures(stores: Stores, *, rows_max: int = 200) -> list[Erasure]:
    """Acts of deletion, newest first."""
    with stores.state.read() as tx:
        return [read_erasure(row) for row in tx.rows(_ALL, rows_max=rows_max)]


def came_since(stores: Stores, erasure_ids: list[str]) -> dict[str, tombstone.CameSince]:
    """What came of erased people since, by erasure; those of whom nothing came are left out."""
    with stores.state.read() as tx:
        return tombstone.came_since(tx, erasure_ids)


def pending(tx: StateTx, state: ErasureState) -> list[Erasure]:
    """Erasures in one state, the oldest first."""
    return [read_erasure(row) for row in tx.rows(_PENDING, state=state, rows_max=1_000)]


def act_of(stores: Stores, erasure_id: str) -> dict[str, Any]:
    """The act of deletion as a document, with the least that still proves consents. Errors: Missing."""
    with stores.state.read() as tx:
        row = tx.one(_ONE, erasure_id=erasure_id)
        if row is None:
            raise Missing(f"there is no erasure {erasure_id}", field="erasure_id")
        proofs = tx.rows(_PROOFS, erasure_id=erasure_id)
        came = tombstone.came_since(tx, [erasure_id]).get(erasure_id)
    for proof in proofs:
        proof |= {name: instant(proof[name]) for name in ("occurred_at", "recorded_at")}
    act = read_erasure(row)
    return {
        "document": "act of deletion of personal data", "act": act, "kept_as_proof_of_consent": proofs,
        "kept": "digests of identifiers, to keep re-imports out; bare numbers of sends, for sums",
        "fingerprint": digest(msgspec.json.encode(act)),
        "came_since": {"kept_out": came.kept_out, "without_them": came.without_them, "last_at": came.last_at}
        if came else None,
    }  # fmt: skip


def add_erasure(tx: StateTx, made: Erasure, *, refusals_through: int) -> None:
    """Write an erasure down; it is to see the refused items up to there, wherever they are by then."""
    row = {name: getattr(made, name) for name in Erasure.__slots__}
    row |= {"person_ids": msgspec.json.encode(made.person_ids).decode(), "finished_at": 0}
    row |= {"counts": msgspec.json.encode(made.counts).decode(), "refusals_through": refusals_through}
    tx.run(_ADD, **row)


def read_erasure(row: dict[str, Any]) -> Erasure:
    """The erasure of a row."""
    return Erasure(**{
        **row, "person_ids": msgspec.json.decode(row["person_ids"]), "state": ErasureState(row["state"]),
        "asked_at": instant(row["asked_at"]), "counts": msgspec.json.decode(row["counts"]),
        "finished_at": instant(row["finished_at"]) if row["finished_at"] else None,
    })  # fmt: skip


def forget_samples(tx: StateTx) -> None:
    """Drop what may be anybody's: messages that came in late may be among them."""
    for holding in _erased("state"):
        if any(isinstance(finder, Anyone) for finder in holding.found):
            tx.run(finding.deletion(holding))


def _erased(store: str) -> list[Holding]:
    return [each for each in HOLDINGS if each.store == store and each.found and each.erasing is not Erasing.KEEP]


def _take_out_refused(stores: Stores, subject: Subject) -> int:
    positions = refused_with(stores, subject.words)
    return stores.refusals.blank(positions, through=max(positions, default=0)) if positions else 0


def _erase_state(tx: StateTx, subject: Subject) -> dict[str, int]:
    """Every table of the state store; how many rows of each."""
    traders = profiles.forget_sole_traders(tx, subject.people, subject.values)
    counts = {"state.profiles_company": traders} if traders else {}
    for holding in _erased("state"):
        said, rows = finding.statements(holding), 0
        if said.guard is not None:
            tx.many(said.guard, ({"person_id": each} for each in subject.people))
        if said.erase is not None:
            rows += tx.run(said.erase, **finding.params(holding, subject))
        if said.naming is not None:
            rows += tx.run(said.naming, sought=subject.values)
        rows += finding.erase_words(tx, holding, subject.words)
        if rows:
            counts[f"state.{holding.table}"] = rows
    return counts


def erase_late(stores: Stores, people: list[int]) -> None:
    """Delete what acts that were under way wrote of people who had been erased a moment before."""
    with stores.state.write() as tx:
        _erase_state(tx, Subject(0, people, [], [], [], instant(0)))
    erase_events(stores, people)


def erase_events(stores: Stores, people: list[int]) -> None:
    """Delete what the event store holds of people."""
    nobody = Subject(0, people, [], [], [], instant(0))
    with stores.events.write() as tx:
        for holding in _erased("events"):
            if (act := finding.statements(holding).erase) is not None:
                tx.run(act, **finding.params(holding, nobody))


def _settle_requests(tx: StateTx, subject: Subject, *, by: str, now: datetime) -> str:
    """Requests this answers; the oldest one's id."""
    asked = [one for one in profiles.open_privacy_requests(tx, subject.root_id) if one.kind is PrivacyKind.ERASURE]
    for one in asked:
        profiles.settle_privacy(tx, one.request_id, PrivacyState.DONE, by=by, now=now)
    return min(asked, key=lambda one: one.requested_at).request_id if asked else ""


def _keep_proof(tx: StateTx, subject: Subject, made: Erasure, salt: str) -> None:
    """The least that shows consents were given: what, when, to which words; not who, but whom they can be told by."""
    keys = sorted(subject.keys, key=lambda key: BY_PRIORITY.index(key[0]))
    told_by = tombstone.digest_of(salt, keys[0]) if keys else ""
    lines = tx.rows(_LEDGER, people=subject.people)
    tx.many(_ADD_PROOF, (
        {"proof_id": digest(made.erasure_id, number), "erasure_id": made.erasure_id, "subject": told_by, **line}
        for number, line in enumerate(lines)
    ))  # fmt: skip
