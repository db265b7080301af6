"""The scaled log: one JetStream stream of blocks behind the ``Log`` port; any number of collectors append.

A block is what one append brought, at most ``BLOCK_BODIES_MAX`` bodies: one message, or, where the server's
``max_payload`` is too small for it, an atomic batch of messages with consecutive numbers. A body's position is the
number of its block's first message times ``BLOCK_BODIES_MAX`` plus its place in the block. Durable is what the server
acknowledged, given ``sync_interval: always`` in its settings.
"""

import json
import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import nats.errors
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from omniloom.core.errors import Conflict, Invalid, Misconfigured
from omniloom.store.engines.nats import NatsConnection
from omniloom.store.ports import BLOCK_BODIES_MAX

_HEAD = struct.Struct(
    "<QHHH"
)  # the last position before this message (0: tell by the number); part; first place; bodies
_ROOM = 4096  # of a message, for what the protocol adds
_GET_MESSAGES = 500
_GET_BYTES = 16 * 1024 * 1024
_BODY_BYTES = 1024  # of an ordinary message, about: what is fetched beyond the rows asked for is read again
_GET_S = 10.0


@dataclass(frozen=True, slots=True)
class _Part:
    """One message: some of a block's bodies, or none where the log was emptied up to ``emptied_through``."""

    number: int
    emptied_through: int
    index: int
    place: int
    bodies: list[bytes]

    @property
    def first(self) -> int:
        """Position of the first body."""
        return (self.number - self.index) * BLOCK_BODIES_MAX + self.place

    @property
    def last(self) -> int:
        """Position of the last body, or of the last one there was."""
        return self.emptied_through if not self.bodies else self.first + len(self.bodies) - 1


class NatsLog:
    """The ``Log`` port on a JetStream stream."""

    def __init__(self, connection: NatsConnection, name: str) -> None:
        self._connection = connection
        self._jetstream = connection.jetstream
        self._stream = f"{connection.address.stream}_{name}"
        self._subject = f"{self._stream}.block"
        connection.wait(self._ensured())

    @property
    def version(self) -> str:
        """Of the server."""
        return self._connection.server_version

    def append(self, bodies: Sequence[bytes], *, is_urgent: bool = False) -> int:  # noqa: ARG002 - no room is kept
        """Store bodies; see the port. A call of several blocks may keep the first ones and fail with the next."""
        if not bodies:
            return self.last_position()
        position = 0
        for first in range(0, len(bodies), BLOCK_BODIES_MAX):
            block = bodies[first : first + BLOCK_BODIES_MAX]
            parts = list(_packed(block, self._connection.client.max_payload - _ROOM))
            last = self._connection.wait(self._published(parts))
            position = (last - len(parts) + 1) * BLOCK_BODIES_MAX + len(block) - 1
        return position

    def read(self, *, after: int, rows_max: int) -> list[tuple[int, bytes]]:
        """The next messages after a position."""
        found: list[tuple[int, bytes]] = []
        number = (after + 1) // BLOCK_BODIES_MAX
        while len(found) < rows_max:
            parts, is_end = self._connection.wait(self._got(number, bytes_max=rows_max * _BODY_BYTES))
            for part in parts:
                found.extend(row for row in enumerate(part.bodies, part.first) if row[0] > after)
                number = part.number + 1
                if len(found) >= rows_max:
                    break
            if is_end:
                break
        return found[:rows_max]

    def last_position(self) -> int:
        """Position of the newest message ever appended."""
        newest = self._connection.wait(self._newest())
        return newest.last if newest else 0

    def trim(self, *, through: int) -> int:
        """Purge what every cursor has passed; if that is all, an empty message keeps the end known."""
        removed, number = 0, 1
        is_end = False
        newest: _Part | None = None
        while not is_end:
            parts, is_end = self._connection.wait(self._got(number))
            for part in parts:
                if part.last > through:
                    is_end, newest = True, None
                    break
                removed += len(part.bodies)
                number, newest = part.number + 1, part
        if newest is not None and newest.bodies:
            self._connection.wait(self._published([_HEAD.pack(newest.last, 0, 0, 0)]))
        elif newest is not None:
            number = newest.number
        self._connection.wait(self._jetstream.purge_stream(self._stream, seq=number))
        return removed

    def blank(self, positions: Collection[int], *, through: int) -> int:
        """Overwrite and remove the messages that hold these positions, whole blocks that everybody has passed.

        The server cannot change a message; nobody asks for what lies behind every cursor. One that is the newest gets
        an empty one behind it, so that the end stays known.
        """
        wanted = {position for position in positions if position <= through}
        if not wanted:
            return 0
        numbers, number, is_end, last = [], max(1, min(wanted) // BLOCK_BODIES_MAX), False, max(wanted)
        number = 1 if number < _GET_MESSAGES else number - _GET_MESSAGES  # a block may have begun some messages before
        while not is_end:
            parts, is_end = self._connection.wait(self._got(number))
            for part in parts:
                number = part.number + 1
                if part.last <= through and not wanted.isdisjoint(range(part.first, part.last + 1)):
                    numbers.append(part.number)
                is_end = is_end or part.first > last
        newest = self._connection.wait(self._newest())
        if newest is not None and newest.number in numbers:
            self._connection.wait(self._published([_HEAD.pack(newest.last, 0, 0, 0)]))
        for each in numbers:
            self._connection.wait(self._jetstream.delete_msg(self._stream, each))  # overwrites, unless told not to
        return len(numbers)

    def rewrite(self) -> bool:
        """Nothing is left to do: the server overwrites what it deletes."""
        return True

    def begin_after(self, position: int) -> None:
        """Let positions begin behind one of another log, whose messages were read from there.

        Errors: Conflict if the log has messages and ends before it.
        """
        if self.last_position() > position:
            return
        if self.last_position():
            raise Conflict(f"the NATS stream {self._stream} holds other messages", hint="name another with ?stream=…")
        self._connection.wait(self._jetstream.delete_stream(self._stream))
        first = position // BLOCK_BODIES_MAX + 1
        self._connection.wait(self._jetstream.add_stream(self._wanted().evolve(first_seq=first)))

    def close(self) -> None:
        """Close the connection, and with it every log on it."""
        self._connection.close()

    async def _ensured(self) -> None:
        """Make the stream, or check that it keeps everything. Errors: Misconfigured names what it would lose by."""
        try:
            config = (await self._jetstream.stream_info(self._stream)).config
        except NotFoundError:
            await self._jetstream.add_stream(self._wanted())
            return
        wanted = self._wanted()
        for field in ("retention", "discard", "storage", "max_age", "allow_direct", "allow_atomic", "subjects"):
            if (getattr(config, field) or None) != (getattr(wanted, field) or None):
                raise Misconfigured(
                    f"the NATS stream {self._stream} has {field} {getattr(config, field)!r}",
                    hint=f"`nats stream edit {self._stream}`: it should be {getattr(wanted, field)!r}",
                )

    def _wanted(self) -> StreamConfig:
        return StreamConfig(
            name=self._stream, subjects=[self._subject], retention=RetentionPolicy.LIMITS, storage=StorageType.FILE,
            discard=DiscardPolicy.NEW, max_age=0, num_replicas=self._connection.address.replicas,
            allow_direct=True, allow_atomic=True, duplicate_window=0.1,
        )  # fmt: skip

    async def _published(self, parts: list[bytes]) -> int:
        """The number of the last message, once all are on disk: all of them or none."""
        if len(parts) == 1:
            return int((await self._jetstream.publish(self._subject, parts[0])).seq)
        batch = self._connection.client.new_inbox().rpartition(".")[2]
        for sequence, part in enumerate(parts[:-1], 1):
            headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(sequence)}
            await self._connection.client.publish(self._subject, part, headers=headers)
        headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(len(parts)), "Nats-Batch-Commit": "1"}
        return int((await self._jetstream.publish(self._subject, parts[-1], headers=headers)).seq)

    async def _newest(self) -> _Part | None:
        """The newest message that says where the log ends: an empty one may have come behind a later block."""
        try:
            message = await self._jetstream.get_last_msg(self._stream, self._subject)
            newest = _unpacked(int(message.seq or 0), message.data or b"")
            if newest.bodies or newest.number == 1:
                return newest
        except NotFoundError:
            return None
        try:
            message = await self._jetstream.get_msg(self._stream, newest.number - 1)
        except NotFoundError:
            return newest
        earlier = _unpacked(newest.number - 1, message.data or b"")
        return earlier if earlier.last > newest.last else newest

    async def _got(self, number: int, *, bytes_max: int = _GET_BYTES) -> tuple[list[_Part], bool]:
        """The next messages from a number on, and whether they are the last ones."""
        client = self._connection.client
        inbox = client.new_inbox()
        answers = await client.subscribe(inbox, pending_bytes_limit=4 * _GET_BYTES)
        wanted = {
            "seq": max(1, number), "batch": _GET_MESSAGES, "max_bytes": min(_GET_BYTES, bytes_max + _ROOM),
            "next_by_subj": self._subject,
        }  # fmt: skip
        parts: list[_Part] = []
        try:
            await client.publish(f"$JS.API.DIRECT.GET.{self._stream}", json.dumps(wanted).encode(), reply=inbox)
            while True:
                answer = await answers.next_msg(timeout=_GET_S)
                headers: dict[str, Any] = answer.headers or {}
                if "Nats-Sequence" not in headers:
                    return parts, _is_end(headers, parts)
                parts.append(_unpacked(int(headers["Nats-Sequence"]), answer.data))
        finally:
            await answers.unsubscribe()


def _is_end(headers: dict[str, Any], parts: list[_Part]) -> bool:
    """Whether the answer behind a batch says that nothing is left. Errors: NATS's own for any other status."""
    status = headers.get("Status")
    if status == "404":
        return True
    if status == "204":
        return not parts or int(headers.get("Nats-Num-Pending", 0)) == 0
    raise nats.errors.Error(f"direct get: {status} {headers.get('Description', '')}")


def _packed(bodies: Sequence[bytes], bytes_max: int) -> Iterator[bytes]:
    """A block as the payloads of one or more messages."""
    start, size = 0, 0
    index = 0
    for place, body in enumerate(bodies):
        needed = len(body) + 4
        if needed > bytes_max - _HEAD.size:
            raise Invalid(f"a message of {len(body)} bytes is larger than NATS takes", hint="raise its max_payload")
        if size + needed > bytes_max - _HEAD.size:
            yield _payload(bodies[start:place], index, start)
            start, size, index = place, 0, index + 1
        size += needed
    yield _payload(bodies[start:], index, start)


def _payload(bodies: Sequence[bytes], index: int, place: int) -> bytes:
    sizes = struct.pack(f"<{len(bodies)}I", *map(len, bodies))
    return b"".join((_HEAD.pack(0, index, place, len(bodies)), sizes, *bodies))


def _unpacked(number: int, payload: bytes) -> _Part:
    emptied_through, index, place, count = _HEAD.unpack_from(payload)
    sizes = struct.unpack_from(f"<{count}I", payload, _HEAD.size)
    end = _HEAD.size + 4 * count
    bodies = []
    for size in sizes:
        bodies.append(payload[end : end + size])
        end += size
    return _Part(number, emptied_through, index, place, bodies)
