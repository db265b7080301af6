"""A worker killed at any commit of a campaign's planning: nobody is lost, nobody is planned or counted twice.

A kill is an exception at a store's commit: either just before it (nothing of the transaction stays) or just after it
(all of it stays, but the caller never knows). The next worker is a fresh call with sound stores.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from omniloom import journeys, messaging
from omniloom.core.clock import ManualClock
from omniloom.core.ids import SeededIds
from omniloom.journeys import CampaignState
from omniloom.store import Stores
from omniloom.store.sql import parse_events, parse_state

PLANNED = parse_state("test.planned", "select person_id, count(*) as n from messaging_send group by 1 order by 1")
AUDIENCE = parse_events("test.audience", "select person_id from journeys_audience order by person_id")


class Killed(BaseException):
    """The process ends here."""


class Death:
    """Counts commits of both stores and kills at one of them."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.commits, self.at, self.after = 0, at, after

    @contextmanager
    def over(self, transaction: Any) -> Iterator[Any]:
        self.commits += 1
        mine = self.commits == self.at
        with transaction as tx:
            yield tx
            if mine and not self.after:
                raise Killed
        if mine:
            raise Killed


class Mortal:
    """A store whose writing transactions may be the last."""

    def __init__(self, store: Any, death: Death) -> None:
        self._store, self._death = store, death

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self) -> Any:
        return self._death.over(self._store.write())


def mortal(stores: Stores, death: Death) -> Stores:
    return dataclasses.replace(stores, state=Mortal(stores.state, death), events=Mortal(stores.events, death))


def run(stores: Stores, clock: ManualClock, ids: SeededIds) -> None:
    while journeys.advance(stores, now=clock.now(), ids=ids, rows_max=2).rows:
        pass


def test_a_sound_run_commits_often_enough_to_be_killed(
    stores: Stores, make: Any, clock: ManualClock, ids: SeededIds
) -> None:
    made = make()
    journeys.launch(stores, made.campaign_id, now=clock.now())
    death = Death(at=0, after=False)
    run(mortal(stores, death), clock, ids)
    assert death.commits >= LAST_COMMIT


LAST_COMMIT = 13  # refresh 2, freeze 2, four chunks of 2, begin 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, LAST_COMMIT + 1))
def test_a_kill_at_any_commit_changes_nothing_in_the_end(
    at: int, after: bool, stores: Stores, make: Any, clock: ManualClock, ids: SeededIds, people: list[int]
) -> None:
    made = make()
    journeys.launch(stores, made.campaign_id, now=clock.now())
    with pytest.raises(Killed):
        run(mortal(stores, Death(at, after=after)), clock, ids)
    before = journeys.campaign(stores, made.campaign_id)
    if before.state is CampaignState.PLANNING and before.frozen_at is not None:
        assert messaging.mailing(stores, made.campaign_id).state is messaging.MailingState.HELD
    run(stores, clock, ids)
    done = journeys.campaign(stores, made.campaign_id)
    assert (done.state, done.audience) == (CampaignState.RUNNING, len(people))
    assert messaging.mailing(stores, made.campaign_id).state is messaging.MailingState.RUNNING
    with stores.state.read() as tx:
        assert tx.tuples(PLANNED) == [(person, 1) for person in people]
    with stores.events.read() as events:
        assert [row[0] for row in events.tuples(AUDIENCE)] == people
    assert journeys.progress(stores, made.campaign_id).is_balanced
