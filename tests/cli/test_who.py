"""A command takes exactly who was named: some cannot be undone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from omniloom.app import open_platform
from omniloom.cli.main import app
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.event import Event, encode
from omniloom.worker.loop import catch_up

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TOLD = [("anna@example.test", "Anna Kim"), ("anna.kim@example.test", "Anna Kim"), ("2", "Pavel Orlov")]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Persons 1 and 2 have e-mails, person 3 has the user id 2."""
    platform = open_platform(tmp_path, environ={})
    for n, (value, name) in enumerate(TOLD):
        event = Event(
            source_id="crm", message_id=str(n), type="identify", occurred_at=NOW, received_at=NOW,
            traits={"name": name}, identifiers={"email" if "@" in value else "user_id": value},
        )  # fmt: skip
        platform.stores.log.append([encode(event)])
        catch_up(platform)
    platform.close()
    return tmp_path


def _run(place: Path, *words: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, [*words, "--data-dir", str(place)], input=answer, catch_exceptions=False)


def test_an_identifier_and_a_number_name_one_person(place: Path) -> None:
    for who, number in (("ANNA@example.test", 1), ("1", 1), ("person:2", 2), ("3", 3)):
        assert f"Person {number} " in _run(place, "person", "show", who).output


@pytest.mark.parametrize("who", ["anna@exmple.test", "anna", "Anna Kim", "an"])
def test_the_like_is_offered_and_never_taken(place: Path, who: str) -> None:
    with pytest.raises(Missing, match=r"person:1 \(Anna Kim, anna@example.test\)"):
        _run(place, "person", "erase", who, "--reason", "a letter", "--yes")
    assert "Person 1 " in _run(place, "person", "show", "1").output


def test_a_number_that_is_also_a_user_id_of_another_is_asked_about(place: Path) -> None:
    with pytest.raises(Conflict, match=r"person:3 .*person:2 "):
        _run(place, "person", "show", "2")


def test_who_is_to_be_erased_is_named_before(place: Path) -> None:
    asked = _run(place, "person", "erase", "1", "--reason", "a letter", answer="n\n").output
    assert "Erase person 1 (Anna Kim, anna@example.test) for good?" in " ".join(asked.split())


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("person", "detach", "1", "email", "anna@example.test", "--note", "сестра\udcff"), "note"),
        (("person", "detach", "1", "email", "anna@example.test\ud800"), "value"),
        (("person", "show", "анна\udcff"), "what to look for"),
        (("campaign", "report", "весна\udcff"), "the name or number"),
        (("campaign", "report", "a\nb"), "the name or number"),
    ],
)
def test_what_is_no_text_is_named_and_not_sent(place: Path, words: tuple[str, ...], named: str) -> None:
    with pytest.raises(Invalid, match=named):
        _run(place, *words)


def test_an_anonymous_visitor_is_called_so(tmp_path: Path) -> None:
    platform = open_platform(tmp_path, environ={})
    event = Event(
        source_id="web", message_id="1", type="page", occurred_at=NOW, received_at=NOW,
        identifiers={"anonymous_id": "8f14e45f-ceea-467f-a0e6-9b2c1d5e3f2a"},
    )  # fmt: skip
    platform.stores.log.append([encode(event)])
    catch_up(platform)
    platform.close()
    assert "Person 1 Anonymous visitor · 3f2a" in _run(tmp_path, "person", "show", "1").output
    with pytest.raises(Missing, match=r"perhaps one of: person:1 \(Anonymous visitor · 3f2a, 8f14e45f"):
        _run(tmp_path, "person", "show", "8f14e45f")
