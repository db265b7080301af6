"""Passwords as argon2id hashes: m = 19 MiB, t = 2, p = 1 (OWASP cheat sheet; SEC-L1)."""

import functools

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from omniloom.core.errors import Invalid
from omniloom.core.text import clean

PASSWORD_CHARS_MIN = 10
PASSWORD_CHARS_MAX = 256  # more would let a stranger make the server hash megabytes

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)


def hashed(password: str) -> str:
    """The password's salted hash, as stored."""
    return _hasher.hash(password)


def is_match(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash. None costs the same time and never matches."""
    try:
        _hasher.verify(password_hash or _decoy(), password[:PASSWORD_CHARS_MAX])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def checked_password(password: str, email: str) -> str:
    """The password if it is good enough. Errors: Invalid says what is wrong with it."""
    password = clean(password, field="password")
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise Invalid(
            f"a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters",
            hint="a few unrelated words are easy to remember and hard to guess",
            field="password",
        )
    name = email.partition("@")[0]
    if len(set(password)) < 5 or (len(name) > 3 and password.casefold().strip("0123456789!") == name):
        raise Invalid("this password is easy to guess", hint="use a few unrelated words", field="password")
    return password


@functools.cache
def _decoy() -> str:
    """A hash nobody's password has, so that an unknown account takes as long as a known one."""
    return _hasher.hash("a decoy that no account has")
