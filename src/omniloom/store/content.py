"""What deduplication looks at in a message: its id, and a digest of what it says."""

from typing import Any

import msgspec

from omniloom.core.ids import digest_bytes


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


class Sketch(msgspec.Struct, frozen=True, gc=False):
    """One message: ``key`` digests its source and id, ``content`` what it says, ``key_of_content`` both."""

    position: int
    key: str
    content: str
    key_of_content: str
    keep_id: bool


_decode = msgspec.json.Decoder(_Said).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


def sketch(position: int, body: bytes) -> Sketch:
    """The sketch of an encoded event."""
    said = _decode(body)
    parts = (said.type, said.name, said.identifiers, said.previous_id, said.group_id, said.traits, said.properties)
    content = digest_bytes(_encode(parts))
    key = digest_bytes(said.source_id, said.message_id)
    return Sketch(position, key.hex(), content.hex(), digest_bytes(key, content).hex(), said.keep_id)
