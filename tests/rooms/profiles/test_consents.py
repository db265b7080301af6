"""Consents: the newest word is in force, a withdrawal wins a tie, and the history is the proof."""

import itertools

import pytest

from omniloom.core.ids import SeededIds
from omniloom.identity import merge
from omniloom.profiles import consent_history, contacts, person, withdraw

from .conftest import NOW, day


def consents(teller, person_id=1):
    with teller.stores.state.read() as tx:
        return in_force(contacts(tx, [person_id])[person_id])


def in_force(contact):
    return {(channel, purpose): word.is_given for (_, channel, purpose), word in contact.words.items()}


def give(teller, at, channel="email", **properties):
    teller.tell("track", "Consent Given", user_id="A", at=at, properties={"channel": channel, **properties})


def take_back(teller, at, channel="email"):
    teller.tell("track", "Consent Withdrawn", user_id="A", at=at, properties={"channel": channel})


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_newest_word_is_in_force_in_whatever_order_words_arrive(teller, order):
    words = [(give, day(1)), (take_back, day(2)), (give, day(3))]
    for i in order:
        word, at = words[i]
        word(teller, at)
        teller.settle()
    assert consents(teller) == {("email", "marketing"): True}
    assert [entry.is_given for entry in consent_history(teller.stores, 1)] == [True, False, True]


@pytest.mark.parametrize("first", [give, take_back])
def test_at_one_instant_a_withdrawal_wins(teller, first):
    for word in (first, give if first is take_back else take_back):
        word(teller, day(1))
        teller.settle()
    assert consents(teller) == {("email", "marketing"): False}


def test_unsubscribing_withdraws_marketing_in_that_channel_only(teller):
    give(teller, day(1))
    give(teller, day(1), channel="sms")
    give(teller, day(1), purpose="service")
    teller.tell("track", "Unsubscribed", user_id="A", at=day(2), properties={"channel": "email", "purpose": "service"})
    teller.settle()
    assert consents(teller) == {
        ("email", "marketing"): False, ("sms", "marketing"): True, ("email", "service"): True
    }  # fmt: skip


def test_a_word_about_every_channel_replaces_older_ones_only(teller):
    give(teller, day(1))
    take_back(teller, day(2), channel="*")
    give(teller, day(3), channel="sms")
    teller.settle()
    assert consents(teller) == {
        ("*", "marketing"): False, ("email", "marketing"): False, ("sms", "marketing"): True
    }  # fmt: skip


def test_unsubscribing_without_a_channel_is_about_all_of_them_and_consent_without_one_gives_nothing(teller):
    give(teller, day(1))
    give(teller, day(2), channel=None)
    teller.settle()
    assert consents(teller) == {("email", "marketing"): True}
    teller.tell("track", "Unsubscribed", user_id="A", at=day(3), properties={"channel": 5.5, "address": "x"})
    teller.tell("track", "Unsubscribed", user_id="A", at=day(4))
    teller.settle()
    assert consents(teller)["email", "marketing"] is False
    assert [entry.channel for entry in consent_history(teller.stores, 1)] == ["*", "*", "", "email"]


def test_merged_people_have_the_newest_word_of_both(teller):
    give(teller, day(1))
    teller.tell("track", "Consent Withdrawn", email="a@example.test", at=day(2), properties={"channel": "email"})
    teller.settle()
    merge(teller.stores, into_id=1, from_id=2, rule="manual", evidence={}, now=NOW, ids=SeededIds(1))
    assert consents(teller, 1) == consents(teller, 2) == {("email", "marketing"): False}
    assert len(consent_history(teller.stores, 2)) == 2
    assert [c.is_given for c in person(teller.stores, 1).consents] == [False]


def test_the_history_keeps_wording_and_method(teller):
    give(teller, day(1), wording="I agree to letters", method="checkbox")
    teller.settle()
    (entry,) = consent_history(teller.stores, 1)
    assert (entry.wording, entry.method, entry.occurred_at) == ("I agree to letters", "checkbox", day(1))


def test_a_withdrawal_in_a_transaction_counts_at_once_and_its_event_adds_nothing(teller):
    give(teller, day(1))
    teller.settle()
    with teller.stores.state.write() as tx:
        withdraw(tx, person_id=1, channel="email", purpose="marketing", message_id="w1", method="page",
                 occurred_at=day(2), now=NOW, source_id="site")  # fmt: skip
        assert in_force(contacts(tx, [1])[1]) == {("email", "marketing"): False}
    teller.tell("track", "Unsubscribed", user_id="A", at=day(2), message_id="w1", properties={"channel": "email"})
    teller.settle()
    assert [entry.method for entry in consent_history(teller.stores, 1)] == ["page", ""]


def test_a_contact_has_the_address_seen_last_and_unknown_people_are_left_out(teller):
    teller.tell("identify", user_id="A", email="old@example.test", phone="89161234567", at=day(1))
    teller.tell("identify", user_id="A", email="new@example.test", at=day(2), traits={"name": "Anna"})
    teller.settle()
    with teller.stores.state.read() as tx:
        found = contacts(tx, [1, 7])
    assert set(found) == {1}
    assert found[1].addresses == {"email": "new@example.test", "sms": "+79161234567"}
    assert (found[1].name, found[1].person_id) == ("Anna", 1)


def test_a_consent_dated_ahead_counts_from_its_arrival(teller):
    teller.tell("track", "Unsubscribed", user_id="A", at=day(3), properties={"channel": "email"})
    teller.tell("track", "Consent Given", user_id="A", at=day(9), received_at=day(2), properties={"channel": "email"})
    teller.settle()
    assert consents(teller) == {("email", "marketing"): False}
    assert [entry.occurred_at for entry in consent_history(teller.stores, 1)] == [day(3), day(2)]


@pytest.mark.parametrize("channel", ["email", "*"])
def test_leaving_at_our_door_outdoes_a_consent_whose_clock_ran_ahead(teller, channel):
    give(teller, day(9), channel=channel)
    teller.settle()
    with teller.stores.state.write() as tx:
        withdraw(tx, person_id=1, channel="email", purpose="marketing", message_id="left", method="page",
                 occurred_at=day(8), now=day(8))  # fmt: skip
    assert consents(teller)["email", "marketing"] is False
    assert consent_history(teller.stores, 1)[-1].occurred_at == day(8)
    give(teller, day(10))
    teller.settle()
    assert consents(teller)["email", "marketing"] is True


@pytest.mark.parametrize(
    "channel",
    [
        "Email",
        " EMAIL ",
        "e-mail",
        "mail",
        "Почта",
        "all",
        "Все",
        "*",
        ["email", "sms"],
        "по почте",
        ["email"],
        "mailing",
        "newsletter",
        "none",
        "false",
        "e_mail",
        "E.mail",
    ],
)
def test_a_withdrawal_is_heeded_however_its_channel_is_written(teller, channel):
    give(teller, day(1))
    teller.tell("track", "Consent Withdrawn", user_id="A", at=day(2), properties={"channel": channel})
    teller.settle()
    with teller.stores.state.read() as tx:
        said = contacts(tx, [1])[1].word("email", purpose="marketing")
    assert said is not None
    assert not said.is_given


@pytest.mark.parametrize("name", ["consent withdrawn", "CONSENT WITHDRAWN", "unsubscribed"])
def test_a_withdrawal_is_heeded_in_whatever_case_its_event_is_named(teller, name):
    give(teller, day(1), purpose="Marketing")
    teller.tell("track", name, user_id="A", at=day(2), properties={"channel": "email"})
    teller.settle()
    assert consents(teller) == {("email", "marketing"): False}


def test_a_purpose_in_capitals_is_the_same_purpose(teller):
    give(teller, day(1))
    teller.tell("track", "Consent Withdrawn", user_id="A", at=day(2), properties={"channel": "SMS", "purpose": "x"})
    teller.tell("track", "Consent Withdrawn", user_id="A", at=day(2), properties={"channel": "Email",
                                                                                "purpose": " MARKETING "})  # fmt: skip
    teller.settle()
    assert consents(teller) == {("email", "marketing"): False, ("sms", "x"): False}


@pytest.mark.parametrize("channel", [["email", "sms"], "по почте", ""])
def test_a_consent_that_names_no_one_channel_gives_nothing(teller, channel):
    give(teller, day(1), channel=channel)
    teller.settle()
    assert consents(teller) == {}
