"""What `omniloom person erase` refuses."""

from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from omniloom.app import open_platform
from omniloom.cli.main import app
from omniloom.core.event import Event, encode
from omniloom.worker.loop import catch_up

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_nobody_is_erased_without_a_reason(tmp_path: Path) -> None:
    platform = open_platform(tmp_path, environ={})
    event = Event(source_id="s", message_id="1", type="identify", occurred_at=NOW, received_at=NOW,
                  identifiers={"user_id": "anna-1"})  # fmt: skip
    platform.stores.log.append([encode(event)])
    catch_up(platform)
    platform.close()
    words = ["person", "erase", "anna-1", "--yes", "--data-dir", str(tmp_path), "--reason"]
    assert "reason" in str(CliRunner().invoke(app, [*words, " "]).exception)
    assert CliRunner().invoke(app, [*words, "letter 17"]).exit_code == 0
