"""The rows of a mapping's files as Arrow tables: looked up, ordered by group, never cutting a group in two."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniloom.collect.field import FAULT, FILE, ROW
from omniloom.collect.file_format import check_columns, format_of
from omniloom.collect.mapping import Lookup, Mapping
from omniloom.core.errors import Invalid
from omniloom.store import Join, arranged

_LOOKUP_ROWS_MAX = 5_000_000  # a lookup lies in memory
_GROUP_ROWS_MAX = 100_000  # of one event; a larger group is a wrong key


def count_rows(mapping: Mapping, paths: list[Path]) -> int:
    """How many rows the files hold, about; for a progress bar."""
    return sum(format_of(path, mapping.format).count(_present(path)) for path in paths)


def read_tables(mapping: Mapping, paths: list[Path], seen: Callable[[int], None]) -> Iterator[pa.Table]:
    """The rows of all files as one stream; ``seen`` is told the rows read from files so far.

    Shapes: the mapping's columns (a lookup's as ``name.column``), ``_row``, ``_fault`` and ``_file`` (the file's name).
    With ``group_by``, rows of one group are together in file order, and a table ends where a group ends.
    Errors: Invalid if a file lacks a column, cannot be read, or a lookup has two rows for one key.
    """
    batches = _stream(mapping, paths, seen)
    first = next(batches, None)
    if first is None:
        return
    rows: Iterator[pa.RecordBatch] = chain([first], batches)
    if mapping.lookups or mapping.group_by:
        order_by = [mapping.group_by, FILE, ROW] if mapping.group_by else [FILE, ROW]
        joins = [_join(mapping, lookup, paths) for lookup in mapping.lookups]
        rows = arranged(rows, first.schema, joins=joins, order_by=order_by)
    names = pa.array([path.name for path in paths], pa.string())
    whole = _whole_groups(rows, mapping.group_by) if mapping.group_by else (pa.table(batch) for batch in rows)
    for table in whole:
        place = table.column_names.index(FILE)
        files = pa.DictionaryArray.from_arrays(table.column(FILE).combine_chunks(), names)
        yield table.set_column(place, FILE, files)


def _stream(mapping: Mapping, paths: list[Path], seen: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
    columns = mapping.columns_read()
    schema: pa.Schema | None = None
    count = 0
    for place, path in enumerate(paths):
        for found in format_of(path, mapping.format).read(_present(path), columns, mapping.csv):
            batch = _like(schema, found, path)
            schema = batch.schema
            count += batch.num_rows
            seen(count)
            yield batch.append_column(FILE, pa.array(np.full(batch.num_rows, place, np.int32)))


def _like(schema: pa.Schema | None, batch: pa.RecordBatch, path: Path) -> pa.RecordBatch:
    """The batch with the types of the first file's columns."""
    if schema is None or batch.schema == schema:
        return batch
    try:
        return batch.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise Invalid(
            f"{path.name} has other types of columns than the first file: {error}", hint="import it on its own"
        ) from error


def _whole_groups(batches: Iterator[pa.RecordBatch], key: str) -> Iterator[pa.Table]:
    """Tables that end where a group ends."""
    rest: pa.Table | None = None
    for batch in batches:
        table = pa.table(batch) if rest is None else pa.concat_tables([rest, pa.table(batch)])
        last = group_starts(table.column(key))[-1] if table.num_rows else 0
        if last:
            yield table.slice(0, last)
        rest = table.slice(last)
        if rest.num_rows > _GROUP_ROWS_MAX and rest.column(key)[0].is_valid:
            raise Invalid(
                f"over {_GROUP_ROWS_MAX} rows have the same {key}",
                hint="group_by should name one order",
                field="group_by",
            )
    if rest is not None and rest.num_rows:
        yield rest


def group_starts(column: pa.ChunkedArray) -> list[int]:
    """Where in an ordered column a new value begins."""
    if len(column) == 0:
        return []
    array = column.combine_chunks()
    codes = array.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return [0, *(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist()]


def _join(mapping: Mapping, lookup: Lookup, paths: list[Path]) -> Join:
    """The lookup's table; its path is relative to the first data file."""
    path = paths[0].parent / lookup.path
    columns = list(dict.fromkeys([*lookup.on.values(), *mapping.lookup_columns(lookup)]))
    batches = []
    rows = 0
    for batch in format_of(path, lookup.format).read(_present(path), columns, mapping.csv):
        rows += batch.num_rows
        if rows > _LOOKUP_ROWS_MAX:
            raise Invalid(f"{path.name} has over {_LOOKUP_ROWS_MAX} rows", hint="a lookup must be smaller")
        batches.append(batch)
    if not batches:
        raise Invalid(f"{path.name} is empty", hint="a lookup needs rows")
    table = pa.Table.from_batches(batches)
    check_columns(path, columns, table.column_names)
    faults = pc.drop_null(table.column(FAULT))
    if len(faults):
        raise Invalid(f"{path.name}: {faults[0]}", hint="correct the file")
    keys = list(lookup.on.values())
    if table.group_by(keys).aggregate([]).num_rows != table.num_rows:
        raise Invalid(f"{path.name} has several rows for one {', '.join(keys)}", hint="a lookup needs unique keys")
    return Join(table, dict(lookup.on), {name: f"{lookup.name}.{name}" for name in mapping.lookup_columns(lookup)})


def _present(path: Path) -> Path:
    if not path.is_file():
        raise Invalid(f"there is no file {path}", hint="check the path", field="paths")
    return path
