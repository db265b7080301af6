"""Bodies as they come, read once for all doors: each door says in its own words what was wrong with one."""

import json
import zlib
from typing import Any

import msgspec

GZIP = 31  # zlib's window bits for gzip alone
GZIP_OR_ZLIB = 47
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_json(body: bytes) -> Any:
    """The value of JSON text. Errors: ValueError says where it breaks; RecursionError if it is nested too deeply.

    Python's own decoder has the second word: it lets NaN and half surrogate pairs through, which are then refused
    item by item with a reason, so that one bad item never sinks its neighbours.
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return json.loads(body)


def inflate(packed: bytes, *, bytes_max: int, wbits: int) -> bytes | None:
    """The unpacked bytes; None if they are over the limit, before more is unpacked. Errors: ValueError says why."""
    unpacking = zlib.decompressobj(wbits=wbits)
    try:
        body = unpacking.decompress(packed, bytes_max + 1)
    except zlib.error as error:
        raise ValueError(f"the body is not valid gzip: {error}") from error
    if len(body) > bytes_max:
        return None
    if not unpacking.eof:
        raise ValueError("the gzip body is cut short")
    return body
