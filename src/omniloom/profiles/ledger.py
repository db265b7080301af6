"""The ledger of consents: who agreed to what, in which words, by which means and when. It only grows.

Lines stay with the person they came for, so whoever is merged or parted again has each their own. A person's lines are
a chain: the ``link`` of a line is the SHA-256 of the link before it and of the line's fields, so a line that was
changed, left out or put in between is seen. The store itself refuses to change or delete one (store/append_only.py).
"""

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec

from omniloom.core.clock import instant, micros
from omniloom.identity import root_of
from omniloom.store import StateTx, Stores, query

_ADD_LINE = query(__file__, "add_consent_line")
_KNOWN = query(__file__, "known_consent_lines")
_ENDS = query(__file__, "consent_chain_ends")
_LINES = query(__file__, "consent_lines")
_LINES_AFTER = query(__file__, "consent_lines_after")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEntry:
    """One line of the ledger.

    An empty channel means the event named none: such a line is kept, but gives nothing. ``evidence`` is JSON: what else
    shows that it was so (a form's address, a call's id, the two steps of a double opt-in).
    """

    source_id: str
    message_id: str
    person_id: int
    channel: str
    purpose: str
    is_given: bool
    occurred_at: datetime
    recorded_at: datetime
    advertiser: str = ""
    wording: str = ""
    wording_hash: str = ""
    wording_version: str = ""
    method: str = ""
    ip: str = ""
    user_agent: str = ""
    evidence: str = "{}"
    place: int = 0
    link: str = ""


# The order of a line's fields in what its link is made of; it must stay as it is.
LINKED = (
    "person_id", "place", "source_id", "message_id", "advertiser", "channel", "purpose", "is_given", "wording_hash",
    "wording_version", "method", "ip", "user_agent", "evidence", "occurred_at", "recorded_at",
)  # fmt: skip


@functools.lru_cache(maxsize=1024)
def hash_of(wording: str) -> str:
    """The SHA-256 of a wording in hex; empty for none."""
    return hashlib.sha256(wording.encode()).hexdigest() if wording else ""


def link_of(before: str, line: ConsentEntry) -> str:
    """The link of a line behind a link: SHA-256 of the JSON array of both, in hex."""
    return _link(before, [_plain(getattr(line, name)) for name in LINKED])


def _link(before: str, values: list[Any]) -> str:
    return hashlib.sha256(_encode([before, *values])).hexdigest()


def write_down(tx: StateTx, entries: Iterable[ConsentEntry]) -> list[ConsentEntry]:
    """Add lines that are not known yet, chained; those that were added, without what the store made of them.

    Cost: two questions and one statement, however many lines.
    """
    fresh = _unknown(tx, list(entries))
    if not fresh:
        return []
    people = sorted({entry.person_id for entry in fresh})
    ends = {person_id: (place, link) for person_id, place, link in tx.tuples(_ENDS, person_ids=people)}
    rows = []
    for entry in fresh:
        place, before = ends.get(entry.person_id, (0, ""))
        row = {name: getattr(entry, name) for name in _FIELDS}
        row["place"], row["wording_hash"] = place + 1, hash_of(entry.wording)
        row["occurred_at"], row["recorded_at"] = micros(entry.occurred_at), micros(entry.recorded_at)
        row["link"] = _link(before, [row[name] for name in LINKED])
        row["is_given"] = int(entry.is_given)
        ends[entry.person_id] = (place + 1, row["link"])
        rows.append(row)
    tx.many(_ADD_LINE, rows)
    return fresh


def consent_history(stores: Stores, person_id: int) -> list[ConsentEntry]:
    """Every word about consent of a person, newest first. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        return lines_of(tx, root_id)


def lines_of(tx: StateTx, root_id: int) -> list[ConsentEntry]:
    """The lines of a person and of everyone merged into it, newest first."""
    return [_line(row) for row in tx.rows(_LINES, root_id=root_id)]


def broken_links(lines: Iterable[ConsentEntry]) -> list[ConsentEntry]:
    """Lines that are not what was written down, or not where: their link does not follow from what is there.

    Lines of before the chain have no link and are not judged.
    """
    ends: dict[int, tuple[int, str]] = {}
    broken = []
    for line in sorted(lines, key=lambda each: (each.person_id, each.place)):
        place, before = ends.get(line.person_id, (0, ""))
        is_whole = line.place == place + 1 and line.wording_hash == hash_of(line.wording)
        is_judged = bool(line.link or before)
        if is_judged and not (is_whole and line.link == link_of(before, line)):
            broken.append(line)
        ends[line.person_id] = (line.place, line.link)
    return broken


def broken_ledger(stores: Stores, *, people_max: int = 5_000) -> list[ConsentEntry]:
    """As ``broken_links``, of everybody; so many people at a time."""
    broken: list[ConsentEntry] = []
    last = 0
    with stores.state.read() as tx:
        while rows := tx.rows(_LINES_AFTER, person_id=last, people_max=people_max):
            broken += broken_links(_line(row) for row in rows)
            last = max(row["person_id"] for row in rows)
    return broken


_FIELDS = tuple(field.name for field in fields(ConsentEntry))


def _unknown(tx: StateTx, entries: list[ConsentEntry]) -> list[ConsentEntry]:
    if not entries:
        return []
    known = set(tx.tuples(_KNOWN, message_ids=sorted({entry.message_id for entry in entries})))
    fresh = []
    for entry in entries:
        name = (entry.source_id, entry.message_id, entry.advertiser, entry.channel, entry.purpose)
        if name not in known:
            known.add(name)
            fresh.append(entry)
    return fresh


def _line(row: dict[str, Any]) -> ConsentEntry:
    instants = {name: instant(row[name]) for name in ("occurred_at", "recorded_at")}
    wording_hash = row["wording_hash"] or hash_of(row["wording"])
    return ConsentEntry(**{**row, **instants, "is_given": bool(row["is_given"]), "wording_hash": wording_hash})


def _plain(value: Any) -> Any:
    return micros(value) if isinstance(value, datetime) else value
