"""A secret kept in a file that only its owner may read."""

import os
import secrets
from pathlib import Path

from omniloom.core.errors import Unavailable


def read_or_create(path: Path) -> str:
    """The secret in the file; 256 random bits are written there first if it does not exist.

    Errors: Unavailable if the disk refuses.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    except OSError as error:
        raise Unavailable(f"cannot write {path}: {error.strerror}", hint="check the data directory") from error
    secret = secrets.token_hex(32)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret
