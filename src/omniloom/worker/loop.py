"""The platform on one screen: what happens to an event after it is on disk, act by act, in order.

Each act reads what is new since its cursor, writes, and moves the cursor in the same transaction, so any of them can
be killed at any instant and run again. An act works on sets of rows, never on one person.
"""

import gc
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from omniloom import collect, identity, journeys, messaging, privacy, profiles, segments
from omniloom.app import ActStatus, Platform, name_campaigns
from omniloom.core.clock import stopwatch
from omniloom.core.errors import OmniloomError
from omniloom.store import BLOCK_BODIES_MAX, Progress, carry_tail, forget, settle
from omniloom.worker.turn import Turn

TRIM_STEP = 64 * BLOCK_BODIES_MAX  # positions: the log is trimmed a large step at a time, and keeps half of one
# Batches make hundreds of thousands of short-lived objects without cycles; looking for cycles as often as Python does
# by default took a fifth of the loop's time, and once within a batch still a twelfth.
GC_THRESHOLDS = (500_000, 20, 50)
QUIET_ROUNDS = 20  # five seconds with nothing to do; from then on the loop rests for
QUIET_PAUSES = 4  # times as long as usual
log = structlog.get_logger("omniloom.worker")


@dataclass(frozen=True, slots=True)
class Act:
    """One step of the loop: a room's act with the platform's parts it needs.

    ``share``: how much of the loop's time it may take. An act whose cost grows with the history, not with the events,
    then runs the more seldom the longer it takes, and what one event costs stays the same. ``frees_room``: the act
    runs on a full disk too, where the others would use up what is kept for who leaves.
    """

    name: str
    run: Callable[[Platform], Progress]
    share: float = 1.0
    frees_room: bool = False


def _trim_log(platform: Platform) -> Progress:
    """Forget raw messages that identity has carried into both stores and that are counted, a large step at a time."""
    done = min(identity.passed(platform.stores), collect.observed(platform.stores))
    with platform.stores.state.read() as state:
        trimmed = state.cursor("log.trim")
    if done - trimmed >= TRIM_STEP:
        forget(platform.stores, through=done - TRIM_STEP // 2)
    return Progress(0, is_done=True)


ACTS = (
    Act("store.tail", lambda p: carry_tail(p.stores)),
    Act("store.settle", lambda p: settle(p.stores, now=p.now(), rows_max=p.settings.worker.rows_max)),
    Act("identity.resolve", lambda p: identity.resolve(
        p.stores, now=p.now(), home_region=p.settings.identity.home_region,
        home_currency=p.settings.identity.home_currency, rows_max=p.settings.worker.rows_max,
        may_lift=lambda source_id: collect.is_secret(p.stores, source_id),
        is_public=lambda source_id: collect.is_public(p.stores, source_id), blocked=p.settings.identity.blocked)),
    Act("privacy.sweep", lambda p: privacy.sweep(p.stores, now=p.now(), home_region=p.settings.identity.home_region)),
    Act("profiles.fold", lambda p: profiles.fold(
        p.stores, now=p.now(), rows_max=p.settings.worker.rows_max, home_region=p.settings.identity.home_region)),
    Act("segments.follow", lambda p: segments.follow(p.stores, now=p.now()), share=0.1),
    Act("segments.refresh", lambda p: segments.refresh_due(
        p.stores, now=p.now(), every_s=p.settings.worker.segments_every_s), share=0.1),
    Act("segments.announce", lambda p: segments.announce(p.stores, now=p.now())),
    Act("collect.refusals", lambda p: collect.keep_refusals(
        p.stores, now=p.now(), rows_max=p.settings.worker.rows_max, days=p.settings.collect.dead_letters_days,
        letters_max=p.settings.collect.dead_letters_max)),
    Act("collect.observe", lambda p: collect.observe(p.stores, now=p.now(), rows_max=p.settings.worker.rows_max)),
    Act("collect.abandoned", lambda p: collect.close_abandoned(p.stores, now=p.now()), share=0.001),
    Act("journeys.advance", lambda p: journeys.advance(p.stores, now=p.now(), ids=p.ids)),
    Act("analytics.name", name_campaigns),
    Act("messaging.ask", lambda p: messaging.ask_opt_ins(p.stores, now=p.now(), ids=p.ids)),
    Act("messaging.recognise", lambda p: messaging.recognition.send_proofs(p.stores, now=p.now(), ids=p.ids)),
    Act("messaging.deliver", lambda p: messaging.deliver(
        p.stores, p.transport, p.renderer, clock=p.clock, ids=p.ids, rows_max=p.settings.worker.deliver_rows_max)),
    Act("messaging.report", lambda p: messaging.report_outcomes(p.stores)),
    Act("messaging.count", lambda p: messaging.reach_count.go_on(p.stores, now=p.now()), share=0.05),
    Act("messaging.forget", lambda p: messaging.forget_decisions(p.stores, now=p.now())),
    Act("privacy.retain", lambda p: privacy.retain(p.stores, now=p.now()), share=0.1),
    Act("privacy.rewrite", lambda p: privacy.rewrite(p.stores, now=p.now()), share=0.05),
    Act("log.trim", _trim_log, frees_room=True),
)  # fmt: skip


KNOWING = ACTS[:5]  # the acts that turn messages into people; those behind them act on people


def run(platform: Platform, stop: threading.Event, may_work: Callable[[], bool] = lambda: True) -> None:
    """Run the acts until told to stop; rest when none has anything to do, wake when an event arrives.

    What arrives at this process ends the rest at once. After ``QUIET_ROUNDS`` in vain it rests longer: each look costs
    the processor some hundredths of a second, and only another process's events and what the clock brings can wait.

    ``may_work`` is asked before each round and may do something of its own first.
    """
    collect_seldom()
    pause_s, idle_rounds = platform.settings.worker.pause_s, 0
    with Turn(platform) as turn:
        while not stop.is_set():
            platform.wake.clear()
            if may_work() and _run_mine(turn, stop):
                idle_rounds = 0
                continue
            idle_rounds += 1
            platform.wake.wait(pause_s if idle_rounds < QUIET_ROUNDS else pause_s * QUIET_PAUSES)


def collect_seldom() -> None:
    """Have Python look for cycles as seldom as suits a process that works in batches."""
    gc.freeze()  # what was loaded at the start stays: the collector need not look at it again
    gc.set_threshold(*GC_THRESHOLDS)


def _run_mine(turn: Turn, stop: threading.Event) -> int:
    """Run every act once if it is this worker's turn."""
    try:
        mine = turn.mine()
    except OmniloomError as error:
        log.error("no turn", error=str(error))
        mine = None
    return run_once(mine, stop, is_paced=True) if mine else 0


def run_once(
    platform: Platform,
    stop: threading.Event | None = None,
    acts: tuple[Act, ...] = ACTS,
    *,
    is_paced: bool = False,
) -> int:
    """Run every act once; rows handled by all of them. ``is_paced`` passes over acts that took their share of time."""
    rows = 0
    for act in acts:
        if stop is not None and stop.is_set():
            break
        if not (is_paced and stopwatch() < platform.status.setdefault(act.name, ActStatus()).rests_until):
            rows += _run_act(platform, act)
    return rows


def catch_up(platform: Platform, progress: Callable[[int], None] | None = None, acts: tuple[Act, ...] = ACTS) -> int:
    """Run the acts until nothing is left to do now; rows handled. For commands that work without a server.

    Does nothing while a worker elsewhere has its turn: it does the same.
    """
    total = 0
    with Turn(platform) as turn:
        while (mine := turn.mine()) and (rows := run_once(mine, acts=acts)):
            total += rows
            if progress is not None:
                progress(total)
    return total


def _run_act(platform: Platform, act: Act) -> int:
    """Run one act; a fault is recorded and logged, and does not stop the others."""
    status = platform.status.setdefault(act.name, ActStatus())
    started = stopwatch()
    try:
        if not act.frees_room:
            platform.stores.admit()
        progress = act.run(platform)
    except OmniloomError as error:
        _record(status, act, error)
        return 0
    except Exception as error:  # noqa: BLE001 - the worker is a door: one broken act must not stop the loop
        _record(status, act, error)
        return 0
    status.error = ""
    took = stopwatch() - started
    status.rows += progress.rows
    status.seconds += took
    status.rests_until = started + took / act.share
    status.last_at = platform.now()
    return progress.rows


def _record(status: ActStatus, act: Act, error: Exception) -> None:
    if status.error != str(error):
        log.error("act failed", act=act.name, error=str(error), exc_info=not isinstance(error, OmniloomError))
    status.error = str(error) or type(error).__name__
