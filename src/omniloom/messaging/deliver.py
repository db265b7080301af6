"""The act that sends: claim, prepare, commit the intents, send, record. A worker may be killed between any two steps.

Killed before the intents: the claims run out and are planned again. Killed after them: marketing is unknown and never
sent again, at most as many as were in flight. Nobody is skipped, nobody gets it twice.
"""

from collections.abc import Callable
from dataclasses import dataclass

from omniloom.core.clock import Clock, stopwatch
from omniloom.core.ids import Ids
from omniloom.messaging.claim import Claimed, claim, reconcile
from omniloom.messaging.intent import commit_intents
from omniloom.messaging.prepare import prepare
from omniloom.messaging.record import record
from omniloom.messaging.render import Renderer
from omniloom.messaging.transport import Transport
from omniloom.store import Progress, Stores

BATCHES_MAX = 50  # per call, so that the other acts of the loop get their turn
TURN_S = 2.0  # no batch begins later in a call: slow providers would keep withdrawals waiting in the log
STEPS = ("claimed", "prepared", "intended", "sent", "recorded")


def _pass(_step: str) -> None:
    """Nothing happens between the steps."""


@dataclass(frozen=True, slots=True)
class _Works:
    """What delivering works with. ``between`` is called after each step; tests stop the worker there."""

    stores: Stores
    transport: Transport
    renderer: Renderer
    clock: Clock
    between: Callable[[str], None]


def deliver(
    stores: Stores, transport: Transport, renderer: Renderer, *, clock: Clock, ids: Ids, rows_max: int = 16,
    between: Callable[[str], None] = _pass,
) -> Progress:  # fmt: skip
    """Send what is due, in batches of ``rows_max`` in flight at once.

    Shapes: messaging_send planned -> one of the final states, or planned for later; one messaging_attempt per channel.
    Cost: two durable commits a batch, besides the claim.
    """
    works = _Works(stores, transport, renderer, clock, between)
    reconcile(stores, now=clock.now())
    handled, started = 0, stopwatch()
    for _ in range(BATCHES_MAX):
        batch = claim(stores, now=clock.now(), token=ids.token(), rows_max=rows_max)
        if not batch:
            return Progress(handled, is_done=True)
        between("claimed")
        _deliver_batch(works, batch)
        handled += len(batch)
        if stopwatch() - started > TURN_S:
            break
    return Progress(handled, is_done=False)


def _deliver_batch(works: _Works, batch: list[Claimed]) -> None:
    prepared = prepare(works.stores, works.transport, works.renderer, batch, now=works.clock.now())
    works.between("prepared")
    with works.stores.state.write() as tx:
        ready = commit_intents(tx, prepared, now=works.clock.now())
    works.between("intended")
    outcomes = works.transport.send([item.dispatch for item in ready if item.dispatch is not None])
    works.between("sent")
    with works.stores.state.write() as tx:
        record(tx, list(zip(ready, outcomes, strict=True)), now=works.clock.now())
    works.between("recorded")
