"""The embedded log: one SQLite file of blocks. Appends are durable when they return; callers batch to share one commit.

A block is what one append brought: the bodies behind each other and their sizes, one row however many they are. The
position of a body is its block's number times ``BLOCK_BODIES_MAX`` plus its place in the block.
"""

import sys
from array import array
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import cast

import apsw

from omniloom.store.ballast import Ballast
from omniloom.store.engines.sqlite import Connections
from omniloom.store.engines.sqlite_pages import Damaged, is_damage
from omniloom.store.ports import BLOCK_BODIES_MAX

PAGE_BYTES = 16_384  # a block spans pages: fewer, larger ones halve what an append costs the processor
_SCHEMA = """
create table if not exists log_block (
    seq integer primary key autoincrement,  -- never reused, even after trimming
    sizes blob not null,                    -- of each body, 4 bytes little-endian; 0: no message at this position
    body blob not null
);
"""
_ADD = "insert into log_block (sizes, body) values (?, ?)"
_NEXT = "select seq, sizes, body from log_block where seq >= ? order by seq"
_BLOCK = "select sizes, body from log_block where seq = ?"
_WRITE = "update log_block set sizes = ?, body = ? where seq = ?"
_NEWEST = "select seq * 4096 + length(sizes) / 4 - 1 from log_block order by seq desc limit 1"
_PASSED = "where seq <= ?1 / 4096 and seq * 4096 + length(sizes) / 4 - 1 <= ?1"
_COUNT_PASSED = f"select coalesce(sum(length(sizes) / 4), 0) from log_block {_PASSED} and length(body) > 0"  # noqa: S608 - constant
_FORGET = f"delete from log_block {_PASSED} and seq < (select max(seq) from log_block)"  # noqa: S608 - constant
_EMPTY = f"update log_block set sizes = zeroblob(length(sizes)), body = x'' {_PASSED}"  # noqa: S608 - constant


class SqliteLog:
    """The ``Log`` port on SQLite. Any number of processes may append to one file."""

    def __init__(self, path: Path, ballast: Ballast | None = None) -> None:
        self._ballast = ballast or Ballast(path.parent, 0)
        self._path = path
        self._connections = Connections(path, self._ballast, page_bytes=PAGE_BYTES)
        try:
            with self._connections.writing() as connection:
                connection.execute(_SCHEMA)
                _carry_over(connection)
        except BaseException:
            self._connections.close()
            raise

    def append(self, bodies: Sequence[bytes], *, is_urgent: bool = False) -> int:
        """Store bodies in one transaction; see the port."""
        if not bodies:
            return self.last_position()
        admit = self._ballast.admit_urgent if is_urgent else self._ballast.admit
        admit(sum(map(len, bodies)))
        with self._connections.writing() as connection:
            for first in range(0, len(bodies), BLOCK_BODIES_MAX):
                block = bodies[first : first + BLOCK_BODIES_MAX]
                connection.execute(_ADD, (_packed_sizes(map(len, block)), b"".join(block)))
            return connection.last_insert_rowid() * BLOCK_BODIES_MAX + len(block) - 1

    def read(self, *, after: int, rows_max: int) -> list[tuple[int, bytes]]:
        """The next messages after a position."""
        found: list[tuple[int, bytes]] = []
        with self._connections.reading() as connection:
            try:
                for seq, sizes, body in connection.execute(_NEXT, ((after + 1) // BLOCK_BODIES_MAX,)):
                    found += _behind(after, seq * BLOCK_BODIES_MAX, sizes, body)
                    if len(found) >= rows_max:
                        break
            except apsw.Error as error:
                if not is_damage(error):
                    raise
                if not found:  # else what is before it is read first; the next call meets it
                    raise Damaged(
                        self._path, "a page is not what was written", at=f"behind position {after}"
                    ) from error
        return found[:rows_max]

    def last_position(self) -> int:
        """Position of the newest message ever appended."""
        with self._connections.reading() as connection:
            row = connection.execute(_NEWEST).fetchone()
        return int(row[0]) if row else 0

    def trim(self, *, through: int) -> int:
        """Delete the blocks that every cursor has passed; the newest is only emptied, so that the end stays known."""
        with self._connections.writing() as connection:
            removed = connection.execute(_COUNT_PASSED, (through,)).get
            connection.execute(_FORGET, (through,))
            connection.execute(_EMPTY, (through,))
        return int(removed or 0)

    def blank(self, positions: Collection[int], *, through: int) -> int:  # noqa: ARG002 - a block can be written anew
        """Take the bodies out of their blocks; see the port."""
        wanted: dict[int, set[int]] = {}
        for position in positions:
            wanted.setdefault(position // BLOCK_BODIES_MAX, set()).add(position % BLOCK_BODIES_MAX)
        blanked = 0
        with self._connections.writing() as connection:
            for seq, places in wanted.items():
                row = connection.execute(_BLOCK, (seq,)).fetchone()
                bodies = _bodies(cast("bytes", row[0]), cast("bytes", row[1])) if row else []
                present = [place for place in places if place < len(bodies) and bodies[place]]
                for place in present:
                    bodies[place] = b""
                if present:
                    blanked += len(present)
                    connection.execute(_WRITE, (_packed_sizes(map(len, bodies)), b"".join(bodies), seq))
        return blanked

    def damage(self) -> list[str]:
        """What is wrong in the file, see ``Connections.damage``."""
        return self._connections.damage()

    def rewrite(self) -> bool:
        """Write the file anew, see ``Connections.rewrite``."""
        return self._connections.rewrite()

    def has_old_ids(self) -> bool:
        """Whether ids of such a release are still to be carried over."""
        with self._connections.reading() as connection:
            return has_table(connection, "log_seen")

    def old_ids(self) -> Iterator[list[tuple[bytes, int | None]]]:
        """(digest of source and message id, when it expires) of a release that kept ids in the log, in slices."""
        last = b""
        while True:
            with self._connections.reading() as connection:
                if not has_table(connection, "log_seen"):
                    return
                rows = connection.execute(_OLD_IDS, (last,)).fetchall()
            if not rows:
                return
            yield cast("list[tuple[bytes, int | None]]", rows)
            last = cast("bytes", rows[-1][0])

    def drop_old_ids(self) -> None:
        """Forget the ids once they are carried over."""
        with self._connections.writing() as connection:
            connection.execute("drop table if exists log_seen")

    def close(self) -> None:
        """Close the file."""
        self._connections.close()


def _packed_sizes(sizes: Iterator[int]) -> bytes:
    packed = array("I", sizes)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _behind(after: int, first: int, sizes: bytes, body: bytes) -> list[tuple[int, bytes]]:
    """The messages of a block, whose first place is ``first``, that stand behind a position."""
    ends = accumulate(_lengths(sizes), initial=0)
    return [
        (at, body[start:end]) for at, (start, end) in enumerate(pairwise(ends), first) if end > start and at > after
    ]


def _bodies(sizes: bytes, body: bytes) -> list[bytes]:
    """All bodies of a block, empty where there is no message."""
    ends = list(accumulate(_lengths(sizes), initial=0))
    return [body[start:end] for start, end in pairwise(ends)]


def _lengths(sizes: bytes) -> "array[int]":
    lengths = array("I", sizes)
    if sys.byteorder == "big":
        lengths.byteswap()
    return lengths


# --- logs of releases before blocks ----------------------------------------------------------------------------------

_OLD_IDS = "select key, expires_at from log_seen where key > ? order by key limit 10000"
_OLD_MESSAGES = "select position, body from log_message order by position"
_OLD_LAST = "select coalesce(max(seq), 0) from sqlite_sequence where name = 'log_message'"


def has_table(connection: apsw.Connection, name: str) -> bool:
    """Whether the file has a table."""
    return connection.execute("select 1 from sqlite_master where name = ?", (name,)).fetchone() is not None


def _carry_over(connection: apsw.Connection) -> None:
    """Put single messages into blocks, each at the position it had; where one was trimmed a gap stays."""
    if not has_table(connection, "log_message"):
        return
    last = int(connection.execute(_OLD_LAST).get or 0)
    blocks: dict[int, dict[int, bytes]] = {last // BLOCK_BODIES_MAX: {last % BLOCK_BODIES_MAX: b""}} if last else {}
    for position, body in connection.execute(_OLD_MESSAGES):
        blocks.setdefault(position // BLOCK_BODIES_MAX, {})[position % BLOCK_BODIES_MAX] = body
    for seq, members in sorted(blocks.items()):
        bodies = [members.get(place, b"") for place in range(max(members) + 1)]
        add = "insert into log_block (seq, sizes, body) values (?, ?, ?)"
        connection.execute(add, (seq, _packed_sizes(map(len, bodies)), b"".join(bodies)))
    connection.execute("drop table log_message")
