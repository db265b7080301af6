"""Parquet: typed columns, read batch by batch."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from omniloom.collect.file_format import BATCH_ROWS, Format, batch, check_columns
from omniloom.collect.mapping import CsvShape
from omniloom.core.errors import Invalid


def _read(path: Path, columns: list[str], _shape: CsvShape) -> Iterator[pa.RecordBatch]:
    with _open(path) as file:
        check_columns(path, columns, file.schema_arrow.names)
        first = 1
        for found in file.iter_batches(batch_size=BATCH_ROWS, columns=columns, use_threads=False):
            numbers = list(range(first, first + found.num_rows))
            yield batch(columns, [found.column(name) for name in columns], numbers, [None] * found.num_rows)
            first += found.num_rows


def _count(path: Path) -> int:
    with _open(path) as file:
        return int(file.metadata.num_rows)


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise Invalid(f"cannot read {path.name} as Parquet: {error}", hint="check the file") from error


FORMAT = Format("Parquet", (".parquet",), _read, _count)
