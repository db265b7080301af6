"""The webhooks' pages: every connector has its Russian, a secret is on no page, outcomes are told."""

import dataclasses

import pytest
from tests.web.test_translations import missing

from omniloom.collect import webhooks
from omniloom.collect.webhooks import Delivery, Draft, Outcome, known_connectors
from omniloom.web.webhook_page import OUTCOMES


def test_every_connector_has_its_russian():
    known = known_connectors().values()
    assert missing({one.title for one in known} | {one.setup for one in known}) == []
    assert set(OUTCOMES) == set(Outcome)


@pytest.fixture
def made(site):
    for one in webhooks.webhooks(site.platform.stores):
        if one.name == "Till <b>7</b>":
            return one
    draft = Draft("Till <b>7</b>", "till", secret="the secret of the seventh till")
    shown = webhooks.create(
        site.platform.stores, draft, key=site.platform.secret, now=site.platform.now(), ids=site.platform.ids
    )
    return shown.webhook


def test_a_webhook_shows_its_address_and_last_requests_but_no_secret(site, made):
    hostile = "<script>alert(1)</script>"
    delivery = Delivery(made.hook_id, site.platform.now(), Outcome.DENIED, "POST", "192.0.2.1", message=hostile)
    site.platform.deliveries.add(delivery)
    site.platform.deliveries.add(dataclasses.replace(delivery, outcome=Outcome.TAKEN, events=["Order Completed"]))
    for path in ("/webhooks", f"/webhooks/{made.hook_id}"):
        answer = site.get(path, role="owner")
        assert answer.status_code == 200
        assert "the secret of the seventh till" not in answer.text
        assert hostile not in answer.text
    assert made.hook_id in answer.text
    assert "Order Completed" in answer.text


def test_only_who_may_change_sources_finds_the_switch(site, made):
    assert "webhook-enable" in site.get(f"/webhooks/{made.hook_id}", role="owner").text
    assert "webhook-enable" not in site.get(f"/webhooks/{made.hook_id}", role="operator").text
    assert site.get("/webhooks/none", role="operator").status_code == 404
