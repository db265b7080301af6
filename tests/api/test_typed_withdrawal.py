"""Under a tracker's key nobody takes over a customer; but a "no" that names an address is heard, whosever it is."""

from collections.abc import Iterator

import pytest

from omniloom import collect, identity, messaging
from omniloom.app import Platform, open_platform
from omniloom.collect import Source
from omniloom.core.event import Event, encode
from omniloom.messaging.reach import Reach
from omniloom.worker import loop

MAIL, PHONE = "anna@shop.test", "+79162000001"


@pytest.fixture
def platform(tmp_path) -> Iterator[Platform]:
    opened = open_platform(tmp_path, environ={})
    yield opened
    opened.close()


def source_of(platform: Platform, kind: str) -> Source:
    return collect.add_source(platform.stores, name=kind, kind=kind, now=platform.now(), ids=platform.ids)


def say(platform: Platform, source: Source, message_id: str, name: str, identifiers, **properties) -> None:
    at = platform.now()
    event = Event(source_id=source.source_id, message_id=message_id, type="track" if name else "identify", name=name,
                  occurred_at=at, received_at=at, identifiers=identifiers, properties=properties)  # fmt: skip
    platform.stores.log.append([encode(event)])
    loop.catch_up(platform, None, loop.KNOWING)


def reached(platform: Platform, text: str) -> dict[str, Reach]:
    (person,) = identity.find(platform.stores, text, "RU")
    return {one.channel: one.reach for one in messaging.reach.reach_of(platform.stores, person, now=platform.now())}


@pytest.fixture
def site(platform: Platform) -> Source:
    """Anna agreed to mail with her address alone; then she has an account, and types the address there."""
    site, shop = source_of(platform, "website"), source_of(platform, "server")
    say(platform, shop, "1", "Consent Given", {"email": MAIL}, channel="email", wording="Yes", method="form")
    say(platform, site, "2", "", {"user_id": "A", "anonymous_id": "b"})
    say(platform, site, "3", "", {"user_id": "A", "anonymous_id": "b", "email": MAIL})
    assert identity.find(platform.stores, MAIL, "RU") != identity.find(platform.stores, "A", "RU")
    assert reached(platform, MAIL)["email"] is Reach.REACHABLE
    return site


@pytest.mark.parametrize("name", ["Consent Withdrawn", "Unsubscribed"])
def test_a_withdrawal_counts_for_everybody_it_names(platform, site, name):
    say(platform, site, "4", name, {"user_id": "A", "email": " ANNA@shop.test"}, channel="email")
    assert reached(platform, MAIL)["email"] is Reach.NO_CONSENT


def test_a_consent_does_not(platform, site):
    say(platform, site, "4", "Consent Withdrawn", {"email": MAIL}, channel="email")
    say(platform, site, "5", "Consent Given", {"user_id": "A", "email": MAIL}, channel="email", wording="Y", method="f")
    assert reached(platform, MAIL)["email"] is Reach.NO_CONSENT


def test_nor_does_a_withdrawal_that_does_not_name_the_address(platform, site):
    say(platform, site, "4", "Consent Withdrawn", {"user_id": "A", "anonymous_id": "b"}, channel="email")
    assert reached(platform, MAIL)["email"] is Reach.REACHABLE


@pytest.mark.parametrize(("kind", "is_one"), [("website", False), ("app", False), ("server", True), ("import", True)])
def test_only_a_source_whose_key_is_its_owners_joins_two_addresses_by_its_word(platform, kind, is_one):
    source = source_of(platform, kind)
    say(platform, source, "1", "", {"email": MAIL})
    say(platform, source, "2", "", {"email": MAIL, "phone": PHONE, "anonymous_id": "b"})
    one, other, browser = (identity.find(platform.stores, text, "RU") for text in (MAIL, PHONE, "b"))
    assert (one == other) is is_one
    assert browser == one


def test_a_source_nobody_knows_is_not_public_nor_secret(platform):
    assert not collect.is_public(platform.stores, "nobody-knows")
    assert not collect.is_secret(platform.stores, "nobody-knows")
