"""A search for duplicates as a job: one at a time, told to everybody, stopped, failed, and never forgotten."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from omniloom.core.errors import Conflict, Invalid, Missing, Unavailable
from omniloom.core.ids import SeededIds
from omniloom.identity import MatchingOutcome, Proposed, begin_matching, matching, matchings, stop_matching
from omniloom.identity.matching_job import LEASE
from omniloom.store import release_lease, take_lease

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FOUND = Proposed(people=6, merged=1, waiting=2, refused=0, threshold=0.7, precision=0.98)


def begin(stores, seed=1, now=NOW):
    return begin_matching(stores, automatic=0.999, by="anna@example.com", now=now, ids=SeededIds(seed))


def seen(stores):
    return matchings(stores)[0]


def test_a_search_is_told_while_it_runs_and_after_its_end(sender):
    with begin(sender.stores) as running:
        running.note("comparing", 0.4)
        running.count(FOUND)
        now = seen(sender.stores)
        assert (now.stage, now.share, now.outcome, now.is_done) == ("comparing", 0.4, MatchingOutcome.RUNNING, False)
        running.ended_at = NOW + timedelta(seconds=3)
    then = matching(sender.stores, running.job_id)
    assert (then.outcome, then.result, then.ended_at) == (MatchingOutcome.DONE, FOUND, NOW + timedelta(seconds=3))
    assert (then.started_by, then.started_at, then.error) == ("anna@example.com", NOW, None)


def test_one_search_runs_at_a_time(sender):
    with begin(sender.stores), pytest.raises(Conflict, match="running already"):
        begin(sender.stores, seed=2)
    with begin(sender.stores, seed=3, now=NOW + timedelta(hours=1)) as later:
        assert [each.outcome for each in matchings(sender.stores)] == [MatchingOutcome.RUNNING, MatchingOutcome.DONE]
        assert seen(sender.stores).job_id == later.job_id


def test_whoever_asks_it_to_stop_stops_it_and_what_was_done_stays_told(sender):
    with begin(sender.stores) as running:
        running.count(FOUND)
        assert stop_matching(sender.stores, running.job_id).is_stopping
        running.note("learning", 0.5)
        pytest.fail("it went on")
    then = seen(sender.stores)
    assert (then.outcome, then.result, then.stage) == (MatchingOutcome.STOPPED, FOUND, "learning")
    with pytest.raises(Conflict):
        stop_matching(sender.stores, running.job_id)


def test_a_fault_of_the_data_is_told_and_one_of_ours_is_raised_too(sender):
    with begin(sender.stores):
        raise Invalid("no column says who a row is about")
    assert seen(sender.stores).error == "no column says who a row is about"
    with pytest.raises(ZeroDivisionError), begin(sender.stores, seed=2, now=NOW + timedelta(hours=1)):
        raise ZeroDivisionError
    assert (seen(sender.stores).outcome, seen(sender.stores).error) == (
        MatchingOutcome.FAILED, "ZeroDivisionError: see the server's log"
    )  # fmt: skip


def test_a_search_whose_server_ended_was_interrupted_and_another_may_begin(sender):
    lost = begin(sender.stores)
    lost.stop_beating()
    release_lease(sender.stores.state, lost.lease)  # as if its time had passed
    assert seen(sender.stores).outcome is MatchingOutcome.INTERRUPTED
    assert take_lease(sender.stores.state, LEASE, holder="next") is not None
    with pytest.raises(Conflict):
        lost.note("merging", 0.9)
    assert seen(sender.stores).outcome is MatchingOutcome.INTERRUPTED


class AwayOnce:
    """A state store that is away once, when asked to be, and notes that somebody writes after that."""

    def __init__(self, state):
        self._state = state
        self.goes_away = False
        self.is_asked_again = threading.Event()
        self._was_away = False

    def __getattr__(self, name):
        return getattr(self._state, name)

    def write(self):
        if self.goes_away and not self._was_away:
            self._was_away = True
            raise Unavailable("the state store is away", hint="wait")
        if self._was_away:
            self.is_asked_again.set()
        return self._state.write()


def test_a_search_keeps_its_lease_though_the_store_is_away_for_a_moment(sender):
    state = AwayOnce(sender.stores.state)
    stores = replace(sender.stores, state=state)
    with begin_matching(
        stores, automatic=0.999, by="anna@example.com", now=NOW, ids=SeededIds(1), lasting=timedelta(seconds=0.3)
    ):
        state.goes_away = True
        assert state.is_asked_again.wait(20), "it beats no more"


def test_a_search_that_never_was_is_missing(sender):
    with pytest.raises(Missing):
        matching(sender.stores, "")
