"""Who is likely one person, over the management API and the command line."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.api.test_manage import Caller
from typer.testing import CliRunner

from omniloom import access, api, identity, profiles
from omniloom.access import Role
from omniloom.app import Platform, open_platform
from omniloom.cli.main import app
from omniloom.cli.output import console
from omniloom.core.errors import Missing
from omniloom.core.event import Event, encode
from omniloom.worker import loop

PEOPLE = [
    ("Иванов", "Иван", "1980-01-02", "Москва"),
    ("Иванов", "Ваня", "02.01.1980", "г. Москва"),
    ("Петрова", "Мария", "1975-05-06", "Казань"),
    ("Сидоров", "Пётр", "1990-07-08", "Пермь"),
    ("Кузнецов", "Олег", "1966-11-12", "Омск"),
    ("Соколова", "Вера", "1988-03-04", "Тула"),
]


def filled(folder: Path) -> Platform:
    opened = open_platform(folder, environ={})
    now = opened.now()
    opened.stores.log.append([
        encode(Event(
            source_id="s", message_id=str(n), type="identify", occurred_at=now, received_at=now,
            identifiers={"phone": f"+7916100000{n}"},
            traits={"last_name": surname, "first_name": name, "birthday": born, "address": {"city": city}},
        ))
        for n, (surname, name, born, city) in enumerate(PEOPLE)
    ])  # fmt: skip
    loop.catch_up(opened, None, loop.KNOWING)
    return opened


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    opened = filled(tmp_path / "data")
    yield opened
    opened.close()


def asking(platform: Platform, role: Role) -> Any:
    caller = Caller(api.build(platform))
    token = access.create_token(platform.stores, name=role.value, role=role, now=platform.now())

    def call(method: str, path: str, /, **body: Any) -> Any:
        headers = {"authorization": f"Bearer {token}"}
        return caller.request(method, f"/api/v1{path}", headers=headers, **({"json": body} if body else {}))

    return call


def test_matching_runs_as_a_job_and_pairs_are_decided_side_by_side(platform: Platform) -> None:
    ask = asking(platform, Role.OWNER)
    job = ask("POST", "/identity/matching", automatic=1.1).json()["job_id"]
    while not (state := ask("GET", f"/identity/matching/{job}").json())["is_done"]:
        time.sleep(0.05)
    assert state["result"]["people"] == len(PEOPLE)
    assert state["result"]["merged"] == 0
    first = ask("GET", "/identity/pairs").json()["pairs"][0]
    assert {first["left"]["first_name"], first["right"]["first_name"]} == {"Иван", "Ваня"}
    assert any(reason["words"] == "the same" for reason in first["pair"]["reasons"])
    left, right = first["pair"]["left_id"], first["pair"]["right_id"]
    assert ask("POST", f"/identity/pairs/{left}/{right}", is_same=True).json()["status"] == "merged"
    assert ask("GET", f"/people/{right}").json()["person"]["person_id"] == left
    assert ask("POST", f"/identity/pairs/{left}/{right}", is_same=True).status_code == 409
    assert ask("POST", "/identity/pairs/98/99", is_same=True).status_code == 404


def test_a_decision_is_taken_back_unless_somebody_decided_anew(platform: Platform) -> None:
    ask, other = asking(platform, Role.OWNER), asking(platform, Role.MARKETER)
    job = ask("POST", "/identity/matching", automatic=1.1).json()["job_id"]
    while not ask("GET", f"/identity/matching/{job}").json()["is_done"]:
        time.sleep(0.05)
    waiting = ask("GET", "/identity/pairs").json()["pairs"]
    left, right = waiting[0]["pair"]["left_id"], waiting[0]["pair"]["right_id"]
    path = f"/identity/pairs/{left}/{right}"
    mistaken = ask("POST", path, is_same=True).json()
    (told,) = ask("GET", "/identity/pairs?is_decided=true").json()["pairs"]
    assert told["pair"] == mistaken
    assert other("POST", f"/identity/pairs/{right}/{left}/undo").json()["status"] == "open"
    assert ask("GET", f"/people/{right}").json()["person"]["person_id"] == right
    assert ask("GET", "/identity/pairs").json()["pairs"] == waiting
    assert ask("POST", f"{path}/undo").status_code == 404
    other("POST", path, is_same=False)
    assert ask("POST", f"{path}/undo", decided_at=mistaken["decided_at"]).status_code == 409
    anew = ask("GET", "/identity/pairs?is_decided=true").json()["pairs"][0]["pair"]
    assert (anew["status"], anew["decided_by"]) == ("rejected", "marketer")
    assert ask("POST", f"{path}/undo", decided_at=anew["decided_at"]).json()["status"] == "open"
    assert ask("POST", "/identity/pairs/98/99/undo").status_code == 404


def test_searches_are_remembered_and_one_that_ended_cannot_be_stopped(platform: Platform) -> None:
    ask = asking(platform, Role.OWNER)
    job = ask("POST", "/identity/matching", automatic=1.0).json()["job_id"]
    while not ask("GET", f"/identity/matching/{job}").json()["is_done"]:
        time.sleep(0.05)
    asked_later = ask("GET", "/identity/matching").json()["matchings"]
    assert [(one["job_id"], one["outcome"], one["started_by"]) for one in asked_later] == [(job, "done", "owner")]
    assert ask("POST", f"/identity/matching/{job}/stop").status_code == 409
    assert ask("GET", "/identity/matching/nobody").status_code == 404
    looking = asking(platform, Role.VIEWER)
    assert looking("GET", "/identity/matching").status_code == 200
    assert looking("POST", f"/identity/matching/{job}/stop").status_code == 403


def test_who_may_only_look_may_not_merge(platform: Platform) -> None:
    ask = asking(platform, Role.VIEWER)
    assert ask("POST", "/identity/matching", automatic=1.0).status_code == 403
    assert ask("POST", "/identity/pairs/1/2", is_same=True).status_code == 403
    assert ask("POST", "/identity/pairs/1/2/undo").status_code == 403


def test_the_terminal_proposes_lists_and_decides(tmp_path: Path) -> None:
    filled(tmp_path / "data").close()

    def run(*arguments: str) -> Any:
        found = CliRunner().invoke(app, ["identity", *arguments, "--data-dir", str(tmp_path / "data"), "--json"])
        assert found.exit_code == 0, found.output
        return json.loads(found.stdout.splitlines()[-1])

    assert run("propose", "--automatic", "1.0")["people"] == len(PEOPLE)
    waiting = run("review")
    pair = waiting[0]["pair"]
    two = (str(pair["left_id"]), str(pair["right_id"]))
    for said, status in (("--apart", "rejected"), ("--same", "merged")):
        assert len(run("review", said, *two)) == len(waiting) - 1
        (decided,) = run("review", "--decided")
        assert (decided["pair"]["status"], decided["pair"]["right_id"]) == (status, pair["right_id"])
        assert run("review", "--undo", *two) == waiting
    told = CliRunner().invoke(app, ["identity", "review", "--same", *two, "--data-dir", str(tmp_path / "data")])
    assert f"omniloom identity review --undo {two[0]} {two[1]}" in told.stdout
    assert "Pairs that wait" in told.stdout
    told = CliRunner().invoke(app, ["identity", "review", "--decided", "--data-dir", str(tmp_path / "data")])
    assert "merged" in told.stdout


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs `omniloom identity` on a filled installation; what it prints, on a terminal of one width everywhere."""
    monkeypatch.setattr(console, "_width", 160)
    monkeypatch.setattr(console, "_height", 50)
    filled(tmp_path / "data").close()

    def run(*arguments: str) -> str:
        words = ["identity", *arguments, "--data-dir", str(tmp_path / "data")]
        return CliRunner().invoke(app, words, catch_exceptions=False).stdout

    return run


def test_the_terminal_names_the_people_of_a_pair_beside_their_numbers(told: Callable[..., str]) -> None:
    told("propose", "--automatic", "1.0")
    waiting = told("review")
    assert "1: Иван Иванов" in waiting
    assert "2: Ваня Иванов" in waiting
    assert "1: Иван Иванов" in told("review", "--apart", "1", "2", "--decided")
    told("review", "--undo", "1", "2")
    merged = told("review", "--same", "1", "2", "--decided")
    assert len(set(re.findall(r"[12]: (\w+ Иванов)", merged))) == 1, "the name of the one there is"


def test_the_terminal_does_not_call_merged_whoever_was_parted_in_the_journal(
    told: Callable[..., str], tmp_path: Path
) -> None:
    told("propose", "--automatic", "1.0")
    assert "undone" not in told("review", "--same", "1", "2", "--decided")
    with closing(open_platform(tmp_path / "data", environ={})) as platform:
        (line,) = profiles.merge_journal(platform.stores, 1)
        identity.unmerge(platform.stores, line.merge_id, by="anna", now=platform.now())
    assert "merged, undone since" in told("review", "--decided")
    assert "1: Иван Иванов" in told("review", "--undo", "1", "2")
    assert "nobody decided anything" in told("review", "--decided")


def test_whoever_takes_an_unknown_decision_back_is_told_where_decisions_are_listed(tmp_path: Path) -> None:
    filled(tmp_path / "data").close()
    found = CliRunner().invoke(app, ["identity", "review", "--undo", "98", "99", "--data-dir", str(tmp_path / "data")])
    assert isinstance(found.exception, Missing)
    assert "--decided" in found.exception.hint


def test_names_of_a_pair_are_masked_for_who_may_not_see_them(platform: Platform) -> None:
    ask = asking(platform, Role.OWNER)
    job = ask("POST", "/identity/matching", automatic=1.1).json()["job_id"]
    while not ask("GET", f"/identity/matching/{job}").json()["is_done"]:
        time.sleep(0.05)
    for caller, names in ((ask, ["Иван Иванов", "Ваня Иванов"]), (asking(platform, Role.VIEWER), ["И***", "В***"])):
        first = caller("GET", "/identity/pairs").json()["pairs"][0]
        assert [one["name"] for one in first["people"]] == names
