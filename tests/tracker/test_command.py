"""`omniloom source`: a website gets its key, its snippet and its pixels from the terminal."""

import json
from pathlib import Path

from typer.testing import CliRunner

from omniloom.app import installation_secret
from omniloom.cli.main import app
from omniloom.messaging import ad_of


def omniloom(data_dir: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["source", *arguments, "--data-dir", str(data_dir)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_source_its_snippet_and_its_pixel_come_from_the_terminal(tmp_path: Path) -> None:
    made = json.loads(omniloom(tmp_path, "add", "Web shop", "--json"))
    assert json.loads(omniloom(tmp_path, "list", "--json"))[0]["write_key"] == made["write_key"]
    assert made["write_key"] in omniloom(tmp_path, "snippet", "Web shop")
    url = omniloom(tmp_path, "pixel", "Web shop", "--campaign", "spring", "--erid", "2VtzqwX").strip()
    ad = ad_of(url.rpartition("/")[2].removesuffix(".gif"), secret=installation_secret(tmp_path))
    assert ad
    assert (ad.source_id, ad.campaign_id, ad.erid) == (made["source_id"], "spring", "2VtzqwX")
