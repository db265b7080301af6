"""Tokens in public links: opaque, bound to their purpose, impossible to guess.

A token is its parts and the first 16 bytes of an HMAC-SHA256 over purpose and parts. It holds no address.
Source: spec/reliability.md SEC-U1.
"""

import base64
import binascii
import hashlib
import hmac

MAC_BYTES = 16
TOKEN_CHARS_MAX = 200
DIGITS = 6


def sign(secret: bytes, purpose: str, *parts: bytes) -> str:
    """The URL-safe token of ``parts`` (each under 256 bytes) for one purpose."""
    payload = b"".join(bytes([len(part)]) + part for part in parts)
    return base64.urlsafe_b64encode(payload + _mac(secret, purpose, payload)).rstrip(b"=").decode()


def verify(secret: bytes, purpose: str, token: str) -> tuple[bytes, ...] | None:
    """The parts of a token of this purpose that this installation signed, else None."""
    if len(token) > TOKEN_CHARS_MAX:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    payload, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret, purpose, payload)):
        return None
    if sign(secret, purpose, *(parts := _parts(payload))) != token:
        return None  # the same bytes in another spelling
    return parts


def digits(secret: bytes, purpose: str, *parts: bytes) -> str:
    """Six digits that only this installation can tell of ``parts``: a code to be typed, which so is kept nowhere."""
    mac = _mac(secret, f"{purpose}.digits", b"".join(bytes([len(part)]) + part for part in parts))
    return f"{int.from_bytes(mac, 'big') % 10**DIGITS:0{DIGITS}}"  # 128 bits: no digit is likelier than another


def _mac(secret: bytes, purpose: str, payload: bytes) -> bytes:
    key = hmac.digest(secret, b"omniloom.link." + purpose.encode(), hashlib.sha256)
    return hmac.digest(key, payload, hashlib.sha256)[:MAC_BYTES]


def _parts(payload: bytes) -> tuple[bytes, ...]:
    parts: list[bytes] = []
    while payload:
        size = payload[0]
        parts.append(payload[1 : 1 + size])
        payload = payload[1 + size :]
    return tuple(parts)
