"""Somebody erased who asks for a code or a link: the proof brings them back as somebody new, asking alone nobody."""

from datetime import timedelta
from typing import Any

import pytest
from tests.rooms.messaging.test_recognition import (
    ask,
    ask_code,
    click,
    enter,
    mailed,
    settle,
    texted,
    turn,
)

from omniloom import identity, messaging, privacy, profiles
from omniloom.messaging import hook, recognition
from omniloom.messaging.channel import Fact, Report
from omniloom.messaging.recognition import Asked, Reason, Recognised, Refused, TooOften
from omniloom.store.sql import parse_state

from .test_erase import REGION, WHO, erase, finish, plant, remains
from .test_erase_others import FORMS

WORDS = (WHO["email"], *FORMS[:2])


@pytest.fixture
def gone(company: Any) -> int:
    """Somebody was erased; ways to show oneself are on."""
    for way in ("magic_link", "code"):
        turn(company, way, is_on=True)
    person = plant(company)
    erase(company.stores, person, company.clock.now())
    company.clock.advance(timedelta(hours=1))
    finish(company)
    assert remains(company.stores, WORDS) == []
    return person


def asked(company: Any, way: str) -> Any:
    found = ask(company, address=WHO["email"]) if way == "link" else ask_code(company, address=WHO["phone"])
    assert isinstance(found, Asked)
    settle(company)
    recognition.send_proofs(company.stores, now=company.clock.now(), ids=company.ids)
    company.deliver()
    messaging.report_outcomes(company.stores)
    settle(company)
    return found


def prove(company: Any, way: str, found: Any) -> Any:
    shown = click(company, mailed(company)) if way == "link" else enter(company, found.request_id, texted(company))
    settle(company)
    return shown


@pytest.mark.parametrize("way", ["link", "code"])
def test_a_proof_brings_somebody_new_back(company: Any, gone: int, way: str) -> None:
    found = asked(company, way)
    address, other = (WHO["email"], WHO["phone"]) if way == "link" else (WHO["phone"], WHO["email"])
    assert identity.find(company.stores, address, REGION) == [], "before the proof nobody is known"
    company.tell("identify", identifiers={"email": WHO["email"], "phone": WHO["phone"]}, traits={"name": "Old"})
    company.resolve()
    assert identity.find(company.stores, address, REGION) == [], "a re-import meanwhile brings nobody"
    company.clock.advance(timedelta(minutes=1))
    assert isinstance(prove(company, way, found), Recognised)
    (person,) = identity.find(company.stores, address, REGION)
    assert person != gone, "numbers are never given again"
    assert identity.find(company.stores, other, REGION) == identity.find(company.stores, WHO["user_id"], REGION) == []
    assert profiles.person(company.stores, person).traits == []
    company.tell("track", name="Order Completed", identifiers={"email" if way == "link" else "phone": address},
                 properties={"order_id": "new", "total": 5})  # fmt: skip
    company.resolve()
    assert profiles.person(company.stores, person).orders == 1
    company.clock.advance(timedelta(days=8))
    finish(company)
    again = prove_again(company, way, found)
    assert again == Refused(Reason.USED)
    erase(company.stores, person, company.clock.now(), seed=2)
    company.clock.advance(timedelta(minutes=5))
    finish(company)
    assert remains(company.stores, WORDS) == [], "and they may go again"


def prove_again(company: Any, way: str, found: Any) -> Any:
    return click(company, mailed(company)) if way == "link" else enter(company, found.request_id, texted(company))


@pytest.mark.parametrize("way", ["link", "code"])
def test_what_nobody_proved_is_forgotten_when_it_ran_out(company: Any, gone: int, way: str) -> None:
    found = asked(company, way)
    assert remains(company.stores, WORDS), "as long as it is good, somebody has to know where it went"
    (act,) = privacy.erasures(company.stores)
    company.clock.advance(found.expires_at - company.clock.now() + timedelta(seconds=1))
    finish(company)
    finish(company)
    assert remains(company.stores, WORDS) == []
    assert isinstance(prove(company, way, found), Refused)
    assert privacy.act_of(company.stores, act.erasure_id)["came_since"] is None, "our own words are none of theirs"
    with company.stores.state.read() as tx:
        sends = tx.tuples(parse_state("t", "select context from messaging_send where context like '%@%'"))
    assert sends == []


@pytest.mark.parametrize("is_proved", [False, True])
def test_whoever_stood_in_for_somebody_erased_goes_with_the_request(company: Any, gone: int, is_proved: bool) -> None:
    known, counted, times = people(company), reached(company), 1 if is_proved else 3
    for _ in range(times):
        found = asked(company, "link")
        assert len(people(company)) == len(known) + 1
        assert reached(company) == counted, "nobody is counted while it is open"
        company.clock.advance(timedelta(minutes=1))
        if is_proved:
            assert isinstance(prove(company, "link", found), Recognised)
        company.clock.advance(found.expires_at - company.clock.now() + timedelta(seconds=1))
        finish(company)
        finish(company)
    returned = set(identity.find(company.stores, WHO["email"], REGION))
    assert people(company) == known | returned
    assert len(returned) == is_proved
    company.tell("identify", identifiers={"user_id": "somebody new"})
    company.resolve()
    (new,) = identity.find(company.stores, "somebody new", REGION)
    assert new > max(known) + times, "their numbers are never given again"


def people(company: Any) -> set[int]:
    with company.stores.state.read() as tx:
        return {person for (person,) in tx.tuples(parse_state("t", "select person_id from identity_person"))}


def reached(company: Any) -> set[int]:
    return {one.people for one in messaging.reach.reach_map(company.stores, now=company.clock.now())}


@pytest.mark.parametrize("is_late", [False, True])
def test_a_complaint_about_a_code_that_nobody_asked_for_outlives_it(company: Any, gone: int, is_late: bool) -> None:
    found = asked(company, "link")
    (sent,) = mails(company)
    if not is_late:
        complain(company, sent)
    company.clock.advance(found.expires_at - company.clock.now() + timedelta(seconds=1))
    finish(company)
    if is_late:
        complain(company, sent)
    assert remains(company.stores, WORDS) == [], "a digest is kept"
    for _ in range(2):
        again = asked(company, "link")
        assert mails(company) == [sent], "nothing goes there any more"
        company.clock.advance(again.expires_at - company.clock.now() + timedelta(seconds=1))
        finish(company)
        finish(company)
        assert remains(company.stores, WORDS) == []


def mails(company: Any) -> list[str]:
    """The links and codes that went out, by their ids."""
    with company.stores.state.read() as tx:
        return [key for (key,) in tx.tuples(parse_state("t", (
            "select send_id from messaging_attempt where campaign_id like 'recognition:%' and state = 'accepted'"
        )))]  # fmt: skip


def complain(company: Any, send_id: str) -> None:
    report = Report("d1", f"{send_id}.email", Fact.COMPLAINED, "", is_address_bad=False)
    with company.stores.state.write() as tx:
        assert hook._take(tx, "email", report, now=company.clock.now())
    messaging.report_outcomes(company.stores)
    settle(company)


def test_an_erased_address_may_be_asked_as_often_as_another_and_no_more(company: Any, gone: int) -> None:
    for _ in range(20):
        assert isinstance(ask(company, address=WHO["email"], visitor=messaging.voice.Visitor()), Asked)
        company.clock.advance(timedelta(minutes=61))
        finish(company)
    assert remains(company.stores, WORDS) == [], "a digest counts"
    assert isinstance(ask(company, address=WHO["email"], visitor=messaging.voice.Visitor()), TooOften)
