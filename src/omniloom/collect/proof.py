"""Proofs over the bytes of some JSON that nothing in it needs care: a few scans each, and no value is built."""

import unicodedata

import msgspec

from omniloom.collect.item import DEPTH_MAX

Raw = msgspec.Raw
ABSENT = Raw()  # one object: an encoder leaves out what is the very default

_value = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

# Digits and plus signs become 0, openers {, exponents e: so that few searches find what may be out of bounds.
_SHAPE = bytes.maketrans(b"123456789+[E", b"0000000000{e")
_LONG_NUMBER = b"0" * 19
_HUGE_EXPONENT = b"0e000"
# All bytes of characters that no normalisation touches, whatever stands beside them: ASCII, Latin and Cyrillic.
_SIMPLE = bytes((*range(0x80), *range(0x80, 0xC0), 0xC2, 0xC3, 0xC4, 0xC5, 0xD0, 0xD1))


class Odd(ValueError):
    """It is not proven to be plain; never leaves the quick way."""


def is_plain_text(raw: bytes) -> bool:
    """Whether the text of some JSON is UTF-8 in NFC as it stands, without escapes of letters."""
    if b"\\" in raw and b"\\u" in raw:
        return False
    if raw.isascii():
        return True
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    return not raw.translate(None, _SIMPLE) or unicodedata.is_normalized("NFC", text)


def as_plain_text(raw: bytes) -> bytes:
    """The item with its text as UTF-8 in NFC, without escapes of letters.

    Errors: Odd or DecodeError if it has text that is not safe to store as it is.
    """
    if b"\\" in raw and b"\\u" in raw:
        raw = _encode(_value(raw))  # half surrogate pairs do not get through
        if b"\\u" in raw:  # a control character, of which NUL is refused
            raise Odd
    if not is_plain_text(raw):
        raise Odd
    return raw


def plain_object(text: bytes, part: Raw) -> Raw:
    """The part if it is a plain object; absent if it is null.

    Errors: Odd for anything else, and for what may be nested too deeply or hold a number out of bounds.
    """
    if not text.startswith(b"{"):
        if text == b"null":
            return ABSENT
        raise Odd
    shape = text.translate(_SHAPE)
    if shape.count(b"{") >= DEPTH_MAX or _LONG_NUMBER in shape:
        raise Odd
    if _HUGE_EXPONENT in shape:  # or a part of some id
        _value(text)
    return part


def joined(first: bytes, second: Raw) -> Raw:
    """An object of the fields of ``first`` (without braces) and then of ``second``: of two alike the later counts."""
    rest = bytes(second)[1:-1]
    if not first.strip():
        return Raw(b"{" + rest + b"}")
    return Raw(b"{" + first + (b"," + rest if rest.strip() else b"") + b"}")
