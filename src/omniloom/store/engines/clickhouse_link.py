"""Connections to ClickHouse (a server, or the engine inside the process) through clickhouse-connect.

Every value goes to the server as a typed parameter, never into SQL text. A link is one session: tables staged on it
are seen on it alone, so it serves one transaction at a time.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from omniloom.core.errors import Misconfigured, Unavailable
from omniloom.store.clickhouse_sql import SETTINGS

IN_PROCESS = "chdb:"
IN_MEMORY = "chdb://memory"
LONGEST_STATEMENT = 4 << 20  # bytes; ClickHouse's own limit is a sixteenth of it
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2299, 12, 31, tzinfo=UTC)  # of DateTime64
_NO_ROOM = {241: "give ClickHouse more memory", 243: "free disk space", 252: "let ClickHouse merge its parts"}


class Link:
    """One session. ``statements`` counts what was sent, for tests that stop between any two."""

    def __init__(self, url: str, database: str) -> None:
        remote: dict[str, Any] = {}
        if not url.startswith(IN_PROCESS):
            remote = {"form_encode_query_params": True, "secure": url.startswith("clickhouses:")}
        sized = {**SETTINGS, "max_query_size": LONGEST_STATEMENT}
        try:
            self._client = clickhouse_connect.get_client(
                dsn=url, database=database, settings=sized, tz_mode="naive_utc", **remote
            )
        except (OperationalError, DatabaseError) as error:
            raise Unavailable(f"cannot open ClickHouse: {error}", hint="check store.events_url") from error

    def rows(self, text: str, params: Mapping[str, Any] | None = None) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Column names, and rows with naive UTC instants."""
        with _translated():
            result = self._client.query(text, parameters=dict(params or {}))
        return tuple(result.column_names), [tuple(row) for row in result.result_rows]

    def arrow(self, text: str, params: Mapping[str, Any] | None = None) -> pa.Table:
        """The result as DuckDB would give it: signed integers, instants without a zone."""
        with _translated():
            return _plain(self._client.query_arrow(text, parameters=dict(params or {})))

    def pieces(self, text: str, params: Mapping[str, Any] | None = None) -> Iterator[pa.Table]:
        """The same, a piece at a time."""
        with _translated(), self._client.query_arrow_stream(text, parameters=dict(params or {})) as stream:
            for piece in stream:
                yield _plain(piece if isinstance(piece, pa.Table) else pa.Table.from_batches([piece]))

    def run(self, text: str, params: Mapping[str, Any] | None = None) -> None:
        """A statement without a result."""
        with _translated():
            self._client.command(text, parameters=dict(params or {}))

    def insert(self, table: str, rows: pa.Table) -> None:
        """Append Arrow rows by column name."""
        if rows.num_rows:
            with _translated():
                self._client.insert_arrow(table, rows)

    def close(self) -> None:
        """End the session."""
        self._client.close()


_kept: dict[str, Link] = {}  # one link for good: the engine in memory ends with its last one


def first_link(url: str) -> Link:
    """A link to a database that is always there. It stays open if what it leads to lives in this process's memory."""
    if not url.startswith(IN_MEMORY):
        return Link(url, "default")
    if url not in _kept:
        _kept[url] = Link(url, "default")
    return _kept[url]


class Pool:
    """Links that are free, for the next transaction of any thread."""

    def __init__(self, url: str, database: str) -> None:
        self._url, self._database = url, database
        self._lock = threading.Lock()
        self._free: list[Link] = []
        self._is_closed = False

    @contextmanager
    def link(self) -> Iterator[Link]:
        """A link for one transaction. Errors: Unavailable once closed, or if ClickHouse cannot be reached."""
        with self._lock:
            if self._is_closed:
                raise Unavailable("the events store is closed", hint="the server is stopping; try again in a moment")
            link = self._free.pop() if self._free else None
        link = link or Link(self._url, self._database)
        try:
            yield link
        except BaseException:
            link.close()  # whatever was staged on it is gone with it
            raise
        with self._lock:
            is_kept = not self._is_closed
            if is_kept:
                self._free.append(link)
        if not is_kept:
            link.close()

    def close(self) -> None:
        """Close the free links now and the others when their transactions end."""
        with self._lock:
            self._is_closed = True
            free, self._free = self._free, []
        for link in free:
            link.close()


def adapted(value: Any) -> tuple[str, Any]:
    """(type, value) as ClickHouse binds it. An empty list has the type "": it matches nothing."""
    if isinstance(value, (list, tuple, set, frozenset)):
        kinds = {adapted(member)[0] for member in value}
        if not kinds:
            return "", None
        kind = kinds.pop() if len(kinds) == 1 else _wider(kinds)
        return f"Array({kind})", [adapted(member)[1] for member in value]
    if value is None:
        return "Nullable(String)", None
    if isinstance(value, datetime):
        aware = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return "DateTime64(6, 'UTC')", min(max(aware, _EARLIEST), _LATEST)
    kinds_of: dict[type, str] = {bool: "Bool", int: "Int64", float: "Float64", str: "String", date: "Date32"}
    for known, name in kinds_of.items():
        if isinstance(value, known):
            return name, value
    if isinstance(value, Decimal):
        return f"Decimal(38, {max(0, -int(value.as_tuple().exponent))})", value
    raise Misconfigured(f"no ClickHouse parameter can hold a {type(value).__name__}")


def _wider(kinds: set[str]) -> str:
    if kinds == {"Int64", "Float64"}:
        return "Float64"
    if "Nullable(String)" in kinds and len(kinds) == 2:
        return f"Nullable({next(kind for kind in kinds if kind != 'Nullable(String)')})"
    raise Misconfigured(f"one list holds {', '.join(sorted(kinds))}")


def _plain(table: pa.Table) -> pa.Table:
    kinds = [_plain_type(column.type) for column in table.schema]
    return table.cast(pa.schema([pa.field(n, kind) for n, kind in zip(table.column_names, kinds, strict=True)]))


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_unsigned_integer(kind):
        return pa.int64()
    return pa.timestamp("us") if pa.types.is_timestamp(kind) else kind


@contextmanager
def _translated() -> Iterator[None]:
    """What the operator can mend says so; a wrong statement stays the driver's error."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable(f"ClickHouse does not answer: {error}", hint="is it running?") from error
    except DatabaseError as error:
        if (hint := _NO_ROOM.get(getattr(error, "code", None) or 0)) is not None:
            raise Unavailable(f"ClickHouse refuses: {error}", hint=hint) from error
        raise
