"""How long the loop rests: the longer the longer nothing was to be done, and not at all once something is."""

import threading
from contextlib import closing
from pathlib import Path

from omniloom import collect
from omniloom.app import open_platform
from omniloom.core.event import Event
from omniloom.worker import loop

PAUSE_S = 0.001


class Rests(threading.Event):
    """Notes how long each rest was to be; an event arrives before one of them, and the loop is told to stop at last."""

    def __init__(self, stop: threading.Event, arrive, arrives_at: int, rests_max: int) -> None:
        super().__init__()
        self.rests: list[float] = []
        self._stop, self._arrive, self._arrives_at, self._rests_max = stop, arrive, arrives_at, rests_max

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout or 0.0)
        if len(self.rests) == self._arrives_at:
            self._arrive()
        if len(self.rests) == self._rests_max:
            self._stop.set()
        return super().wait(timeout)


def test_the_loop_rests_longer_when_nothing_comes_and_is_quick_again_when_something_does(tmp_path: Path) -> None:
    flags = {"worker.pause_s": PAUSE_S}
    with closing(open_platform(tmp_path / "home", environ={}, flags=flags)) as platform:
        loop.catch_up(platform)
        stop = threading.Event()

        def arrive() -> None:
            now = platform.now()
            event = Event(
                source_id="s1", message_id="m1", type="track", name="Seen", occurred_at=now, received_at=now,
                identifiers={"user_id": "u1"},
            )  # fmt: skip
            collect.append(platform.stores, [event])

        arrives_at = loop.QUIET_ROUNDS + 3
        rests = Rests(stop, arrive, arrives_at, 2 * loop.QUIET_ROUNDS)
        platform.wake = rests
        loop.run(platform, stop)

    quick, slow = PAUSE_S, PAUSE_S * loop.QUIET_PAUSES
    before, after = rests.rests[:arrives_at], rests.rests[arrives_at:]
    assert before == [quick] * (loop.QUIET_ROUNDS - 1) + [slow] * 4
    assert set(after) == {quick}
