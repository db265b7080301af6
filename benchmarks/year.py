"""The demo's year in a data directory, made once and kept in `.bench/` for the benchmarks that ask questions of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from omniloom.app import Platform, open_platform

FOLDER = Path(".bench") / "year"


def load(data_dir: Path) -> dict[str, Any]:
    """Run the demo on a data directory; its JSON line."""
    command = [sys.executable, "-m", "omniloom.cli.main", "demo", "--no-serve", "--json", "--data-dir", str(data_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


@contextmanager
def opened() -> Iterator[Platform]:
    """The year, open."""
    if not (FOLDER / "events.duckdb").exists():
        print("loading the year once …")
        load(FOLDER)
    platform = open_platform(FOLDER)
    try:
        yield platform
    finally:
        platform.close()
