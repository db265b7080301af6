"""Tables from files: CSV (delimiter and encoding guessed, plain or gzipped) and Parquet. All values are text."""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from pyarrow import parquet

from omniloom.core.errors import Invalid, Missing

_DELIMITERS = ",;\t|"
_GUESSED_BYTES = 1 << 20
_PARQUET_MAGIC = b"PAR1"
_GZIP_MAGIC = b"\x1f\x8b"
_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")  # all that some editors write of an empty file
_WANTED = "give a CSV file with a header, or Parquet"


def read(path: Path) -> pa.Table:
    """A file's table, every column text with surrounding spaces taken off, empty values null.

    Errors: Missing if there is no such file; Invalid if it is empty or no table.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise Missing(f"there is no file {path}", hint="check the path") from error
    except OSError as error:
        raise Invalid(f"cannot read {path}: {error.strerror}", hint="check the path and its rights") from error
    if content.startswith(_GZIP_MAGIC):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise Invalid(f"{path} is not a whole gzip file: {error}", hint="copy it again") from error
    try:
        table = parquet.read_table(io.BytesIO(content)) if content.startswith(_PARQUET_MAGIC) else _csv(content)
    except (pa.ArrowException, csv.Error) as error:
        raise Invalid(f"{path} is not a table: {error}", hint=_WANTED) from error
    if not table.column_names:
        raise Invalid(f"{path} is empty", hint=_WANTED)
    return as_text(table)


def _csv(content: bytes) -> pa.Table:
    if content in _ORDER_MARKS:
        return pa.table({})
    text = _decoded(content)
    if text is None:
        raise csv.Error("its encoding is none of UTF-8, UTF-16 and Windows-1251")
    encoded = content if text == "" else text.encode()
    head = encoded[:_GUESSED_BYTES].decode(errors="ignore").partition("\n")[0]
    if not head.strip():
        if encoded.strip():
            raise csv.Error("its first line is empty")
        return pa.table({})
    delimiter = max(_DELIMITERS, key=lambda mark: (head.count(mark), -_DELIMITERS.index(mark)))
    names = next(csv.reader([head.rstrip("\r")], delimiter=delimiter, skipinitialspace=True))
    if len(set(map(str.strip, names))) != len(names):
        raise csv.Error("two columns have one name")
    options = arrow_csv.ConvertOptions(
        column_types={name: pa.string() for name in names}, strings_can_be_null=True, null_values=[""]
    )
    return arrow_csv.read_csv(
        pa.BufferReader(encoded),
        read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=options,
    )


def _decoded(content: bytes) -> str | None:
    """The text of other encodings; "" if the bytes are UTF-8 as they stand; None if nothing fits."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if content.startswith(b"\xef\xbb\xbf"):
        return content.decode("utf-8-sig", errors="replace")
    try:
        content.decode()
    except UnicodeDecodeError:
        try:
            return content.decode("cp1251")
        except UnicodeDecodeError:
            return content.decode("latin-1")
    return ""


def as_text(table: pa.Table) -> pa.Table:
    """Every column as text, spaces around values and names taken off, empty values null."""
    columns = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_floating(column.type) and _is_whole(column):
            column = column.cast(pa.int64())  # a number with gaps became a fraction on its way into the file
        if not pa.types.is_string(column.type):
            column = _cast(column)
        column = pc.utf8_trim_whitespace(column)
        columns[name.strip()] = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    return pa.table(columns)


def _is_whole(column: pa.ChunkedArray) -> bool:
    return bool(pc.all(pc.equal(pc.floor(column), column)).as_py())


def _cast(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return column.cast(pa.string())
    except pa.ArrowException:
        return pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())])


def check_id(table: pa.Table, id_column: str, called: str, *, option: str = "--id") -> None:
    """Errors: Invalid, naming the ``option`` to mend, if there is no such column, or it is empty or not unique."""
    if id_column not in table.column_names:
        raise Invalid(
            f"{called} has no column {id_column!r}", hint=f"{option} takes one of {', '.join(table.column_names)}",
            column=id_column,
        )  # fmt: skip
    column = table[id_column]
    if column.null_count:
        raise Invalid(
            f"column {id_column!r} of {called} is empty in {column.null_count} rows", hint="give every row an id",
            column=id_column,
        )  # fmt: skip
    if pc.count_distinct(column).as_py() != len(column):
        raise Invalid(
            f"column {id_column!r} of {called} repeats a value", hint=f"name a column that is unique with {option}",
            column=id_column,
        )  # fmt: skip


def write_pairs(path: Path, rows: Sequence[tuple[str, str, float]]) -> None:
    """Write ``left,right,probability``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("left", "right", "probability"))
        writer.writerows((left, right, f"{probability:.6f}") for left, right, probability in rows)
