"""The demo's second appearances: made-up like all contacts, marked so, and harmless to the year's figures."""

import pytest

from omniloom.cli.demo import doubles, households, source
from omniloom.core.event import CONSENT_GIVEN, COUPON_REDEEMED, MESSAGE_SENT, ORDER_COMPLETED, encode
from omniloom.identity import KINDS
from omniloom.identity.kind import Problem

HOUSEHOLDS = list(range(1, 2_500))
DESKS = doubles.Desks(till="till", site="site", kiosk="kiosk")


@pytest.fixture(scope="module")
def draws():
    return source.read_yaml("households.yaml")


@pytest.fixture(scope="module")
def contacts(draws):
    return list(households.contacts(HOUSEHOLDS, draws, "desk"))


@pytest.fixture(scope="module")
def events(contacts, draws):
    return list(doubles.doubles(contacts, draws, DESKS))


def household(event) -> int:
    return int(event.message_id.split("-")[1])


def test_some_households_turn_up_twice_and_each_run_says_the_same(events, contacts, draws):
    assert 30 <= len({household(event) for event in events if event.traits}) <= 80
    assert [encode(event) for event in doubles.doubles(contacts, draws, DESKS)] == [encode(event) for event in events]
    assert len({event.message_id for event in events}) == len(events)


def test_a_household_s_double_depends_on_nobody_but_itself(events, draws):
    """But the phone, which must not be anybody's."""
    some = [number for number in HOUSEHOLDS if number % 7 in (1, 2)]
    alone = list(doubles.doubles(list(households.contacts(some, draws, "desk")), draws, DESKS))
    assert {event.message_id for event in alone} == {e.message_id for e in events if household(e) in some}


def test_no_receipt_mailing_coupon_or_consent_is_made_up(events):
    names = {event.name for event in events}
    assert names.isdisjoint({ORDER_COMPLETED, MESSAGE_SENT, COUPON_REDEEMED, CONSENT_GIVEN})
    assert not [event for event in events if "revenue" in event.properties]


def test_a_double_is_marked_synthetic_and_says_the_same_in_other_words(events, contacts, draws):
    known = {household(event): event for event in contacts if event.type == "identify"}
    for event in (event for event in events if event.traits):
        own = known[household(event)]
        assert event.traits["synthetic"] == draws["synthetic_note"]
        assert event.traits["city"] == own.traits["city"]
        assert not event.identifiers.items() & own.identifiers.items(), "no common identifier gives them away"
        said = (event.traits["first_name"], event.traits["last_name"], event.identifiers)
        assert said != (own.traits["first_name"], own.traits["last_name"], own.identifiers)


def test_a_till_s_name_has_one_slip(events, contacts):
    known = {household(event): event for event in contacts if event.type == "identify"}
    for event in (event for event in events if event.traits and "card" in event.identifiers):
        own = known[household(event)].traits
        wrong = [key for key in ("first_name", "last_name") if event.traits[key] != own[key]]
        assert len(wrong) <= 1
        assert all(abs(len(event.traits[key]) - len(own[key])) <= 1 for key in wrong)


def test_every_identifier_is_usable_and_nobody_else_s(events, contacts):
    taken = {pair for event in contacts for pair in event.identifiers.items()}
    for event in events:
        for kind, value in event.identifiers.items():
            assert not isinstance(KINDS[kind].normalise(value, "US"), Problem)
        if event.traits:
            assert not taken & event.identifiers.items()


def test_the_shown_household_has_one_of_everything(events, draws):
    (shown,) = draws["doubles"]["shown"]
    told = {event.message_id.rsplit("-", 1)[1] for event in events if household(event) == shown}
    assert told == {"till", "card", "cleared", "bonus"}


def test_the_tablet_has_more_users_than_one_thing_may_have(events, draws):
    users = {e.identifiers["user_id"] for e in events if e.identifiers.get("device_id") == draws["doubles"]["tablet"]}
    assert len(users) > 5
