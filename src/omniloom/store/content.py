"""What deduplication looks at in a message: its id, and a digest of what it says."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from omniloom.core.event import OWN_SOURCE_ID
from omniloom.core.ids import digest_bytes

CONTENT_BYTES = 8
UNKNOWN = 0  # the content of an id whose message is not known: equal to any


class _Said(msgspec.Struct, gc=False):
    """The parts of a core.event.Event that make its content: neither times nor context, which a retry may change."""

    source_id: str
    message_id: str
    type: str
    name: str = ""
    identifiers: dict[str, str] = {}
    previous_id: str = ""
    group_id: str = ""
    traits: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    keep_id: bool = False


@dataclass(frozen=True, slots=True)
class Sketches:
    """Messages as deduplication sees them, in columns.

    A key digests source and message id (16 bytes), a content what was said (``UNKNOWN`` if only the id counts),
    ``kept`` says whether the id is to be remembered for ever.
    """

    positions: list[int]
    keys: list[bytes]
    contents: list[int]
    kept: list[bool]


_decode = msgspec.json.Decoder(_Said).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


def sketches(rows: Iterable[tuple[int, bytes]]) -> Sketches:
    """The sketches of encoded events at their positions. The order of names in an object makes no difference.

    The platform's own events say all by their id: told again after a crash, perhaps by a newer identifier of the same
    person, they are the same.
    """
    found = Sketches([], [], [], [])
    for position, body in rows:
        said = _decode(body)
        found.positions.append(position)
        found.keys.append(digest_bytes(said.source_id, said.message_id))
        found.contents.append(UNKNOWN if said.source_id == OWN_SOURCE_ID else _content(said))
        found.kept.append(said.keep_id)
    return found


def _content(said: _Said) -> int:
    parts = (said.type, said.name, said.identifiers, said.previous_id, said.group_id, said.traits, said.properties)
    return int.from_bytes(blake2b(_encode(parts), digest_size=CONTENT_BYTES).digest(), "big") or 1


def key_with(key: bytes, content: int) -> bytes:
    """The key under which further content of an id is remembered."""
    return digest_bytes(key, content)
