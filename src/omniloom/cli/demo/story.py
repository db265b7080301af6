"""What the demo does, step by step, all of it through the platform's own doors and acts."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from omniloom import analytics, collect, identity, journeys, messaging, profiles, segments
from omniloom.app import Platform, import_paths
from omniloom.cli.demo import calls, consented, doubles, households, planned, recognised, source
from omniloom.cli.demo.customers import HOOK_SECRET, Customers
from omniloom.cli.demo.receivers import Ends, Mailbag, receiving, remember
from omniloom.cli.demo.steps import Note, Steps
from omniloom.collect import LoadProgress, Source
from omniloom.core.errors import Unavailable
from omniloom.core.money import to_minor
from omniloom.profiles import Rule, Survivorship
from omniloom.store import distinct_values
from omniloom.worker import loop

IMPORTS = (  # mapping, its file, what the step is called
    ("products", "products", "Import the catalogue"),
    ("demographics", "demographics", "Import demographics"),
    ("mailings", "campaigns", "Import a year of direct mail"),
    ("coupons", "coupon_redemptions", "Import coupon redemptions"),
    ("orders", "transactions", "Import a year of receipts"),
)
NAMES = ("first_name", "last_name")
SEND_S_MAX = 300  # how long the demo waits for its campaign to end
BATCH = 2000


def load(platform: Platform, files: Path, steps: Steps) -> None:
    """Bring the year in: products, receipts, mailings, redemptions, demographics, invented contacts, costs; resolve."""
    draws = source.read_yaml("households.yaml")
    consented.apply(platform, draws["wording"], draws["partner"]["wording"])
    recognised.apply(platform)
    for mapping, file, title in IMPORTS:
        with steps.step(f"import_{mapping}", title) as note:
            _import(platform, files / f"{file}.parquet", source.examples() / f"{mapping}.yaml", note)
    with steps.step("contacts", "Give households contacts (synthetic)") as note:
        _add_contacts(platform, distinct_values(files / "transactions.parquet", "household_id"), draws)
    with steps.step("resolve", "Recognise people, fold profiles") as note:
        loop.catch_up(platform, lambda done: note(done, None), loop.KNOWING)
    with steps.step("duplicates", "Look for duplicates") as note:
        note(_find_duplicates(platform))
    planned.apply(platform)
    with steps.step("costs", "Enter the mailings' costs (synthetic)"):
        _add_mail_costs(platform, draws)


def campaign(platform: Platform, url: str, ends: Ends, steps: Steps) -> None:
    """Save the segments, send the campaign over e-mail and SMS, let the customers answer, and count it."""
    plan = source.read_yaml("campaign.yaml")
    with steps.step("segments", "Compute segments"):
        segment_id = _save_segments(platform, plan)
    with steps.step("campaign", "Send the campaign") as note:
        _wait_until_sent(platform, _save_campaign(platform, plan, segment_id), note)
    with steps.step("reactions", "Customers open, click, order, leave") as note:
        customers = Customers(url, _web_source(platform).write_key, seed(), plan["reactions"])
        _react(platform, customers, ends.bag, note)


@contextmanager
def far_ends(platform: Platform, gateway: ThreadingHTTPServer) -> Iterator[Ends]:
    """The receivers of both channels, running, with the channels pointed at them (their ports differ every run)."""
    with receivers(platform, gateway) as ends:
        remember(platform.data_dir, ends)
        _set_channels_up(platform, ends)
        yield ends


@contextmanager
def receivers(platform: Platform, gateway: ThreadingHTTPServer) -> Iterator[Ends]:
    """The receivers of both channels, running."""
    bag = Mailbag(mailbag_path(platform))
    with receiving(bag, source.read_yaml("campaign.yaml")["reactions"], seed(), gateway) as ends:
        yield ends


def mailbag_path(platform: Platform) -> Path:
    """The file of everything the receivers were sent."""
    return platform.data_dir / "received.jsonl"


def calls_come_in(platform: Platform, url: str, files: Path, steps: Steps) -> None:
    """Let some households ring: a call tracker tells a webhook of it."""
    with steps.step("calls", "Take a call tracker's webhooks") as note:
        numbers = distinct_values(files / "transactions.parquet", "household_id")
        calls.ring(platform, url, numbers, source.read_yaml("households.yaml"), note)
        _wait_until_told(platform)


def some_misfire(platform: Platform, url: str, steps: Steps) -> None:
    """Let the web shop send a few events that cannot be taken: they wait on the page of refused events."""
    with steps.step("misfires", "Refuse what does not fit the plan") as note:
        note(planned.misfire(platform, url, _web_source(platform)))


def seed() -> str:
    """What every draw of the demo depends on."""
    return str(source.read_yaml("households.yaml")["seed"])


def _import(platform: Platform, file: Path, mapping: Path, note: Note) -> None:
    def show(progress: LoadProgress) -> None:
        note(progress.rows_read, progress.rows_total)

    import_paths(platform, [file], mapping, show)


def _add_contacts(platform: Platform, numbers: list[int], draws: dict[str, Any]) -> None:
    loyalty = _source(platform, "Loyalty desk (synthetic)").source_id
    _trust(platform, loyalty)
    contacts = list(households.contacts(numbers, draws, loyalty))
    desks = doubles.Desks(
        till=_source(platform, "Till (synthetic)").source_id,
        site=_web_source(platform).source_id,
        kiosk=_source(platform, "Kiosk (synthetic)").source_id,
    )
    events = [*contacts, *doubles.doubles(contacts, draws, desks)]
    for start in range(0, len(events), BATCH):
        collect.append(platform.stores, events[start : start + BATCH], keep_ids=True)


def _trust(platform: Platform, source_id: str) -> None:
    """Believe one source about names more than whoever typed them last, unless somebody chose a rule already."""
    known = {rule.key for rule in profiles.survivorships(platform.stores)}
    for key in NAMES:
        if key not in known:
            rule = Survivorship(key, Rule.TRUST, (source_id,))
            profiles.set_survivorship(platform.stores, rule, by="demo", now=platform.now())


def _find_duplicates(platform: Platform) -> int:
    """Merge who is all but surely one, and leave the rest to be decided; nothing if some wait already.

    Errors: Conflict if somebody's search runs already; Unavailable if ours did not come to its end.
    """
    stores = platform.stores
    if identity.pairs_to_review(stores, 1):
        return 0
    job = profiles.run_matching(stores, automatic=identity.AUTOMATIC, by="demo", now=platform.now, ids=platform.ids)
    if job.outcome is not identity.MatchingOutcome.DONE or job.result is None:
        raise Unavailable(f"the search for duplicates is {job.outcome}: {job.error}", hint="run the command again")
    loop.catch_up(platform, acts=loop.KNOWING)
    return job.result.merged + job.result.waiting


def _add_mail_costs(platform: Platform, draws: dict[str, Any]) -> None:
    """One cost row per mailing on its first day: so many pieces at the draw's price."""
    pieces = analytics.mailed_pieces(platform.stores, channel="direct_mail")
    currency = platform.settings.identity.home_currency
    rows = [
        {"day": row["day"], "channel": "direct_mail", "campaign_id": row["campaign_id"],
         "cost_minor": to_minor(draws["mail_piece_cost"], currency) * row["pieces"], "currency": currency,
         "impressions": row["pieces"], "clicks": 0, "ad_group": "", "keyword": ""}
        for row in pieces
    ]  # fmt: skip
    analytics.load_costs(platform.stores, [rows], now=platform.now(), currency=currency)


def _source(platform: Platform, name: str, kind: str = "server") -> Source:
    for known in collect.sources(platform.stores):
        if known.name == name:
            return known
    return collect.add_source(platform.stores, name=name, kind=kind, now=platform.now(), ids=platform.ids)


def _web_source(platform: Platform) -> Source:
    return _source(platform, "Web shop", kind="website")


def _save_segments(platform: Platform, plan: dict[str, Any]) -> str:
    stores, now = platform.stores, platform.now()
    known = {saved.name: saved.segment_id for saved in segments.segments(stores)}
    for entry in (plan["segment"], *plan["more_segments"]):
        if entry["name"] not in known:
            made = segments.create(
                stores, name=entry["name"], definition=entry["definition"], now=now, ids=platform.ids
            )
            known[entry["name"]] = made.segment_id
            segments.refresh(stores, made.segment_id, now=now)
    return known[plan["segment"]["name"]]


def _set_channels_up(platform: Platform, ends: Ends) -> None:
    for channel, settings in (
        ("email", {"host": "127.0.0.1", "port": ends.smtp_port, "tls": "none",
                   "from_address": "offers@shop.example.test", "from_name": "The Corner Grocer"}),
        ("sms", {"url": ends.sms_url, "token": "demo-gateway-token", "sender": "GROCER",
                 "hook_secret": HOOK_SECRET}),
    ):  # fmt: skip
        messaging.save_channel_settings(
            platform.stores, channel, settings, is_enabled=True, secret=platform.secret, now=platform.now()
        )


def _save_campaign(platform: Platform, plan: dict[str, Any], segment_id: str) -> str:
    """Create and launch the campaign, unless an earlier run did."""
    stores, now, ids = platform.stores, platform.now(), platform.ids
    wanted = plan["campaign"]
    for known in journeys.campaigns(stores):
        if known.name == wanted["name"]:
            if known.state == "draft":
                journeys.launch(stores, known.campaign_id, now=now)
            return known.campaign_id
    saved = {template.name: template.template_id for template in messaging.templates(stores)}
    templates = {}
    for channel, text in plan["templates"].items():
        if text["name"] not in saved:
            made = messaging.save_template(
                stores, name=text["name"], channel=channel, subject=text.get("subject", ""), body=text["body"],
                now=now, ids=ids,
            )  # fmt: skip
            saved[text["name"]] = made.template_id
        templates[channel] = saved[text["name"]]
    currency = platform.settings.identity.home_currency
    made_campaign = journeys.create_campaign(
        stores, name=wanted["name"], segment_id=segment_id, channels=wanted["channels"], templates=templates,
        cost_per_message_minor=to_minor(wanted["cost_per_message"], currency), currency=currency, scheduled_at=None,
        now=now, ids=ids,
    )  # fmt: skip
    journeys.launch(stores, made_campaign.campaign_id, now=now)
    return made_campaign.campaign_id


def _wait_until_sent(platform: Platform, campaign_id: str, note: Note) -> None:
    for _ in _ticks(SEND_S_MAX):
        tally = journeys.progress(platform.stores, campaign_id).tally
        note(tally.planned - tally.open, tally.planned or None)
        if journeys.campaign(platform.stores, campaign_id).state in ("finished", "cancelled"):
            return
    raise Unavailable(f"the campaign did not end in {SEND_S_MAX} s", hint="run the command again: it goes on")


def _react(platform: Platform, customers: Customers, bag: Mailbag, note: Note) -> None:
    received = bag.all()
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        note(done, len(received))

    asyncio.run(customers.react(received, platform.now(), one_more))
    _wait_until_told(platform)


def _wait_until_told(platform: Platform) -> None:
    for _ in _ticks(SEND_S_MAX):
        if _is_told(platform):
            return


def _is_told(platform: Platform) -> bool:
    """Whether every outcome is in the log, and everything of the log in the event store."""
    with platform.stores.events.read() as events:
        resolved = events.cursor("identity")
    return messaging.is_all_told(platform.stores) and platform.stores.log.last_position() == resolved


def _ticks(seconds: float, every_s: float = 0.1) -> Iterator[int]:
    for tick in range(int(seconds / every_s)):
        yield tick
        time.sleep(every_s)


__all__ = ["campaign", "load"]
