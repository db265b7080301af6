"""Collectors and the settling worker killed with -9 over and over: nothing acknowledged is lost, nothing counts twice.

The clients are this process: they send batches over sockets, learn of acknowledgements, and send what was not
acknowledged again, with the same ids, to whichever collector lives next. The collectors are forked with everything
loaded, and take batches as the HTTP door does: judge, group commit, answer.
"""

import contextlib
import gc
import os
import random
import select
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from omniloom.collect import Intake, accept
from omniloom.core.clock import SystemClock
from omniloom.core.event import Event, decode
from omniloom.core.ids import RandomIds
from omniloom.store import Stores, open_collecting, open_stores, settle, settle_through, settled
from omniloom.store.settings import StoreSettings

CLIENTS = 4  # of each collector
BATCH = 250
SEED = int(os.environ.get("OMNILOOM_TEST_SEED", "20261122"))
HEADER = 4  # bytes before a batch that say how long it is

pytestmark = pytest.mark.timeout(1_200)


# --- what is killed --------------------------------------------------------------------------------------------------


def forked(act: Callable[[], None]) -> int:
    """A child process that does nothing but ``act``; its pid."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            act()
        os._exit(1)
    return child


def collect_for_ever(data_dir: Path, clients: list[socket.socket]) -> None:
    stores = open_collecting(data_dir, StoreSettings())
    intake = Intake(stores)
    for client in clients:
        threading.Thread(target=take_for_ever, args=(intake, client), daemon=True).start()
    time.sleep(600)


def take_for_ever(intake: Intake, client: socket.socket) -> None:
    """One connection: batch in, one byte out once it is on disk."""
    stream = client.makefile("rb")
    while header := stream.read(HEADER):
        items = msgspec.json.decode(stream.read(int.from_bytes(header, "big")), type=list[msgspec.Raw])
        now = SystemClock().now()
        verdicts = accept(items, source_id="site", received_at=now, sent_at=now, ids=RandomIds())
        events = [verdict for verdict in verdicts if isinstance(verdict, Event)]
        intake.submit(events).result()
        client.send(b"+" if len(events) == len(items) else b"-")


def settle_for_ever(data_dir: Path, rows_max: int) -> None:
    stores = open_collecting(data_dir, StoreSettings())
    while True:
        if settle(stores, now=SystemClock().now(), rows_max=rows_max).is_done:
            time.sleep(0.002)


# --- the clients -----------------------------------------------------------------------------------------------------


@dataclass
class Clients:
    """Whoever sends: what is still to be acknowledged, and what was."""

    dice: random.Random
    made: int = 0
    waiting: list[int] = field(default_factory=list)  # batches that were sent, but not acknowledged
    acknowledged: list[int] = field(default_factory=list)

    def next_batch(self) -> int:
        """A batch to send: one that was not acknowledged, sometimes one that was, else a new one."""
        if self.waiting:
            return self.waiting.pop()
        if self.acknowledged and self.dice.random() < 0.05:
            return self.dice.choice(self.acknowledged)
        self.made += 1
        return self.made

    def send(self, connections: list[socket.socket], acks: int, s_max: float) -> None:
        """Keep every connection busy until so many batches are acknowledged; what is open then waits."""
        under_way = {connection: self._send_one(connection) for connection in connections}
        deadline = time.monotonic() + s_max
        while acks > 0 and (left_s := deadline - time.monotonic()) > 0:
            for connection in select.select(connections, [], [], left_s)[0]:
                assert connection.recv(1) == b"+"
                self.acknowledged.append(under_way[connection])
                under_way[connection] = self._send_one(connection)
                acks -= 1
        self.waiting += under_way.values()

    def collect_last(self, connections: list[socket.socket]) -> None:
        """Acknowledgements that were on their way when the collectors died are not looked at: clients cannot know."""
        for connection in connections:
            connection.close()

    def _send_one(self, connection: socket.socket) -> int:
        number = self.next_batch()
        body = batch(number)
        connection.sendall(len(body).to_bytes(HEADER, "big") + body)
        return number


def batch(number: int) -> bytes:
    """A batch that follows from its number, so that a retry says the same."""
    return msgspec.json.encode([
        {"type": "track", "event": "Product Viewed", "userId": f"u{(number * BATCH + at) % 500}",
         "messageId": f"{number}-{at}", "properties": {"product_id": str(at), "price": 1.5, "batch": number}}
        for at in range(BATCH)
    ])  # fmt: skip


# --- the test --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def a_life(data_dir: Path, dice: random.Random) -> Iterator[list[socket.socket]]:
    """One or two collectors and sometimes a settling worker, killed at the end; the clients' connections."""
    ours: list[socket.socket] = []
    children: list[int] = []
    for _ in range(dice.choice((1, 1, 2))):
        pairs = [socket.socketpair() for _ in range(CLIENTS)]
        children.append(forked(lambda theirs=[b for _, b in pairs]: collect_for_ever(data_dir, theirs)))
        for mine, theirs in pairs:
            theirs.close()
            ours.append(mine)
    if rows_max := dice.choice((0, 0, 50, 4_000)):
        children.append(forked(lambda: settle_for_ever(data_dir, rows_max)))
    try:
        yield ours
        time.sleep(dice.uniform(0, 0.01))
    finally:
        dice.shuffle(children)
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)


def run(data_dir: Path, kills: int, events: int) -> Clients:
    """Live and die at least so often, until so many events are acknowledged."""
    dice = random.Random(SEED)
    clients = Clients(dice)
    acks_mean = events / BATCH / kills
    life = 0
    while life < kills or len(clients.acknowledged) * BATCH < events:
        life += 1
        short = events * life / kills > len(clients.acknowledged) * BATCH
        with a_life(data_dir, dice) as connections:
            clients.send(connections, int(dice.uniform(0, 4 if short else 1) * acks_mean), s_max=20)
        clients.collect_last(connections)
    return clients


@pytest.mark.parametrize(
    ("kills", "events"),
    [
        (60, 100_000),
        pytest.param(300, 500_000, marks=pytest.mark.soak),
        pytest.param(5_000, 8_000_000, marks=[pytest.mark.soak, pytest.mark.timeout(3_500)]),
    ],
)
def test_killed_over_and_over_nothing_acknowledged_is_lost_or_counts_twice(
    tmp_path: Path, kills: int, events: int
) -> None:
    """60 kills in every day's run; `make soak` kills 300 times over 500,000 events, and 5,000 times over 8 million."""
    open_stores(tmp_path / "home").close()
    gc.freeze()  # children must not pay for what the other tests left
    try:
        clients = run(tmp_path / "home", kills, events)
    finally:
        gc.unfreeze()
    assert len(clients.acknowledged) * BATCH >= events
    stores = open_stores(tmp_path / "home")
    counted = counts(stores)
    stores.close()
    acknowledged = {f"{number}-{at}" for number in clients.acknowledged for at in range(BATCH)}
    lost = acknowledged - counted.keys()
    doubled = [message_id for message_id, times in counted.items() if times > 1]
    assert (len(lost), len(doubled)) == (0, 0)
    assert len(acknowledged) <= len(counted) <= clients.made * BATCH


def counts(stores: Stores) -> Counter[str]:
    """How often each message counts. None may be marked as saying something else."""
    settle_through(stores, stores.log.last_position(), now=SystemClock().now())
    found: Counter[str] = Counter()
    after = 0
    while (stretch := settled(stores, after=after, rows_max=20_000)).rows:
        events = [decode(message.body) for message in stretch.messages]
        assert not any(message.is_conflict for message in stretch.messages)
        assert all(event.message_id.startswith(f"{event.properties['batch']}-") for event in events)
        found.update(event.message_id for event in events)
        after = stretch.through
    return found
