"""What `omniloom consent` prints fits a terminal and can be read."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omniloom import profiles
from omniloom.app import open_platform
from omniloom.cli.main import app
from omniloom.core.errors import Invalid
from omniloom.core.event import Event, encode
from omniloom.worker import loop

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _printed(place: Path, *words: str) -> str:
    done = CliRunner().invoke(app, ["consent", *words, "--data-dir", str(place)], env={"COLUMNS": "80"})
    if isinstance(done.exception, Invalid):
        raise done.exception
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


def test_reach_is_counted_in_a_partners_name_and_a_mistyped_one_is_told(tmp_path: Path) -> None:
    platform = open_platform(tmp_path, environ={})
    platform.stores.log.append([
        encode(Event(
            source_id="till", message_id=f"{number}", type=kind, name=name, occurred_at=NOW, received_at=NOW,
            identifiers={"user_id": "anna", "email": "anna@example.test"}, properties=said,
        ))
        for number, (kind, name, said) in enumerate((
            ("identify", "", {}), ("track", "Consent Given", {"channel": "email", "advertiser": "Fresh Bakery"}),
        ))
    ])  # fmt: skip
    loop.catch_up(platform, None, loop.KNOWING)
    platform.close()
    assert "reach" in _printed(tmp_path, "reach", "--advertiser", "Fresh Bakery")
    theirs, ours = (
        json.loads(_printed(tmp_path, "reach", "--json", *words))[0]["reachable"]
        for words in (["--advertiser", "Fresh Bakery"], [])
    )
    assert (theirs, ours) == (1, 0)
    with pytest.raises(Invalid, match=r"^advertiser: nobody ever agreed") as told:
        _printed(tmp_path, "reach", "--advertiser", "Fresh Bekery")
    assert told.value.hint == "did you mean Fresh Bakery?"
