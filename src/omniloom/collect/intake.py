"""From events to the log. Acknowledged means on disk: no call or future here ends well before the append is durable."""

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from omniloom.collect.urgent import is_urgent as says_urgent
from omniloom.core.errors import OmniloomError, Unavailable
from omniloom.core.event import Event, encode
from omniloom.store import DiskFull, Stores

COMMIT_BODIES_MAX = 20_000  # bodies that share one commit
COMMIT_BYTES_MAX = 16 << 20
WAITING_BYTES_MAX = 64 << 20  # what may wait; beyond it clients are told to come again
URGENT_BYTES_MAX = 96 << 20  # what may wait with what is urgent: unsubscribing and consent are shed last
_OVERHEAD = 200  # bytes that a waiting body costs besides its own


def append(stores: Stores, events: list[Event], *, keep_ids: bool = False) -> int:
    """Put events into the log, durably; the last one's position. Duplicates are left out later (``store.settle``).

    ``keep_ids`` remembers the ids for ever (imports), so that a repeat years later adds nothing.
    Errors: Unavailable if the disk refuses; then none of them is kept.
    """
    return stores.log.append(_bodies(events, keep_ids=keep_ids))


def _bodies(events: list[Event], *, keep_ids: bool) -> list[bytes]:
    if keep_ids:
        for event in events:
            event.keep_id = True
    return [encode(event) for event in events]


class _Submission:
    """What waits for one commit, and who waits for it: a thread, or a task of an event loop."""

    __slots__ = ("bodies", "done", "loop", "refusals", "size")

    def __init__(
        self, bodies: Sequence[bytes], refusals: Sequence[bytes], done: Any, loop: asyncio.AbstractEventLoop | None
    ) -> None:
        self.bodies, self.refusals, self.done, self.loop = bodies, refusals, done, loop
        self.size = sum(map(len, bodies)) + sum(map(len, refusals)) + _OVERHEAD * (len(bodies) + len(refusals))


# Some of a commit's submissions, the last position of their events, and what stands against them, if anything does.
_Outcome = tuple[list[_Submission], int, OmniloomError | None]


class Intake:
    """Group commit: whatever waits while one append is on its way to disk shares the next one.

    A future ends with a position in the log once its events are on disk, or with Unavailable. Nothing is ever
    left waiting: a fault of the committing thread reaches every submitter, now and later.
    """

    def __init__(
        self, stores: Stores, *, waiting_bytes_max: int = WAITING_BYTES_MAX, urgent_bytes_max: int = URGENT_BYTES_MAX
    ) -> None:
        self._stores = stores
        self._bytes_max = (waiting_bytes_max, urgent_bytes_max)
        self._waiting: queue.SimpleQueue[_Submission | None] = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    @property
    def waiting_bytes(self) -> int:
        """How much waits for its commit."""
        return self._waiting_bytes

    @property
    def is_open(self) -> bool:
        """Whether events are taken: not after the end, nor after a fault that ended the committing thread."""
        return self._is_open

    def is_full(self, *, is_urgent: bool = False) -> bool:
        """Whether so much waits that nothing more of this kind is taken."""
        return self._waiting_bytes >= self._bytes_max[is_urgent]

    def submit(self, events: list[Event], *, keep_ids: bool = False, is_urgent: bool = False) -> "Future[int]":
        """Queue events for the next commit, from any thread.

        Errors: Unavailable at once if intake is closed or too much waits; the future's, if the disk refuses.
        """
        done: Future[int] = Future()
        done.set_running_or_notify_cancel()  # who hangs up does not take his events back
        self._queue(_Submission(_bodies(events, keep_ids=keep_ids), (), done, None), is_urgent=is_urgent)
        return done

    def store(
        self, bodies: Sequence[bytes], refusals: Sequence[bytes] = (), *, is_urgent: bool = False
    ) -> "asyncio.Future[int]":
        """As ``submit``, for a task of the running event loop: events encoded for the log, and refused items beside.

        Both are on disk when the future ends. One call into the loop ends all futures of a commit.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[int] = loop.create_future()
        self._queue(_Submission(bodies, refusals, done, loop), is_urgent=is_urgent)
        return done

    def close(self) -> None:
        """Commit what was submitted, then stop. Further submissions are refused."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                self._waiting.put(None)
        self._thread.join()

    def _queue(self, submission: _Submission, *, is_urgent: bool) -> None:
        with self._lock:
            if not self._is_open:
                raise Unavailable("intake is closed", hint="send again in a moment")
            if self.is_full(is_urgent=is_urgent):
                raise Unavailable("intake is overloaded", hint="send again in a moment, with larger batches")
            self._waiting_bytes += submission.size
            self._waiting.put(submission)

    def _run(self) -> None:
        is_last = False
        while not is_last:
            group, is_last = self._next_group()
            if group:
                self._commit(group)

    def _next_group(self) -> tuple[list[_Submission], bool]:
        """All that waits now, up to one commit's worth; and whether intake ends after it."""
        group: list[_Submission] = []
        count = size = 0
        while count < COMMIT_BODIES_MAX and size < COMMIT_BYTES_MAX:
            try:
                submission = self._waiting.get(block=not group)
            except queue.Empty:
                break
            if submission is None:
                return group, True
            group.append(submission)
            count += len(submission.bodies)
            size += submission.size
        return group, False

    def _commit(self, group: list[_Submission]) -> None:
        try:
            outcomes = self._stored(group)
        except BaseException as error:
            self._break(group, error)
            raise
        for part, position, fault in outcomes:
            self._end(part, position, fault)

    def _stored(self, group: list[_Submission]) -> list[_Outcome]:
        """Put on disk what a group brings: all of it, or on a full disk what is urgent."""
        bodies = [body for submission in group for body in submission.bodies]
        refusals = [body for submission in group for body in submission.refusals]
        try:
            if refusals:
                self._stores.refusals.append(refusals)
            return [(group, self._stores.log.append(bodies) if bodies else 0, None)]
        except DiskFull as error:
            return self._stored_urgent(group, error)
        except OmniloomError as error:
            return [(group, 0, error)]

    def _stored_urgent(self, group: list[_Submission], fault: OmniloomError) -> list[_Outcome]:
        """Put on disk what is urgent in a group that finds no room; who brought more than that sends all again."""
        urgent = [body for submission in group for body in submission.bodies if says_urgent(body)]
        if not urgent:
            return [(group, 0, fault)]
        try:
            position = self._stores.log.append(urgent, is_urgent=True)
        except OmniloomError as error:
            return [(group, 0, error)]
        whole: list[_Submission] = []
        others: list[_Submission] = []
        for one in group:
            (whole if not one.refusals and all(map(says_urgent, one.bodies)) else others).append(one)
        return [(whole, position, None), (others, 0, fault)]

    def _end(self, group: list[_Submission], position: int, fault: OmniloomError | None) -> None:
        """Tell every submitter of a commit what became of it."""
        with self._lock:
            self._waiting_bytes -= sum(submission.size for submission in group)
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[int]]] = {}
        for submission in group:
            if submission.loop is None:
                _tell(submission.done, position, fault)
            else:
                by_loop.setdefault(submission.loop, []).append(submission.done)
        for loop, futures in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell_all, futures, position, fault)

    def _break(self, group: list[_Submission], error: BaseException) -> None:
        """The thread is about to die of an unforeseen fault: nobody may wait for it."""
        with self._lock:
            self._is_open = False
            while not self._waiting.empty():
                if (submission := self._waiting.get()) is not None:
                    group.append(submission)
        fault = OmniloomError(str(error) or type(error).__name__, hint="restart the server; see its log")
        self._end(group, 0, fault)


def _tell_all(futures: "list[asyncio.Future[int]]", position: int, fault: OmniloomError | None) -> None:
    for future in futures:
        if not future.done():  # else who waited has gone
            _tell(future, position, fault)


def _tell(future: "Future[int] | asyncio.Future[int]", position: int, fault: OmniloomError | None) -> None:
    if fault is None:
        future.set_result(position)
        return
    refusal = Unavailable(f"the events were not stored: {fault.message}", hint=fault.hint, **fault.facts)
    refusal.__cause__ = fault
    future.set_exception(refusal)
