"""Rows of users' files, joined to look-up tables and put in order by an in-memory DuckDB that spills to disk.

Column names from files never enter SQL text: inside, columns are c0, c1, … .
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from omniloom.core.errors import Invalid

MEMORY_MB = 256
BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Join:
    """A table whose columns are added to each row where all keys are equal as text.

    ``on`` pairs a column of the rows with one of the table. A key stands in the table once; the caller checks.
    ``columns`` gives the table's columns to add and their names in the result.
    """

    table: pa.Table
    on: dict[str, str]
    columns: dict[str, str]


def arranged(
    rows: Iterator[pa.RecordBatch], schema: pa.Schema, *, joins: Sequence[Join] = (), order_by: Sequence[str] = ()
) -> Iterator[pa.RecordBatch]:
    """The rows with the joined columns added, in order (first values first, no value last).

    Cost: a sort holds at most 256 MB of memory, the rest lies in a temporary folder until the last batch.
    """
    with tempfile.TemporaryDirectory(prefix="omniloom-import-") as spill:
        connection = duckdb.connect(config={"threads": 1, "memory_limit": f"{MEMORY_MB}MB", "temp_directory": spill})
        connection.execute("set enable_external_access = false")  # after the folder is set: no file but ours
        faults: list[BaseException] = []  # of the reader: they do not survive the way through Arrow and DuckDB
        try:
            _register(connection, _keeping(rows, faults), schema, joins)
            names = [*schema.names, *(name for join in joins for name in join.columns.values())]
            text = _statement(schema.names, joins, order_by)
            for batch in connection.sql(text).to_arrow_reader(BATCH_ROWS):
                yield batch.rename_columns(names)
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            if faults:
                raise faults[0] from None
            raise Invalid(
                f"the rows cannot be joined or sorted: {error}", hint="check the mapping's columns"
            ) from error
        finally:
            connection.close()


def _keeping(rows: Iterator[pa.RecordBatch], faults: list[BaseException]) -> Iterator[pa.RecordBatch]:
    try:
        yield from rows
    except Exception as error:
        faults.append(error)
        raise


def _register(
    connection: duckdb.DuckDBPyConnection, rows: Iterator[pa.RecordBatch], schema: pa.Schema, joins: Sequence[Join]
) -> None:
    plain = pa.schema([pa.field(f"c{i}", column.type) for i, column in enumerate(schema)])
    renamed = (batch.rename_columns(plain.names) for batch in rows)
    connection.register("t", pa.RecordBatchReader.from_batches(plain, renamed))
    for j, join in enumerate(joins):
        connection.register(f"j{j}", join.table.rename_columns([f"c{i}" for i in range(join.table.num_columns)]))


def _statement(own: list[str], joins: Sequence[Join], order_by: Sequence[str]) -> str:
    """Only generated names and numbers stand in this text."""
    selected, joined = ["t.*"], ""
    for j, join in enumerate(joins):
        place = join.table.column_names.index
        keys = (f"t.c{own.index(mine)}::varchar = j{j}.c{place(its)}::varchar" for mine, its in join.on.items())
        joined += f" left join j{j} on {' and '.join(keys)}"
        selected += [f"j{j}.c{place(column)}" for column in join.columns]
    order = ", ".join(f"t.c{own.index(name)} nulls last" for name in order_by)
    return f"select {', '.join(selected)} from t{joined}{f' order by {order}' if order else ''}"  # noqa: S608 - as above
