"""Released SDKs of other trackers send to a running server; what lands is what they were told to say.

The SDKs come from the registries (`make sdks`), the Python ones into an environment of their own; browsers' run in
Chromium on a page of another origin. All of them are told the host, and a key that a source has.
"""

import http.server
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from playwright.sync_api import sync_playwright

from omniloom.access import local_token
from omniloom.core.event import Event, decode
from omniloom.store import open_stores, settle, settled

ROOT = Path(__file__).parents[2]
SDKS = ROOT / "tests/sdks"
NODE_MODULES = SDKS / "node_modules"
PYTHON = ROOT / ".venv-sdks/bin/python"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
START_S_MAX = 180
QUIET_S_MAX = 20
CLOCKS_APART = timedelta(seconds=5)

PYTHON_SDKS = ("segment", "rudderstack", "posthog", "snowplow", "mixpanel", "amplitude", "customerio", "ga4")
NODE_SDKS = (
    "segment", "customeriocdp", "rudderstack", "jitsu", "posthog", "snowplow", "matomo", "mixpanel", "amplitude",
    "customerio",
)  # fmt: skip
BROWSER_SDKS = ("segment", "rudderstack", "jitsu", "posthog", "snowplow", "mixpanel", "amplitude")
SENDERS = [f"{name}-{kind}" for kind, names in (("python", PYTHON_SDKS), ("node", NODE_SDKS), ("browser", BROWSER_SDKS))
           for name in names]  # fmt: skip

LINE = {"product_id": "TEA-1", "name": "Tea", "price": 15, "quantity": 2}
ORDER = {"order_id": "o-1", "revenue": 30, "currency": "EUR", "products": [LINE]}
CHARGED = {"revenue": 30, "products": [{"product_id": "TEA-1", "price": 15, "quantity": 2}]}
HOME = {"url": "https://shop.example/home"}
GROUP = {"plan": "pro"}


class Lands(msgspec.Struct, kw_only=True):
    """One event that must have landed. ``people`` and ``what`` are those that must be there; more may be."""

    type: str
    name: str = ""
    people: dict[str, str] = {}
    what: dict[str, Any] = {}
    previous_id: str = ""
    group_id: str = ""


def user(name: str) -> dict[str, str]:
    return {"user_id": name}


def identified(name: str) -> Lands:
    traits = {"email": f"{name}@live.example", "tier": "gold"}
    return Lands(type="identify", people={"user_id": name, "email": traits["email"]}, what=traits)


def ordered(name: str, what: dict[str, Any] = ORDER) -> Lands:
    return Lands(type="track", name="Order Completed", people=user(name), what=what)


def spec(name: str) -> list[Lands]:
    """The calls of Segment's spec."""
    return [
        identified(name),
        ordered(name),
        Lands(type="page", name="Home", people=user(name), what=HOME),
        Lands(type="group", people=user(name), group_id="g-1", what=GROUP),
        Lands(type="alias", people=user(name), previous_id=f"{name}-before"),
    ]


def screen(name: str) -> Lands:
    return Lands(type="screen", name="Cart", people=user(name))


def page(name: str, title: str = "Home", what: dict[str, Any] = HOME) -> Lands:
    return Lands(type="page", name=title, people=user(name), what=what)


def played(name: str, title: str = "play") -> Lands:
    return Lands(
        type="track", name=title, people=user(name), what={"category": "video", "action": "play", "value": 3.5}
    )


def about_group(**people: str) -> Lands:
    return Lands(type="group", group_id="g-1", what=GROUP, people=people)


def alias(new: str, old: str) -> Lands:
    return Lands(type="alias", people=user(new), previous_id=old)


def poured(name: str) -> Lands:
    return Lands(type="track", name="Poured", people={"anonymous_id": f"{name}-before"}, what={"cups": 2})


MATOMO_ORDER = {"order_id": "o-1", "revenue": 30, "products": [
    {"product_id": "TEA-1", "sku": "TEA-1", "name": "Tea", "price": 15, "quantity": 2}]}  # fmt: skip
GA4 = {"anonymous_id": "1.ga4-python"}

# What each SDK was told to say, and so must have landed. "…-browser" pages are the sender's own page, titled Home.
EXPECTED: dict[str, list[Lands]] = {
    "segment-python": [*spec("segment-python"), screen("segment-python")],
    "rudderstack-python": [*spec("rudderstack-python"), screen("rudderstack-python")],
    "posthog-python": [
        identified("posthog-python"), ordered("posthog-python"), page("posthog-python", ""),
        about_group(user_id="posthog-python"), alias("posthog-python", "posthog-python-before"),
    ],
    "snowplow-python": [
        identified("snowplow-python"), ordered("snowplow-python"), page("snowplow-python"), screen("snowplow-python"),
        played("snowplow-python"),
    ],
    "mixpanel-python": [
        identified("mixpanel-python"), ordered("mixpanel-python"), page("mixpanel-python"), about_group(),
        ordered("mixpanel-python", {"revenue": 12.5}),
    ],
    "amplitude-python": [
        identified("amplitude-python"), ordered("amplitude-python"), ordered("amplitude-python", CHARGED),
        Lands(type="identify", people=user("amplitude-python"), what={"company": "g-1"}),
    ],
    "customerio-python": [
        identified("customerio-python"), ordered("customerio-python"),
        page("customerio-python", HOME["url"]), poured("customerio-python"),
        alias("customerio-python", "customerio-python-before"),
    ],
    "ga4-python": [
        Lands(type="track", name="Order Completed", people=GA4, what=ORDER),
        Lands(type="page", name="Home", people=GA4, what=HOME),
    ],
    "segment-node": [*spec("segment-node"), screen("segment-node")],
    "customeriocdp-node": [*spec("customeriocdp-node"), screen("customeriocdp-node")],
    "rudderstack-node": [*spec("rudderstack-node"), screen("rudderstack-node")],
    "jitsu-node": [
        identified("jitsu-node"), ordered("jitsu-node"), page("jitsu-node"), about_group(user_id="jitsu-node"),
    ],
    "posthog-node": [
        identified("posthog-node"), ordered("posthog-node"), page("posthog-node", ""),
        about_group(user_id="posthog-node"), alias("posthog-node", "posthog-node-before"),
    ],
    "snowplow-node": [
        identified("snowplow-node"), ordered("snowplow-node"), page("snowplow-node"), played("snowplow-node"),
    ],
    "matomo-node": [page("matomo-node"), ordered("matomo-node", MATOMO_ORDER), played("matomo-node")],
    "mixpanel-node": [
        identified("mixpanel-node"), ordered("mixpanel-node"), page("mixpanel-node"), about_group(),
        alias("mixpanel-node-new", "mixpanel-node"), ordered("mixpanel-node", {"revenue": 12.5}),
    ],
    "amplitude-node": [
        identified("amplitude-node"), ordered("amplitude-node"), ordered("amplitude-node", CHARGED),
        about_group(user_id="amplitude-node"),
    ],
    "customerio-node": [
        identified("customerio-node"), ordered("customerio-node"), page("customerio-node", HOME["url"]),
        poured("customerio-node"), alias("customerio-node", "customerio-node-before"),
    ],
    "segment-browser": [
        Lands(type="page", name="Home"), identified("segment-browser"), ordered("segment-browser"),
        about_group(user_id="segment-browser"), alias("segment-browser", "segment-browser-before"),
    ],
    "rudderstack-browser": [
        Lands(type="page", name="Home"), identified("rudderstack-browser"), ordered("rudderstack-browser"),
        about_group(user_id="rudderstack-browser"), alias("rudderstack-browser-new", "rudderstack-browser"),
    ],
    "jitsu-browser": [
        Lands(type="page", name="Home"), identified("jitsu-browser"), ordered("jitsu-browser"),
        about_group(user_id="jitsu-browser"),
    ],
    "posthog-browser": [
        Lands(type="page", name="Home"), identified("posthog-browser"), ordered("posthog-browser"),
        about_group(user_id="posthog-browser"), alias("posthog-browser-new", "posthog-browser"),
    ],
    "snowplow-browser": [page("snowplow-browser", what={"title": "Home"}), played("snowplow-browser"),
                         ordered("snowplow-browser")],
    "mixpanel-browser": [
        Lands(type="page", name="Home"), identified("mixpanel-browser"), ordered("mixpanel-browser"),
        Lands(type="identify", people=user("mixpanel-browser"), what={"initial_utm_source": "ya"}),
        Lands(type="identify", people=user("mixpanel-browser")), # which joins the browser's own id to the user's
    ],
    "amplitude-browser": [
        Lands(type="page", name="Home"), identified("amplitude-browser"), ordered("amplitude-browser"),
        ordered("amplitude-browser", CHARGED),
        Lands(type="identify", people=user("amplitude-browser"), what={"utm_source": "ya", "utm_campaign": "may"}),
    ],
}  # fmt: skip


class Live(msgspec.Struct):
    """What landed from each SDK, and between which instants it was sent."""

    events: dict[str, list[Event]]
    began_at: datetime
    ended_at: datetime
    failed: dict[str, str]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    """A server, every SDK's calls, and what stands in its log when it has stopped."""
    if not NODE_MODULES.exists() or not PYTHON.exists() or CHROMIUM is None:
        pytest.skip("the SDKs are not installed: make sdks")
    data_dir = tmp_path_factory.mktemp("live")
    process = subprocess.Popen(
        [sys.executable, "-m", "omniloom.cli.main", "serve", "--data-dir", str(data_dir), "--port", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    began_at = datetime.now(UTC)
    try:
        url = address(process, data_dir)
        with httpx.Client(base_url=url, headers={"authorization": f"Bearer {local_token(data_dir)}"}) as client:
            names = add_sources(client)
            failed = send_all(url)
            wait_until_quiet(client)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    return Live(landed(data_dir, names), began_at, datetime.now(UTC), failed)


def address(process: "subprocess.Popen[str]", data_dir: Path) -> str:
    deadline = time.monotonic() + START_S_MAX
    while not (data_dir / "server.json").exists():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    url: str = json.loads((data_dir / "server.json").read_text())["url"]
    return url


def add_sources(client: httpx.Client) -> dict[str, str]:
    """A source for the key of each SDK; source id -> SDK."""
    names = {}
    for sender in SENDERS:
        said = client.post("/api/v1/sources", json={"name": sender, "kind": "server", "write_key": f"live-{sender}"})
        said.raise_for_status()
        names[said.json()["source_id"]] = sender
    return names


def send_all(url: str) -> dict[str, str]:
    """Have every SDK send: servers' in a process of theirs each kind, browsers' on one page; what failed, if any."""
    python = subprocess.Popen(
        [str(PYTHON), "send.py", url, ",".join(PYTHON_SDKS)],
        cwd=SDKS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    node = subprocess.Popen(
        ["node", "send.mjs", url, ",".join(NODE_SDKS)],
        cwd=SDKS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    failed = {f"{name}-browser": why for name, why in browse(url).items()}
    for kind, process in (("python", python), ("node", node)):
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
        said = json.loads(out.strip().splitlines()[-1])["failed"]
        failed |= {f"{name}-{kind}": why for name, why in said.items()}
    return failed


class Shelf(http.server.SimpleHTTPRequestHandler):
    """The sending page, and the packages' own scripts."""

    def translate_path(self, path: str) -> str:
        bare = path.partition("?")[0]
        return str(SDKS / "page.html" if bare == "/page.html" else NODE_MODULES / bare.lstrip("/"))

    def log_message(self, *_said: Any) -> None:
        pass


def browse(url: str) -> dict[str, str]:
    """Open the sending page in Chromium, and wait until each SDK has sent."""
    shelf = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    thread = threading.Thread(target=shelf.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{shelf.server_port}/page.html?at={url}&utm_source=ya&utm_campaign=may&yclid=77"
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = chromium.new_page()
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(address)
            page.wait_for_function(f"window.done && window.done.length === {len(BROWSER_SDKS)}", timeout=120_000)
            page.wait_for_load_state("networkidle", timeout=60_000)
            page.wait_for_timeout(1_500)  # what the SDKs still hold back to send together
            failed: dict[str, str] = page.evaluate("window.failed")
            page.goto("about:blank")  # what leaves with the page
            chromium.close()
    finally:
        shelf.shutdown()
        shelf.server_close()
        thread.join()
    return {name: f"{why} {said}" for name, why in failed.items()}


def wait_until_quiet(client: httpx.Client) -> None:
    """Until all that is expected has come, and nothing more does; or nothing came for a good while."""
    wanted = sum(map(len, EXPECTED.values()))
    before, since = -1, time.monotonic()
    while (quiet_s := time.monotonic() - since) < QUIET_S_MAX:
        rows = rows_settled(client.get("/metrics", timeout=START_S_MAX).text)
        if rows != before:
            before, since = rows, time.monotonic()
        elif rows >= wanted and quiet_s > 1:
            return
        time.sleep(0.2)


def rows_settled(metrics: str) -> int:
    lines = (line for line in metrics.splitlines() if line.startswith("omniloom_act_rows_total"))
    return next((int(float(line.rpartition(" ")[2])) for line in lines if '"store.settle"' in line), 0)


def landed(data_dir: Path, names: dict[str, str]) -> dict[str, list[Event]]:
    """The events of each SDK, without repeats."""
    stores = open_stores(data_dir)
    try:
        settle(stores, now=datetime.now(UTC))
        found: dict[str, list[Event]] = {sender: [] for sender in SENDERS}
        for message in settled(stores, after=0, rows_max=10_000).messages:
            event = decode(message.body)
            found[names[event.source_id]].append(event)
        return found
    finally:
        stores.close()


def is_it(event: Event, wanted: Lands) -> bool:
    what = event.traits if event.type in ("identify", "group") else event.properties
    return (
        (event.type, event.name, event.previous_id, event.group_id)
        == (wanted.type, wanted.name, wanted.previous_id, wanted.group_id)
        and wanted.people.items() <= event.identifiers.items()
        and all(what.get(key) == value for key, value in wanted.what.items())
    )


@pytest.mark.parametrize("sender", SENDERS)
def test_what_a_released_sdk_sends_lands_as_it_was_told(live: Live, sender: str) -> None:
    assert live.failed.get(sender) is None
    events = live.events[sender]
    shown = [(one.type, one.name, one.identifiers, one.previous_id, one.traits or one.properties) for one in events]
    for wanted in EXPECTED[sender]:
        assert [one for one in events if is_it(one, wanted)], (wanted, shown)
    assert len(events) == len(EXPECTED[sender]), shown
    for event in events:
        assert live.began_at - CLOCKS_APART <= event.occurred_at <= live.ended_at + CLOCKS_APART, event
        assert len(event.message_id) >= 8
        if sender.endswith("-browser") and event.type == "page":
            assert event.context["campaign"].items() >= {"source": "ya", "name": "may"}.items()
            assert event.context["userAgent"].startswith("Mozilla/")


def test_no_sdk_is_told_twice(live: Live) -> None:
    for sender, events in live.events.items():
        assert len({event.message_id for event in events}) == len(events), sender


@pytest.mark.parametrize(
    "sender", [f"{name}-browser" for name in BROWSER_SDKS if name not in {"snowplow", "amplitude"}]
)
def test_a_browser_s_visitor_is_joined_to_the_user_he_turns_out_to_be(live: Live, sender: str) -> None:
    """Snowplow's sender names the user before its first page, Amplitude's with it; PostHog's page comes after it."""
    visitors = {one.identifiers.get("anonymous_id") for one in live.events[sender] if one.type == "page"}
    joined = [one for one in live.events[sender] if one.identifiers.get("user_id") == sender and one.type == "identify"]
    named = {one.identifiers["anonymous_id"] for one in joined if "anonymous_id" in one.identifiers}
    assert named & visitors if sender != "posthog-browser" else named
