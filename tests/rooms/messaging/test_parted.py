"""Two strangers are one person by mistake, messages go out and are answered, and the merge is taken back.

What went to an address, and what was said through its links, is then its owner's and nobody else's.
"""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.rooms.messaging.test_whose_address import settle, turn_on, whose

from omniloom import identity, messaging, privacy, profiles
from omniloom.messaging import recognition, voice
from omniloom.messaging.recognition import Holder, Newcomer, Recognised
from omniloom.profiles import PrivacyKind
from omniloom.store.sql import parse_state

SECRET = b"s" * 32
NOW = datetime(2026, 7, 1, tzinfo=UTC)
ANNA, BORIS = "anna@example.test", "boris@example.test"
PHONE = "+12025550123"
CARD = "4006381333931"
ATTEMPTS = parse_state("t", "select person_id, channel, address, state, tries from messaging_attempt order by channel")
CLOSED = parse_state("t", "select channel, address from messaging_suppression order by channel, address")
HELD = parse_state(
    "t",
    "select r.person_id, i.person_id from messaging_recognition as r"
    " join identity_identifier as i on i.kind = r.kind and i.value = r.value",
)
RECOGNISED = parse_state("t", "select person_id from messaging_recognition")


class Two:
    """Anna has a user id, an address and a phone; Boris has an address, which was seen last."""

    def __init__(self, company: Any) -> None:
        self.company, self.stores = company, company.stores
        company.person("anna", email=ANNA, phone=PHONE)
        company.resolve()
        company.clock.advance(timedelta(hours=1))
        company.tell("identify", identifiers={"email": BORIS})
        company.tell("track", name="Consent Given", identifiers={"email": BORIS}, properties={"channel": "email"})
        company.resolve()
        self.anna, self.boris = company.id_of("anna"), company.id_of(BORIS)
        self.merge_id = ""
        self.merge()

    def merge(self) -> None:
        self.merge_id = identity.merge(
            self.stores, into_id=self.anna, from_id=self.boris, rule="by hand", evidence={},
            now=self.company.clock.now(), ids=self.company.ids,
        )  # fmt: skip

    def part(self) -> None:
        messaging.report_outcomes(self.stores)
        settle(self.company)
        identity.unmerge(self.stores, self.merge_id, by="desk", now=self.company.clock.now())
        settle(self.company)
        self.company.clock.advance(timedelta(minutes=1))

    def write(self, *channels: str) -> str:
        """A campaign for the one person they are; the token of the letter's links."""
        self.company.mailing("c1", [self.anna], channels=channels or ("email",))
        self.company.deliver_all()
        return self.token()

    def token(self, campaign_id: str = "c1", channel: str = "email") -> str:
        [send] = [one for one in messaging.sends_of(self.stores, self.boris) if one.campaign_id == campaign_id]
        url: str = self.company.transport.site.preferences_url(send.send_id, channel)
        return url.rpartition("/")[2]

    def choose(self, token: str, **chosen: Any) -> voice.Preferences:
        self.company.clock.advance(timedelta(minutes=1))
        shown = voice.choose(
            self.stores, token, voice.Choice(**chosen), secret=SECRET, now=self.company.clock.now(), wording="yes"
        )
        assert shown is not None
        return shown

    def ask(self, token: str, kind: PrivacyKind) -> profiles.PrivacyRequest:
        self.company.clock.advance(timedelta(minutes=1))
        now, ids = self.company.clock.now(), self.company.ids
        asked = voice.ask_about_data(self.stores, token, kind, secret=SECRET, now=now, ids=ids)
        assert asked is not None
        return asked

    def see_anna(self) -> None:
        """From now on hers is the address that was seen last."""
        self.company.clock.advance(timedelta(hours=1))
        self.company.person("anna", email=ANNA, consents=())
        self.company.resolve()

    def reach(self, person_id: int, channel: str = "email") -> str:
        found = messaging.reach.reach_of(self.stores, person_id, now=self.company.clock.now())
        return next(str(one.reach) for one in found if one.channel == channel)

    def rows(self, asked: Any) -> list[tuple[Any, ...]]:
        with self.stores.state.read() as tx:
            return list(tx.tuples(asked))


@pytest.fixture
def two(company: Any) -> Two:
    return Two(company)


def test_a_letter_is_whose_address_it_went_to(two: Two) -> None:
    token = two.write()
    assert [one[0] for one in two.company.smtp.received] == [BORIS]
    assert len(messaging.sends_of(two.stores, two.anna)) == 1, "while they are one it is theirs"
    two.part()
    assert messaging.sends_of(two.stores, two.anna) == []
    assert [one.address for one in messaging.sends_of(two.stores, two.boris)] == [BORIS]
    assert two.rows(ATTEMPTS) == [(two.boris, "email", BORIS, "accepted", 1)]
    assert [one.person_id for one in messaging.recipients(two.stores, "c1")] == [two.boris]
    assert whose(two.company, "Message Sent") == [two.boris]
    shown = voice.preferences(two.stores, token, secret=SECRET)
    assert shown is not None
    assert (shown.person_id, [one.channel for one in shown.choices]) == (two.boris, ["email"])
    assert [one.address for one in voice.grounds_of(two.stores, token, secret=SECRET) or ()] == ["b***@example.test"]


def test_opens_and_clicks_of_it_are_too(two: Two) -> None:
    two.write()
    [send] = messaging.sends_of(two.stores, two.boris)
    pixel = two.company.transport.site.pixel_url(send.send_id, "email").rpartition("/")[2].removesuffix(".gif")
    event = messaging.opened(two.stores, pixel, secret=SECRET, now=two.company.clock.now(), by_machine=False)
    assert event is not None
    assert event.identifiers == {"email": BORIS}, "Anna's user id would make it hers"


def test_who_asks_to_be_erased_is_whose_address_it_is(two: Two) -> None:
    token = two.write()
    two.ask(token, PrivacyKind.ERASURE)
    assert two.reach(two.anna) == "no_consent", "while they are one"
    two.part()
    assert [one.person_id for one in profiles.privacy_requests(two.stores)] == [two.boris]
    assert profiles.privacy_requests_of(two.stores, two.anna) == []
    assert (two.reach(two.anna), two.reach(two.boris)) == ("reachable", "no_consent")
    assert whose(two.company, "Privacy Requested") == whose(two.company, "Consent Withdrawn") == [two.boris]
    assert {one.person_id for one in profiles.consent_history(two.stores, two.boris)} == {two.boris}


def test_each_of_two_asks_for_themselves(two: Two) -> None:
    two.write()
    two.see_anna()
    two.company.mailing("c2", [two.boris], channels=("email",))
    two.company.deliver_all()
    hers = next(one for one in messaging.sends_of(two.stores, two.anna) if one.campaign_id == "c2")
    assert hers.address == ANNA
    asked = [two.ask(two.token(campaign), PrivacyKind.EXPORT) for campaign in ("c2", "c1", "c1")]
    assert [one.person_id for one in asked] == [two.anna, two.boris, two.boris]
    assert asked[1] == asked[2]
    two.part()
    assert [len(profiles.privacy_requests_of(two.stores, one)) for one in (two.anna, two.boris)] == [1, 1]


def test_wishes_are_whose_address_said_them(two: Two) -> None:
    two.choose(two.write(), pause_days=30, frequency=profiles.Frequency.MONTHLY, language="ru")
    assert two.reach(two.anna) == "paused", "while they are one"
    two.part()
    assert (two.reach(two.anna), two.reach(two.boris)) == ("reachable", "paused")
    with two.stores.state.read() as tx:
        found = profiles.contacts(tx, [two.anna, two.boris])
    assert [found[one].preference.language for one in (two.anna, two.boris)] == ["", "ru"]
    assert whose(two.company, "Preferences Changed") == [two.boris]


@pytest.mark.parametrize("is_by_page", [False, True])
def test_leaving_is_whose_address_left(two: Two, is_by_page: bool) -> None:
    token = two.write()
    if is_by_page:
        two.choose(token, channels=frozenset())
    else:
        voice.unsubscribe(two.stores, token, secret=SECRET, now=two.company.clock.now(), method="one-click")
    assert two.reach(two.anna) != "reachable", "while they are one"
    assert (two.reach(two.anna, "sms") == "reachable") is not is_by_page
    two.part()
    assert two.rows(CLOSED) == [("email", BORIS)], "an address that came by the merge is not his to close"
    assert (two.reach(two.anna), two.reach(two.boris)) == ("reachable", "suppressed")
    assert two.reach(two.anna, "sms") == "reachable"
    assert whose(two.company, "Unsubscribed") == [two.boris] * (1 + is_by_page)
    assert [one.is_given for one in profiles.consent_history(two.stores, two.anna)] == [True, True]


def test_leaving_closes_the_links_own_address_when_another_was_seen_since(two: Two) -> None:
    token = two.write()
    two.see_anna()
    two.choose(token, channels=frozenset({"sms"}))
    assert two.rows(CLOSED) == [("email", BORIS)]
    assert two.reach(two.anna) == "no_consent"
    two.choose(token, channels=frozenset({"sms", "email"}))
    assert (two.rows(CLOSED), two.reach(two.anna)) == ([], "reachable")
    two.part()
    assert [one.is_given for one in profiles.consent_history(two.stores, two.boris)] == [True, False, True]
    assert (two.reach(two.anna), two.reach(two.boris)) == ("reachable", "reachable")


def test_a_message_under_way_goes_on_to_whom_it_began_to_go_to(two: Two) -> None:
    two.company.smtp.script[BORIS] = ["450 4.2.1 greylisted"]
    two.company.mailing("c1", [two.anna], channels=("email",))
    two.company.deliver()
    assert [row[3] for row in two.rows(ATTEMPTS)] == ["later"]
    two.part()
    two.company.deliver_all()
    assert [one[0] for one in two.company.smtp.received] == [BORIS]
    assert two.rows(ATTEMPTS) == [(two.boris, "email", BORIS, "accepted", 2)], "one key, however often it is tried"
    assert messaging.plan(two.stores, campaign_id="c1", person_ids=[two.anna], now=two.company.clock.now(),
                          ids=two.company.ids) == 0  # fmt: skip


def test_each_address_that_was_tried_keeps_its_owner(two: Two) -> None:
    two.company.smtp.script[BORIS] = ["550 5.1.1 no such user"]
    two.company.mailing("c1", [two.anna], channels=("email", "sms"))
    two.company.deliver_all()
    two.part()
    assert [row[:4] for row in two.rows(ATTEMPTS)] == [
        (two.boris, "email", BORIS, "refused"), (two.anna, "sms", PHONE, "accepted"),
    ]  # fmt: skip
    assert [one.address for one in messaging.sends_of(two.stores, two.anna)] == [PHONE]
    assert messaging.sends_of(two.stores, two.boris) == []


def test_one_person_gets_one_message_whoever_it_was_planned_for(two: Two) -> None:
    two.part()
    two.company.mailing("c1", [two.anna, two.boris], channels=("email",))
    two.merge()
    two.company.deliver_all()
    assert [one[0] for one in two.company.smtp.received] == [BORIS]
    assert sum(messaging.tally(two.stores, "c1").skipped.values()) == 1
    two.company.mailing("c2", [two.boris], channels=("email",))
    assert len(two.rows(parse_state("t", "select send_id from messaging_send where campaign_id = 'c2'"))) == 1


def test_a_double_opt_in_is_the_addresses_owners(two: Two) -> None:
    company, now = two.company, two.company.clock.now()
    wish = voice.Wish(channel="email", address=BORIS, wording="I agree", purpose="survey")
    voice.request_opt_in(two.stores, wish, home_region="US", now=now, ids=company.ids)
    settle(company)
    messaging.ask_opt_ins(two.stores, now=now, ids=company.ids)
    company.deliver_all()
    [send] = messaging.sends_of(two.stores, two.boris)
    token = company.transport.site.confirm_url(send.send_id, "email").rpartition("/")[2]
    assert voice.confirm_opt_in(two.stores, token, secret=SECRET, now=now) is not None
    two.part()
    said = {one: [line.purpose for line in profiles.consent_history(two.stores, one)] for one in (two.anna, two.boris)}
    assert ("survey" in said[two.anna], "survey" in said[two.boris]) == (False, True)


def test_codes_are_the_addresses_owners_and_each_comes(two: Two) -> None:
    company = two.company
    turn_on(company, "code")
    for address in (ANNA, BORIS, ANNA):
        wish = recognition.Wish(way="code", channel="email", address=address, anonymous_id="visitor-1")
        given: dict[str, Any] = {"now": company.clock.now(), "ids": company.ids}
        recognition.ask(two.stores, wish, home_region="US", **given)
        settle(company)
        recognition.send_proofs(two.stores, **given)
        company.deliver()
        company.clock.advance(timedelta(minutes=30))
    assert [one[0] for one in company.smtp.received] == [ANNA, BORIS, ANNA]
    assert sorted(row[0] for row in two.rows(RECOGNISED)) == [two.anna, two.anna, two.boris]
    two.part()
    assert [len(messaging.sends_of(two.stores, one)) for one in (two.anna, two.boris)] == [2, 1]


def test_a_benefit_at_the_till_is_the_cards_holders(two: Two) -> None:
    company = two.company
    two.part()
    company.tell("identify", identifiers={"email": BORIS, "card": CARD})
    settle(company)
    two.boris = company.id_of(BORIS)
    two.merge()
    turn_on(company, "card", benefit=recognition.Benefit("coffee"))
    given: dict[str, Any] = {"by": "till", "now": company.clock.now(), "ids": company.ids}
    seen = recognition.see_card(two.stores, CARD, place="", **given)
    assert (seen.person_id, seen.recognised.benefit) == (two.anna, recognition.Benefit("coffee"))
    [(kept, own)] = two.rows(HELD)
    assert kept == own != two.anna


def test_a_word_written_down_for_who_is_one_with_another_is_theirs(two: Two) -> None:
    company = two.company
    word = voice.Word(channel="sms", is_given=False, method="call")
    given: dict[str, Any] = {"by": "desk", "now": company.clock.now(), "ids": company.ids}
    assert voice.take_consent(two.stores, two.boris, word, **given).person_id == two.boris
    assert two.reach(two.anna, "sms") == "no_consent", "while they are one"
    two.part()
    assert two.reach(two.anna, "sms") == "reachable"
    assert {one.channel for one in profiles.consent_history(two.stores, two.boris)} == {"sms", "email"}
    assert whose(company, "Consent Withdrawn") == [two.boris]


def test_a_token_handed_to_who_is_one_with_another_recognises_them(two: Two) -> None:
    company, now = two.company, two.company.clock.now()
    turn_on(company, "bot", bot_url="https://t.me/shop_bot?start={token}")
    handed = recognition.hand_out(two.stores, "bot", Holder(person_id=two.boris), secret=SECRET, now=now,
                                  ids=company.ids)  # fmt: skip
    assert isinstance(handed, recognition.Handed)
    found = recognition.bring_back(two.stores, "bot", handed.token, Newcomer("telegram", "777"), secret=SECRET,
                                   home_region="US", now=now)  # fmt: skip
    assert isinstance(found, Recognised)
    two.part()
    assert identity.find(two.stores, "777", "US") == [two.boris]
    assert whose(company, "Customer Recognised") == [two.boris]


def test_neither_copy_of_their_data_names_the_other(two: Two) -> None:
    token = two.write()
    two.choose(token, channels=frozenset(), pause_days=30)
    two.ask(token, PrivacyKind.EXPORT)
    two.part()
    copies = []
    for person_id in (two.anna, two.boris):
        copy = io.BytesIO()
        privacy.export(two.stores, person_id, privacy.ExportFormat.JSON, copy, now=NOW, home_region="US")
        copies.append(copy.getvalue().decode())
    assert [BORIS in one for one in copies] == [False, True]
    assert [ANNA in one for one in copies] == [True, False]
    assert [PHONE in one for one in copies] == [True, False]
