"""What an import format is: one file in ``formats/`` that binds ``FORMAT``.

A format reads a file as Arrow batches: the columns asked for, then ``_row`` (1 is the first row of values) and
``_fault`` (why the row could not be read; null for a good one). A faulty row keeps what cells it has, so that the order
it belongs to can be held back as a whole.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa

from omniloom.collect.field import FAULT, ROW, unknown
from omniloom.collect.mapping import CsvShape
from omniloom.core.errors import Invalid
from omniloom.core.registry import variants

BATCH_ROWS = 65_536


Read = Callable[[Path, list[str], CsvShape], Iterator[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. ``read`` yields batches as above; ``count`` estimates rows for the progress bar.

    Errors of ``read``: Invalid if the file is not of the format, or lacks a column.
    """

    title: str
    suffixes: tuple[str, ...]
    read: Read
    count: Callable[[Path], int]


@cache
def formats() -> dict[str, Format]:
    """All formats by name."""
    from omniloom.collect import formats as folder

    return variants(folder, "FORMAT", Format)


def format_of(path: Path, name: str) -> Format:
    """The format of that name, or by the file's ending. Errors: Invalid lists what there is."""
    if name:
        if name not in formats():
            raise unknown(name, "format", formats())
        return formats()[name]
    for candidate in formats().values():
        if path.suffix.lower() in candidate.suffixes:
            return candidate
    known = ", ".join(suffix for one in formats().values() for suffix in one.suffixes)
    raise Invalid(f"{path.name}: unknown file ending", hint=f"name the format in the mapping; endings: {known}")


def batch(columns: list[str], arrays: list[pa.Array], numbers: list[int], faults: list[str | None]) -> pa.RecordBatch:
    """A batch as ``read`` yields it."""
    return pa.record_batch(
        [*arrays, pa.array(numbers, pa.int64()), pa.array(faults, pa.string())], names=[*columns, ROW, FAULT]
    )


def check_columns(path: Path, wanted: list[str], present: list[str]) -> None:
    """Errors: Invalid if the file lacks a column, naming near ones."""
    for name in wanted:
        if name not in present:
            error = unknown(name, path.name, present)
            raise Invalid(f"{path.name} has no column {name!r}", hint=error.hint, field=name)
