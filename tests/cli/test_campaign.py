"""A campaign from a file: its mistakes are named, and the report says in whose name it goes."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from omniloom import journeys, messaging
from omniloom.app import open_platform
from omniloom.cli.main import app
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.event import Event, encode
from omniloom.worker import loop

SPRING: dict[str, Any] = {
    "name": "Spring",
    "segment": "Buyers",
    "channels": ["sms"],
    "templates": {"sms": {"name": "Hello", "body": "Hello"}},
    "advertiser": "Fresh Bakery",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An installation with a segment, where somebody agreed to the bakery's messages."""
    platform = open_platform(tmp_path, environ={})
    at = platform.now()
    said = {"channel": "sms", "advertiser": SPRING["advertiser"]}
    platform.stores.log.append([encode(Event(
        source_id="till", message_id="1", type="track", name="Consent Given", occurred_at=at, received_at=at,
        identifiers={"user_id": "anna"}, properties=said,
    ))])  # fmt: skip
    loop.catch_up(platform, None, loop.KNOWING)
    platform.close()
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


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"segment": "Nobody"}, "Nobody"),
        ({"advertiser": "Fresh Bekery"}, "^advertiser: nobody ever agreed .*Fresh Bekery"),
        ({"name": " "}, "name should have"),
        ({"channels": ["sms", "email"]}, "the channel email has no template"),
        ({"templates": {"sms": {"name": "Code", "body": "{{ code }}"}}}, "Code asks for code"),
        ({"templates": {"sms": {"name": "New", "body": "{% nothing %}"}}}, "body"),
        ({"channels": ["sms", "email"], "templates": {"sms": {"name": "New", "body": "x"}, "email": "gone"}}, "gone"),
        ({"name": "Known", "templates": {"sms": {"name": "New", "body": "Hello"}}}, "already a campaign"),
        ({"templates": {"sms": {"name": "Hello", "body": "Hi"}}}, "Hello already and says something else"),
        ({"templates": ["sms"]}, "templates"),
    ],
)
def test_a_refused_campaign_keeps_nothing_of_its_file(place: Path, change: dict[str, Any], told: str) -> None:
    _create(place, yaml.safe_dump({**SPRING, "name": "Known"}).encode())
    before = _kept(place)
    with pytest.raises((Conflict, Invalid, Missing), match=told):
        _create(place, yaml.safe_dump({**SPRING, **change}).encode())
    assert _kept(place) == before == (["Hello"], ["Known"])


def test_a_template_is_taken_by_its_name_or_when_it_says_the_same(place: Path) -> None:
    for number, chosen in enumerate(
        (SPRING["templates"]["sms"], "Hello", {"name": "Hello"}, {"name": "B", "body": "b"})
    ):
        terms = {**SPRING, "name": f"C{number}", "templates": {"sms": chosen}}
        assert "is a draft" in _create(place, yaml.safe_dump(terms).encode())
    assert _kept(place) == (["B", "Hello"], ["C3", "C2", "C1", "C0"])


def _kept(place: Path) -> tuple[list[str], list[str]]:
    platform = open_platform(place, environ={})
    try:
        templates = [one.name for one in messaging.templates(platform.stores)]
        return templates, sorted((one.name for one in journeys.campaigns(platform.stores)), reverse=True)
    finally:
        platform.close()


def test_a_misspelt_term_is_refused_by_its_name(place: Path) -> None:
    with pytest.raises(Invalid, match="advertizer"):
        _create(place, yaml.safe_dump({**SPRING, "advertizer": "Fresh Bakery"}).encode())


@pytest.mark.parametrize(
    "content", [yaml.safe_dump({**SPRING, "name": "\ud800"}).encode(), "name: Весна".encode("cp1251")]
)
def test_a_file_that_is_no_text_is_refused(place: Path, content: bytes) -> None:
    with pytest.raises(Invalid, match=r"name|spring\.yaml"):
        _create(place, content)


@pytest.mark.parametrize(("name", "kind", "told"), [("gone.yaml", Missing, "^there is no file .*gone.yaml"),
                                                     ("", Invalid, "cannot read .*: Is a directory")])  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_in_words(place: Path, name: str, kind: type[Exception], told: str) -> None:
    with pytest.raises(kind, match=told) as error:
        _run(place, "campaign", "create", str(place / name))
    assert "Errno" not in str(error.value)
