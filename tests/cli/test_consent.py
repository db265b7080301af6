"""What `omniloom consent` prints fits a terminal and can be read."""

from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from omniloom import profiles
from omniloom.app import open_platform
from omniloom.cli.main import app

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _printed(place: Path, *words: str) -> str:
    done = CliRunner().invoke(app, ["consent", *words, "--data-dir", str(place)], env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    return done.output


def test_wordings_and_reach_are_readable_in_eighty_columns(tmp_path: Path) -> None:
    platform = open_platform(tmp_path, environ={})
    text = "Согласен получать письма и SMS с предложениями; отозвать согласие можно в любой момент."
    made = profiles.add_wording(platform.stores, name="newsletter", text=text, language="ru", now=NOW, by="anna")
    platform.close()
    listed = _printed(tmp_path, "wordings")
    for words in ("newsletter", "v1 ru", "Согласен получать", made.hash[:12]):
        assert words in listed
    assert made.hash in _printed(tmp_path, "wordings", "--json")
    reach = _printed(tmp_path, "reach")
    assert "reachable" in reach
    assert "_" not in reach
