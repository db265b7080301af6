"""CSV: every value is text until the mapping converts it. Row 1 is the first row after the header."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from omniloom.collect.file_format import Format, batch, check_columns
from omniloom.collect.mapping import CsvShape
from omniloom.core.errors import Invalid

_ROWS = 16_384  # per batch: text is wider than typed columns


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: list[str | None]
    fault: str | None = None


def _read(path: Path, columns: list[str], shape: CsvShape) -> Iterator[pa.RecordBatch]:
    try:
        # Bytes of another encoding come through as lone surrogates, so that one bad row does not end the file.
        with path.open(encoding=shape.encoding, errors="surrogateescape", newline="") as file:
            yield from _batches(path, csv.reader(file, delimiter=shape.delimiter, quotechar=shape.quote), columns)
    except OSError as error:
        raise Invalid(f"cannot read {path.name}: {error.strerror}", hint="check the path") from error
    except (LookupError, TypeError) as error:
        raise Invalid(f"{path.name}: {error}", hint="correct `csv` in the mapping", field="csv") from error


def _batches(path: Path, reader: Iterator[list[str]], columns: list[str]) -> Iterator[pa.RecordBatch]:
    header = [name.strip() for name in next(reader, [])]
    check_columns(path, columns, header)
    if len(set(header)) != len(header):
        raise Invalid(f"{path.name} names a column twice", hint="give each column its own name")
    places = [header.index(name) for name in columns]
    rows: list[_Row] = []
    for row in _rows(reader, len(header)):
        rows.append(row)
        if len(rows) == _ROWS:
            yield _arrow(rows, places, columns)
            rows = []
    yield _arrow(rows, places, columns)


def _rows(reader: Iterator[list[str]], width: int) -> Iterator[_Row]:
    """Rows with their numbers; empty lines count but are nothing."""
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Row(number, [None] * width, str(error))
            continue
        if len(cells) == width:
            yield _Row(number, list(cells))
        elif cells:
            padded = [*cells, *[None] * width][:width]
            yield _Row(number, padded, f"the row has {len(cells)} values, the header {width}")


def _arrow(rows: list[_Row], places: list[int], columns: list[str]) -> pa.RecordBatch:
    try:
        arrays = [pa.array([row.cells[place] for row in rows], pa.string()) for place in places]
    except UnicodeEncodeError:
        return _arrow([_decodable(row) for row in rows], places, columns)
    return batch(columns, arrays, [row.number for row in rows], [row.fault for row in rows])


def _decodable(row: _Row) -> _Row:
    """The row without the cells that are not text of the file's encoding."""
    if all(map(_is_text, row.cells)):
        return row
    cells = [cell if _is_text(cell) else None for cell in row.cells]
    return _Row(row.number, cells, row.fault or "the row is not in the file's encoding")


def _is_text(cell: str | None) -> bool:
    try:
        return cell is None or cell.encode() is not None
    except UnicodeEncodeError:
        return False


def _count(path: Path) -> int:
    """Lines less the header: more than the rows if values hold line breaks."""
    with path.open("rb") as file:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    return max(lines - 1, 0)


FORMAT = Format("CSV", (".csv", ".tsv", ".txt"), _read, _count)
