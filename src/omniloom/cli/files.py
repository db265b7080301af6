"""Files that commands are given: what cannot be read or written is told in words, with the path and what to do."""

import os
from pathlib import Path

import typer

from omniloom.core.errors import Invalid, Missing, OmniloomError

STANDARD_INPUT = "-"


def text_of(path: Path, *, told_by: str = "") -> str:
    """The text of a file, or of standard input for ``-``. ``told_by``: the option or argument that names it.

    Errors: Missing if there is none; Invalid if it cannot be read or is no UTF-8.
    """
    given = f" given as {told_by}" if told_by else ""
    try:
        if str(path) == STANDARD_INPUT:
            return str(typer.get_text_stream("stdin").read())
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Missing(f"there is no file {path}", hint=f"check the path{given}") from error
    except OSError as error:
        raise Invalid(f"cannot read {path}: {error.strerror}", hint=f"check the path{given} and its rights") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"cannot read {path}: it is not UTF-8 text", hint="save it as UTF-8") from error


def check_output(path: Path | None) -> None:
    """Ask before work whose outcome goes to a file. Errors: Missing, Invalid if it could not be written."""
    if path is None:
        return
    if path.is_dir():
        raise Invalid(f"cannot write {path}: it is a folder", hint="name a file with --output", field="output")
    if not path.parent.is_dir():
        raise Missing(f"there is no folder {path.parent}", hint="make it, or name another file with --output")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise Invalid(f"cannot write {path}: no right to", hint="name another file with --output", field="output")


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file. Errors: as ``check_output``."""
    check_output(path)
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise unwritten(path, error) from error


def unwritten(path: Path, error: OSError) -> OmniloomError:
    """What to tell of a file that could not be written."""
    hint = "free disk space, or name another file with --output"
    return Invalid(f"cannot write {path}: {error.strerror}", hint=hint, field="output")
