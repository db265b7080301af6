"""Whose word brings an erased person back: our own, and that of a source whose key only its owner has."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from omniloom import collect, identity, privacy
from omniloom.app import Platform, open_platform
from omniloom.core.event import OWN_SOURCE_ID, Event, encode
from omniloom.worker import loop

MAIL = "erased@example.test"
CONSENT = {"channel": "email", "wording": "I agree", "method": "form"}


@pytest.fixture
def platform(tmp_path) -> Iterator[Platform]:
    opened = open_platform(tmp_path, environ={})
    say(opened, "before", "shop", "identify")
    (person,) = identity.find(opened.stores, MAIL, "US")
    privacy.erase(opened.stores, person, by="desk", reason="asked", now=opened.now(), ids=opened.ids, home_region="US")
    yield opened
    opened.close()


def say(opened: Platform, message_id: str, source_id: str, kind: str = "track") -> None:
    at = opened.now() + timedelta(seconds=1)
    event = Event(source_id=source_id, message_id=message_id, type=kind, occurred_at=at, received_at=at,
                  identifiers={"email": MAIL}, name="Consent Given" if kind == "track" else "",
                  properties=CONSENT if kind == "track" else {})  # fmt: skip
    opened.stores.log.append([encode(event)])
    loop.catch_up(opened, None, loop.KNOWING)


@pytest.mark.parametrize("kind", ["website", "app", "server", "import", "webhook"])
def test_a_key_that_everybody_can_read_brings_nobody_back(platform: Platform, kind: str) -> None:
    source = collect.add_source(platform.stores, name="x", kind=kind, now=platform.now(), ids=platform.ids)
    say(platform, "made-up", source.source_id)
    is_back = bool(identity.find(platform.stores, MAIL, "US"))
    assert is_back is (kind not in ("website", "app"))
    assert collect.is_secret(platform.stores, source.source_id) is is_back


def test_our_own_word_does_and_that_of_an_unknown_source_does_not(platform: Platform) -> None:
    say(platform, "made-up", "nobody-knows")
    assert not identity.find(platform.stores, MAIL, "US")
    say(platform, "joined", OWN_SOURCE_ID)
    assert identity.find(platform.stores, MAIL, "US")
