"""Double opt-in: asked by a service message, given by its link alone, once, with both steps as evidence."""

import json
from datetime import timedelta
from typing import Any

import pytest

from omniloom import messaging, profiles
from omniloom.core.errors import Conflict, Invalid, Missing
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
        words = profiles.contacts(tx, [person])[person].words
    return {(channel, purpose): word.is_given for (_, channel, purpose), word in words.items()}


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


def test_a_word_for_somebody_merged_meanwhile_is_theirs_and_for_somebody_erased_nobodys(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the operator's click and the transaction somebody else decides about the person."""
    first, second = company.people(2, consents=())
    word = voice.Word(channel="email", is_given=True, method="till", wording="I agree")
    given: dict[str, Any] = {"by": "desk", "now": company.clock.now(), "ids": company.ids}
    state, real = type(company.stores.state), company.stores.state.write
    erase = parse_state("t", "delete from identity_person where person_id = :person_id")
    move = parse_state("t", "update identity_person set root_id = :other where person_id = :person_id")

    def after(decided: Any, **params: Any) -> None:
        def write(_: Any) -> Any:
            monkeypatch.undo()
            with real() as tx:
                tx.run(decided, **params)
            return real()

        monkeypatch.setattr(state, "write", write)

    after(move, person_id=first, other=second)
    assert voice.take_consent(company.stores, first, word, **given).person_id == first
    assert [one.person_id for one in profiles.consent_history(company.stores, second)] == [first]
    after(erase, person_id=second)
    with pytest.raises(Missing):
        voice.take_consent(company.stores, second, word, **given)
    with company.stores.state.read() as tx:
        lines = tx.rows(parse_state("t", "select person_id from profiles_consent_ledger"))
    assert lines == [{"person_id": first}]


def test_wishing_to_be_erased_again_takes_back_what_was_agreed_to_since(company: Any) -> None:
    (person,) = company.people(1)
    company.mailing("c1", [person], channels=("sms",))
    company.deliver_all()
    url = company.transport.site.preferences_url(messaging.sends_of(company.stores, person)[0].send_id, "sms")

    def wish() -> profiles.PrivacyRequest:
        company.clock.advance(timedelta(minutes=1))
        asked = voice.ask_about_data(
            company.stores, url.rpartition("/")[2], profiles.PrivacyKind.ERASURE, secret=SECRET,
            now=company.clock.now(), ids=company.ids,
        )  # fmt: skip
        assert asked is not None
        return asked

    def may_be_sent() -> bool:
        decision = messaging.consider(company.stores, person, channels=["sms"], now=company.clock.now())
        return isinstance(decision.verdict, messaging.Send)

    first = wish()
    assert not may_be_sent()
    lines = len(profiles.consent_history(company.stores, person))
    assert wish() == first
    assert len(profiles.consent_history(company.stores, person)) == lines, "nothing was left to take back"
    company.clock.advance(timedelta(minutes=1))
    for advertiser in ("", "ACME"):
        word = voice.Word(channel="sms", is_given=True, method="call", wording="I agree", advertiser=advertiser)
        voice.take_consent(company.stores, person, word, by="desk", now=company.clock.now(), ids=company.ids)
    assert may_be_sent()
    assert wish() == first
    assert not may_be_sent()
    with company.stores.state.read() as tx:
        (contact,) = profiles.contacts(tx, [person]).values()
    assert not contact.agreed_with()
    assert [one.request_id for one in profiles.privacy_requests(company.stores)] == [first.request_id]
