"""Refused items that name somebody erased.

They are kept as they came, in any spelling, so that the words of an erasure may miss them, and a retry that is refused
as well brings new ones. So the worker looks through every letter, and through every correction typed since: whatever
could be an identifier is compared with the digests of the erased.

The look goes round for all erasures at once. One that begins joins it where it is, as soon as the items that were on
their way have become letters, and is served when the look has come round to that place; no other erasure makes it
longer. It rests at the end while nobody waits, and looks at what is new. A step is bounded and moves its cursors in the
transaction that deletes.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from omniloom import collect
from omniloom.identity import normalise, tombstone
from omniloom.privacy.files import REWRITE_CURSOR
from omniloom.privacy.mention import Mention, mentions, squashed
from omniloom.privacy.subject import is_telling
from omniloom.store import Row, StateTx, Stores, query

CURSOR = "privacy.letters"  # the last letter that was looked through
ROUND = "privacy.letters_round"  # how often the look began anew
TRIES_CURSOR = "privacy.letter_tries"  # the last correction that was looked through
LETTERS_MAX = 200  # of one step
_DIGESTS_MAX = 5_000  # of one question
_ANY_ID = "previousid"  # an alias names a user or an anonymous id by it

_KINDS = query(__file__, "erased_kinds")
_AMONG = query(__file__, "erased_among")
_LETTERS = query(__file__, "letters_after")
_ATTEMPTS = query(__file__, "attempts_among")
_TRIED = query(__file__, "attempts_after")
_WAITING = query(__file__, "erasures_looking")
_JOIN = query(__file__, "join_look")
_JOIN_AGAIN = query(__file__, "join_look_again")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the look is, and how many had been erased when it came there."""

    burials: int
    round: int
    letter: int
    attempt: int


def look_through(stores: Stores, *, home_region: str, rows_max: int = LETTERS_MAX) -> int:
    """Drop those of the next letters, and of the letters with the next corrections, that name somebody erased; how many
    were looked through.
    """
    with stores.state.read() as tx:
        if not tx.cursor(tombstone.COUNT_CURSOR):
            return 0
    _join(stores)
    with stores.state.read() as tx:
        place, (_, last_id) = _place(tx), collect.letters_end(tx)
        reached, start = _reached(tx, place, last_id), _turned(tx, place, last_id)
        letters = tx.rows(_LETTERS, after=start.letter, rows_max=rows_max)
        tried = tx.rows(_TRIED, after=place.attempt, rows_max=rows_max)
        through = [*([last_id] if len(letters) < rows_max else []), *(row["letter_id"] for row in letters[-1:])]
        goal = replace(start, letter=max(through), attempt=tried[-1]["attempt_id"] if tried else start.attempt)
        if goal == place:
            return 0
        attempts = tx.rows(_ATTEMPTS, letter_ids=[row["letter_id"] for row in letters]) if letters else []
        digests = _digests(tx, [*letters, *attempts, *tried], home_region)
        erased = set(_erased(tx, sorted({each for found in digests.values() for each in found})))
    naming = [letter_id for letter_id, found in digests.items() if not erased.isdisjoint(found)]
    with stores.state.write() as tx:
        if naming:
            collect.drop_letters(tx, naming)
            tx.move_cursor(REWRITE_CURSOR, 1)
        if _place(tx) == place:  # else somebody was erased meanwhile, or another process was quicker: look again
            _go_on(tx, place, goal, reached)
    return len(letters) + len(tried)


def looked_through(stores: Stores) -> set[str]:
    """Erasures that wait, and since whose beginning the look has come round."""
    with stores.state.read() as tx:
        place, waiting = _place(tx), tx.rows(_WAITING)
    return {row["erasure_id"] for row in waiting if row["look_round"] is not None and _is_round(row, place)}


def _is_round(row: Row, place: Place) -> bool:
    """Whether all letters that there were when an erasure joined were seen since, those behind it and those before."""
    if (place.round, place.letter) >= (row["look_round"] + 1, row["look_from"]):
        return True
    return not row["look_from"] and place.letter >= row["look_to"]


def _place(tx: StateTx) -> Place:
    return Place(tx.cursor(tombstone.COUNT_CURSOR), tx.cursor(ROUND), tx.cursor(CURSOR), tx.cursor(TRIES_CURSOR))


def _turned(tx: StateTx, place: Place, last_id: int) -> Place:
    """Where the look goes on: at the beginning, if the first who waits for that saw all that is behind it."""
    joined = [row for row in tx.rows(_WAITING) if row["look_round"] == place.round and row["look_from"]]
    if joined and _reached(tx, place, last_id) >= min(row["look_to"] for row in joined):
        return replace(place, round=place.round + 1, letter=0)
    return place


def _reached(tx: StateTx, place: Place, last_id: int) -> int:
    """The last letter that was looked through; if no other is left, the last that there ever was."""
    return place.letter if tx.rows(_LETTERS, after=place.letter, rows_max=1) else last_id


def _go_on(tx: StateTx, place: Place, goal: Place, reached: int) -> None:
    """From one place to another. Who waits for more than was reached when a round ends waits for the next one's."""
    if goal.round != place.round:
        tx.run(_JOIN_AGAIN, look_round=place.round, reached=reached, next_round=goal.round)
    for name, position in ((ROUND, goal.round), (CURSOR, goal.letter), (TRIES_CURSOR, goal.attempt)):
        tx.move_cursor(name, position)


def _join(stores: Stores) -> None:
    """Let erasures join the look whose items were all moved on into letters."""
    with stores.state.read() as tx:
        waiting = [row for row in tx.rows(_WAITING) if row["look_round"] is None]
        moved, _ = collect.letters_end(tx)
    if any(row["refusals_through"] > moved for row in waiting) and stores.refusals.read(after=moved, rows_max=1):
        waiting = [row for row in waiting if row["refusals_through"] <= moved]
    if not waiting:
        return
    with stores.state.write() as tx:
        place, (_, last_id) = _place(tx), collect.letters_end(tx)
        joining = {"look_round": place.round, "look_from": place.letter, "look_to": last_id}
        tx.many(_JOIN, ({"erasure_id": row["erasure_id"], **joining} for row in waiting))


def _digests(tx: StateTx, rows: Iterable[Row], home_region: str) -> dict[int, set[str]]:
    """The digests of whatever each letter may name."""
    digest_of = _digester(tx, home_region)
    found: dict[int, set[str]] = {}
    for row in rows:
        each = {mention for text in _texts(row) for mention in mentions(text)}
        found.setdefault(row["letter_id"], set()).update(digest for mention in each for digest in digest_of(mention))
    return found


def _digester(tx: StateTx, home_region: str) -> Callable[[Mention], list[str]]:
    """What a mention would be kept as, were its owner erased; with a memory, for items of one source are alike."""
    kinds, salt = [kind for (kind,) in tx.tuples(_KINDS)], tombstone.salt_of(tx)
    keys = {kind: squashed(kind) for kind in kinds}
    known: dict[str, list[tuple[str, str]]] = {}

    def digest_of(mention: Mention) -> list[str]:
        key, value = mention
        if value not in known:
            normal = [(kind, normalise(kind, value, home_region)) for kind in kinds]
            known[value] = [(kind, tombstone.digest_of(salt, (kind, each))) for kind, each in normal
                            if isinstance(each, str)]  # fmt: skip
        is_any = is_telling(value)  # a short one is somebody's only under the name of its kind
        return [digest for kind, digest in known[value] if is_any or key in (keys[kind], _ANY_ID)]

    return digest_of


def _erased(tx: StateTx, digests: list[str]) -> Iterator[str]:
    for start in range(0, len(digests), _DIGESTS_MAX):
        yield from (found for (found,) in tx.tuples(_AMONG, digests=digests[start : start + _DIGESTS_MAX]))


def _texts(row: Row) -> Iterator[str]:
    """Every text of a letter or of an attempt with it."""
    if row.pop("is_base64", 0):
        with suppress(binascii.Error):  # then it is looked through as it is
            row["raw"] = base64.b64decode(row["raw"]).decode("utf-8", "replace")
    yield from (value for value in row.values() if isinstance(value, str) and value)
