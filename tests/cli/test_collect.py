"""Collectors beside the server: events go in through them, and one that dies is started again."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from omniloom.access import local_token
from omniloom.store import open_stores

WAIT_S_MAX = 200


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    tmp_path = tmp_path_factory.mktemp("served")
    command = [sys.executable, "-m", "omniloom.cli.main", "serve", "--data-dir", str(tmp_path / "data"), "--port", "0",
               "--collectors", "1", "--collect-port", "0"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: (tmp_path / "data" / "server.json").exists() or process.poll() is not None)
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        yield json.loads((tmp_path / "data" / "server.json").read_text()) | {"data_dir": tmp_path / "data"}
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=WAIT_S_MAX)
        assert process.returncode == 0, err


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + WAIT_S_MAX
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


class Shop:
    """A source of the running server, and what it sends to the collectors."""

    def __init__(self, served: dict[str, Any]) -> None:
        self._url, self._collect_url = served["url"], served["collect_url"]
        self._headers = {"authorization": f"Bearer {local_token(served['data_dir'])}"}
        self.key = self.ask("POST", "/sources", {"name": "Shop", "kind": "website"})["write_key"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(
            method, f"{self._url}/api/v1{path}", headers=self._headers, json=body, timeout=WAIT_S_MAX
        )
        answer.raise_for_status()
        return answer.json()

    def send(self, message_id: str) -> bool:
        """Whether the event was acknowledged; False while nobody listens."""
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        body = {"event": "Order Completed", "userId": "anna", "messageId": message_id}
        try:
            answer = httpx.post(
                f"{self._collect_url}/v1/track",
                json=body,
                headers={"authorization": f"Basic {basic}"},
                timeout=WAIT_S_MAX,
            )
        except httpx.TransportError:
            return False
        return answer.status_code == 200

    def seen(self) -> int:
        people = self.ask("GET", "/people?q=anna")["people"]
        return len(self.ask("GET", f"/people/{people[0]['person_id']}/timeline")["events"]) if people else 0


def test_events_come_in_through_a_collector_and_it_is_replaced_when_it_dies(served: dict[str, Any]) -> None:
    assert served["collect_url"] != served["url"]
    shop = Shop(served)
    until(lambda: shop.send("one"))
    assert shop.send("two")
    until(lambda: shop.seen() == 2)
    (collector,) = children(served["pid"])
    os.kill(collector, signal.SIGKILL)
    until(lambda: shop.send("three"))
    assert shop.send("three")
    until(lambda: shop.seen() == 3)
    assert children(served["pid"]) != [collector]


def test_a_collector_answers_nothing_but_events(served: dict[str, Any]) -> None:
    url = served["collect_url"]

    def is_up() -> bool:
        try:
            return httpx.get(f"{url}/ready").json() == {"ready": True, "waiting_for": []}
        except httpx.TransportError:
            return False

    until(is_up)
    assert httpx.get(f"{url}/health").json()["status"] == "ok"
    assert httpx.get(f"{url}/api/v1/people").status_code == 404
    assert httpx.get(f"{url}/").status_code == 404


def test_a_collector_needs_an_installation(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "omniloom.cli.main", "collect", "--data-dir", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S_MAX, check=False)
    assert done.returncode == 3
    assert "there is no installation" in done.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_collector_beside_a_server_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    open_stores(tmp_path).close()
    command = [sys.executable, "-m", "omniloom.cli.main", "collect", "--data-dir", str(tmp_path), "--port", "0",
               "--with-parent"]  # fmt: skip
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    until(lambda: (tmp_path / "log.db-wal").exists() or process.poll() is not None)
    time.sleep(1.0)  # by now it listens; wherever it is, it has to end in order
    process.send_signal(number)
    _, err = process.communicate(timeout=WAIT_S_MAX)
    assert process.returncode in {0, 130}, err
    assert not (tmp_path / "log.db-wal").exists()  # the log was closed
