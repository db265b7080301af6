"""Double opt-in: asked by a service message, given by its link alone, once, with both steps as evidence."""

import json
from datetime import timedelta
from typing import Any

import pytest

from omniloom import messaging, profiles
from omniloom.core.errors import Conflict, Invalid
from omniloom.messaging import voice
from omniloom.store.sql import parse_state

SECRET = b"s" * 32
WORDING = "Согласен получать СМС о скидках"
PHONE = "+12025550177"
VISITOR = voice.Visitor("203.0.113.5", "Firefox")
OWNER = voice.Visitor("198.51.100.9", "Safari")


def ask(company: Any, *, address: str = PHONE, **fields: Any) -> str:
    wish = voice.Wish(channel="sms", address=address, **{"wording": WORDING, **fields})
    request_id = voice.request_opt_in(
        company.stores, wish, home_region="US", now=company.clock.now(), ids=company.ids, visitor=VISITOR
    )
    messaging.try_flush(company.stores)
    company.resolve()
    return request_id


def send(company: Any) -> None:
    messaging.ask_opt_ins(company.stores, now=company.clock.now(), ids=company.ids)
    company.deliver_all()


def link(company: Any, number: int = -1) -> str:
    return str(company.gateway.received[number]["text"]).rpartition("/c/")[2]


def confirm(company: Any, token: str) -> voice.OptIn | None:
    found = voice.confirm_opt_in(company.stores, token, secret=SECRET, now=company.clock.now(), visitor=OWNER)
    messaging.try_flush(company.stores)
    return found


def consents(company: Any, address: str = PHONE) -> dict[tuple[str, str], bool]:
    person = company.id_of(address)
    with company.stores.state.read() as tx:
        return dict(profiles.contacts(tx, [person])[person].consents)


def test_nothing_is_given_before_the_address_itself_says_yes(company: Any) -> None:
    ask(company, evidence={"form_url": "https://shop.test/join"}, language="ru")
    assert messaging.ask_opt_ins(company.stores, now=company.clock.now(), ids=company.ids).rows == 1
    assert messaging.ask_opt_ins(company.stores, now=company.clock.now(), ids=company.ids).rows == 0
    company.deliver_all()
    (sent,) = company.gateway.received
    assert sent["to"] == PHONE
    assert sent["text"].startswith("Подтвердите")
    token = link(company)
    shown = voice.opt_in_of(company.stores, token, secret=SECRET, now=company.clock.now())
    assert shown is not None
    assert (shown.state, shown.wording, shown.address, shown.is_over) == ("asked", WORDING, "+1***77", False)
    assert consents(company) == {}
    company.clock.advance(timedelta(hours=1))
    for _ in range(3):
        done = confirm(company, token)
        assert done is not None
        assert done.state == "confirmed"
        assert consents(company) == {("sms", "marketing"): True}
        company.resolve()
    (line,) = profiles.consent_history(company.stores, company.id_of(PHONE))
    assert (line.method, line.wording, line.ip) == ("double opt-in", WORDING, OWNER.ip)
    evidence = json.loads(line.evidence)
    assert evidence["requested"]["ip"] == VISITOR.ip
    assert evidence["requested"]["at"] == "2026-03-02T09:00:00Z"
    assert (evidence["confirmed"]["ip"], evidence["confirmed"]["address"]) == (OWNER.ip, PHONE)
    assert evidence["form_url"] == "https://shop.test/join"
    company.mailing("c1", [company.id_of(PHONE)], channels=("sms",))
    company.deliver_all()
    assert messaging.tally(company.stores, "c1").accepted == 1


def test_an_old_link_does_not_give_back_what_was_taken_back(company: Any) -> None:
    ask(company)
    send(company)
    token = link(company)
    confirm(company, token)
    person = company.id_of(PHONE)
    company.clock.advance(timedelta(minutes=1))
    word = voice.Word(channel="sms", is_given=False, method="call")
    voice.take_consent(company.stores, person, word, by="desk", now=company.clock.now(), ids=company.ids)
    company.clock.advance(timedelta(minutes=1))
    confirm(company, token)
    assert consents(company) == {("sms", "marketing"): False}
    company.clock.advance(timedelta(minutes=30))
    ask(company)
    send(company)
    assert len(company.gateway.received) == 2
    confirm(company, link(company))
    assert consents(company) == {("sms", "marketing"): True}


def test_a_question_runs_out(company: Any) -> None:
    ask(company)
    send(company)
    company.clock.advance(timedelta(days=3))
    shown = confirm(company, link(company))
    assert shown is not None
    assert (shown.state, shown.is_over) == ("asked", True)
    assert consents(company) == {}


def test_who_left_may_come_back_by_a_confirmed_wish_but_a_bounce_stays(company: Any) -> None:
    close = parse_state(
        "t", "insert into messaging_suppression (channel, address, reason, evidence, created_at)"
        " values ('sms', :address, :reason, '', 1)"
    )  # fmt: skip
    with company.stores.state.write() as tx:
        tx.run(close, address=PHONE, reason="unsubscribed")
        tx.run(close, address="+12025550178", reason="bounced")
    ask(company)
    ask(company, address="+12025550178")
    send(company)
    assert [told["to"] for told in company.gateway.received] == [PHONE], "no question goes to a number that is bad"
    confirm(company, link(company))
    (reach,) = [one for one in messaging.reach.reach_of(company.stores, company.id_of(PHONE), now=company.clock.now())
                if one.channel == "sms"]  # fmt: skip
    assert (reach.reach, reach.verified_by) == ("reachable", "double opt-in")


def test_nobody_floods_a_stranger_and_double_clicks_ask_once(company: Any) -> None:
    first = ask(company)
    assert ask(company) == first
    for _ in range(4):
        company.clock.advance(timedelta(minutes=11))
        ask(company)
    company.clock.advance(timedelta(minutes=11))
    with pytest.raises(Conflict):
        ask(company)
    ask(company, address="+12025550178")
    send(company)
    assert len(company.gateway.received) == 6
    company.clock.advance(timedelta(days=1))
    ask(company)


@pytest.mark.parametrize(("fields", "field"), [
    ({"address": "not a phone"}, "address"), ({"wording": " "}, "wording"),
])  # fmt: skip
def test_a_wish_that_cannot_be_proved_is_refused(company: Any, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(company, **fields)
    assert refused.value.facts["field"] == field


def test_links_of_other_kinds_confirm_nothing(company: Any) -> None:
    ask(company)
    send(company)
    site = company.transport.site
    send_id = messaging.sends_of(company.stores, company.id_of(PHONE))[0].send_id
    for url in (site.unsubscribe_url(send_id, "sms"), site.preferences_url(send_id, "sms"), "x/y"):
        assert confirm(company, url.rpartition("/")[2]) is None
    assert confirm(company, site.confirm_url("ab" * 16, "sms").rpartition("/")[2]) is None
    assert consents(company) == {}


def test_a_word_at_the_desk_counts_at_once_and_its_event_adds_nothing(company: Any) -> None:
    (person,) = company.people(1, consents=())
    word = voice.Word(channel="email", is_given=True, method="till", wording="I agree", evidence={"receipt": "R1"})
    voice.take_consent(company.stores, person, word, by="ann@shop.test", now=company.clock.now(), ids=company.ids)
    decision = messaging.consider(company.stores, person, channels=["email"], now=company.clock.now())
    assert isinstance(decision.verdict, messaging.Send)
    messaging.try_flush(company.stores)
    company.resolve()
    (line,) = profiles.consent_history(company.stores, person)
    assert json.loads(line.evidence) == {"receipt": "R1", "written_down_by": "ann@shop.test"}
    for wrong in (
        {"method": "guess"}, {"channel": "pigeon"}, {"wording": " "}, {"purpose": ""}, {"evidence": {"x": "y" * 9000}},
    ):  # fmt: skip
        fields = {"channel": "email", "is_given": True, "method": "till", "wording": "w", **wrong}
        with pytest.raises(Invalid):
            voice.take_consent(company.stores, person, voice.Word(**fields), by="a", now=company.clock.now(),
                               ids=company.ids)  # fmt: skip
