"""What is written of proofs and of the erased does not depend on where batches end or a process dies."""

import importlib
from datetime import timedelta

import pytest

from omniloom.core.event import CONSENT_GIVEN, OWN_SOURCE_ID, Event, encode
from omniloom.identity import tombstone

from .conftest import NOW

RESOLVE = importlib.import_module("omniloom.identity.resolve")
MAIL = "anna@shop.test"


def tell(sender, message_id, kind, **said):
    """One of our own events, some hours later."""
    at = NOW + timedelta(hours=9)
    event = Event(source_id=OWN_SOURCE_ID, message_id=message_id, type=kind, occurred_at=at, received_at=at,
                  identifiers={"email": MAIL}, **said)  # fmt: skip
    sender.flush()
    sender.stores.log.append([encode(event)])


@pytest.mark.parametrize("rows_max", [1, 100])
def test_a_proof_marks_its_identifier_also_if_that_was_made_a_batch_before(sender, rows_max):
    sender.send("identify", email=MAIL)
    tell(sender, "proof", "identify", context={"confidence": 3, "verified": ["email"]})
    sender.resolve_all(rows_max)
    (row,) = sender.state_rows("select verified_at from identity_identifier where kind = 'email'")
    assert row["verified_at"] is not None


@pytest.mark.parametrize("kind", ["identify", "track"])
@pytest.mark.parametrize("said", [2, 3])
def test_a_proof_is_as_sure_as_it_says_though_the_customers_id_names_its_holder(sender, kind, said):
    sender.send("identify", user_id="A", email=MAIL)
    sender.send(kind, "Customer Recognised" if kind == "track" else "", source_id=OWN_SOURCE_ID, user_id="A",
                telegram="77", message_id="shown", context={"confidence": said, "verified": ["telegram"]})  # fmt: skip
    sender.send("track", "Message Sent", source_id=OWN_SOURCE_ID, user_id="A", message_id="sent")
    sender.resolve_all()
    rows = sender.events_rows("select message_id, confidence from identity_event")
    levels = {row["message_id"]: row["confidence"] for row in rows}
    assert (levels["shown"], levels["sent"]) == (said, 4)


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("rows_max", [1, 100])
def test_what_came_before_the_word_that_lifts_a_tombstone_stays_nobodys(sender, monkeypatch, rows_max, dies):
    with sender.stores.state.write() as tx:
        tombstone.set_salt(tx, "salt")
        buried = {tombstone.digest_of("salt", ("email", MAIL)): "email"}
        tombstone.bury(tx, [77], buried, erasure_id="e", erased_at=NOW)
    sender.send("track", "Order Completed", message_id="late", email=MAIL, properties={"secret": "x"})
    tell(sender, "word", "track", name=CONSENT_GIVEN, properties={"method": "page", "wording": "I agree"})
    if dies:
        with monkeypatch.context() as death, pytest.raises(KeyboardInterrupt):
            death.setattr(RESOLVE, "_append", _dies)  # between the stores
            sender.resolve_all(rows_max)
    sender.resolve_all(rows_max)
    rows = sender.events_rows("select message_id, person_id, properties from identity_event order by position")
    assert [row["message_id"].startswith("erased:") for row in rows] == [True, False]
    assert (rows[0]["person_id"], rows[0]["properties"]) == (0, "{}")
    assert rows[1]["person_id"] > 0


def _dies(*_args, **_fields):
    raise KeyboardInterrupt
