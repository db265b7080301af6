"""Consents in the interface: who can be reached, the texts, topics, requests; one customer's ledger and proof."""

import pytest

from omniloom import messaging, profiles
from omniloom.core.event import Event, encode
from omniloom.messaging import voice
from omniloom.profiles import PrivacyKind, Topic
from omniloom.worker import loop

HOSTILE = "<img src=x onerror=alert(3)>"


@pytest.fixture
def customer(site):
    """Somebody with a hostile name who agreed in hostile words."""
    platform = site.platform
    now = platform.now()
    platform.stores.log.append([encode(Event(
        source_id="s", message_id="consent-page-1", type="identify", occurred_at=now, received_at=now,
        identifiers={"user_id": "cp-1", "email": "cp-1@example.test"}, traits={"name": HOSTILE},
    ))])  # fmt: skip
    loop.catch_up(platform, None, loop.KNOWING)
    (found,) = profiles.search(platform.stores, "cp-1", home_region="RU", rows_max=5)
    if not profiles.consent_history(platform.stores, found.person_id):
        word = voice.Word(channel="email", is_given=True, method="till", wording=HOSTILE)
        voice.take_consent(platform.stores, found.person_id, word, by="a", now=now, ids=platform.ids)
    return found.person_id


def test_a_customers_ledger_reach_and_proof_are_shown_as_text(site, customer):
    page = site.get(f"/customers/{customer}", role="owner").text
    for part in ("consent-proof", "consent-word", "Reachable", "at the till"):
        assert part in page, part
    assert "<img src=x" not in page
    assert "consent-word" not in site.get(f"/customers/{customer}", role="viewer").text


def test_each_tab_shows_what_there_is_and_hostile_texts_stay_text(site, customer):
    stores, now = site.platform.stores, site.platform.now()
    messaging.reach_count.go_on(stores, now=now)
    assert "om-chart" in site.get("/consents", role="owner").text
    assert "No topics yet" in site.get("/consents?tab=topics", role="owner").text
    added = profiles.add_wording(stores, name="news", text=HOSTILE, language="en", now=now, by="a")
    profiles.save_topic(stores, Topic("sale", HOSTILE, "Скидки"), now=now)
    with stores.state.write() as tx:
        profiles.ask_privacy(tx, customer, PrivacyKind.ERASURE, method="page", ip="203.0.113.4", user_agent="x",
                             now=now, ids=site.platform.ids)  # fmt: skip
    for tab, part in (("wordings", added.hash), ("topics", "Скидки"), ("requests", "203.0.113.4")):
        page = site.get(f"/consents?tab={tab}", role="owner").text
        assert part in page, tab
        assert "<img src=x" not in page
    assert "wording-name" in site.get("/consents?tab=wordings", role="marketer").text
    assert "wording-name" not in site.get("/consents?tab=wordings", role="operator").text
    assert "Кому можно писать" in site.get("/consents", role="viewer").text
