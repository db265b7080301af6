"""Who holds connections, drips heads or sends garbage costs the others nothing: a collector process in a crowd."""

import base64
import contextlib
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Event as Stop
from pathlib import Path

import pytest

from omniloom.app import open_platform
from omniloom.collect import add_source

CONNECTIONS_MAX = 200
GOOD = 40


@dataclass
class Collector:
    """A collector process, with room for so many connections."""

    port: int
    key: bytes
    pid: int

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def request(self, name: str) -> bytes:
        body = json.dumps({"type": "track", "event": "E", "userId": "u", "messageId": name}).encode()
        head = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %s\r\nContent-Length: %d\r\n\r\n"
        return head % (self.key, len(body)) + body

    def is_taken(self, name: str) -> bool:
        with self.connect() as line:
            return is_taken_over(line, self.request(name))

    def is_taken_at_last(self, name: str) -> bool:
        """Again and again, for on a busy machine a head of ours may be too slow as well."""
        return any(self.is_taken(name) for _ in range(20))

    def resident_mb(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / (1 << 20)


@contextlib.contextmanager
def collecting(data_dir: Path, connections_max: int, head_s: float) -> Iterator[Collector]:
    platform = open_platform(data_dir, environ={}, flags={"collect.events_per_s": 0})
    source = add_source(platform.stores, name="Site", kind="website", now=platform.now(), ids=platform.ids)
    platform.close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "OMNILOOM_SERVER__CONNECTIONS_MAX": str(connections_max),
        "OMNILOOM_SERVER__HEAD_S": str(head_s),
        "OMNILOOM_SERVER__KEEP_ALIVE_S": "600",
        "OMNILOOM_COLLECT__EVENTS_PER_S": "0",
    }
    command = [sys.executable, "-m", "omniloom.cli.main", "collect", "--data-dir", str(data_dir), "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        collector = Collector(port, base64.b64encode(f"{source.write_key}:".encode()), process.pid)
        while not begun(collector):
            assert process.poll() is None
            time.sleep(0.05)
        yield collector
    finally:
        process.terminate()
        process.wait(30)


def begun(collector: Collector) -> bool:
    with contextlib.suppress(OSError):
        return collector.is_taken("first")
    return False


def is_taken_over(line: socket.socket, request: bytes) -> bool:
    """Whether it is answered with 200, over a connection that is then free for the next."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        line.sendall(request)
        while not heard.endswith(b"}") and (data := line.recv(1 << 16)):
            heard += data
    return heard.startswith(b"HTTP/1.1 200")


def said(line: socket.socket) -> bytes:
    """All that the other side says before it hangs up."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        while data := line.recv(1 << 16):
            heard += data
    return heard


def test_in_a_crowd_good_requests_are_answered_and_the_others_cut(tmp_path: Path) -> None:
    with collecting(tmp_path, CONNECTIONS_MAX, head_s=3.0) as collector, contextlib.ExitStack() as undo:
        kept = undo.enter_context(collector.connect())  # a client that keeps its connection
        assert is_taken_over(kept, collector.request("kept-1"))
        idle = [undo.enter_context(collector.connect()) for _ in range(300)]
        slow = [undo.enter_context(collector.connect()) for _ in range(50)]
        for line in slow:
            with contextlib.suppress(ConnectionError):
                line.sendall(b"POST /v1/track HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert is_taken_over(kept, collector.request("kept-2")), "those who never asked go first"
        assert all(collector.is_taken_at_last(f"good-{number}") for number in range(GOOD))
        for number in range(20):
            with collector.connect() as line:
                line.sendall(b"\x00\xffnonsense \r\n\r\n" * (1 + number * 200))
                assert said(line)[:12] in {b"HTTP/1.1 400", b""}
            with contextlib.suppress(ConnectionError), collector.connect() as line:
                line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X-A: bbbbbbbb\r\n" * 50_000)
                assert said(line)[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 431", b""}
        assert {said(line)[:12] for line in slow} <= {b"HTTP/1.1 408", b""}
        assert {said(line) for line in idle} == {b""}
        assert collector.is_taken_at_last("last")


def test_a_slow_head_is_answered_with_408(tmp_path: Path) -> None:
    with collecting(tmp_path, CONNECTIONS_MAX, head_s=0.3) as collector, collector.connect() as line:
        line.sendall(b"POST /v1/track HTTP/1.1\r\n")
        assert said(line).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert collector.is_taken_at_last("after")


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_among_ten_thousand_idle_slow_and_noisy_ones_good_clients_are_all_answered(tmp_path: Path) -> None:
    with collecting(tmp_path, 12_000, head_s=120.0) as collector:
        alone = p99(collector)
        before = collector.resident_mb()
        forking = multiprocessing.get_context("fork")  # a process each: in ours they would slow the client down
        stop = forking.Event()
        crowd = [
            forking.Process(target=quietly, args=(act, collector, stop)) for act in (hold, hold, drip, shout, flood)
        ]
        for one in crowd:
            one.start()
        time.sleep(8)
        try:
            crowded = p99(collector)
            more = collector.resident_mb() - before
        finally:
            stop.set()
            for one in crowd:
                one.join()
        found = f"p99 alone {alone * 1000:.1f} ms, in the crowd {crowded * 1000:.1f} ms; {more:.0f} MiB more"
        assert more < 256, found
        sys.stdout.write(found + "\n")


def p99(collector: Collector, requests: int = 1_500) -> float:
    took = []
    with collector.connect() as line:
        for number in range(requests):
            begun_at = time.perf_counter()
            assert is_taken_over(line, collector.request(f"{begun_at}-{number}"))
            took.append(time.perf_counter() - begun_at)
            time.sleep(0.005)
    return sorted(took)[int(len(took) * 0.99)]


def quietly(act: Callable[[Collector, Stop], None], collector: Collector, stop: Stop) -> None:
    os.nice(19)
    act(collector, stop)


def hold(collector: Collector, stop: Stop) -> None:
    """Keep 5,000 connections, and say nothing."""
    with contextlib.ExitStack() as undo:
        for _ in range(5_000):
            undo.enter_context(collector.connect())
        stop.wait()


def drip(collector: Collector, stop: Stop) -> None:
    """200 heads, a byte every second."""
    with contextlib.ExitStack() as undo:
        lines = [undo.enter_context(collector.connect()) for _ in range(200)]
        while not stop.wait(1.0):
            for line in lines:
                with contextlib.suppress(OSError):
                    line.sendall(b"G")


def shout(collector: Collector, stop: Stop) -> None:
    """A megabyte of garbage a second."""
    repeat(collector, stop, lambda number: os.urandom(50_000), pause_s=0.05)


def flood(collector: Collector, stop: Stop) -> None:
    """Heads that do not end."""
    repeat(collector, stop, lambda number: b"GET /health HTTP/1.1\r\n" + b"X-A: b\r\n" * 12_000, pause_s=0.1)


def repeat(collector: Collector, stop: Stop, say: Callable[[int], bytes], pause_s: float) -> None:
    number = 0
    while not stop.wait(pause_s):
        number += 1
        with contextlib.suppress(OSError), collector.connect() as line:
            line.sendall(say(number))
            line.recv(1 << 10)
