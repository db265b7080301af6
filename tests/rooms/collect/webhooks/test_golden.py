"""Each provider's body becomes the events beside it. ``GOLDEN=write pytest …`` writes them; then read them."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.rooms.collect.webhooks.conftest import posted, samples

from omniloom.collect.webhooks import Posted, Reading, known_connectors, preview
from omniloom.core.ids import SeededIds

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
IN_QUESTION = ("source_id", "received_at")


def told(reading: Reading) -> dict[str, Any]:
    events = [{k: v for k, v in msgspec.to_builtins(event).items() if k not in IN_QUESTION} for event in reading.events]
    refused = [[str(drop.reason), drop.field] for drop in reading.drops]
    return {"events": events, "refused": refused, "ignored": reading.ignored}


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.name)
def test_a_recorded_body_becomes_the_events_beside_it(path: Path) -> None:
    connector = known_connectors()[path.name.partition(".")[0]]
    found = told(preview(connector, posted(path), now=NOW, ids=SeededIds(1)))
    expected = path.parent / f"{path.stem}.expected.json"
    if os.environ.get("GOLDEN") == "write":
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    assert found == json.loads(expected.read_text())


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.name)
def test_a_body_sent_again_has_the_same_ids(path: Path) -> None:
    connector = known_connectors()[path.name.partition(".")[0]]
    first, second = (
        [event.message_id for event in preview(connector, posted(path), now=NOW, ids=SeededIds(seed)).events]
        for seed in (1, 2)
    )
    assert first == second
    assert len(set(first)) == len(first)


@pytest.mark.parametrize("name", list(known_connectors()))
def test_every_connector_has_golden_files_a_setup_and_an_example_that_it_takes(name: str) -> None:
    connector = known_connectors()[name]
    assert any(path.name.startswith(f"{name}.") for path in samples()) or name == "generic_token"
    assert connector.setup
    assert connector.title != name
    reading = preview(connector, Posted(body=connector.example.encode()), now=NOW, ids=SeededIds(1))
    assert reading.events
    assert reading.drops == []
