"""JSON lines: one object a line. A column may be a dotted path (``customer.email``).

Values are text until the mapping converts them (numbers as written in JSON, objects and lists as JSON text).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from omniloom.collect.file_format import Format, batch
from omniloom.collect.mapping import CsvShape
from omniloom.core.errors import Invalid

_ROWS = 16_384
_Row = tuple[int, list[str | None], str | None]  # number, values, fault


def _read(path: Path, columns: list[str], _shape: CsvShape) -> Iterator[pa.RecordBatch]:
    paths = [(name, tuple(name.split("."))) for name in columns]
    rows: list[_Row] = []
    for number, line in _lines(path):
        rows.append(_row(number, line, paths))
        if len(rows) == _ROWS:
            yield _arrow(rows, columns)
            rows = []
    yield _arrow(rows, columns)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = line.removeprefix(b"\xef\xbb\xbf").strip()
                if text:
                    yield number, text
    except OSError as error:
        raise Invalid(f"cannot read {path.name}: {error.strerror}", hint="check the path") from error


def _row(number: int, line: bytes, paths: list[tuple[str, tuple[str, ...]]]) -> _Row:
    try:
        found = msgspec.json.decode(line)
        if isinstance(found, dict):
            return number, [_text(found.get(name, _inside(found, path))) for name, path in paths], None
        fault = "not a JSON object"
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        fault = f"not a JSON object: {error}"
    return number, [None] * len(paths), fault


def _inside(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _arrow(rows: list[_Row], columns: list[str]) -> pa.RecordBatch:
    arrays = [pa.array([values[i] for _, values, _ in rows], pa.string()) for i in range(len(columns))]
    return batch(columns, arrays, [number for number, _, _ in rows], [fault for _, _, fault in rows])


def _count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


FORMAT = Format("JSON lines", (".jsonl", ".ndjson"), _read, _count)
