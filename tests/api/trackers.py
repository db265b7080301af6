"""Captured requests of SDKs, sent to the whole application, and what became of them. For the tests of dialects."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml
from tests.engines import open_test_platform

from omniloom.api.server import build
from omniloom.app import Platform
from omniloom.collect import Source, add_source
from omniloom.core.clock import ManualClock
from omniloom.core.event import Event, decode
from omniloom.core.ids import SeededIds
from omniloom.store import settle, settled

CAPTURES = Path(__file__).parents[3] / "shared/data/sdk-captures/sdk-captures.json"
EXPECTED = Path(__file__).with_name("captured.yaml")
SILENT_AT = datetime(2026, 11, 21, 21, 20, tzinfo=UTC)  # when a request arrives that names no time of its own

# The keys that the captured trackers carry, and the folder in which each was told to find its host.
KEYS = ("wk", "phc_x", "tok", "app", "web", "1", "G-1", "site", "k")
FOLDERS = {
    "rudder": "rudderstack", "rs": "rudderstack", "r": "rudderstack", "rscfg": "rudderstack", "ph": "posthog",
    "phb": "posthog", "cio": "customerio", "cdn": "",
}  # fmt: skip


@dataclass
class Door:
    """The whole application, reached without a network, with a clock to set."""

    platform: Platform
    clock: ManualClock
    sources: dict[str, Source]

    def __post_init__(self) -> None:
        self.app = build(self.platform)
        self._after = 0

    def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://in.example") as client:
                return await client.request(method, path, content=body, headers=headers)

        return asyncio.run(once())

    def landed(self) -> list[Event]:
        """The events since the last call, without repeats: what every reader of the log gets."""
        stores = self.platform.stores
        settle(stores, now=self.clock.now())
        stretch = settled(stores, after=self._after, rows_max=10_000)
        self._after = stretch.through
        return [decode(message.body) for message in stretch.messages]


@contextmanager
def door(folder: Path) -> Iterator[Door]:
    """The application on empty stores, with a source for each key that the captures carry."""
    clock = ManualClock(SILENT_AT)
    platform = open_test_platform(folder / "home", ids=SeededIds(1), clock=clock)
    named = {
        key: add_source(
            platform.stores, name=f"tracker {key}", kind="server", now=clock.now(), ids=platform.ids, write_key=key
        )
        for key in KEYS
    }
    yield Door(platform, clock, named)
    platform.close()


def expected() -> list[dict[str, Any]]:
    """What each captured request must become."""
    read: list[dict[str, Any]] = yaml.safe_load(EXPECTED.read_text())
    return read


def captures() -> list[dict[str, Any]]:
    """The captured requests; none if they are not on this machine."""
    found: list[dict[str, Any]] = json.loads(CAPTURES.read_text()) if CAPTURES.exists() else []
    return found


def replay(door: Door, request: dict[str, Any], *, is_bare: bool = False) -> httpx.Response:
    """Send a captured request as it was, at the moment it says it was sent.

    ``is_bare``: to the host alone, without the folder under which a tracker may also be told to find us.
    """
    body, headers = request["body"].encode(), {**request["headers"], "host": "in.example"}
    if headers.get("content-encoding") == "gzip":
        body = gzip.compress(body)
    if "/api/s/" in request["path"]:
        headers["x-write-key"] = "k:secret"  # the capture left it out
    folder, _, rest = request["path"].lstrip("/").partition("/")
    if folder in FOLDERS:
        within = "" if is_bare else FOLDERS[folder]
        path = f"/{within}/{rest}" if within else f"/{rest}"
    else:
        path = request["path"]
    door.clock.advance((sent_at(request) or SILENT_AT) - door.clock.now())
    return door.send(request["method"], path, body, headers)


def sent_at(request: dict[str, Any]) -> datetime | None:
    """When a captured request was sent, by its own clock."""
    try:
        body = json.loads(request["body"])
    except ValueError:
        return None
    data = body.get("data")
    if isinstance(data, list) and data and "stm" in data[0]:
        return datetime.fromtimestamp(int(data[0]["stm"]) / 1000, tz=UTC)
    said = body.get("sentAt") or body.get("sent_at")
    return datetime.fromisoformat(said) if isinstance(said, str) else None
