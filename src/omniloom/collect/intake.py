"""From events to the log. Acknowledged means on disk: no call or future here ends well before the append is durable."""

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from omniloom.core.errors import OmniloomError, Unavailable
from omniloom.core.event import Event, encode
from omniloom.store import Stores

COMMIT_MESSAGES_MAX = 5_000  # messages that share one commit
WAITING_MAX = 10_000  # submissions that may wait; beyond it clients are told to come again


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


@dataclass(frozen=True, slots=True)
class _Submission:
    bodies: list[bytes]
    done: "Future[int]"


class Intake:
    """Group commit: whatever waits while one append is on its way to disk shares the next one.

    A future ends with a position in the log once its events are on disk, or with Unavailable. Nothing is ever
    left waiting: a fault of the committing thread reaches every submitter, now and later.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._waiting: queue.Queue[_Submission | None] = queue.Queue()
        self._lock = threading.Lock()
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def submit(self, events: list[Event], *, keep_ids: bool = False) -> "Future[int]":
        """Queue events for the next commit.

        Errors: Unavailable at once if intake is closed or too many submissions wait; the future's, if the disk refuses.
        """
        submission = _Submission(_bodies(events, keep_ids=keep_ids), Future())
        submission.done.set_running_or_notify_cancel()  # who hangs up does not take his events back
        with self._lock:
            if not self._is_open:
                raise Unavailable("intake is closed", hint="send again in a moment")
            if self._waiting.qsize() >= WAITING_MAX:
                raise Unavailable("intake is overloaded", hint="send again in a moment, with larger batches")
            self._waiting.put(submission)
        return submission.done

    def close(self) -> None:
        """Commit what was submitted, then stop. Further submissions are refused."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            group, is_last = self._next_group()
            if group:
                self._commit(group)

    def _next_group(self) -> tuple[list[_Submission], bool]:
        """All that waits now, up to one commit's worth; and whether intake ends after it."""
        group: list[_Submission] = []
        size = 0
        while size < COMMIT_MESSAGES_MAX:
            try:
                submission = self._waiting.get(block=not group)
            except queue.Empty:
                break
            if submission is None:
                return group, True
            group.append(submission)
            size += len(submission.bodies)
        return group, False

    def _commit(self, group: list[_Submission]) -> None:
        bodies = [body for submission in group for body in submission.bodies]
        try:
            position = self._stores.log.append(bodies)
        except OmniloomError as error:
            self._refuse(group, error)
            return
        except BaseException as error:
            self._break(group, error)
            raise
        for submission in group:
            submission.done.set_result(position)

    @staticmethod
    def _refuse(group: list[_Submission], error: OmniloomError) -> None:
        for submission in group:
            refusal = Unavailable(f"the events were not stored: {error.message}", hint=error.hint)
            refusal.__cause__ = error
            submission.done.set_exception(refusal)

    def _break(self, group: list[_Submission], error: BaseException) -> None:
        """The thread is about to die of an unforeseen fault: nobody may wait for it."""
        with self._lock:
            self._is_open = False
            while not self._waiting.empty():
                if (submission := self._waiting.get()) is not None:
                    group.append(submission)
        self._refuse(group, OmniloomError(str(error) or type(error).__name__, hint="restart the server; see its log"))
