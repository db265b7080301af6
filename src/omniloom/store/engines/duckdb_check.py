"""What is wrong with a DuckDB file: why it cannot be opened, and which blocks are not what their checksum says."""

from pathlib import Path

import duckdb

from omniloom.core.errors import Unavailable
from omniloom.store.engines.sqlite_pages import Damaged

_TABLES = "select table_name from duckdb_tables() where not internal order by table_name"
_LACKS = {  # what it says, wherever it runs short of something, and what then helps
    "No space left": "free disk space",
    "max_temp_directory_size": "free disk space or raise store.events_memory_mb",
    "could not allocate": "raise store.events_memory_mb",
    "Out of Memory": "raise store.events_memory_mb",
}


def why_not_opened(path: Path, error: duckdb.Error) -> Unavailable:
    """What to tell: what it lacks, or that the file is damaged; its blocks and its WAL have checksums."""
    said = f"cannot open {path.name}: {error}"
    for words, hint in _LACKS.items():
        if words in str(error):
            return Unavailable(said, hint=hint)
    if isinstance(error, duckdb.IOException) and "replaying WAL" not in str(error):
        return Unavailable(said, hint="is another process using it?")
    return Damaged(path, error)


def unreadable(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What is wrong, table by table. What lies in the process's memory is not read anew."""
    wrong = []
    for (name,) in connection.execute(_TABLES).fetchall():
        try:
            connection.execute(f'select bit_xor(hash(columns(*))) from "{name}"').fetchall()  # noqa: S608 - a table's name
        except duckdb.Error as error:
            wrong.append(f"{name}: {error}")
    return wrong
