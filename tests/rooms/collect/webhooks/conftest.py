"""Samples as providers post them: recorded shapes with invented people."""

from pathlib import Path

from omniloom.collect.webhooks import Posted

GOLDEN = Path(__file__).parent / "golden"
TYPES = {".json": "application/json", ".txt": "application/x-www-form-urlencoded"}


def samples() -> list[Path]:
    return sorted(path for path in GOLDEN.iterdir() if path.suffix in TYPES and not path.stem.endswith(".expected"))


def posted(path: Path) -> Posted:
    return Posted(headers={"content-type": TYPES[path.suffix]}, body=path.read_bytes())
