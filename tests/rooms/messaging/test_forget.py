"""Decisions are kept for 90 days."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.engines import open_test_stores

from omniloom import messaging
from omniloom.store import Stores
from omniloom.store.sql import parse_state

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADD = parse_state(
    "test.add",
    "insert into messaging_decision (send_id, at, channel, verdict, reason, detail)"
    " values (:send_id, :at, 'email', 'skip', 'no_consent', '')",
)
LEFT = parse_state("test.left", "select send_id from messaging_decision order by send_id")


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_test_stores(tmp_path)
    yield opened
    opened.close()


def left(stores: Stores) -> list[str]:
    with stores.state.read() as tx:
        return [row[0] for row in tx.tuples(LEFT)]


def test_decisions_go_after_ninety_days_and_are_looked_at_once_a_day(stores: Stores) -> None:
    with stores.state.write() as tx:
        for name, age in (("old", timedelta(days=90, seconds=1)), ("young", timedelta(days=90))):
            tx.run(ADD, send_id=name, at=NOW - age)
    messaging.forget_decisions(stores, now=NOW)
    assert left(stores) == ["young"]
    messaging.forget_decisions(stores, now=NOW + timedelta(hours=3))
    assert left(stores) == ["young"], "the same day does nothing more"
    messaging.forget_decisions(stores, now=NOW + timedelta(days=1))
    assert left(stores) == []
