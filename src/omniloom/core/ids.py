"""Identifiers come from an injected source, so that a test or a replay gets the same ones again."""

import hashlib
import random
import secrets
from typing import Protocol


class Ids(Protocol):
    """What hands out new ids."""

    def token(self) -> str:
        """128 random bits as 32 hex digits: safe to show, impossible to guess."""
        ...


class RandomIds:
    """Ids from the operating system's randomness."""

    def token(self) -> str:
        """128 random bits in hex."""
        return secrets.token_hex(16)


class SeededIds:
    """Repeatable ids; for tests and the demo's draws."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, never used for secrets

    def token(self) -> str:
        """The next 128 bits of the seeded stream, in hex."""
        return f"{self._random.getrandbits(128):032x}"


def digest(*parts: str | bytes | int) -> str:
    """A stable 128-bit name of ``parts`` in hex: the same parts give the same id on every machine.

    Parts are length-prefixed, so ("ab", "c") and ("a", "bc") differ.
    """
    return digest_bytes(*parts).hex()


def digest_bytes(*parts: str | bytes | int) -> bytes:
    """As :func:`digest`, as 16 bytes."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        state.update(len(raw).to_bytes(4, "big"))
        state.update(raw)
    return state.digest()
