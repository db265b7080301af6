"""Brings every reader of the logs to one place, so that the logs may be changed for others behind it."""

from dataclasses import dataclass

from omniloom import collect, identity
from omniloom.app import Platform
from omniloom.core.errors import Unavailable
from omniloom.worker.loop import ACTS, run_once

_READERS = ("store.settle", "identity.resolve", "profiles.fold", "collect.refusals", "collect.observe")
_PASSES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where all readers stand."""

    log: int
    refusals: int


def drain(platform: Platform) -> Place:
    """Read on until every reader stands at the same place. Collectors may go on appending behind it.

    Errors: Unavailable if an act fails, or if more arrives than is read.
    """
    acts = tuple(act for act in ACTS if act.name in _READERS)
    for number in range(_PASSES_MAX):
        run_once(platform, acts=acts if number == 0 else acts[1:])
        for act in acts:
            if error := platform.status[act.name].error:
                raise Unavailable(f"{act.name}: {error}", hint="put this right first, then move")
        with platform.stores.state.read() as tx:
            settled, refusals = tx.cursor("settle"), tx.cursor("collect.refusals")
        if settled == identity.passed(platform.stores) == collect.observed(platform.stores):
            return Place(settled, refusals)
    raise Unavailable("the readers do not catch up with what arrives", hint="move when less comes in")
