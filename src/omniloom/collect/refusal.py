"""An item that was refused, as the refusals log keeps it: what came, where it came in, and why it was not taken.

Invariants: the raw item is kept as it came, byte for byte, but for secrets: write keys and authorization never get
in. What is needed to judge it again (the request's clock, context and kind) stands beside it.
"""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from omniloom.collect.drop import Drop
from omniloom.core.event import Event

RAW_BYTES_MAX = 64 * 1024  # twice what an item may have; of a larger one the beginning is kept, for reading
CONTEXT_BYTES_MAX = 32 * 1024
REMOVED = "[removed]"
_SECRET = re.compile(
    rb'"(write_?key|api_?key|api_?secret|authorization|proxy-authorization|cookie|password)"(\s*:\s*)"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)
_KEY_CHARS_MIN = 6  # a shorter "key" would take harmless words out of the text


@dataclass(frozen=True, slots=True)
class Arrival:
    """What all items of one request share. ``key`` is only ever searched for, so that it is not stored."""

    source_id: str
    dialect: str
    path: str
    received_at: datetime
    sent_at: datetime | None = None
    context: dict[str, Any] = field(default_factory=dict)
    is_history: bool = False
    key: str = ""


class Refusal(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One refused item. ``raw`` is text, or Base64 of what is no UTF-8; ``is_cut`` says that its end is missing."""

    source_id: str
    dialect: str
    path: str
    received_at: datetime
    reason: str
    field: str = ""
    message: str = ""
    raw: str = ""
    is_base64: bool = False
    is_cut: bool = False
    sent_at: datetime | None = None
    context: dict[str, Any] = {}
    is_history: bool = False


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Refusal)


def encode_refusal(refusal: Refusal) -> bytes:
    """The refusal as JSON bytes, as the refusals log keeps it."""
    return _encoder.encode(refusal)


def decode_refusal(body: bytes) -> Refusal:
    """The refusal of JSON bytes read from the refusals log."""
    return _decoder.decode(body)


def refusals_of(verdicts: Sequence[Event | bytes | Drop], raws: Sequence[Any], arrival: Arrival) -> list[Refusal]:
    """The refused items of a request, in order.

    Shapes: ``raws[i]`` is the item of ``verdicts[i]``, as bytes, ``msgspec.Raw`` or a value.
    """
    refused = [(drop, raw) for drop, raw in zip(verdicts, raws, strict=True) if isinstance(drop, Drop)]
    if not refused:
        return []
    context = _context(arrival)
    return [_refusal(drop, raw, arrival, context) for drop, raw in refused]


def _refusal(drop: Drop, raw: Any, arrival: Arrival, context: dict[str, Any]) -> Refusal:
    scrubbed = _without_secrets(_bytes(raw), arrival.key)
    is_cut = len(scrubbed) > RAW_BYTES_MAX
    text, is_base64 = _text(scrubbed[:RAW_BYTES_MAX], is_cut=is_cut)
    key = arrival.key
    return Refusal(
        source_id=arrival.source_id,
        dialect=arrival.dialect,
        path=arrival.path.replace(key, REMOVED) if len(key) >= _KEY_CHARS_MIN else arrival.path,
        received_at=arrival.received_at,
        reason=str(drop.reason),
        field=drop.field,
        message=drop.message,
        raw=text,
        is_base64=is_base64,
        is_cut=is_cut,
        sent_at=arrival.sent_at,
        context=context,
        is_history=arrival.is_history,
    )


def _context(arrival: Arrival) -> dict[str, Any]:
    """The request's context as it can be stored; an unfit one is left out (each of its items is refused for it)."""
    raw = _without_secrets(_bytes(arrival.context), arrival.key)
    if len(raw) > CONTEXT_BYTES_MAX:
        return {}
    try:
        kept = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _bytes(raw: Any) -> bytes:
    """An item as bytes, also one that no strict JSON can hold (NaN, half surrogate pairs, endless nesting)."""
    if isinstance(raw, (bytes, bytearray, memoryview, msgspec.Raw)):
        return bytes(raw)
    for is_ascii in (False, True):
        try:
            return json.dumps(raw, ensure_ascii=is_ascii, separators=(",", ":"), default=str).encode()
        except (TypeError, ValueError, RecursionError):
            continue
    return b""


def _without_secrets(raw: bytes, key: str) -> bytes:
    found = _SECRET.sub(rb'"\1"\2"' + REMOVED.encode() + b'"', raw)
    return found.replace(key.encode(), REMOVED.encode()) if len(key) >= _KEY_CHARS_MIN else found


def _text(raw: bytes, *, is_cut: bool) -> tuple[str, bool]:
    """The bytes as text, or as Base64 if they are none that every store can hold; and which."""
    for missing in range(4 if is_cut else 1):  # the cut may go through a character
        try:
            text = raw[: len(raw) - missing].decode()
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, False
        break
    return base64.b64encode(raw).decode(), True


def raw_of(raw: str, *, is_base64: bool) -> bytes:
    """The bytes again."""
    return base64.b64decode(raw) if is_base64 else raw.encode()
