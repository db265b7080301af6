"""Consent taken back at random instants of a running campaign, through every door: no intent after the answer."""

import random
from datetime import timedelta
from typing import Any

import pytest
from tests.rooms.messaging.test_leave import hook

from omniloom import messaging
from omniloom.core.ids import SeededIds
from omniloom.messaging import voice
from omniloom.profiles import PrivacyKind
from omniloom.store.sql import parse_state

SECRET = b"s" * 32
PEOPLE = 125
WITHDRAWALS = 110  # at least so many in one campaign: 46 campaigns of the long run make over 5,000
ATTEMPTS = parse_state("t", "select person_id, channel from messaging_attempt where campaign_id = 'running'")
CHANNELS = ("sms", "email")


class Campaign:
    """A campaign under way, and people who change their minds at any of its steps."""

    def __init__(self, company: Any, seed: int) -> None:
        self.company, self.draw, self.ids = company, random.Random(seed), SeededIds(seed)
        self.people = company.people(PEOPLE)
        company.policy(cap_messages=100)
        company.mailing("before", self.people, channels=("sms",))
        company.deliver_all(rows_max=64)
        self.sends = {p: messaging.sends_of(company.stores, p)[0].send_id for p in self.people}
        company.mailing("running", self.people, channels=CHANNELS)
        self.undecided = self.draw.sample(self.people, PEOPLE)
        self.answered: list[tuple[int, tuple[str, ...], frozenset[tuple[int, str]]]] = []

    def attempts(self) -> frozenset[tuple[int, str]]:
        with self.company.stores.state.read() as tx:
            return frozenset((row["person_id"], row["channel"]) for row in tx.rows(ATTEMPTS))

    def at_a_step(self, _step: str) -> None:
        """Between two steps of delivery some take their consent back, and are answered."""
        for _ in range(min(len(self.undecided), self.draw.choice([0, 1, 2, 5]))):
            person = self.undecided.pop()
            closed = self.draw.choice(DOORS)(self, person)
            self.answered.append((person, closed, self.attempts()))
        self.company.clock.advance(timedelta(seconds=1))

    def token(self, person: int) -> str:
        return self.company.transport.site.preferences_url(self.sends[person], "sms").rpartition("/")[2]

    def now(self) -> Any:
        return self.company.clock.now()


def one_click(campaign: Campaign, person: int) -> tuple[str, ...]:
    token = campaign.company.transport.site.unsubscribe_url(campaign.sends[person], "sms").rpartition("/")[2]
    assert voice.unsubscribe(campaign.company.stores, token, secret=SECRET, now=campaign.now(), method="one-click")
    return ("sms",)


def preference_page(campaign: Campaign, person: int) -> tuple[str, ...]:
    choice = voice.Choice(channels=frozenset())
    assert voice.choose(campaign.company.stores, campaign.token(person), choice, secret=SECRET, now=campaign.now(),
                        wording="")  # fmt: skip
    return CHANNELS


def silence(campaign: Campaign, person: int) -> tuple[str, ...]:
    choice = voice.Choice(pause_days=30)
    assert voice.choose(campaign.company.stores, campaign.token(person), choice, secret=SECRET, now=campaign.now(),
                        wording="")  # fmt: skip
    return CHANNELS


def operator(campaign: Campaign, person: int) -> tuple[str, ...]:
    word = voice.Word(channel="*", is_given=False, method="call", evidence={"call_id": "7"})
    voice.take_consent(campaign.company.stores, person, word, by="desk", now=campaign.now(), ids=campaign.ids)
    return CHANNELS


def erasure(campaign: Campaign, person: int) -> tuple[str, ...]:
    assert voice.ask_about_data(
        campaign.company.stores, campaign.token(person), PrivacyKind.ERASURE, secret=SECRET, now=campaign.now(),
        ids=campaign.ids,
    )  # fmt: skip
    return CHANNELS


def complaint(campaign: Campaign, person: int) -> tuple[str, ...]:
    report = {"message_id": f"{campaign.sends[person]}.sms", "status": "complained"}
    status = "complained" in messaging.known_channels()["sms"].report_statuses
    if not status:
        return one_click(campaign, person)
    hook(campaign.company, "sms", [report], delivery=f"c{person}")
    return ("sms",)


DOORS = (one_click, preference_page, silence, operator, erasure, complaint)


def check(company: Any, seed: int) -> int:
    """One campaign; how many took their consent back while it ran."""
    campaign = Campaign(company, seed)
    company.deliver_all(rows_max=campaign.draw.choice([3, 7]), between=campaign.at_a_step)
    final = campaign.attempts()
    for person, closed, before in campaign.answered:
        late = {channel for channel in closed if (person, channel) in final - before}
        assert not late, f"seed {seed}: {person} was sent {late} after the answer"
    tally = messaging.tally(company.stores, "running")
    assert tally.planned == PEOPLE == tally.accepted + tally.suppressed + sum(tally.skipped.values())
    spared = {person for person, _, before in campaign.answered if not any((person, c) in before for c in CHANNELS)}
    assert spared, "somebody's withdrawal came before their message"
    return len(campaign.answered)


def test_nothing_is_intended_after_consent_was_taken_back(company: Any) -> None:
    assert check(company, 1) >= WITHDRAWALS


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 48))
def test_nothing_is_intended_after_five_thousand_withdrawals(company: Any, seed: int) -> None:
    assert check(company, seed) >= WITHDRAWALS
