"""A search for duplicates as a job: one at a time in an installation, its progress and its end kept in the store.

Whoever runs it holds a lease; without it nothing of the job's is written any more. A job whose lease has run out before
its end was interrupted: its server ended. What it had merged and kept by then stays.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import TracebackType

from omniloom.core.clock import instant, stopwatch
from omniloom.core.errors import Conflict, Missing, OmniloomError
from omniloom.core.ids import Ids
from omniloom.identity.review import Proposed
from omniloom.store import (
    LEASE_LASTING,
    Lease,
    LeaseBeat,
    Row,
    StateTx,
    Stores,
    fenced,
    lease_fence,
    query,
    release_lease,
    take_lease,
)

_ADD = query(__file__, "add_matching")
_COUNT = query(__file__, "count_matching")
_END = query(__file__, "end_matching")
_MATCHINGS = query(__file__, "matchings")
_NOTE = query(__file__, "note_matching")
_STOP = query(__file__, "stop_matching")

LEASE = "identity.matching"
FIRST_STAGE = "reading people"
NOTED_EVERY_S = 0.5


class MatchingOutcome(StrEnum):
    """How far a search for duplicates has come."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Matching:
    """A search for duplicates as anybody sees it. ``result``: what it has come to so far."""

    job_id: str
    started_by: str
    started_at: datetime
    automatic: float
    stage: str
    share: float
    is_stopping: bool
    outcome: MatchingOutcome
    result: Proposed | None
    error: str | None
    ended_at: datetime | None

    @property
    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.outcome is not MatchingOutcome.RUNNING


class Stopped(Exception):
    """The search was asked to end."""


class RunningMatching:
    """A search for duplicates in the hands of whoever runs it; a context that notes how it ended."""

    def __init__(self, stores: Stores, job_id: str, lease: Lease, *, lasting: timedelta) -> None:
        self.job_id = job_id
        self.stores = fenced(stores, lease)
        self.ended_at: datetime | None = None
        self.lease, self._all = lease, stores
        self._noted, self._stage = stopwatch(), FIRST_STAGE
        self._beat = LeaseBeat(stores.state, lease, lasting=lasting)
        self._beat.start()

    def note(self, stage: str, share: float) -> None:
        """Say how far it is. Errors: Stopped if somebody asked it to end; Conflict if the lease has run out."""
        if stage == self._stage and stopwatch() - self._noted < NOTED_EVERY_S:
            return
        self._noted, self._stage = stopwatch(), stage
        with self.stores.state.write() as tx:
            tx.run(_NOTE, job_id=self.job_id, stage=stage, share=share)
            is_stopping = any(row["is_stopping"] for row in tx.rows(_MATCHINGS, job_id=self.job_id, rows_max=1))
        if is_stopping:
            raise Stopped

    def count(self, found: Proposed) -> None:
        """Say what it has come to so far."""
        with self.stores.state.write() as tx:
            tx.run(
                _COUNT, job_id=self.job_id, people=found.people, merged=found.merged, waiting=found.waiting,
                refused=found.refused, threshold=found.threshold, estimated_precision=found.precision,
            )  # fmt: skip

    def __enter__(self) -> "RunningMatching":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        outcome, told = MatchingOutcome.DONE, None
        if isinstance(error, Stopped):
            outcome = MatchingOutcome.STOPPED
        elif error is not None:
            outcome = MatchingOutcome.FAILED
            told = str(error) if isinstance(error, OmniloomError) else f"{type(error).__name__}: see the server's log"
        self.stop_beating()
        with self._all.state.write() as tx:
            tx.run(_END, job_id=self.job_id, outcome=outcome, error=told, ended_at=self.ended_at)
        release_lease(self._all.state, self.lease)
        return error is None or isinstance(error, Stopped | OmniloomError)

    def stop_beating(self) -> None:
        """Keep the lease no longer: it runs out."""
        self._beat.stop()


def begin_matching(
    stores: Stores, *, automatic: float, by: str, now: datetime, ids: Ids, lasting: timedelta = LEASE_LASTING
) -> RunningMatching:
    """Begin a search for duplicates; the caller runs it as a context.

    Errors: Conflict if one runs already.
    """
    lease = take_lease(stores.state, LEASE, holder=by, lasting=lasting)
    if lease is None:
        raise Conflict("a matching is running already", hint="wait until it has ended, or stop it")
    job_id = ids.token()
    with stores.state.write() as tx:
        tx.run(
            _ADD, job_id=job_id, fence=lease.fence, automatic=automatic, started_by=by, started_at=now,
            stage=FIRST_STAGE, outcome=MatchingOutcome.RUNNING,
        )  # fmt: skip
    return RunningMatching(stores, job_id, lease, lasting=lasting)


def stop_matching(stores: Stores, job_id: str) -> Matching:
    """Ask a search for duplicates to end; what it has merged and kept stays.

    Errors: Missing if there is no such search; Conflict if it has ended.
    """
    found = matching(stores, job_id)
    with stores.state.write() as tx:
        if found.is_done or not tx.run(_STOP, job_id=job_id):
            raise Conflict(f"this matching is {found.outcome}", hint="nothing is left to stop")
    return matching(stores, job_id)


def matching(stores: Stores, job_id: str) -> Matching:
    """One search for duplicates. Errors: Missing if there is no such search."""
    with stores.state.read() as tx:
        row = tx.one(_MATCHINGS, job_id=job_id, rows_max=1) if job_id else None
        if row is None:
            raise Missing(f"no matching {job_id}", hint="list the matchings")
        return _matching(tx, row)


def matchings(stores: Stores, rows_max: int = 10) -> list[Matching]:
    """The latest searches for duplicates, the last first."""
    with stores.state.read() as tx:
        return [_matching(tx, row) for row in tx.rows(_MATCHINGS, job_id="", rows_max=rows_max)]


def _matching(tx: StateTx, row: Row) -> Matching:
    outcome = MatchingOutcome(row["outcome"])
    if outcome is MatchingOutcome.RUNNING and lease_fence(tx, LEASE) != row["fence"]:
        outcome = MatchingOutcome.INTERRUPTED
    result = None
    if row["people"] is not None:
        result = Proposed(
            row["people"], row["merged"], row["waiting"], row["refused"], row["threshold"], row["estimated_precision"]
        )
    return Matching(
        job_id=row["job_id"], started_by=row["started_by"], started_at=instant(row["started_at"]),
        automatic=row["automatic"], stage=row["stage"], share=row["share"], is_stopping=bool(row["is_stopping"]),
        outcome=outcome, result=result, error=row["error"],
        ended_at=None if row["ended_at"] is None else instant(row["ended_at"]),
    )  # fmt: skip
