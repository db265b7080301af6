"""Reads every column of every table of a DuckDB file: a block that is not what its checksum says is then told."""

import duckdb

_TABLES = "select table_name from duckdb_tables() where not internal order by table_name"


def unreadable(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What is wrong, table by table. What lies in the process's memory is not read anew."""
    wrong = []
    for (name,) in connection.execute(_TABLES).fetchall():
        try:
            connection.execute(f'select bit_xor(hash(columns(*))) from "{name}"').fetchall()  # noqa: S608 - a table's name
        except duckdb.Error as error:
            wrong.append(f"{name}: {error}")
    return wrong
