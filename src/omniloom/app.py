"""The composition root: opens the stores, reads the settings, and holds what the doors and the worker share.

It is the only module that knows every room's settings. Rooms get what they need as arguments.
"""

import os
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from omniloom import access, analytics, catalog, collect, journeys, messaging, privacy
from omniloom.collect import Intake, LoadProgress, LoadResult, PlanCache, RecentVerdicts, webhooks
from omniloom.collect.settings import CollectSettings
from omniloom.core.clock import Clock, SystemClock
from omniloom.core.errors import Misconfigured
from omniloom.core.ids import Ids, RandomIds
from omniloom.core.settings import Loader, Value, setting
from omniloom.identity.settings import IdentitySettings
from omniloom.messaging import Renderer, Site, Transport
from omniloom.store import Lag, Progress, Reader, Relocation, Stores, lags, open_collecting, open_stores
from omniloom.store.settings import StoreSettings

SETTINGS_FILE = "omniloom.toml"
STAGES = {  # what an event passes, in order; a stage that writes two stores is as far as the slower one
    "dedup": Reader(state=["settle"]),
    "identity": Reader(state=["identity"], events=["identity"]),
    "profiles": Reader(state=["profiles"], events=["profiles"]),
    "segments": Reader(events=["segments.follow"]),
}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the doors listen and how the world reaches them."""

    host: str = setting("127.0.0.1", "address the server listens on")
    port: int = setting(8080, "port the server listens on; 0 takes a free one")
    public_url: str = setting("", "how customers reach the server in links; empty: http://host:port")
    collectors: int = setting(0, "processes beside the server that only take events in; 0: the server does it itself")
    collect_port: int = setting(8081, "port the collectors share; 0 takes a free one")
    cookie_domain: str = setting("", "domain of ad pixels' visitor cookie, such as .shop.example; empty: this host")
    connections_max: int = setting(4096, "connections open to a process; beyond it who waits longest is hung up on")
    head_s: float = setting(10.0, "how long the head of a request may take, seconds; then 408")
    keep_alive_s: int = setting(5, "how long an answered connection is kept for the next request, seconds")
    demo_shop: bool = setting(False, "serve the demo shop at /demo-shop, to try the web tracker")  # noqa: FBT003 - a default


@dataclass(frozen=True, slots=True)
class CoreSettings:
    """What concerns every room."""

    clock_offset_s: int = setting(0, "seconds added to the machine's clock (the demo lives at the end of its data)")
    egress_allow: list[str] = setting([], "host:port pairs that outgoing HTTP may reach though they are private")


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How the worker's loop paces itself."""

    rows_max: int = setting(20_000, "events one act handles in one transaction")
    pause_s: float = setting(
        0.25, "how long the loop rests when nothing is left to do, seconds; 4 times as long while all is quiet"
    )
    segments_every_s: int = setting(60, "how old a segment's membership may grow before it is computed anew, seconds")
    deliver_rows_max: int = setting(16, "messages in flight at once; at most so many are unknown after a crash")


@dataclass(frozen=True, slots=True)
class Settings:
    """All installation settings in force, and where each came from."""

    server: ServerSettings
    core: CoreSettings
    store: StoreSettings
    collect: CollectSettings
    identity: IdentitySettings
    worker: WorkerSettings
    values: list[Value]


@dataclass(slots=True)
class Platform:
    """One open installation. ``wake`` is set when there is something new for the worker."""

    data_dir: Path
    settings: Settings
    stores: Stores
    clock: Clock
    ids: Ids
    secret: bytes
    intake: Intake
    plans: PlanCache
    recent: RecentVerdicts
    renderer: Renderer
    transport: Transport
    public_url: str
    wake: threading.Event = field(default_factory=threading.Event)
    status: dict[str, "ActStatus"] = field(default_factory=dict)
    deliveries: webhooks.RecentDeliveries = field(default_factory=webhooks.RecentDeliveries)
    named_campaigns: list[dict[str, Any]] = field(default_factory=list)
    relocation: Relocation | None = None

    def now(self) -> datetime:
        """The present instant of the platform's clock."""
        return self.clock.now()

    def announce_url(self, url: str) -> None:
        """Use ``url`` in links from now on, unless the settings name a public one."""
        if not self.settings.server.public_url:
            self.public_url = url
            self.transport.site = Site(url, self.secret)

    def close(self) -> None:
        """Stop what runs beside the doors, then close the stores."""
        self.intake.close()
        self.renderer.close()
        self.transport.close()
        self.stores.close()


@dataclass(slots=True)
class Collector:
    """A process that only takes events in: what the doors for events need of an installation, and no more."""

    settings: Settings
    stores: Stores
    clock: Clock
    ids: Ids
    intake: Intake
    recent: RecentVerdicts
    plans: PlanCache
    wake: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        """Put what was acknowledged on disk, then close the stores."""
        self.intake.close()
        self.stores.close()


@dataclass(slots=True)
class ActStatus:
    """How one act of the worker's loop is doing. ``rests_until``: by the stopwatch, when it may run again."""

    rows: int = 0
    seconds: float = 0.0
    rests_until: float = 0.0
    last_at: datetime | None = None
    error: str = ""


def read_settings(
    data_dir: Path, *, flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """All settings of one data directory. Errors: Misconfigured names the wrong one."""
    loader = Loader(data_dir / SETTINGS_FILE, os.environ if environ is None else environ, flags)
    server = loader.load("server", ServerSettings)
    core = loader.load("core", CoreSettings)
    store = loader.load("store", StoreSettings)
    collecting = loader.load("collect", CollectSettings)
    people = loader.load("identity", IdentitySettings)
    worker = loader.load("worker", WorkerSettings)
    loader.finish()
    return Settings(server, core, store, collecting, people, worker, loader.values)


def open_platform(
    data_dir: Path,
    *,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    ids: Ids | None = None,
) -> Platform:
    """Open an installation, making it on first use.

    Errors: Conflict if another process has it open; Misconfigured or Unavailable say what the operator must do.
    """
    data_dir = data_dir.expanduser().resolve()
    settings = read_settings(data_dir, flags=flags, environ=environ)
    clock = clock or SystemClock(timedelta(seconds=settings.core.clock_offset_s))
    stores = open_stores(data_dir, settings.store)
    if stores.is_exclusive:  # nothing else is at work; elsewhere whoever gets the lease does it (worker/turn.py)
        messaging.reconcile(stores, now=clock.now(), is_restart=True)
        collect.close_interrupted(stores, now=clock.now())
    public_url = settings.server.public_url or f"http://{settings.server.host}:{settings.server.port}"
    secret = installation_secret(data_dir)
    ids = ids or RandomIds()
    privacy.replay(stores, now=clock.now(), ids=ids, home_region=settings.identity.home_region)
    return Platform(
        data_dir=data_dir,
        settings=settings,
        stores=stores,
        clock=clock,
        ids=ids,
        secret=secret,
        intake=Intake(stores),
        plans=PlanCache(stores, clock),
        recent=RecentVerdicts(),
        renderer=Renderer(),
        transport=Transport(stores, secret=secret, egress_allow=settings.core.egress_allow, public_url=public_url),
        public_url=public_url,
    )


def open_collector(data_dir: Path, *, flags: Mapping[str, Any] | None = None) -> Collector:
    """Open an installation only to take events in, beside the server that owns it.

    Errors: Missing if there is none; Misconfigured or Unavailable say what the operator must do.
    """
    data_dir = data_dir.expanduser().resolve()
    settings = read_settings(data_dir, flags=flags)
    clock = SystemClock(timedelta(seconds=settings.core.clock_offset_s))
    stores = open_collecting(data_dir, settings.store)
    return Collector(
        settings=settings,
        stores=stores,
        clock=clock,
        ids=RandomIds(),
        intake=Intake(stores),
        recent=RecentVerdicts(),
        plans=PlanCache(stores, clock),
    )


def installation_secret(data_dir: Path) -> bytes:
    """The 32-byte key that signs links and seals stored credentials; made on first use, readable by its owner only.

    Errors: Misconfigured if the file was cut short.
    """
    path = data_dir / "secret.key"
    secret = access.kept_secret(path, secrets.token_bytes(32))
    if len(secret) != 32:
        raise Misconfigured(f"{path.name} is damaged", hint="restore it from a backup: links and credentials need it")
    return secret


def import_paths(
    platform: Platform, paths: list[Path], mapping_path: Path, progress: Callable[[LoadProgress], None] | None = None
) -> LoadResult:
    """Load files by a mapping into the room its target names (events, products or costs).

    Errors: Invalid names the mapping's or file's field that is wrong. Repeating adds nothing twice.
    """
    mapping = collect.read_mapping(mapping_path)
    options: dict[str, Any] = {
        "now": platform.now(), "ids": platform.ids, "progress": progress, "rejects_dir": platform.data_dir / "rejects",
    }  # fmt: skip
    if mapping.target == "events":
        result = collect.load(platform.stores, mapping, paths, **options)
    else:
        save = _save_products if mapping.target == "products" else _save_costs
        result = collect.load_rows(platform.stores, mapping, paths, save=partial(save, platform), **options)
    platform.wake.set()
    return result


def name_campaigns(platform: Platform) -> Progress:
    """Tell analytics what campaigns are called and cost, when that changed; the two rooms do not know each other."""
    rows = [
        {
            "campaign_id": campaign.campaign_id,
            "name": campaign.name,
            "channel": "",
            "currency": campaign.currency,
            "cost_per_message_minor": campaign.cost_per_message_minor,
        }
        for campaign in journeys.campaigns(platform.stores)
    ]
    if rows == platform.named_campaigns:
        return Progress(0, is_done=True)
    analytics.name_campaigns(platform.stores, rows, currency=platform.settings.identity.home_currency)
    platform.named_campaigns = rows
    return Progress(len(rows), is_done=True)


def stages(platform: Platform) -> list[Lag]:
    """How far each stage of the loop is behind the log."""
    return lags(platform.stores, STAGES, now=platform.now())


def _save_products(platform: Platform, batches: Iterator[list[dict[str, Any]]]) -> int:
    return catalog.load_products(platform.stores, batches, now=platform.now())


def _save_costs(platform: Platform, batches: Iterator[list[dict[str, Any]]]) -> int:
    currency = platform.settings.identity.home_currency
    return analytics.load_costs(platform.stores, batches, now=platform.now(), currency=currency)


__all__ = [
    "ActStatus", "Collector", "Platform", "Settings", "import_paths", "name_campaigns", "open_collector",
    "open_platform", "read_settings", "stages",
]  # fmt: skip
