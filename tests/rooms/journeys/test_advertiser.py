"""A campaign in somebody else's name goes to those who agreed to that company's messages, and to no others."""

from collections.abc import Callable
from typing import Any

import pytest

from omniloom import journeys, messaging, profiles
from omniloom.core.clock import ManualClock
from omniloom.core.errors import Invalid
from omniloom.messaging import Renderer
from omniloom.profiles import ConsentEntry
from omniloom.store import Stores
from omniloom.store.sql import parse_state

BAKERY = "Fresh Bakery"
NOBODYS = "Nobody Ltd"
_ADDRESS = parse_state(
    "test.address",
    "insert into identity_identifier (kind, value, person_id, first_seen_at, last_seen_at) "
    "values ('email', :value, :person_id, 0, 0)",
)
_SENDS = parse_state("test.sends", "select person_id, state, reason from messaging_send order by person_id")


@pytest.fixture
def agreed(stores: Stores, people: list[int], clock: ManualClock) -> None:
    """All have an address; 1 agreed to our own messages, 2 to the bakery's, 3 to both, 4 withdrew from the bakery;
    nobody agreed to the last company, and 4 refused it.
    """
    now = clock.now()
    messaging.save_channel_settings(
        stores, "email", {"host": "127.0.0.1", "port": 9, "tls": "none", "from_address": "shop@shop.test"},
        secret=b"s" * 32, now=now,
    )  # fmt: skip
    words = [(1, "", True), (2, BAKERY, True), (3, "", True), (3, BAKERY, True), (4, BAKERY, True), (4, BAKERY, False)]
    words.append((4, NOBODYS, False))
    with stores.state.write() as tx:
        tx.many(_ADDRESS, ({"value": f"p{person}@shop.test", "person_id": person} for person in people))
        for number, (person, advertiser, is_given) in enumerate(words):
            profiles.take_word(tx, ConsentEntry(
                source_id="till", message_id=f"w{number}", person_id=person, advertiser=advertiser, channel="email",
                purpose=profiles.MARKETING, is_given=is_given, method="form", wording="I agree", occurred_at=now,
                recorded_at=now,
            ))  # fmt: skip


def _reached(stores: Stores, renderer: Renderer, campaign_id: str, people: list[int], clock: ManualClock) -> set[int]:
    return {
        person
        for person in people
        if isinstance(
            journeys.preview(stores, renderer, campaign_id, person, now=clock.now(), seen=dict).decision.verdict,
            messaging.Send,
        )
    }


@pytest.mark.usefixtures("agreed")
@pytest.mark.parametrize(("advertiser", "expected"), [("", {1, 3}), (BAKERY, {2, 3}), (NOBODYS, set())])
def test_the_consent_to_the_advertiser_counts(
    advertiser: str, expected: set[int], stores: Stores, people: list[int], make: Any, settle: Callable[..., None],
    deliver: Callable[[], None], clock: ManualClock, renderer: Renderer,
) -> None:  # fmt: skip
    made = make(channels=["email"], templates=make_templates(make), cost_per_message_minor=2, advertiser=advertiser)
    assert _reached(stores, renderer, made.campaign_id, people, clock) == expected
    journeys.launch(stores, made.campaign_id, now=clock.now())
    settle()
    assert messaging.mailing(stores, made.campaign_id).advertiser == advertiser
    assert _reached(stores, renderer, made.campaign_id, people, clock) == expected
    deliver()
    with stores.state.read() as tx:
        skipped = {person: reason for person, state, reason in tx.tuples(_SENDS) if state == "skipped"}
    assert skipped == dict.fromkeys(set(people) - expected, "no_consent")


def make_templates(make: Any) -> dict[str, str]:
    """The e-mail template of the usual campaign."""
    return {"email": make(name="Usual").templates["email"]}


@pytest.mark.usefixtures("agreed")
def test_advertisers_are_those_whom_somebody_answered(stores: Stores) -> None:
    assert profiles.advertisers(stores) == [BAKERY, NOBODYS]


@pytest.mark.usefixtures("agreed")
def test_a_draft_may_change_its_advertiser_and_a_name_without_end_is_refused(
    stores: Stores, make: Any, clock: ManualClock
) -> None:
    made = make(advertiser=f"  {BAKERY} ")
    assert made.advertiser == BAKERY
    assert journeys.update_campaign(stores, made.campaign_id, advertiser="", now=clock.now()).advertiser == ""
    with pytest.raises(Invalid) as refused:
        make(name="Autumn", advertiser="x" * 121)
    assert refused.value.facts["field"] == "advertiser"


@pytest.mark.usefixtures("agreed")
@pytest.mark.parametrize(
    ("name", "hint"),
    [("fresh bakary", f"did you mean {BAKERY}?"), ("Quite other", f"known are {BAKERY}, {NOBODYS}; leave it empty")],
)
def test_a_name_that_nobody_ever_agreed_to_is_refused(
    name: str, hint: str, stores: Stores, make: Any, clock: ManualClock
) -> None:
    with pytest.raises(Invalid, match=rf"^advertiser: .*'{name}'") as refused:
        make(advertiser=name)
    assert refused.value.hint.startswith(hint)
    made = make(advertiser=BAKERY)
    with pytest.raises(Invalid, match=r"^advertiser: "):
        journeys.update_campaign(stores, made.campaign_id, advertiser=name, now=clock.now())
    assert journeys.campaign(stores, made.campaign_id).advertiser == BAKERY


def test_where_no_partner_is_known_the_hint_says_how_one_is(make: Any) -> None:
    with pytest.raises(Invalid) as refused:
        make(advertiser=BAKERY)
    assert refused.value.hint.startswith("leave it empty for your own company")
