"""Seals credentials with the installation's key: AES-256-GCM, bound to the place they are for (channel and field).

The key lies outside the database, so a copy of the database alone gives no credential away.
Source: spec/reliability.md SEC-K2.
"""

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from omniloom.core.errors import Misconfigured

_NONCE_BYTES = 12


def seal(secret: bytes, plain: str, *, place: str, nonce: bytes) -> str:
    """The sealed text of ``plain`` for one place. ``nonce`` is 12 random bytes, never used twice."""
    sealed = AESGCM(_key(secret)).encrypt(nonce, plain.encode(), place.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(secret: bytes, sealed: str, *, place: str) -> str:
    """The text that was sealed for this place. Errors: Misconfigured if key or place are others."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(_key(secret)).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise Misconfigured(
            f"the stored {place} cannot be read with this installation's key",
            hint="restore secret.key from the backup, or enter the credential again",
        ) from error


def _key(secret: bytes) -> bytes:
    return hmac.digest(secret, b"omniloom.vault", hashlib.sha256)
