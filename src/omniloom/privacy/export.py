"""A copy of one person's data, table by table: JSON, or CSV files in a ZIP. Written as read, never whole in memory.

A cell of CSV that a spreadsheet could take for a formula gets an apostrophe in front (SEC-E1).
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, Any

import msgspec

from omniloom.core.clock import instant
from omniloom.core.text import safe_cell
from omniloom.privacy import finding
from omniloom.privacy.holdings import HOLDINGS
from omniloom.privacy.sight import Sight
from omniloom.privacy.subject import Subject, subject_of
from omniloom.store import Holding, Row, Stores

_JSON = frozenset(("identifiers", "properties", "context", "evidence", "problems", "value", "topics_off"))
_INTERNAL = frozenset((
    "fence", "claimed_by", "leased_until", "not_before", "planned_id", "reported", "folded", "folded_name",
))  # fmt: skip
Seen = Callable[[Row], Row]
_encode = msgspec.json.Encoder(enc_hook=str).encode


class ExportFormat(StrEnum):
    """What a copy is made as."""

    JSON = "json"
    CSV = "csv"


def export(
    stores: Stores, person_id: int, form: ExportFormat, to: IO[bytes], *, now: datetime, home_region: str,
    sight: Sight | None = None,
) -> int:  # fmt: skip
    """Write a person's data, everyone's merged into them, to a file; how many rows. ``to`` need not seek.

    ``sight``: whose hands it goes into; what plans call sensitive is hidden in a copy for who may not see that.
    Errors: Missing if there is no such person; then nothing is written.
    """
    subject = subject_of(stores, person_id, home_region)
    write = _write_json if form is ExportFormat.JSON else _write_csv
    return write(stores, subject, to, now=now, seen=_seen_by(sight))


def rows_of(stores: Stores, subject: Subject, holding: Holding) -> Iterator[Row]:
    """A person's rows of one table, as they are handed over."""
    if holding.store == "events":
        with stores.events.read() as events:
            for piece in events.pieces(finding.select(holding), **finding.params(holding, subject)):
                for batch in piece.to_batches(max_chunksize=5_000):
                    yield from map(_readable, batch.to_pylist())
        return
    with stores.state.read() as tx:
        rows: list[Row] = []
        if finding.condition(holding) is not None:
            rows += tx.rows(finding.select(holding), **finding.params(holding, subject))
        rows += finding.rows_with_words(tx, holding, subject.words)
    yield from map(_readable, rows)


def _seen_by(sight: Sight | None) -> Seen:
    """A row as whoever gets the copy may see it."""
    if sight is None or sight.sees_sensitive or not sight.classes.sensitive:
        return lambda row: row
    return lambda row: {name: sight.of_stored(name, value, row) for name, value in row.items()}


def exported() -> list[Holding]:
    """The tables a copy is made of."""
    return [each for each in HOLDINGS if each.found and each.export]


def _write_json(stores: Stores, subject: Subject, to: IO[bytes], *, now: datetime, seen: Seen) -> int:
    head = {"person_id": subject.root_id, "exported_at": now, "people": subject.people}
    to.write(_encode(head)[:-1] + b',"tables":{')
    count = 0
    for number, holding in enumerate(exported()):
        to.write((b"," if number else b"") + _encode(holding.table) + b":[")
        between = b""
        for row in map(seen, rows_of(stores, subject, holding)):
            to.write(between + _encode({name: _parsed(name, value) for name, value in row.items()}))
            between, count = b",\n", count + 1
        to.write(b"]")
    to.write(b"}}\n")
    return count


def _write_csv(stores: Stores, subject: Subject, to: IO[bytes], *, now: datetime, seen: Seen) -> int:
    count = 0
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for holding in exported():
            rows = map(seen, rows_of(stores, subject, holding))
            first = next(rows, None)
            if first is None:
                continue
            name = zipfile.ZipInfo(f"{holding.table}.csv", now.timetuple()[:6])
            name.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(name, "w", force_zip64=True) as raw:
                count += _write_rows(raw, first, rows)
    return count


def _write_rows(raw: IO[bytes], first: Row, rows: Iterator[Row]) -> int:
    with io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow([safe_cell(name) for name in first])
        count = 1
        writer.writerow([safe_cell(_cell(value)) for value in first.values()])
        for count, row in enumerate(rows, 2):  # noqa: B007 - how many there were is the answer
            writer.writerow([safe_cell(_cell(value)) for value in row.values()])
    return count


def _readable(row: Row) -> Row:
    return {name: _at(name, value) for name, value in row.items() if name not in _INTERNAL}


def _at(name: str, value: Any) -> Any:
    """Instants as instants, of either store."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value
    if value.__class__ is int and (name.endswith("_at") or name == "at"):
        return instant(value) if value else None
    return value


def _parsed(name: str, value: Any) -> Any:
    """JSON stands as JSON."""
    if name in _JSON and isinstance(value, str) and value:
        try:
            msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
        return msgspec.Raw(value.encode())
    return value


def _cell(value: Any) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
