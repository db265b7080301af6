"""`omniloom webhook` from a sample to an enabled webhook, as the guide tells it."""

import json
from pathlib import Path

from typer.testing import CliRunner

from omniloom.cli.main import app

EXAMPLES = Path(__file__).parents[2] / "examples" / "webhooks"


def test_the_guides_steps_work(tmp_path: Path) -> None:
    place = ["--data-dir", str(tmp_path / "data")]

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["webhook", *words, *place], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    definition = ["--definition", str(EXAMPLES / "delivery.yaml")]
    tried = json.loads(run("preview", str(EXAMPLES / "delivery.sample.json"), *definition, "--json"))
    assert [event["name"] for event in tried["events"]] == ["Order Delivered", "Delivery Refused"]
    assert "secret, shown this once: " in run("create", "Courier app", *definition)
    assert "is off" in run("disable", "Courier app")
    assert "takes requests" in run("enable", "Courier app")
    (listed,) = json.loads(run("list", "--json"))
    assert (listed["name"], listed["is_enabled"], listed["has_secret"]) == ("Courier app", True, True)
    assert "secret" not in {key for key in listed if key != "has_secret"}
    assert "kind: hmac" in run("connectors", "--show", "till")
    assert "till" in run("connectors")
    assert "none since the start" in run("show", "Courier app")
    assert len(json.loads(run("rotate", "Courier app", "--json"))["secret"]) == 32


def test_every_command_shows_an_example() -> None:
    for command in ("connectors", "preview", "create", "list", "show", "update", "enable", "disable", "rotate"):
        shown = CliRunner().invoke(app, ["webhook", command, "--help"])
        assert "Example" in shown.output, command
