"""Secrets kept in files that only their owner may read.

A file appears under its name whole and on disk, or not at all: an empty one would be a secret that everybody knows.
"""

import os
import secrets
import tempfile
from pathlib import Path

from omniloom.core.errors import Misconfigured, Unavailable


def read_or_create(path: Path) -> str:
    """The secret in the file; 256 random bits are written there first if it does not exist.

    Errors: as ``kept_secret``.
    """
    return kept_secret(path, secrets.token_hex(32).encode()).decode().strip()


def kept_secret(path: Path, fresh: bytes) -> bytes:
    """What the file holds; ``fresh`` if there was none, for whoever asks from now on.

    Errors: Unavailable if the disk refuses; Misconfigured if the file is empty.
    """
    try:
        if not path.exists():
            _create(path, fresh)
        found = path.read_bytes()
    except OSError as error:
        raise Unavailable(f"cannot write {path}: {error.strerror}", hint="check the data directory") from error
    if not found.strip():
        raise Misconfigured(f"{path.name} is empty", hint="restore it from a backup; a new token needs it deleted")
    return found


def _create(path: Path, fresh: bytes) -> None:
    """Write beside, then link: of several who create it at once, the first one's stays."""
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    except FileExistsError:
        return
    finally:
        os.unlink(beside)  # noqa: PTH108 - the name mkstemp gave
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
