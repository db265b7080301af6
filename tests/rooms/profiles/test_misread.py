"""Withdrawals that an earlier version took and did not understand are heeded after the upgrade, each once."""

import json
from datetime import timedelta

import pyarrow as pa
import pytest

from omniloom.core.clock import micros
from omniloom.core.ids import SeededIds
from omniloom.identity import merge, root_of
from omniloom.profiles import ConsentEntry, broken_ledger, consent_history, contacts
from omniloom.profiles.consent import record
from omniloom.profiles.misread import WORDS_LEFT

from .conftest import NOW, day

AS_MIGRATED = 2**63 - 1


def is_agreed(teller, person_id=1, channel="email"):
    with teller.stores.state.read() as tx:
        said = contacts(tx, [person_id])[person_id].word(channel, purpose="marketing")
    return said is not None and said.is_given


def agree(teller, at, user_id="A", **properties):
    said = {"channel": "email", "wording": "Send me letters", **properties}
    teller.tell("track", "Consent Given", user_id=user_id, at=at, properties=said)


def taken_before(teller, name, properties, *, at, message_id, person_id=1):
    """An event as an earlier version kept it, with the line that it made of it, if any."""
    teller.tell("track", "Placeholder", user_id="noise", at=at)
    teller.settle()
    channel, purpose = properties.get("channel"), properties.get("purpose", "marketing")
    with teller.stores.events.write() as tx:
        tx.append("identity_event", pa.table({
            "position": [tx.cursor("identity")], "source_id": ["site"], "message_id": [message_id], "type": ["track"],
            "name": [name], "occurred_at": pa.array([micros(at)], pa.timestamp("us")),
            "received_at": pa.array([micros(at)], pa.timestamp("us")), "person_id": [person_id],
            "channel": [channel if isinstance(channel, str) else None], "identifiers": ['{"user_id":"A"}'],
            "properties": [json.dumps(properties)], "context": ["{}"], "confidence": pa.array([2], pa.int8()),
        }))  # fmt: skip
    if name == "Consent Withdrawn":
        with teller.stores.state.write() as tx:
            record(tx, [ConsentEntry(
                source_id="site", message_id=message_id, person_id=person_id, channel=channel or "*", purpose=purpose,
                is_given=False, occurred_at=at, recorded_at=at,
            )])  # fmt: skip


def upgrade(teller, rows_max=100):
    with teller.stores.state.write() as tx:
        tx.move_cursor(WORDS_LEFT, AS_MIGRATED)
    teller.settle(rows_max)


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("Consent Withdrawn", {"channel": "Email"}),
        ("Consent Withdrawn", {"channel": "по почте"}),
        ("Consent Withdrawn", {"channel": "email", "purpose": "Marketing"}),
        ("consent withdrawn", {"channel": "email"}),
        ("UNSUBSCRIBED", {"channel": "E-Mail", "purpose": "Service"}),
        ("unsubscribed", {}),
    ],
)
def test_what_was_not_understood_is_heeded_once(teller, name, properties):
    agree(teller, day(1))
    taken_before(teller, name, properties, at=day(2), message_id="no")
    assert is_agreed(teller)
    before = len(consent_history(teller.stores, 1))
    for _ in range(2):
        upgrade(teller)
        assert not is_agreed(teller)
        assert len(consent_history(teller.stores, 1)) == before + 1
    (line,) = [line for line in consent_history(teller.stores, 1) if line.message_id == "no"][:1]
    assert (line.occurred_at, line.is_given, line.source_id) == (day(2), False, "site")
    assert broken_ledger(teller.stores) == []


def test_a_consent_given_since_stays_in_force(teller):
    agree(teller, day(1))
    agree(teller, day(3))
    taken_before(teller, "Consent Withdrawn", {"channel": "Email"}, at=day(2), message_id="no")
    upgrade(teller)
    assert is_agreed(teller)


def test_what_was_understood_makes_no_line_and_consents_are_not_read_again(teller):
    agree(teller, day(1))
    taken_before(teller, "Consent Withdrawn", {"channel": "sms"}, at=day(2), message_id="no")
    taken_before(teller, "consent given", {"channel": "sms", "wording": "w"}, at=day(3), message_id="yes")
    before = consent_history(teller.stores, 1)
    upgrade(teller)
    assert consent_history(teller.stores, 1) == before


def test_events_that_the_new_version_took_make_no_second_line(teller):
    agree(teller, day(1), purpose="Marketing")
    teller.tell("track", "consent withdrawn", user_id="A", at=day(2), properties={"channel": "E-Mail",
                                                                                 "purpose": "Marketing"})  # fmt: skip
    teller.settle()
    before = consent_history(teller.stores, 1)
    assert len(before) == 2
    upgrade(teller)
    assert consent_history(teller.stores, 1) == before


@pytest.mark.parametrize("rows_max", [1, 2, 3, 100])
def test_everything_is_read_a_part_at_a_time(teller, rows_max):
    for n in range(5):
        agree(teller, day(1), user_id=f"u{n}")
    teller.settle()
    with teller.stores.state.read() as tx:
        people = sorted(contacts(tx, [1, 2, 3, 4, 5]))
    for n, person_id in enumerate(people):
        at = day(2) + timedelta(hours=n)
        taken_before(teller, "Consent Withdrawn", {"channel": "Email"}, at=at, message_id=f"no{n}", person_id=person_id)
    upgrade(teller, rows_max)
    assert not [person_id for person_id in people if is_agreed(teller, person_id)]


def test_whoever_was_merged_since_is_heard_as_well(teller):
    agree(teller, day(1))
    teller.tell("identify", email="b@example.test", at=day(1))
    taken_before(teller, "Consent Withdrawn", {"channel": "Email"}, at=day(2), message_id="no")
    merge(teller.stores, into_id=2, from_id=1, rule="by hand", evidence={}, now=NOW, ids=SeededIds(1))
    upgrade(teller)
    assert not is_agreed(teller, root_of(teller.stores, 1))
