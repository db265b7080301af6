"""Somebody of whom only a browser is known is called a visitor, in every list, and told from others."""

from datetime import timedelta

import pytest

from omniloom import identity, segments
from omniloom.core.event import Event, encode
from omniloom.web import customers
from omniloom.worker import loop

IDS = {"3f2a": "8f14e45f-ceea-467f-a0e6-9b2c1d5e3f2a", "77c1": "8f14e45f-ceea-467f-a0e6-9b2c1d5e77c1"}
PUSH = "push-token-" + "x" * 140


@pytest.fixture
def visitors(site):
    """The first of two visitors; she has a push token since yesterday."""
    stores, now = site.platform.stores, site.platform.now()
    said = [
        {"anonymous_id": IDS["3f2a"]}, {"anonymous_id": IDS["77c1"]},
        {"anonymous_id": IDS["3f2a"], "push_token": PUSH},
    ]  # fmt: skip
    stores.log.append([
        encode(Event(source_id="s", message_id=f"visit{n}", type="identify", received_at=now, identifiers=who,
                     occurred_at=now + timedelta(seconds=n), traits={"visited": True}))
        for n, who in enumerate(said)
    ])  # fmt: skip
    loop.catch_up(site.platform, None, loop.KNOWING)
    return identity.find(stores, IDS["3f2a"], "US")[0]


@pytest.mark.parametrize(("role", "called"), [("owner", "Anonymous visitor"), ("operator", "Аноним")])
def test_lists_name_visitors_and_tell_them_apart(site, visitors, role, called, monkeypatch):
    assert visitors
    monkeypatch.setattr(customers, "ROWS_FIRST", customers.ROWS_MAX)  # other tests' people were seen as lately
    page = site.get("/customers", role=role).text
    for code, whole in IDS.items():
        assert f"{called} · {code}" in page
        assert f'"title":"{whole}"' in page
        assert f'"label":"{whole}"' not in page
    assert PUSH not in page


def test_who_is_looked_for_by_the_whole_id_is_shown_with_it(site, visitors):
    page = site.get(f"/customers?q={IDS['3f2a']}", role="owner").text
    assert "Anonymous visitor · 3f2a" in page
    assert IDS["3f2a"] in page


def test_who_is_looked_for_by_a_device_is_shown_with_it_first(site, visitors):
    stores, now = site.platform.stores, site.platform.now()
    who = {"device_id": "kiosk-tablet-3", "email": "tab@example.test", "user_id": "tab"}
    stores.log.append([
        encode(Event(source_id="s", message_id="tablet", type="identify", received_at=now, occurred_at=now,
                     identifiers=who, traits={"name": "Tab Let"}))
    ])  # fmt: skip
    loop.catch_up(site.platform, None, loop.KNOWING)
    assert visitors
    plain, sought = (site.get(f"/customers?q={text}", role="owner").text for text in ("tab@example.test", "kiosk"))
    assert "kiosk-tablet-3" not in plain
    assert sought.index('"kiosk-tablet-3"') < sought.index('"tab@example.test"')


def test_a_long_identifier_is_cut_and_whole_by_hover(site, visitors):
    assert visitors
    page = site.get(f"/customers?q={PUSH[:20]}", role="owner").text
    assert f'"om-badge-long"],"props":{{"title":"{PUSH}"}}' in page


def test_a_visitors_page_is_named_so_and_has_the_whole_id(site, visitors):
    page = site.get(f"/customers/{visitors}", role="owner").text
    assert "Anonymous visitor · 3f2a" in page
    assert IDS["3f2a"] in page
    assert "Copy the id" in page


def test_members_of_a_segment_are_named_so(site, visitors):
    platform = site.platform
    found = segments.create(
        platform.stores, name="Visitors", definition={"trait": "visited", "is": True}, now=platform.now(),
        ids=platform.ids,
    )  # fmt: skip
    segments.refresh(platform.stores, found.segment_id, now=platform.now())
    assert visitors
    page = site.get(f"/segments/{found.segment_id}", role="owner").text
    assert "Anonymous visitor · 77c1" in page
    assert f'"label":"{IDS["77c1"]}"' not in page


def test_whoever_may_not_see_ids_sees_the_short_name_alone(site, visitors):
    page = site.get(f"/customers/{visitors}", role="viewer").text
    assert "Аноним · 3f2a" in page
    assert IDS["3f2a"] not in page


def test_a_customer_without_orders_brought_nothing_in_the_shops_own_money(site, visitors):
    page = site.get(f"/customers/{visitors}", role="operator").text
    assert "0\xa0₽" in page or "0 ₽" in page
    assert "0 $" not in page
