"""Files beside the stores that may name a person: rows that imports rejected."""

import csv
from pathlib import Path

from omniloom.privacy.mention import stands_in

FOLDERS = ("rejects",)
REWRITE_CURSOR = "privacy.rewrite"  # 1: something was taken out of the stores since their files were written anew


def clean_files(data_dir: Path, words: list[str]) -> int:
    """Take the rows out that name a person; how many."""
    return sum(_clean(path, words) for folder in FOLDERS for path in sorted((data_dir / folder).glob("*.csv")))


def _clean(path: Path, words: list[str]) -> int:
    text = path.read_text(encoding="utf-8")
    if not any(word.strip('"') in text for word in words):
        return 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    kept = [row for row in rows if not any(_names(word, cell) for cell in row for word in words)]
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(kept)
    fresh.replace(path)
    return len(rows) - len(kept)


def _names(word: str, cell: str) -> bool:
    """A short word, which stands in quotes, is all of a cell; another may stand anywhere in it."""
    return stands_in(word, cell) or word == f'"{cell.strip()}"'
