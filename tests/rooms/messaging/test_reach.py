"""The reachability map: what the engine counts of everybody equals asking one person after the other."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from omniloom import identity, messaging, profiles
from omniloom.messaging import voice
from omniloom.messaging.address import verify_address
from omniloom.messaging.reach import Reach, reach_among, reach_map, reach_of
from omniloom.messaging.stop_list import suppress
from omniloom.store.sql import parse_state

SECRET = b"s" * 32
CALL_CENTRE = "+12025559999"


def test_the_map_equals_asking_everyone_and_says_why_not(company: Any) -> None:
    draw = random.Random(5)
    for n in range(60):
        ways = {"email": f"p{n}@example.test"} if draw.random() < 0.7 else {}
        ways |= {"phone": f"+1202555{n:04}"} if draw.random() < 0.6 else {}
        company.person(f"p{n}", consents=tuple(c for c in ("email", "sms", "*") if draw.random() < 0.4), **ways)
        if draw.random() < 0.3:
            company.clock.advance(timedelta(minutes=1))
            company.tell("track", name="Consent Withdrawn", identifiers={"user_id": f"p{n}"},
                         properties={"channel": draw.choice(["email", "sms", "*"])})  # fmt: skip
    for n in range(0, 20, 4):  # some have a device that turns out to be somebody's with an address of their own
        company.tell("identify", identifiers={"anonymous_id": f"d{n}", "email": f"later{n}@example.test"})
        company.tell("identify", identifiers={"anonymous_id": f"d{n}", "user_id": f"p{n}"})
    for n in range(0, 60, 6):  # customers who name the line of a call centre
        company.tell("identify", identifiers={"user_id": f"p{n}", "phone": CALL_CENTRE})
    company.resolve()
    people = [company.id_of(f"p{n}") for n in range(60)]
    company.mailing("c1", people[:40])
    company.deliver_all()
    site, now = company.transport.site, company.clock.now()
    for person in people[:40:5]:
        for sent in messaging.sends_of(company.stores, person):
            if sent.channel:
                token = site.preferences_url(sent.send_id, sent.channel).rpartition("/")[2]
                voice.choose(company.stores, token, voice.Choice(pause_days=9), secret=SECRET, now=now, wording="")
    with company.stores.state.write() as tx:
        for n in range(0, 60, 7):
            tx.run(parse_state("t", (
                "insert into messaging_suppression (channel, address, reason, evidence, created_at)"
                " values ('sms', :address, 'bounced', '', 1)"
            )), address=f"+1202555{n:04}")  # fmt: skip
            verify_address(tx, "email", f"p{n}@example.test", by="link", now=now)
    roots = parse_state("t", "select distinct root_id from identity_person")
    with company.stores.state.read() as tx:
        everyone = [row["root_id"] for row in tx.rows(roots)]
    asked = {person: {one.channel: one for one in reach_of(company.stores, person, now=now)} for person in everyone}
    assert not [one for each in asked.values() for one in each.values() if one.address == CALL_CENTRE]
    among = reach_among(company.stores, everyone, now=now)
    assert among.any_channel == sum(
        any(one.reach is Reach.REACHABLE for one in each.values()) for each in asked.values()
    )
    for found in reach_map(company.stores, now=now):
        own = [each[found.channel] for each in asked.values()]
        counts = Counter(one.reach for one in own)
        assert found.people == len(everyone) == sum(
            (found.reachable, found.no_address, found.suppressed, found.no_consent, found.paused)
        )  # fmt: skip
        told = (found.reachable, found.no_address, found.suppressed, found.no_consent, found.paused)
        assert told == tuple(
            counts[reach]
            for reach in (Reach.REACHABLE, Reach.NO_ADDRESS, Reach.SUPPRESSED, Reach.NO_CONSENT, Reach.PAUSED)
        )
        lacking = {reach: n for reach, n in counts.items() if reach is not Reach.REACHABLE}
        assert (among.by_channel[found.channel], among.lacking[found.channel]) == (found.reachable, lacking)
        addressed = [one for one in own if one.address]
        assert found.addressed == len(addressed)
        assert found.agreed == sum(bool(one.is_agreed) for one in addressed)
        assert found.closed == sum(bool(one.closed_because) for one in addressed)
        assert found.verified == sum(one.verified_at is not None for one in addressed)
        assert found.reached == sum(one.reached_at is not None for one in addressed)
        assert found.reachable
        assert found.no_address
        assert found.no_consent
    for person in everyone[:25]:
        for channel, one in asked[person].items():
            decided = messaging.consider(company.stores, person, channels=[channel], now=now + timedelta(hours=2))
            reason = decided.trail[0].reason
            assert (one.reach is Reach.NO_ADDRESS) == (reason == "no_address")
            assert (one.reach is Reach.SUPPRESSED) == (reason == "suppressed")
            assert (one.reach is Reach.NO_CONSENT) == (reason == "no_consent")


def whole(company: Any, people_max: int = 5_000) -> messaging.reach_count.ReachCount:
    """The count in the background, come to its end."""
    for _ in range(1_000):
        if messaging.reach_count.go_on(company.stores, now=company.clock.now(), people_max=people_max).is_done:
            break
    found = messaging.reach_count.latest(company.stores)
    assert found is not None
    return found


def join(company: Any, into: str, other: str) -> None:
    identity.merge(
        company.stores, into_id=company.id_of(into), from_id=company.id_of(other), rule="by hand", evidence={},
        now=company.clock.now(), ids=company.ids,
    )  # fmt: skip


@pytest.mark.parametrize("people_max", [1, 3, 7, 8, 5_000])
def test_the_count_in_parts_is_the_count_at_once(company: Any, people_max: int) -> None:
    for n in range(7):
        company.person(f"p{n}", consents=("email",) if n % 2 else ("*",), email=f"p{n}@example.test")
    company.tell("identify", identifiers={"user_id": "p1", "phone": "+12025550001"})
    company.tell("identify", identifiers={"email": "later@example.test"})  # who turns out to be p6
    company.resolve()
    join(company, "p6", "later@example.test")
    assert messaging.reach_count.latest(company.stores) is None
    found = whole(company, people_max)
    assert found.channels == reach_map(company.stores, now=company.clock.now())
    assert found.channels[0].people == 7
    assert found.counted_at == company.clock.now()


def test_nobody_is_counted_as_well(company: Any) -> None:
    assert [one.people for one in whole(company).channels] == [0, 0]


def told(company: Any) -> None:
    """What was put down at our own doors has come through the log."""
    messaging.report_outcomes(company.stores)
    company.resolve()


def given(company: Any) -> None:
    company.tell("track", name="Consent Given", identifiers={"user_id": "b"}, properties={"channel": "email"})
    company.resolve()


def withdrawn(company: Any) -> None:
    word = voice.Word(channel="email", is_given=False, method="till", wording="No more letters")
    voice.take_consent(company.stores, company.id_of("a"), word, by="anna", now=company.clock.now(), ids=company.ids)
    told(company)


def merged(company: Any) -> None:
    join(company, "a", "c@example.test")


def paused(company: Any) -> None:
    site = company.transport.site
    (sent,) = messaging.sends_of(company.stores, company.id_of("a"))
    token = site.preferences_url(sent.send_id, "email").rpartition("/")[2]
    choice = voice.Choice(pause_days=9)
    voice.choose(company.stores, token, choice, secret=SECRET, now=company.clock.now(), wording="")
    told(company)


def closed(company: Any) -> None:
    with company.stores.state.write() as tx:
        suppress(
            tx, channel="email", address="a@example.test", reason="complained", evidence="", now=company.clock.now()
        )


def silenced(company: Any) -> None:
    until = company.clock.now() + timedelta(days=9)
    with company.stores.state.write() as tx:
        profiles.save_preference(
            tx, company.id_of("a"), profiles.Preference(paused_until=until), now=company.clock.now()
        )


@pytest.mark.parametrize("change", [given, withdrawn, merged, paused, closed, silenced])
def test_what_changes_who_can_be_reached_is_counted(company: Any, change: Any) -> None:
    for name, consents in (("a", ("email",)), ("b", ())):
        company.person(name, consents=consents, email=f"{name}@example.test")
    company.tell("identify", identifiers={"email": "c@example.test"})
    company.resolve()
    company.mailing("c1", [company.id_of("a")])
    company.deliver_all()
    told(company)
    before = whole(company)
    change(company)
    company.clock.advance(timedelta(seconds=1))
    after = whole(company)
    assert after.channels == reach_map(company.stores, now=company.clock.now())
    assert after.channels != before.channels


def test_where_one_act_went_back_as_far_as_another_went_on_is_counted(company: Any) -> None:
    with company.stores.state.write() as tx:
        tx.move_cursor("first", 7)
    whole(company)
    company.clock.advance(timedelta(seconds=1))
    with company.stores.state.write() as tx:
        tx.move_cursor("first", 4)
        tx.move_cursor("second", 3)
    assert whole(company).counted_at == company.clock.now()


def test_a_count_holds_until_something_happens_or_an_hour_is_over(company: Any) -> None:
    company.person("a", consents=("email",), email="a@example.test")
    company.resolve()
    first = whole(company)
    company.clock.advance(timedelta(minutes=59))
    assert whole(company).counted_at == first.counted_at
    company.clock.advance(timedelta(minutes=1))
    assert whole(company).counted_at == company.clock.now()


@pytest.mark.parametrize(("channel", "kind", "test_value"), [("email", "email", "mail@mail.ru"),
                                                            ("sms", "phone", "+79999999999")])  # fmt: skip
def test_a_test_value_that_was_known_before_is_no_address(
    company: Any, channel: str, kind: str, test_value: str
) -> None:
    company.person("real", consents=("email", "sms"), email="real@example.test", phone="+12025550000")
    company.resolve()
    real = {"email": "real@example.test", "phone": "+12025550000"}[kind]
    now, person = company.clock.now(), company.id_of("real")
    assert {one.channel: one.reach for one in reach_of(company.stores, person, now=now)}[channel] is Reach.REACHABLE
    with company.stores.state.write() as tx:
        tx.run(parse_state("t", "update identity_identifier set value = :to where value = :value"), to=test_value,
               value=real)  # fmt: skip
    (one,) = [one for one in reach_of(company.stores, person, now=now) if one.channel == channel]
    assert (one.reach, one.address) == (Reach.NO_ADDRESS, "")
    (counted,) = [one for one in reach_map(company.stores, now=now) if one.channel == channel]
    assert (counted.reachable, counted.no_address) == (0, counted.people)
