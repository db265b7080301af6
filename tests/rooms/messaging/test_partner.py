"""Leaving a partner's messages leaves that partner's, leaving ours or everything leaves everybody's."""

import random
from datetime import timedelta
from typing import Any

import pytest

from omniloom import identity, messaging, profiles
from omniloom.core.event import decode
from omniloom.messaging import Reason, voice
from omniloom.messaging.reach import reach_map
from omniloom.messaging.stop_list import suppress
from omniloom.store import settle_through, settled

SECRET = b"s" * 32
OURS, BAKERY, CINEMA = "", "Fresh Bakery", "Кино"
NAMES = (OURS, BAKERY, CINEMA)
WORDING = "I agree to letters"


@pytest.fixture
def links(company: Any) -> dict[str, str]:
    """Somebody agreed to three advertisers' e-mail and got one message of each: the token of each."""
    company.policy(cap_messages=1_000, quiet_from="00:00", quiet_to="00:00")
    (person,) = company.people(1, consents=())
    for name in NAMES:
        agree(company, person, name)
        company.mailing(f"of {name}", [person], channels=("email",), advertiser=name)
    company.deliver_all()
    site = company.transport.site
    return {
        sent.campaign_id.removeprefix("of "): site.unsubscribe_url(sent.send_id, "email").rpartition("/")[2]
        for sent in messaging.sends_of(company.stores, person)
    }


def agree(company: Any, person: int, advertiser: str) -> None:
    word = voice.Word(channel="email", is_given=True, method="till", wording=WORDING, advertiser=advertiser)
    voice.take_consent(company.stores, person, word, by="a", now=company.clock.now(), ids=company.ids)


def leave(company: Any, token: str, *, is_all: bool = False) -> voice.Subscription:
    company.clock.advance(timedelta(minutes=1))
    shown = messaging.unsubscribe(
        company.stores, token, secret=SECRET, now=company.clock.now(), method="one-click", is_all=is_all
    )
    assert shown is not None
    return shown


def choose(company: Any, token: str, *channels: str) -> None:
    voice.choose(
        company.stores, token, voice.Choice(channels=frozenset(channels)), secret=SECRET, now=company.clock.now(),
        wording=WORDING,
    )  # fmt: skip


def reasons(company: Any, person: int) -> dict[str, Reason]:
    """What speaks against each advertiser's e-mail, or that nothing does."""
    return {
        name: messaging.consider(
            company.stores, person, channels=["email"], now=company.clock.now(), advertiser=name
        ).trail[0].reason
        for name in NAMES
    }  # fmt: skip


def told(company: Any, *names: str) -> list[tuple[str, str]]:
    """The events of the log that count, by name and advertiser."""
    messaging.try_flush(company.stores)
    settle_through(company.stores, company.stores.log.last_position(), now=company.clock.now())
    found = [decode(one.body) for one in settled(company.stores, after=0, rows_max=10_000).messages]
    return [(one.name, str(one.properties.get("advertiser", ""))) for one in found if one.name in names]


def test_one_click_in_a_partners_message_leaves_that_partner_alone(company: Any, links: dict[str, str]) -> None:
    person = company.id_of("p0")
    for _ in range(3):
        shown = leave(company, links[BAKERY])
        assert (shown.advertiser, shown.is_all_left) == (BAKERY, False)
        assert [choice.is_on for choice in shown.choices if choice.channel == "email"] == [False]
    assert reasons(company, person) == {
        OURS: Reason.ALLOWED, BAKERY: Reason.SUPPRESSED, CINEMA: Reason.ALLOWED
    }  # fmt: skip
    said = [(line.advertiser, line.method) for line in profiles.consent_history(company.stores, person)
            if not line.is_given]  # fmt: skip
    assert said == [(BAKERY, "one-click")]
    assert told(company, "Unsubscribed", "Consent Withdrawn") == [("Unsubscribed", BAKERY)]

    shown = leave(company, links[BAKERY], is_all=True)
    leave(company, links[BAKERY], is_all=True)
    assert shown.is_all_left
    assert set(reasons(company, person).values()) == {Reason.SUPPRESSED}
    assert told(company, "Unsubscribed", "Consent Withdrawn") == [
        ("Unsubscribed", BAKERY), ("Consent Withdrawn", OURS), ("Consent Withdrawn", CINEMA),
    ]  # fmt: skip
    company.resolve()
    lines = [line for line in profiles.consent_history(company.stores, person) if not line.is_given]
    assert sorted(line.advertiser for line in lines) == sorted(NAMES), "the events add nothing to the ledger"


def test_who_left_ours_and_comes_back_gets_no_partners_again(company: Any, links: dict[str, str]) -> None:
    person = company.id_of("p0")
    assert leave(company, links[OURS]).is_all_left
    assert set(reasons(company, person).values()) == {Reason.SUPPRESSED}
    agree(company, person, OURS)
    assert reasons(company, person) == {
        OURS: Reason.ALLOWED, BAKERY: Reason.NO_CONSENT, CINEMA: Reason.NO_CONSENT
    }  # fmt: skip


def test_a_complaint_about_a_partner_closes_the_address_to_everybody(company: Any, links: dict[str, str]) -> None:
    leave(company, links[BAKERY])
    with company.stores.state.write() as tx:
        suppress(tx, channel="email", address="p0@example.test", reason="complained",
                                     evidence="provider", now=company.clock.now())  # fmt: skip
    agree(company, company.id_of("p0"), BAKERY)
    assert set(reasons(company, company.id_of("p0")).values()) == {Reason.SUPPRESSED}


def test_an_address_that_is_anothers_by_now_is_closed_to_that_partner_alone(
    company: Any, links: dict[str, str]
) -> None:
    person = company.id_of("p0")
    identity.detach(
        company.stores, person, ("email", "p0@example.test"), by="a", now=company.clock.now(), ids=company.ids
    )
    company.tell("identify", identifiers={"user_id": "sister", "email": "p0@example.test"})
    company.resolve()
    owner = company.id_of("sister")
    for name in NAMES:
        agree(company, owner, name)
    before = profiles.consent_history(company.stores, person)
    leave(company, links[BAKERY])
    assert reasons(company, owner)[BAKERY] is Reason.SUPPRESSED
    assert reasons(company, owner)[OURS] is Reason.ALLOWED
    assert profiles.consent_history(company.stores, person) == before


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_may_be_sent_equals_a_plain_model_of_who_left_what(company: Any, links: dict[str, str], seed: int) -> None:
    draw, person = random.Random(seed), company.id_of("p0")
    agreed, stops = set(NAMES), set[str]()

    def left(name: str, *, is_all: bool = False) -> None:
        if is_all or name == OURS:
            agreed.clear()
            stops.add(OURS)
        else:
            agreed.discard(name)
            stops.add(name)

    def came_back(name: str) -> None:
        agreed.add(name)
        stops.difference_update({OURS, name})

    def is_on(name: str) -> bool:
        return name in agreed and not stops & {OURS, name}

    for _ in range(40):
        name, act = draw.choice(NAMES), draw.choice(["leave", "everything", "agree", "tick", "untick"])
        company.clock.advance(timedelta(minutes=1))
        if act in ("leave", "everything"):
            leave(company, links[name], is_all=act == "everything")
            left(name, is_all=act == "everything")
        elif act == "agree":
            agree(company, person, name)
            came_back(name)
        elif act == "tick":
            choose(company, links[name], "email")
            came_back(name)
        else:
            choose(company, links[name])
            if is_on(name):
                left(name)
        may = {each: reason is Reason.ALLOWED for each, reason in reasons(company, person).items()}
        assert may == {each: is_on(each) for each in NAMES}, (act, name)
        for each in NAMES:
            (found,) = [
                one for one in reach_map(company.stores, now=company.clock.now(), advertiser=each)
                if one.channel == "email"
            ]  # fmt: skip
            assert found.reachable == is_on(each)
