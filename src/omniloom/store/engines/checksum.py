"""A checksum of rows that does not depend on their order, equal whatever engine they come from."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

_MODULUS = 1 << 64


@dataclass(slots=True)
class Checksum:
    """Rows counted and summed so far."""

    rows: int = 0
    total: int = 0

    def add_tuples(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Rows of the state store."""
        count = total = 0
        blake, number = hashlib.blake2b, int.from_bytes
        for row in rows:
            count += 1
            total += number(blake(repr(row).encode(), digest_size=8).digest())
        self.rows += count
        self.total = (self.total + total) % _MODULUS

    def add_table(self, table: pa.Table) -> None:
        """Rows of the event store. Columns are taken by name, so that their order does not matter."""
        if not table.num_rows:
            return
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.register("rows_of", table.select(sorted(table.column_names)))
            found = connection.execute("select count(*), sum(hash(r)::hugeint) from rows_of as r").fetchall()[0]
        self.rows += int(found[0])
        self.total = (self.total + int(found[1])) % _MODULUS

    def __str__(self) -> str:
        return f"{self.rows} rows, {self.total:016x}"
