"""Commands as a script sees them: exit codes, and nothing made by a question."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omniloom.cli.main import app


def omniloom(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "omniloom.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environ}, timeout=200)


def test_a_mistyped_data_directory_is_a_mistake_and_makes_nothing(tmp_path: Path) -> None:
    done = omniloom("segment", "list", "--data-dir", str(tmp_path / "none"))
    assert done.returncode == 3
    assert "no installation" in done.stderr
    assert "`demo`" in done.stderr, "the shortest way to one is named"
    assert not (tmp_path / "none").exists()


def test_the_doctor_fails_when_a_check_does(tmp_path: Path) -> None:
    well = omniloom("doctor", "--json", "--data-dir", str(tmp_path))
    assert (well.returncode, {f["ok"] for f in json.loads(well.stdout)}) == (0, {True})
    ill = omniloom("doctor", "--json", "--data-dir", str(tmp_path), OMNILOOM_SERVER__PORT="abc")
    assert ill.returncode == 7
    assert "server.port" in ill.stdout


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    done = omniloom("config", "--data-dir", str(tmp_path), OMNILOOM_SERVER__PROT="1")
    assert done.returncode == 7
    assert "server.prot" in done.stderr


def test_an_import_by_a_mapping_with_an_unknown_field_names_it_and_adds_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "a.yaml").write_text("target: events\nsource: T\nevnet:\n  type: track\n")
    data_dir = str(tmp_path / "data")
    done = omniloom("import", str(tmp_path / "a.csv"), "--mapping", str(tmp_path / "a.yaml"), "--data-dir", data_dir)
    assert done.returncode == 2
    assert "evnet" in done.stderr
    assert "event" in done.stderr, "the near match is offered"


@pytest.mark.parametrize("group", ["", "person", "segment", "campaign", "report", "demo", "import", "serve"])
def test_every_command_explains_itself_with_an_example(group: str) -> None:
    shown = CliRunner().invoke(app, [*([group] if group else []), "--help"])
    assert shown.exit_code == 0
    if group in {"demo", "import", "serve"}:
        assert "Example" in shown.output
