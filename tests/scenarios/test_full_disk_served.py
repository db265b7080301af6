"""A running server whose disk fills up: it answers at once, whoever leaves is heard, and with room again all goes on.

The data directory lies on a small file system of its own. Events fill it through HTTP; another file takes the rest.
"""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from omniloom.access import local_token
from omniloom.app import installation_secret
from omniloom.messaging import Site
from omniloom.store import open_collecting, open_stores
from omniloom.store.settings import StoreSettings
from omniloom.store.sql import parse_events, parse_state

WAIT_S_MAX = 200
ANSWER_S_MAX = 1.0  # what a client is promised on a full disk
LEFT_FREE = 64 << 10
BALLAST = 16 << 20
SENDS = {"ann": "5e" * 16, "bob": "6e" * 16}  # a message to each, whose links they follow
ADD_ATTEMPT = parse_state(
    "test.attempt",
    "insert into messaging_attempt (send_key, send_id, campaign_id, person_id, channel, address, state, reason,"
    " provider_id, tries, fence, intent_at, finished_at, reported) values (:send_id, :send_id, 'c1', :person_id,"
    " 'email', :address, 'accepted', '', '', 1, 1, 1, 1, 1)",
)
ADD_MAILING = parse_state(
    "test.mailing",
    "insert into messaging_mailing (campaign_id, name, kind, channels, templates, state, state_reason, created_at)"
    " values ('c1', 'Sale', 'marketing', '[]', '{}', 'finished', '', 1)",
)
KEPT = parse_events("test.kept", "select message_id, count(*) from identity_history group by message_id")

pytestmark = pytest.mark.timeout(1_200)


class Shop:
    """The running server of a data directory, and a source that sends to it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.url = json.loads((data_dir / "server.json").read_text())["url"]
        self._owner = {"authorization": f"Bearer {local_token(data_dir)}"}
        self._key: dict[str, str] = {}

    def add_source(self) -> None:
        key = self.ask("POST", "/sources", {"name": "Shop", "kind": "website"})["write_key"]
        self._key = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, f"{self.url}/api/v1{path}", headers=self._owner, json=body, timeout=WAIT_S_MAX)
        answer.raise_for_status()
        return answer.json()

    def send(self, items: list[Any], *, timeout: float = WAIT_S_MAX) -> httpx.Response:
        return httpx.post(f"{self.url}/v1/batch", headers=self._key, json={"batch": items}, timeout=timeout)

    def track(self, item: Any) -> httpx.Response:
        return httpx.post(f"{self.url}/v1/track", headers=self._key, json=item, timeout=WAIT_S_MAX)

    def follow(self, link: str, form: dict[str, str]) -> httpx.Response:
        return httpx.post(link, data=form, timeout=WAIT_S_MAX)

    def person_id(self, name: str) -> int:
        found = self.ask("GET", f"/people?q={name}")["people"]
        return int(found[0]["person_id"]) if found else 0

    def takes_email(self, name: str) -> bool | None:
        """Whether somebody's consent to e-mail is in force; None if nothing is known of it."""
        if not (person_id := self.person_id(name)):
            return None
        consents = self.ask("GET", f"/people/{person_id}")["person"]["consents"]
        return next((one["is_given"] for one in consents if one["channel"] == "email"), None)

    def arrived(self, name: str) -> int:
        """How many events of a name were carried all the way."""
        return sum(one["events"] for one in self.ask("GET", "/arriving")["arriving"] if one["name"] == name)


@contextmanager
def served(data_dir: Path) -> Iterator[Shop]:
    """A server in a process of its own; it must end in order."""
    command = [sys.executable, "-m", "omniloom.cli.main", "serve", "--data-dir", str(data_dir), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: (data_dir / "server.json").exists() or process.poll() is not None)
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        yield Shop(data_dir)
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=WAIT_S_MAX)
    assert process.returncode == 0, err


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S_MAX
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def said(name: str, event: str, number: int) -> dict[str, Any]:
    """A word about consent."""
    return {
        "type": "track", "event": event, "userId": name, "messageId": f"{event}-{name}-{number}",
        "properties": {"channel": "email", "purpose": "marketing"},
    }  # fmt: skip


def filling(number: int) -> list[dict[str, Any]]:
    """A batch of fifty events, some 200 KB."""
    return [
        {"type": "track", "event": "Filled", "userId": f"u{at}", "messageId": f"fill-{number}-{at}",
         "properties": {"text": "x" * 4_000}}
        for at in range(50)
    ]  # fmt: skip


def introduce(shop: Shop) -> Site:
    """Four people who take e-mail; the first two have a message of ours whose links they may follow."""
    people = ("ann", "bob", "cid", "dan")
    items: list[Any] = [{"type": "identify", "userId": name, "traits": {"email": f"{name}@x.test"}} for name in people]
    assert shop.send(items + [said(name, "Consent Given", 0) for name in people]).status_code == 200
    until(lambda: all(shop.takes_email(name) for name in people))
    beside = open_collecting(shop.data_dir, StoreSettings())
    with beside.state.write() as tx:
        tx.run(ADD_MAILING)
        for name, send_id in SENDS.items():
            tx.run(ADD_ATTEMPT, send_id=send_id, person_id=shop.person_id(name), address=f"{name}@x.test")
    beside.close()
    return Site(shop.url, installation_secret(shop.data_dir))


def fill(shop: Shop, disk: Path) -> set[str]:
    """Fill the disk with events until they are refused, and what is left of it with another file; what was taken."""
    taken: set[str] = set()
    number = 0
    while (answer := shop.send(batch := filling(number))).status_code == 200:
        assert answer.json()["accepted"] == len(batch)
        taken |= {item["messageId"] for item in batch}
        number += 1
    free = os.statvfs(disk).f_bavail * 4096
    kept = 0 if (shop.data_dir / "ballast").exists() else BALLAST  # its room is not for others, whether it is aboard
    with (disk / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(1, free - kept - LEFT_FREE))
    return taken


def refused_in_time(shop: Shop, number: int) -> httpx.Response:
    """The answer to a batch, within the time that is promised.

    A machine that is busy with other tests may hold any process up for a second, so that one look in five must do.
    """
    for _ in range(4):
        try:
            return shop.send(filling(number), timeout=ANSWER_S_MAX)
        except httpx.TimeoutException:
            continue
    return shop.send(filling(number), timeout=ANSWER_S_MAX)


def test_a_server_on_a_full_disk_refuses_at_once_hears_who_leaves_and_recovers(small_disk: Path) -> None:
    home = small_disk / "home"
    (small_disk / "other").write_bytes(bytes(20 << 20))
    with served(home) as shop:
        shop.add_source()
        site = introduce(shop)
        taken = fill(shop, small_disk)
        assert len(taken) > 1_000

        answer = refused_in_time(shop, 9_999)
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
        assert (answer.status_code, problem["status"], problem["code"]) == (503, 503, "unavailable")
        assert "disk is full" in problem["detail"]
        assert {"type", "title", "hint"} <= problem.keys()

        one_click = {"List-Unsubscribe": "One-Click"}
        assert shop.follow(site.unsubscribe_url(SENDS["ann"], "email"), one_click).status_code == 200
        assert shop.follow(site.preferences_url(SENDS["bob"], "email"), {}).status_code == 200
        assert (shop.takes_email("ann"), shop.takes_email("bob")) == (False, False)

        assert shop.track(said("cid", "Consent Withdrawn", 1)).status_code == 200
        assert shop.send([said("cid", "Unsubscribed", number) for number in range(3)]).status_code == 200
        mixed = [*filling(9_998), said("dan", "Unsubscribed", 1)]
        assert shop.send(mixed).status_code == 503
        assert shop.track(filling(9_997)[0]).status_code == 503
        for number in range(2, 40):
            assert shop.track(said("cid", "Consent Withdrawn", number)).status_code == 200

        (small_disk / "filler").unlink()
        (small_disk / "other").unlink()
        until(lambda: shop.send(mixed).status_code == 200)
        taken |= {item["messageId"] for item in mixed}
        until(lambda: shop.arrived("Filled") == len(taken) - 1)
        until(lambda: shop.takes_email("cid") is False and shop.takes_email("dan") is False)
    with served(home) as shop:
        assert [shop.takes_email(name) for name in ("ann", "bob", "cid", "dan")] == [False] * 4
    stores = open_stores(home)
    with stores.events.read() as tx:
        kept = dict(tx.tuples(KEPT))
    stores.close()
    assert taken <= kept.keys()
    assert {f"Consent Withdrawn-cid-{number}" for number in range(1, 40)} <= kept.keys()
    assert not any(message_id.startswith(("fill-9999-", "fill-9997-")) for message_id in kept)
    assert set(kept.values()) == {1}
