"""What the guides tell a newcomer to type works as written."""

import re
from pathlib import Path

from typer.testing import CliRunner

from omniloom.cli.main import app

GUIDES = Path(__file__).parents[2] / "docs" / "guide"
YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def test_the_guides_campaign_can_be_created(tmp_path: Path) -> None:
    (tmp_path / "everybody.yaml").write_text("consent: email")
    (tmp_path / "spring.yaml").write_text(YAML.findall((GUIDES / "campaigns.md").read_text())[0])
    place = ["--data-dir", str(tmp_path / "data")]

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, *place], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    run("segment", "create", "Lapsing good customers", str(tmp_path / "everybody.yaml"))
    assert "Spring is a draft" in run("campaign", "create", str(tmp_path / "spring.yaml"))
