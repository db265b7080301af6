"""The guide tells of every word of a definition, and its examples are taken as they stand."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from omniloom.collect.webhooks import (
    Posted,
    condition,
    connector,
    known_connectors,
    parse_connector,
    preview,
    proof,
    rule,
)
from omniloom.core.ids import SeededIds

ROOT = Path(__file__).parents[4]
GUIDE = (ROOT / "docs" / "guide" / "webhooks.md").read_text()
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_every_word_of_a_definition_stands_in_the_guide() -> None:
    words = [*connector.KEYS, *connector.ANSWER_KEYS, *connector.METHODS, *condition.KEYS, *rule.RULE_KEYS,
             *rule.OWN_KEYS, *proof.KEYS, *proof.KINDS, *proof.HASHES, *proof.ENCODINGS, *known_connectors(),
             rule.BODY, rule.QUERY, rule.RECEIVED_AT, rule.DIGEST]  # fmt: skip
    assert [word for word in words if not re.search(rf"[`\[{{ ]{re.escape(word)}\b", GUIDE)] == []


def test_the_guides_receipt_and_definition_are_taken() -> None:
    (receipt,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    till = preview(known_connectors()["till"], Posted(body=receipt.encode()), now=NOW, ids=SeededIds(1))
    assert [event.properties["revenue"] for event in till.events] == [16.9]
    (definition,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    sample = (ROOT / "examples" / "webhooks" / "delivery.sample.json").read_bytes()
    short = preview(parse_connector(definition, name="guide"), Posted(body=sample), now=NOW, ids=SeededIds(1))
    assert [event.properties for event in short.events] == [{"order_id": "1001", "rating": 5}]
    assert [drop.field for drop in short.drops] == ["event.occurred_at"]


def test_the_example_connector_does_what_it_says() -> None:
    folder = ROOT / "examples" / "webhooks"
    made = parse_connector((folder / "delivery.yaml").read_text(), name="delivery")
    reading = preview(made, Posted(body=(folder / "delivery.sample.json").read_bytes()), now=NOW, ids=SeededIds(1))
    delivered, refused = reading.events
    assert delivered.properties == {
        "order_id": "1001", "channel": "courier", "courier_id": "17", "waited_s": 270, "paid": 1290.5, "rating": 5,
        "handed": "to the customer",
    }  # fmt: skip
    assert (refused.name, refused.properties["reason"]) == ("Delivery Refused", "wrong size")
    assert [drop.field for drop in reading.drops] == ["event.occurred_at"]
    ping = preview(made, Posted(body=json.dumps({"kind": "ping"}).encode()), now=NOW, ids=SeededIds(1))
    assert (ping.ignored, ping.verdicts) == (1, [])
