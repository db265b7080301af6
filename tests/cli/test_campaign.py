"""A campaign from a file: its mistakes are named, and the report says in whose name it goes."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from omniloom.app import open_platform
from omniloom.cli.main import app
from omniloom.core.errors import Invalid

SPRING = {
    "name": "Spring",
    "segment": "Buyers",
    "channels": ["sms"],
    "templates": {"sms": {"name": "Hello", "body": "Hello"}},
    "advertiser": "Fresh Bakery",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An installation with a segment."""
    open_platform(tmp_path, environ={}).close()
    (tmp_path / "buyers.yaml").write_text("did: Order Completed")
    _run(tmp_path, "segment", "create", "Buyers", str(tmp_path / "buyers.yaml"))
    return tmp_path


def _run(place: Path, *words: str) -> str:
    return CliRunner().invoke(app, [*words, "--data-dir", str(place)], catch_exceptions=False).output


def _create(place: Path, content: bytes) -> str:
    (place / "spring.yaml").write_bytes(content)
    return _run(place, "campaign", "create", str(place / "spring.yaml"))


def test_the_report_says_in_whose_name_it_goes(place: Path) -> None:
    assert "is a draft" in _create(place, yaml.safe_dump(SPRING).encode())
    assert "In the name of Fresh Bakery" in _run(place, "campaign", "report", "Spring")
    _create(place, yaml.safe_dump({**SPRING, "name": "Own", "advertiser": ""}).encode())
    assert "In the name of" not in _run(place, "campaign", "report", "Own")


def test_a_misspelt_term_is_refused_by_its_name(place: Path) -> None:
    with pytest.raises(Invalid, match="advertizer"):
        _create(place, yaml.safe_dump({**SPRING, "advertizer": "Fresh Bakery"}).encode())


@pytest.mark.parametrize(
    "content", [yaml.safe_dump({**SPRING, "name": "\ud800"}).encode(), "name: Весна".encode("cp1251")]
)
def test_a_file_that_is_no_text_is_refused(place: Path, content: bytes) -> None:
    with pytest.raises(Invalid, match=r"name|spring\.yaml"):
        _create(place, content)
