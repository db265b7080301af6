"""Small questions to parquet files that the demo and the tests ask: distinct values, and a sample of whole people."""

import shutil
from pathlib import Path
from typing import Any

import duckdb


def distinct_values(file: Path, column: str) -> list[Any]:
    """The distinct values of a column, sorted. ``column`` is a name from code."""
    connection = duckdb.connect()
    try:
        rows = connection.execute(
            f'select distinct "{column}" from read_parquet($file) order by 1',  # noqa: S608 - a name from code
            {"file": str(file)},
        ).fetchall()
    finally:
        connection.close()
    return [row[0] for row in rows]


def sample_parquet(folder: Path, target: Path, names: tuple[str, ...], *, column: str, values_max: int) -> Path:
    """Copy a folder of parquet files, keeping in the named ones only the rows of the first so many values.

    The first name decides which values; files are written once and left alone afterwards. Returns ``target``.
    """
    if target.is_dir():
        return target
    half = target.with_name(target.name + ".part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    kept = distinct_values(folder / f"{names[0]}.parquet", column)[:values_max]
    connection = duckdb.connect()
    try:
        for file in sorted(folder.glob("*.parquet")):
            if file.stem in names:
                rows = connection.sql(
                    f'select * from read_parquet($file) where "{column}" in (select unnest($kept))',  # noqa: S608 - a name from code
                    params={"file": str(file), "kept": kept},
                )
                rows_table = rows.to_arrow_table()
                connection.register("rows_table", rows_table)
                connection.execute(f"copy rows_table to '{(half / file.name).as_posix()}' (format parquet)")
                connection.unregister("rows_table")
            else:
                (half / file.name).symlink_to(file)
    finally:
        connection.close()
    half.rename(target)
    return target
