"""The texts of a proof in each language."""

import functools
import tomllib
from pathlib import Path


@functools.cache
def proof_texts(language: str) -> dict[str, str]:
    """The texts by their names; English for a language we do not speak."""
    texts = tomllib.loads((Path(__file__).parent / "proof_texts.toml").read_text())
    found: dict[str, str] = texts.get(language, texts["en"])
    return found
