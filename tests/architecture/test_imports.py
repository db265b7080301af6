"""The import contracts of pyproject.toml hold, and each of them catches the fault it is for."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the package in ``folder``."""
    tool = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(tool), "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=600, check=False,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200", "NO_COLOR": "1"},
    )  # fmt: skip


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """The package and its contracts, to break at will."""
    shutil.copytree(root / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path / "src" / "omniloom"


def plant(copy: Path, path: str, line: str) -> None:
    """Append a line of code to a module, made with its folder if it is not there."""
    module = copy / path
    module.parent.mkdir(parents=True, exist_ok=True)
    for folder in Path(path).parents[:-1]:
        (copy / folder / "__init__.py").touch()
    with module.open("a") as file:
        file.write(f"\n{line}\n")


def test_every_contract_holds(root: Path) -> None:
    checked = lint_imports(root)
    assert checked.returncode == 0, checked.stdout


def test_each_contract_catches_its_fault(copy: Path) -> None:
    plant(copy, "profiles/planted.py", "import omniloom.messaging")
    plant(copy, "messaging/channels/planted_pigeon.py", "import socket")
    plant(copy, "catalog/planted.py", "import duckdb")
    plant(copy, "collect/planted.py", "import httpx")
    plant(copy, "segments/operators/planted_left.py", "import omniloom.segments.operators.planted_right")
    plant(copy, "segments/operators/planted_right.py", "")
    plant(copy, "identity/planted_one.py", "import omniloom.identity.planted_two")
    plant(copy, "identity/planted_two.py", "import omniloom.identity.planted_one")
    checked = lint_imports(copy.parents[1])
    told = re.sub(r"\s+", " ", checked.stdout)
    assert checked.returncode == 1
    for expected in (
        "omniloom.profiles.planted -> omniloom.messaging",
        "omniloom.messaging.channels.planted_pigeon -> socket",
        "omniloom.catalog.planted -> duckdb",
        "omniloom.collect.planted -> httpx",
        "omniloom.segments.operators.planted_left -> omniloom.segments.operators.planted_right",
        "planted_two",
        "It is handed values and returns values",  # the guidance is printed
    ):
        assert expected in told
    assert "Contracts: 0 kept, 6 broken." in told


def test_a_room_without_a_place_in_the_house_is_caught(copy: Path) -> None:
    plant(copy, "attic/planted.py", "")
    checked = lint_imports(copy.parents[1])
    assert checked.returncode == 1
    assert "omniloom.attic" in checked.stdout
