"""What trackers put on the wire, made plain: JSON, forms, Base64, gzip, credentials. Every step is bounded."""

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl

from omniloom.collect.dialect import Hit, Unreadable
from omniloom.collect.unpack import GZIP_OR_ZLIB, inflate, read_json
from omniloom.core.errors import OmniloomError

FIELDS_MAX = 1_000


class Oversized(OmniloomError):
    """The body is too large."""

    code = "too_large"
    status = 413


def gunzip(packed: bytes, *, bytes_max: int, wbits: int = GZIP_OR_ZLIB) -> bytes:
    """The unpacked bytes of gzip or zlib. Errors: Oversized before more than the limit is unpacked; Unreadable."""
    try:
        body = inflate(packed, bytes_max=bytes_max, wbits=wbits)
    except ValueError as error:
        raise Unreadable(str(error), hint="send whole gzip, or no compression") from error
    if body is None:
        raise Oversized(f"the body is over {bytes_max} bytes", hint="send less at once", limit=bytes_max)
    return body


def json_of(raw: bytes | str) -> Any:
    """The value of JSON text. Errors: Unreadable says where it breaks."""
    try:
        return read_json(raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw)
    except RecursionError as error:
        raise Unreadable("the JSON is nested too deeply", hint="flatten it") from error
    except ValueError as error:
        raise Unreadable(f"the body is not valid JSON: {error}", hint="send UTF-8 JSON") from error


def object_of(raw: bytes | str) -> dict[str, Any]:
    """As ``json_of``, for a body that must be an object."""
    value = json_of(raw)
    if not isinstance(value, dict):
        raise Unreadable("the body is not a JSON object", hint="send an object")
    return value


def pairs_of(raw: bytes | str) -> list[tuple[str, str]]:
    """The fields of a query string or a form. Errors: Unreadable for too many."""
    text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    try:
        return parse_qsl(text.removeprefix("?"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise Unreadable(f"the form is not readable: {error}", hint="send less fields") from error


def form_of(hit: Hit) -> dict[str, str]:
    """The fields of a query and of a form body together; the body's win."""
    found = dict(hit.query)
    if hit.body and not looks_like_json(hit.body):
        found.update(pairs_of(hit.body))
    return found


def looks_like_json(body: bytes) -> bool:
    """Whether a body is JSON, whatever its content type says (many trackers avoid a preflight by another)."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def unbase64(text: str | bytes) -> bytes:
    """The bytes of Base64, standard or for URLs, padded or not. Errors: Unreadable."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    plain = raw.strip().replace(b" ", b"+").replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise Unreadable("the body is not valid Base64", hint="send Base64 of UTF-8 JSON") from error


def basic_of(hit: Hit) -> tuple[str, str]:
    """User and password of HTTP Basic; ("", "") if there is none. Errors: Unreadable if it is not valid."""
    scheme, _, value = hit.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    user, _, password = unbase64(value).decode("utf-8", "replace").partition(":")
    return user, password


def bearer_of(hit: Hit) -> str:
    """The token of ``Authorization: Bearer``, or empty."""
    scheme, _, value = hit.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def keys(*candidates: Any) -> tuple[str, ...]:
    """The write keys among the candidates, each once, in order."""
    return tuple(dict.fromkeys(text for one in candidates if isinstance(one, str) and (text := one.strip())))
