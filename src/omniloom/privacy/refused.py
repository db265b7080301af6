"""Refused items that name somebody erased.

They are kept as they came, in any spelling, so that the words of an erasure may miss them, and a retry that is refused
as well brings new ones. So the worker looks through every letter once more after each erasure, and through each new
one: whatever could be an identifier is compared with the digests of the erased. A step is bounded and moves its cursor
in the transaction that deletes; an erasure is done when all that had been refused before it was looked through.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from omniloom import collect
from omniloom.identity import normalise, tombstone
from omniloom.privacy.files import REWRITE_CURSOR
from omniloom.privacy.mention import Mention, mentions, squashed
from omniloom.privacy.subject import is_telling
from omniloom.store import Row, StateTx, Stores, query

CURSOR = "privacy.letters"  # the last letter that was looked through
WAITS_FOR = "privacy.refusals"  # where the refusals log ended at the newest erasure
LETTERS_MAX = 200  # of one step
_DIGESTS_MAX = 5_000  # of one question
_ANY_ID = "previousid"  # an alias names a user or an anonymous id by it

_KINDS = query(__file__, "erased_kinds")
_AMONG = query(__file__, "erased_among")
_LETTERS = query(__file__, "letters_after")
_ATTEMPTS = query(__file__, "attempts_among")


def begin_again(tx: StateTx, refusals_end: int) -> None:
    """Look through all letters once more, and through those on their way: somebody is being erased."""
    tx.move_cursor(CURSOR, 0)
    tx.move_cursor(WAITS_FOR, refusals_end)


def look_through(stores: Stores, *, home_region: str, rows_max: int = LETTERS_MAX) -> int:
    """Drop those of the next letters that name somebody erased; how many were looked through."""
    with stores.state.read() as tx:
        burials = tx.cursor(tombstone.COUNT_CURSOR)
        if not burials:
            return 0
        letters = tx.rows(_LETTERS, after=tx.cursor(CURSOR), rows_max=rows_max)
        if not letters:
            return 0
        attempts = tx.rows(_ATTEMPTS, letter_ids=[row["letter_id"] for row in letters])
        digests = _digests(tx, [*letters, *attempts], home_region)
        erased = set(_erased(tx, sorted({each for found in digests.values() for each in found})))
    naming = [letter_id for letter_id, found in digests.items() if not erased.isdisjoint(found)]
    with stores.state.write() as tx:
        if naming:
            collect.drop_letters(tx, naming)
            tx.move_cursor(REWRITE_CURSOR, 1)
        if tx.cursor(tombstone.COUNT_CURSOR) == burials:  # else another erasure began meanwhile: all over again
            tx.move_cursor(CURSOR, letters[-1]["letter_id"])
    return len(letters)


def is_looked_through(stores: Stores) -> bool:
    """Whether every item that had been refused when the newest erasure began was looked through."""
    with stores.state.read() as tx:
        moved, last_id = collect.letters_end(tx)
        is_through, waits_for = tx.cursor(CURSOR) >= last_id, tx.cursor(WAITS_FOR)
        if not is_through:
            is_through = not tx.rows(_LETTERS, after=tx.cursor(CURSOR), rows_max=1)
    return is_through and (moved >= waits_for or not stores.refusals.read(after=moved, rows_max=1))


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
