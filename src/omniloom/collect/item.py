"""One item as a client sends it (Segment's spec), decoded with every limit held.

Most items are plain: ASCII without escapes, shallow, without giant numbers. For them one C decoder call is enough.
The others are walked value by value, so that no text or number gets in that a store would read differently. Fields that
intake does not read are not looked at: they are not stored.

Source: Segment spec, common fields; limits from spec/reliability.md §4.1.
"""

import math
import re
from typing import Any

import msgspec

from omniloom.collect.drop import Drop, Dropped, DropReason
from omniloom.core.errors import Invalid
from omniloom.core.text import clean

ITEM_BYTES_MAX = 32 * 1024
DEPTH_MAX = 32
_INTEGER_MAX = 2**63 - 1

_LONG_NUMBER = re.compile(rb"\d{19}")
_FIELD = re.compile(r" - at `\$\.?(?P<field>.*)`$")


class Item(msgspec.Struct, rename="camel"):
    """The fields intake reads; others are ignored. Ids may be numbers: they become text."""

    type: str = ""
    message_id: str | int | None = None
    user_id: str | int | float | None = None
    anonymous_id: str | int | float | None = None
    previous_id: str | int | float | None = None
    group_id: str | int | float | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    context: dict[str, Any] | None = None
    integrations: Any = None
    traits: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None


_decoder = msgspec.json.Decoder(Item)
_parts = msgspec.json.Decoder(dict[str, msgspec.Raw])
_FIELDS = frozenset(one.encode_name for one in msgspec.structs.fields(Item))


def decode_item(raw: Any) -> Item | Drop:
    """The item of raw JSON (bytes or ``msgspec.Raw``) or of an already decoded value, or why it cannot be taken."""
    try:
        if isinstance(raw, (bytes, msgspec.Raw)):
            return _from_bytes(bytes(raw))
        return _from_value(raw)
    except Dropped as dropped:
        return dropped.drop
    except msgspec.ValidationError as error:
        return _wrong_kind(str(error))
    except (msgspec.DecodeError, UnicodeError) as error:
        return Drop(DropReason.NOT_JSON, "", f"the item is not valid JSON: {error}; send UTF-8 JSON objects")
    except RecursionError:
        return _too_deep()


def cleaned(value: Any, *, field: str = "", depth: int = 0) -> Any:
    """The value with every text in NFC.

    Errors: Dropped for NUL, half surrogate pairs, numbers beyond 64 bits or not finite, and nesting beyond 32.
    """
    if depth > DEPTH_MAX:
        raise Dropped(DropReason.TOO_DEEP, field, _too_deep().message)
    if isinstance(value, str):
        return _text(value, field)
    if isinstance(value, dict):
        return {
            _text(str(key), field): cleaned(inner, field=f"{field}.{key}" if field else str(key), depth=depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [cleaned(inner, field=f"{field}[{i}]", depth=depth + 1) for i, inner in enumerate(value)]
    if (isinstance(value, int) and abs(value) > _INTEGER_MAX) or (
        isinstance(value, float) and not math.isfinite(value)
    ):
        raise Dropped(DropReason.BAD_NUMBER, field, f"{field} is not a finite 64-bit number; send it as text")
    return value


def _from_bytes(raw: bytes) -> Item:
    if len(raw) > ITEM_BYTES_MAX:
        raise _too_large(len(raw))
    if _is_plain(raw):
        return _decoder.decode(raw)
    read = {name: msgspec.json.decode(part) for name, part in _parts.decode(raw).items() if name in _FIELDS}
    return msgspec.convert(cleaned(read), Item)


def _from_value(value: Any) -> Item:
    if not isinstance(value, dict):
        return _decoder.decode(msgspec.json.encode(value))  # says what it is instead
    safe = cleaned({name: inner for name, inner in value.items() if name in _FIELDS})
    if (size := len(msgspec.json.encode(safe))) > ITEM_BYTES_MAX:
        raise _too_large(size)
    return msgspec.convert(safe, Item)


def _is_plain(raw: bytes) -> bool:
    """Whether no text, number or nesting in these bytes can be out of bounds."""
    return (
        raw.isascii()
        and b"\\u" not in raw
        and raw.count(b"{") + raw.count(b"[") <= DEPTH_MAX
        and _LONG_NUMBER.search(raw) is None
    )


def _text(value: str, field: str) -> str:
    if value.isascii() and "\x00" not in value:
        return value
    try:
        return clean(value, field=field or "the item")
    except Invalid as error:
        # The path may hold the very characters that are wrong; it goes into replies, so it is made harmless.
        safe = field.encode("ascii", "backslashreplace").decode().replace("\x00", "\\x00")
        raise Dropped(DropReason.BAD_TEXT, safe, f"{error.hint}: the text is not safe to store") from error


def _too_large(size: int) -> Dropped:
    return Dropped(
        DropReason.TOO_LARGE, "", f"the item has {size} bytes; the limit is {ITEM_BYTES_MAX} (32 KB): send less in it"
    )


def _too_deep() -> Drop:
    return Drop(DropReason.TOO_DEEP, "", f"the item is nested deeper than {DEPTH_MAX} levels: flatten it")


def _wrong_kind(text: str) -> Drop:
    match = _FIELD.search(text)
    field = match["field"] if match else ""
    if "out of range" in text:
        return Drop(DropReason.BAD_NUMBER, field, "a number is out of range; send it as text")
    what = text.partition(" - at ")[0].replace("`", "")
    return Drop(DropReason.WRONG_KIND, field, f"{field or 'the item'}: {what[:1].lower()}{what[1:]}")
