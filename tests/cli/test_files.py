"""Files and ports that commands cannot have are told in words: which, why, and what to do."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omniloom.app import open_platform
from omniloom.cli.files import check_output, text_of, write_file
from omniloom.cli.listen import bind
from omniloom.cli.main import app
from omniloom.core.errors import Conflict, Invalid, Misconfigured, Missing, OmniloomError

READING = [
    ("campaign", "create", "FILE"),
    ("segment", "preview", "FILE"),
    ("segment", "create", "S", "FILE"),
    ("plan", "apply", "FILE"),
    ("plan", "check", "PLAN", "--events", "FILE"),
    ("webhook", "preview", "FILE", "--connector", "till"),
    ("webhook", "create", "T", "--definition", "FILE"),
    ("deadletters", "replay", "1", "--with", "FILE"),
    ("consent", "register", "newsletter", "FILE"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files")
    open_platform(made, environ={}).close()
    (made / "latin.txt").write_bytes("Весна: да\n".encode("cp1251"))
    (made / "plan.yaml").write_text("name: P\nevents: []\n")
    return made


def run(place: Path, words: tuple[str, ...], file: Path) -> OmniloomError:
    """What a command refuses to do with a file."""
    given = [{"FILE": str(file), "PLAN": str(place / "plan.yaml")}.get(word, word) for word in words]
    if words[:2] != ("plan", "check"):
        given += ["--data-dir", str(place)]
    done = CliRunner().invoke(app, given)
    assert isinstance(done.exception, OmniloomError), (done.output, done.exception)
    return done.exception


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_file_that_cannot_be_read_is_told_in_words(place: Path, words: tuple[str, ...]) -> None:
    for file, kind, message in (
        (place / "gone.txt", Missing, f"there is no file {place / 'gone.txt'}"),
        (place, Invalid, f"cannot read {place}: Is a directory"),
        (place / "latin.txt", Invalid, f"cannot read {place / 'latin.txt'}: it is not UTF-8 text"),
    ):
        told = run(place, words, file)
        assert (type(told), told.message) == (kind, message)
        assert told.hint
        assert "Errno" not in str(told)


def test_the_option_that_names_a_file_is_told(place: Path) -> None:
    told = run(place, ("webhook", "create", "T", "--definition", "FILE"), place / "gone.txt")
    assert told.hint == "check the path given as --definition"
    assert text_of(place / "plan.yaml") == "name: P\nevents: []\n"


@pytest.mark.parametrize(("line", "told"), [("{", "line 2: not JSON"), ("[]", "line 2: not an object")])
def test_a_line_that_is_no_item_is_named(place: Path, line: str, told: str) -> None:
    (place / "items.jsonl").write_text(f"{{}}\n{line}\n")
    assert told in run(place, ("plan", "check", "PLAN", "--events", "FILE"), place / "items.jsonl").message


def test_what_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    for output, told in (
        (tmp_path / "no" / "a.json", f"there is no folder {tmp_path / 'no'}"),
        (tmp_path, f"cannot write {tmp_path}: it is a folder"),
    ):
        for refuse in (check_output, lambda path: write_file(path, "x")):
            with pytest.raises((Missing, Invalid)) as refused:
                refuse(output)
            assert refused.value.message == told
    for name in ("x" * 300, f"{'x' * 300}/a.json"):
        with pytest.raises(Invalid, match=r": File name too long \("):
            check_output(tmp_path / name)
    check_output(None)
    write_file(tmp_path / "a.json", "ü")
    check_output(tmp_path / "a.json")
    assert (tmp_path / "a.json").read_bytes() == "ü".encode()
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


def test_an_erasure_whose_act_could_not_be_written_is_not_begun(place: Path) -> None:
    words = ("person", "erase", "nobody-at-all", "--reason", "letter 17", "--yes", "--output", "FILE")
    told = run(place, words, place / "no" / "act.json")
    assert told.message == f"there is no folder {place / 'no'}", "before anybody is looked for"


def test_a_port_that_cannot_be_had_says_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket() as sock:
        port = taken.getsockname()[1]
        with pytest.raises(Conflict, match=rf"^port {port} on 127.0.0.1 is taken"):
            bind(sock, "127.0.0.1", port, hint="choose another")
        with pytest.raises(Misconfigured, match=r"^192\.0\.2\.7 is no address of this machine"):
            bind(sock, "192.0.2.7", 0, hint="choose another")
        with pytest.raises(Misconfigured, match=r"^there is no port 70000") as refused:
            bind(sock, "127.0.0.1", 70_000, hint="choose another")
        assert refused.value.hint == "choose another"
