"""The act: idempotent, resumable, and cheap when there is nothing to do."""

import contextlib
import dataclasses

import pytest

from omniloom.profiles import fold, person, trait_keys

from .conftest import NOW, Teller


class Killed(Exception):
    """The process dies here."""


class DiesBeforeCommit:
    """A store port whose next writing transaction ends in the process's death."""

    def __init__(self, port) -> None:
        self._port = port

    def read(self):
        return self._port.read()

    @contextlib.contextmanager
    def write(self):
        with self._port.write():
            raise Killed
        yield


@pytest.mark.parametrize("store", ["state", "events"])
def test_a_death_in_either_store_is_made_good_by_the_next_call(teller: Teller, store):
    teller.tell("identify", user_id="A", traits={"name": "Anna"})
    teller.tell("track", "Consent Given", user_id="A", properties={"channel": "email"})
    teller.resolve()
    dying = dataclasses.replace(teller.stores, **{store: DiesBeforeCommit(getattr(teller.stores, store))})
    with pytest.raises((Killed, RuntimeError)):
        fold(dying, now=NOW, rows_max=10)
    teller.settle()
    shown = person(teller.stores, 1)
    assert (shown.name, len(shown.traits), len(shown.consents)) == ("Anna", 1, 1)
    assert trait_keys(teller.stores) == [("name", 1)]


def test_nothing_new_means_done_with_no_rows(teller):
    assert fold(teller.stores, now=NOW, rows_max=10) == fold(teller.stores, now=NOW, rows_max=10)
    teller.tell("identify", user_id="A", traits={"name": "Anna"})
    teller.settle()
    progress = fold(teller.stores, now=NOW, rows_max=10)
    assert (progress.rows, progress.is_done) == (0, True)


def test_more_events_than_rows_max_are_folded_call_by_call(teller):
    for n in range(7):
        teller.tell("identify", user_id=f"U{n}", traits={"n": n})
        teller.tell("track", "Ping", user_id=f"U{n}")
    teller.resolve()
    calls = 1
    while not fold(teller.stores, now=NOW, rows_max=3).is_done:
        calls += 1
    assert calls == 3
    assert trait_keys(teller.stores) == [("n", 7)]
