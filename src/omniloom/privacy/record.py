"""The list of erasures as a file of its own: digests alone. It survives a restored backup, and is replayed on it.

One JSON line an erasure, only ever appended to. Backups must not overwrite it; a copy elsewhere does no harm, for it
names nobody.
"""

import os
from datetime import datetime
from pathlib import Path

import msgspec

FILE = "erasures.jsonl"


class Line(msgspec.Struct, frozen=True):
    """One erasure: digests of identifiers with their kinds, and what they are made with."""

    erasure_id: str
    erased_at: datetime
    salt: str
    digests: dict[str, str]


_decode = msgspec.json.Decoder(Line).decode


def remember(data_dir: Path, line: Line) -> None:
    """Add a line, on disk when this returns."""
    with (data_dir / FILE).open("ab") as file:
        file.write(msgspec.json.encode(line) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def remembered(data_dir: Path) -> list[Line]:
    """Every erasure there was; a line that was cut short by a power cut is left out."""
    path = data_dir / FILE
    if not path.exists():
        return []
    found = []
    for raw in path.read_bytes().splitlines():
        try:
            found.append(_decode(raw))
        except msgspec.DecodeError:
            continue
    return found
