"""Whose an address is by now: once it is detached, or many people use it, nobody speaks for another from it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from tests.engines import EMBEDDED, chosen
from tests.rooms.messaging.test_leave import hook

from omniloom import identity, messaging, profiles
from omniloom.core.errors import Invalid
from omniloom.messaging import recognition, voice
from omniloom.messaging.recognition import Holder, Newcomer, Reason, Recognised, Refused
from omniloom.store.sql import parse_events, parse_state

SECRET = b"s" * 32
PHONE, NEW_PHONE, LINE = "+12025550177", "+12025550111", "+12025559999"
CLOSED = parse_state("t", "select address from messaging_suppression")
LINE_OWNER = parse_state("t", "select person_id, shared_id from identity_identifier where value = :value")


def settle(company: Any) -> None:
    messaging.try_flush(company.stores)
    company.resolve()


def detached(company: Any, person_id: int) -> int:
    """Anna's number is found to be her sister's, and Anna tells us a new one. The sister's person."""
    given: dict[str, Any] = {"by": "desk", "now": company.clock.now(), "ids": company.ids}
    parted = identity.detach(company.stores, person_id, ("phone", PHONE), **given)
    company.tell("identify", identifiers={"user_id": "anna", "phone": NEW_PHONE})
    settle(company)
    company.clock.advance(timedelta(minutes=1))
    return parted.own_id


def written_to(company: Any) -> tuple[int, str]:
    """Anna got a marketing SMS; her id, and the token of its links."""
    company.person("anna", phone=PHONE, consents=("sms",))
    company.resolve()
    anna = company.id_of("anna")
    company.mailing("c1", [anna], channels=("sms",))
    company.deliver_all()
    send_id = messaging.sends_of(company.stores, anna)[0].send_id
    return anna, company.transport.site.preferences_url(send_id, "sms").rpartition("/")[2]


def shared_line(company: Any, first: dict[str, str]) -> tuple[int, int]:
    """A line that many use; who had it first, and who stands in for all of them."""
    company.tell("identify", identifiers={**first, "phone": LINE})
    company.resolve()
    for n in range(8):
        company.tell("identify", identifiers={"user_id": f"u{n}", "phone": LINE})
        company.resolve()
    with company.stores.state.read() as tx:
        row = tx.one(LINE_OWNER, value=LINE)
    assert row["shared_id"] not in (None, row["person_id"])
    return row["person_id"], row["shared_id"]


def may_get_sms(company: Any, person_id: int) -> bool:
    decision = messaging.consider(company.stores, person_id, channels=["sms"], now=company.clock.now())
    return isinstance(decision.verdict, messaging.Send)


def whose(company: Any, name: str) -> list[int]:
    """Whose events of one name are."""
    asked = parse_events("t", "select person_id from identity_history where name = :name order by person_id")
    with company.stores.events.read() as tx:
        return [row["person_id"] for row in tx.rows(asked, name=name)]


def take_back(company: Any, person_id: int) -> None:
    word = voice.Word(channel="sms", is_given=False, method="call")
    voice.take_consent(company.stores, person_id, word, by="desk", now=company.clock.now(), ids=company.ids)
    settle(company)
    company.clock.advance(timedelta(minutes=1))


# --- an address that is another's by now -----------------------------------------------------------------------------


def test_a_link_in_a_message_to_a_number_that_is_anothers_by_now_opens_nothing(company: Any) -> None:
    anna, token = written_to(company)
    assert voice.preferences(company.stores, token, secret=SECRET) is not None
    assert not voice.is_passed_on(company.stores, token, secret=SECRET)
    detached(company, anna)
    take_back(company, anna)
    lines = profiles.consent_history(company.stores, anna)
    given: dict[str, Any] = {"secret": SECRET, "now": company.clock.now()}
    choice = voice.Choice(channels=frozenset({"sms"}), pause_days=30)
    assert voice.choose(company.stores, token, choice, wording="yes", **given) is None
    for kind in profiles.PrivacyKind:
        assert voice.ask_about_data(company.stores, token, kind, ids=company.ids, **given) is None
    assert voice.preferences(company.stores, token, secret=SECRET) is None
    assert voice.grounds_of(company.stores, token, secret=SECRET) is None
    assert voice.is_passed_on(company.stores, token, secret=SECRET)
    assert not may_get_sms(company, anna), "the sister cannot consent for Anna"
    assert profiles.consent_history(company.stores, anna) == lines
    assert profiles.privacy_requests(company.stores) == []


def closed(company: Any) -> list[str]:
    with company.stores.state.read() as tx:
        return [row["address"] for row in tx.rows(CLOSED)]


@pytest.mark.parametrize("method", ["one-click", "unsubscribe page"])
def test_such_a_link_closes_the_number_it_came_to_and_leaves_everybodys_consent(company: Any, method: str) -> None:
    anna, token = written_to(company)
    detached(company, anna)
    company.tell("identify", identifiers={"user_id": "sister", "phone": PHONE})
    company.tell("track", name="Consent Given", identifiers={"user_id": "sister"}, properties={"channel": "sms"})
    settle(company)
    sister = company.id_of("sister")
    said = [profiles.consent_history(company.stores, person) for person in (anna, sister)]
    assert may_get_sms(company, sister)
    shown = voice.subscription(company.stores, token, secret=SECRET)
    assert shown is not None
    assert [one.address for one in shown.choices] == ["+1***77"], "no other address of Anna's is shown, masked or not"
    for _ in range(2):
        left = voice.unsubscribe(company.stores, token, secret=SECRET, now=company.clock.now(), method=method)
        assert left is not None
        assert [one.is_on for one in left.choices] == [False]
        company.clock.advance(timedelta(minutes=1))
        settle(company)
    assert closed(company) == [PHONE]
    reached = messaging.reach.reach_of(company.stores, sister, now=company.clock.now())
    assert [one.reach for one in reached if one.channel == "sms"] == ["suppressed"]
    assert not may_get_sms(company, sister)
    assert may_get_sms(company, anna), "whoever has her old number now does not speak for her"
    assert [profiles.consent_history(company.stores, person) for person in (anna, sister)] == said
    assert whose(company, "Address Closed") == [sister]
    assert whose(company, "Unsubscribed") == []


def test_a_complaint_about_a_message_to_such_an_address_closes_it_and_leaves_everybodys_consent(company: Any) -> None:
    company.person("anna", email="anna@example.test", consents=("email",))
    company.resolve()
    anna = company.id_of("anna")
    company.mailing("c1", [anna], channels=("email",))
    company.deliver_all()
    given: dict[str, Any] = {"by": "desk", "now": company.clock.now(), "ids": company.ids}
    sister = identity.detach(company.stores, anna, ("email", "anna@example.test"), **given).own_id
    company.tell("identify", identifiers={"user_id": "anna", "email": "anna@new.test"})
    settle(company)
    said = profiles.consent_history(company.stores, anna)
    key = f"{messaging.sends_of(company.stores, anna)[0].send_id}.email"
    for _ in range(2):
        hook(company, "email", [{"message_id": key, "status": "complained"}])
        settle(company)
    assert closed(company) == ["anna@example.test"]
    decision = messaging.consider(company.stores, anna, channels=["email"], now=company.clock.now())
    assert isinstance(decision.verdict, messaging.Send)
    assert profiles.consent_history(company.stores, anna) == said
    assert (whose(company, "Address Closed"), whose(company, "Consent Withdrawn")) == ([sister], [])


@pytest.mark.skipif(chosen() != EMBEDDED, reason="only files are moved")
def test_what_such_a_link_says_while_the_stores_are_moved_is_its_present_owners_word(company: Any) -> None:
    anna, token = written_to(company)
    sister = detached(company, anna)
    mover = threading.Thread(target=company.stores.state.hold)
    mover.start()
    mover.join()
    try:
        left = voice.unsubscribe(company.stores, token, secret=SECRET, now=company.clock.now(), method="link")
    finally:
        company.stores.state.let_go()
    assert left is not None
    settle(company)
    assert may_get_sms(company, anna)
    assert [line.is_given for line in profiles.consent_history(company.stores, sister)] == [False]


def test_a_link_counts_again_once_the_detachment_is_taken_back(company: Any) -> None:
    anna, token = written_to(company)
    sister = detached(company, anna)
    assert voice.preferences(company.stores, token, secret=SECRET) is None
    identity.merge(
        company.stores,
        into_id=anna,
        from_id=sister,
        rule="by hand",
        evidence={},
        now=company.clock.now(),
        ids=company.ids,
    )
    assert voice.preferences(company.stores, token, secret=SECRET) is not None


def test_a_question_asked_before_a_detachment_gives_nobodys_consent_after_it(company: Any) -> None:
    company.person("anna", phone=PHONE, consents=())
    company.resolve()
    anna = company.id_of("anna")
    given: dict[str, Any] = {"now": company.clock.now(), "ids": company.ids}
    wish = voice.Wish(channel="sms", address=PHONE, wording="I agree")
    voice.request_opt_in(company.stores, wish, home_region="US", **given)
    settle(company)
    messaging.ask_opt_ins(company.stores, **given)
    company.deliver_all()
    token = company.gateway.received[-1]["text"].rpartition("/c/")[2]
    now = company.clock.now()
    assert voice.opt_in_of(company.stores, token, secret=SECRET, now=now) is not None
    sister = detached(company, anna)
    assert voice.confirm_opt_in(company.stores, token, secret=SECRET, now=now) is None
    assert voice.opt_in_of(company.stores, token, secret=SECRET, now=now) is None
    assert voice.is_passed_on(company.stores, token, secret=SECRET)
    settle(company)
    assert not may_get_sms(company, anna)
    assert not may_get_sms(company, sister)


def test_a_link_that_went_to_a_line_that_many_use_by_now_opens_nothing(company: Any) -> None:
    company.person("anna", phone=LINE, consents=("sms",))
    company.resolve()
    anna = company.id_of("anna")
    company.mailing("c1", [anna], channels=("sms",))
    company.deliver_all()
    send_id = messaging.sends_of(company.stores, anna)[0].send_id
    token = company.transport.site.preferences_url(send_id, "sms").rpartition("/")[2]
    assert shared_line(company, {"user_id": "anna"})[0] == anna
    assert voice.preferences(company.stores, token, secret=SECRET) is None
    assert voice.unsubscribe(company.stores, token, secret=SECRET, now=company.clock.now(), method="link") is not None


# --- an address that many people use ---------------------------------------------------------------------------------


def test_nobody_is_asked_for_consent_at_an_address_that_many_use(company: Any) -> None:
    wish = voice.Wish(channel="sms", address=LINE, wording="I agree", user_id="u5")
    given: dict[str, Any] = {"now": company.clock.now(), "ids": company.ids}
    request_id = voice.request_opt_in(company.stores, wish, home_region="US", **given)
    shared_line(company, {"user_id": "owner"})  # before its question was planned
    assert messaging.ask_opt_ins(company.stores, **given).rows == 0
    with pytest.raises(Invalid, match="many people use") as refused:
        voice.request_opt_in(company.stores, wish, home_region="US", **given)
    assert refused.value.facts["field"] == "address"
    asked = parse_state("t", "select request_id, state from messaging_opt_in")
    with company.stores.state.read() as tx:
        assert tx.rows(asked) == [{"request_id": request_id, "state": "new"}]


def test_a_code_to_an_address_that_many_use_is_not_its_first_owners(company: Any) -> None:
    owner, stand_in = shared_line(company, {"user_id": "owner"})
    turn_on(company, "code")
    wish = recognition.Wish(way="code", channel="sms", address=LINE, anonymous_id="visitor-1")
    given: dict[str, Any] = {"now": company.clock.now(), "ids": company.ids}
    recognition.ask(company.stores, wish, home_region="US", **given)
    settle(company)
    recognition.send_proofs(company.stores, **given)
    company.deliver()
    assert [one["to"] for one in company.gateway.received] == [LINE]
    kept = parse_state("t", "select person_id from messaging_recognition")
    with company.stores.state.read() as tx:
        assert tx.rows(kept) == [{"person_id": stand_in}]
    assert messaging.sends_of(company.stores, owner) == []


def test_a_card_that_many_use_is_not_its_first_owners(company: Any) -> None:
    for n in range(8):
        company.tell("identify", identifiers={"user_id": f"u{n}", "card": "4006381333931"})
        company.resolve()
    turn_on(company, "card")
    given: dict[str, Any] = {"by": "till", "now": company.clock.now(), "ids": company.ids}
    seen = recognition.see_card(company.stores, "4006381333931", place="", **given)
    with company.stores.state.read() as tx:
        row = tx.one(LINE_OWNER, value="4006381333931")
    assert seen.person_id == row["shared_id"]
    assert seen.person_id not in {company.id_of(f"u{n}") for n in range(8)}


# --- whom our own events name ----------------------------------------------------------------------------------------


def test_a_word_written_down_is_told_of_whom_it_was_for(company: Any) -> None:
    owner, _ = shared_line(company, {"anonymous_id": "browser-1"})
    word = voice.Word(channel="email", is_given=True, method="till", wording="I agree")
    voice.take_consent(company.stores, owner, word, by="desk", now=company.clock.now(), ids=company.ids)
    settle(company)
    assert whose(company, "Consent Given") == [owner]


def test_a_token_of_somebody_with_a_shared_address_joins_them_and_nobody_else(company: Any) -> None:
    turn_on(company, "bot", bot_url="https://t.me/shop_bot?start={token}")
    owner, stand_in = shared_line(company, {"card": "4006381333931"})
    assert isinstance(bring(company, owner, "777"), Recognised)
    assert identity.find(company.stores, "777", "US") == [owner]
    assert whose(company, "Customer Recognised") == [owner]
    assert bring(company, stand_in, "888") == Refused(Reason.UNKNOWN), "nothing names those who stand in"


def bring(company: Any, person_id: int, telegram: str) -> Recognised | Refused:
    now = company.clock.now()
    handed = recognition.hand_out(
        company.stores, "bot", Holder(person_id=person_id), secret=SECRET, now=now, ids=company.ids
    )
    assert isinstance(handed, recognition.Handed)
    found = recognition.bring_back(
        company.stores, "bot", handed.token, Newcomer("telegram", telegram), secret=SECRET, home_region="US", now=now
    )
    settle(company)
    return found


def turn_on(company: Any, way: str, **fields: Any) -> None:
    settings = recognition.WaySettings(is_on=True, **fields)
    recognition.save_way(company.stores, way, settings, now=company.clock.now())
