"""The embedded log: one SQLite file. Appends are durable when they return; callers batch to share one commit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from omniloom.core.clock import micros
from omniloom.core.ids import digest_bytes
from omniloom.store.engines.sqlite import Connections
from omniloom.store.ports import Appended, Message

# Spec: exact dedup by (source, message id) for at least 7 days; a month leaves room for late retries.
SEEN_KEPT = timedelta(days=30)

_SCHEMA = """
create table if not exists log_message (
    position integer primary key autoincrement,  -- never reused, even after trimming
    body blob not null
);
create table if not exists log_seen (
    key blob primary key,                        -- digest of (source id, message id)
    expires_at integer                           -- null: kept for ever (imports)
) without rowid;
"""


class SqliteLog:
    """The ``Log`` port on SQLite."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)
        try:
            with self._connections.writing() as connection:
                connection.execute(_SCHEMA)
        except BaseException:
            self._connections.close()
            raise

    def append(self, messages: Sequence[Message], *, now: datetime) -> Appended:
        """Store new messages in one transaction; see the port."""
        expires_at = micros(now + SEEN_KEPT)
        is_new: list[bool] = []
        with self._connections.writing() as connection:
            cursor = connection.cursor()
            for message in messages:
                key = digest_bytes(message.source_id, message.message_id)
                cursor.execute("insert or ignore into log_seen values (?, ?)",
                               (key, None if message.keep_id else expires_at))  # fmt: skip
                is_new.append(connection.changes() == 1)
                if message.keep_id and not is_new[-1]:
                    cursor.execute("update log_seen set expires_at = null where key = ?", (key,))
            fresh = ((m.body,) for m, new in zip(messages, is_new, strict=True) if new)
            cursor.executemany("insert into log_message (body) values (?)", fresh)
            last = cursor.execute("select coalesce(max(seq), 0) from sqlite_sequence").fetchone()
        return Appended(is_new, int(last[0]) if last else 0)

    def read(self, *, after: int, rows_max: int) -> list[tuple[int, bytes]]:
        """The next messages after a position."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "select position, body from log_message where position > ? order by position limit ?",
                (after, rows_max),
            ).fetchall()
        return cast("list[tuple[int, bytes]]", rows)

    def last_position(self) -> int:
        """Position of the newest message ever appended."""
        with self._connections.reading() as connection:
            row = connection.execute("select coalesce(max(seq), 0) from sqlite_sequence").fetchone()
        return int(row[0]) if row else 0

    def trim(self, *, through: int, now: datetime) -> int:
        """Delete messages every cursor has passed, and ids past their time."""
        with self._connections.writing() as connection:
            connection.execute("delete from log_message where position <= ?", (through,))
            removed = connection.changes()
            connection.execute("delete from log_seen where expires_at < ?", (micros(now),))
        return removed

    def close(self) -> None:
        """Close the file."""
        self._connections.close()
