"""Merging, the graph, un-merging, rules and relations in the terminal, as a script uses them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from omniloom import collect
from omniloom.app import open_platform
from omniloom.cli.main import app
from omniloom.core.event import Event, encode
from omniloom.worker.loop import catch_up

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TOLD = [
    ("crm", {"user_id": "anna-1"}, {"name": "Анна Ким", "city": "Казань"}),
    ("till", {"card": "7700112233"}, {"name": "Ким Анна", "city": "Омск"}),
]
Command = Callable[..., Any]


@pytest.fixture
def omniloom(tmp_path: Path) -> Command:
    platform = open_platform(tmp_path, environ={})
    sources = {
        name: collect.add_source(platform.stores, name=name, kind="server", now=NOW, ids=platform.ids).source_id
        for name, *_ in TOLD
    }
    platform.stores.log.append(
        [
            encode(
                Event(
                    source_id=sources[source], message_id=f"{source}-1", type="identify",
                    occurred_at=NOW + timedelta(days=n), received_at=NOW + timedelta(days=n), identifiers=identifiers,
                    traits=traits,
                )
            )
            for n, (source, identifiers, traits) in enumerate(TOLD)
        ]
    )  # fmt: skip
    catch_up(platform)
    platform.close()

    def command(*arguments: str) -> Any:
        done = CliRunner().invoke(app, [*arguments, "--data-dir", str(tmp_path), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return command


def test_two_people_become_one_and_two_again(omniloom: Command) -> None:
    merged = omniloom("person", "merge", "anna-1", "7700112233", "--note", "the same signature")
    shown = omniloom("person", "show", "anna-1", "--lineage")
    assert {one["value"] for one in shown["person"]["identifiers"]} == {"anna-1", "7700112233"}
    city = next(field for field in shown["golden"] if field["key"] == "city")
    assert (city["value"], city["chosen"]["message_id"], city["lost"][0]["value"]) == ("Омск", "till-1", "Казань")
    graph = omniloom("person", "graph", "anna-1")
    assert graph["merges"][0]["evidence"]["note"] == "the same signature"

    assert omniloom("person", "unmerge", merged["merge_id"])["people"] == [1, 2]
    assert omniloom("person", "show", "anna-1")["person"]["city"] == "Казань"
    assert omniloom("person", "show", "7700112233")["person"]["city"] == "Омск"
    graph = omniloom("person", "graph", "7700112233")
    assert (graph["merges"], [line["merge_id"] for line in graph["journal"]]) == ([], [merged["merge_id"]])


def test_an_identifier_is_detached_and_taken_back(omniloom: Command) -> None:
    omniloom("person", "merge", "anna-1", "7700112233")
    done = omniloom("person", "detach", "anna-1", "card", "7700 1122-33", "--note", "a friend's")
    assert done == {"person_id": 1, "own_id": 2, "takes_history": True}
    assert omniloom("person", "show", "7700112233")["person"]["city"] == "Омск"
    (line,) = omniloom("person", "graph", "anna-1")["journal"]
    assert line["evidence"]["detached"] == "a friend's"
    omniloom("person", "merge", "1", "2")
    assert omniloom("person", "show", "anna-1")["person"]["city"] == "Омск"


def test_a_rule_is_set_and_taken_back(omniloom: Command) -> None:
    omniloom("person", "merge", "anna-1", "7700112233")
    (rule,) = omniloom("person", "rule", "city", "--by", "trust", "--source", "crm")["rules"]
    (crm,) = [one["source_id"] for one in omniloom("source", "list") if one["name"] == "crm"]
    assert (rule["key"], rule["rule"], rule["sources"]) == ("city", "trust", [crm])
    assert omniloom("person", "show", "anna-1")["person"]["city"] == "Казань"
    assert omniloom("person", "rule", "city")["rules"] == []
    assert omniloom("person", "show", "anna-1")["person"]["city"] == "Омск"


def test_a_rule_names_sources_there_are(omniloom: Command, tmp_path: Path) -> None:
    words = ["person", "rule", "city", "--by", "trust", "--source", "cmr", "--data-dir", str(tmp_path)]
    fault = str(CliRunner().invoke(app, words).exception)
    assert ("there is no source 'cmr'" in fault, "crm, till" in fault) == (True, True)
    assert "city" not in str(omniloom("person", "rule", "name")["rules"])
    printed = CliRunner().invoke(app, ["person", "show", "anna-1", "--lineage", "--data-dir", str(tmp_path)]).output
    assert "crm" in printed


def test_a_relation_is_stated(omniloom: Command) -> None:
    omniloom("person", "relate", "anna-1", "spouse", "--other", "7700112233", "--since", "2020-02-29")
    said = omniloom("person", "relate", "anna-1", "owner", "--inn", "7707083893", "--company", "Daisy")
    assert [(one["kind"], one["other_id"], one["company"]) for one in said["relations"]] == [
        ("spouse", 2, ""), ("owner", None, "Daisy"),
    ]  # fmt: skip


def test_a_consent_is_shown_with_whom_it_was_given_to(omniloom: Command, tmp_path: Path) -> None:
    platform = open_platform(tmp_path, environ={})
    for name, advertiser in (("Consent Given", ""), ("Consent Withdrawn", "Corner Bakery")):
        said = Event(
            source_id="form", message_id=name, type="track", name=name, occurred_at=NOW, received_at=NOW,
            identifiers={"user_id": "anna-1"}, properties={"channel": "email", "advertiser": advertiser},
        )  # fmt: skip
        platform.stores.log.append([encode(said)])
    catch_up(platform)
    platform.close()
    printed = CliRunner().invoke(app, ["person", "show", "anna-1", "--data-dir", str(tmp_path)]).output
    lines = {
        tuple(line.strip("│ ").replace(" ", "").split("│")) for line in printed.splitlines() if "marketing" in line
    }
    assert lines == {("email", "marketing", "ourselves", "yes"), ("email", "marketing", "CornerBakery", "no")}
    assert len(omniloom("person", "show", "anna-1")["person"]["consents"]) == 2
