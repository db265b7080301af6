"""The texts of a proof in each language."""

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path


@functools.cache
def proof_texts(language: str) -> dict[str, str]:
    """The texts by their names, those of a table as ``table.key``; English for a language we do not speak."""
    texts = tomllib.loads((Path(__file__).parent / "proof_texts.toml").read_text())
    found: dict[str, str] = {}
    for name, told in texts.get(language, texts["en"]).items():
        found |= {f"{name}.{key}": word for key, word in told.items()} if isinstance(told, dict) else {name: told}
    return found


def said(texts: Mapping[str, str], table: str, key: str) -> str:
    """The word for what stands in the ledger; what has none stays as it was sent."""
    return texts.get(f"{table}.{key}", key)
