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
    hint = "name another file with --output"
    try:
        is_folder, is_placed, is_there = path.is_dir(), path.parent.is_dir(), path.exists()
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise Invalid(f"cannot write {path}: {error.strerror}", hint=hint, field="output") from error
    if is_folder:
        raise Invalid(f"cannot write {path}: it is a folder", hint="name a file with --output", field="output")
    if not is_placed:
        raise Missing(f"there is no folder {path.parent}", hint=f"make it, or {hint}")
    if not os.access(path if is_there else path.parent, os.W_OK):
        raise Invalid(f"cannot write {path}: no right to", hint=hint, field="output")


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
