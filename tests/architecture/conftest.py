"""The tree under test, and the house's stack as pyproject.toml tells it (the one place where it is written)."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def package(root: Path) -> Path:
    """The package's folder."""
    return root / "src" / "omniloom"


@pytest.fixture(scope="session")
def stack(root: Path) -> list[frozenset[str]]:
    """The lines of the house from the top down; each line's rooms stand beside each other."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "stack")
    return [frozenset(name.strip(" ()") for name in layer.split("|")) for layer in layers]
