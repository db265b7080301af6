"""`omniloom demo`: the steps in order, timed, then the summary, then the pages."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from omniloom.app import SETTINGS_FILE, open_platform
from omniloom.cli.client import write_whole
from omniloom.cli.demo import source, story
from omniloom.cli.demo.receivers import gateway_socket
from omniloom.cli.demo.steps import Steps
from omniloom.cli.demo.summary import known, print_summary, summary
from omniloom.cli.output import AsJson, DataDir, console, print_json
from omniloom.cli.serving import greet, run_until_stopped, serving
from omniloom.core.clock import SystemClock

DEMO_DATA_DIR = Path(".demo")
DEMO_NOW = datetime(2018, 1, 2, 18, tzinfo=UTC)  # the day after the data's year: early afternoon in its cities


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", epilog="Example: `omniloom demo --no-serve --json --data-dir /tmp/demo`")(demo)


def demo(
    data_dir: DataDir = DEMO_DATA_DIR,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the summary.")] = False,
    port: Annotated[int | None, typer.Option(help="Port of the pages; default 8080, or a free one if taken.")] = None,
    sample: Annotated[int | None, typer.Option(help="Take only so many households, for a quick look.")] = None,
    as_json: AsJson = False,
) -> None:
    """Load a year of a real grocer, run a campaign over e-mail and SMS, and show the money.

    Killed or repeated, it goes on where it was and adds nothing twice.
    """
    data_dir = data_dir.resolve()
    _write_settings(data_dir)
    gateway = gateway_socket()
    flags = {
        "core.egress_allow": [f"127.0.0.1:{gateway.server_port}"],
        "server.port": 0 if no_serve else port if port is not None else 8080,
        "server.demo_shop": True,
    }
    platform = open_platform(data_dir, flags=flags)
    try:
        with Steps(quiet=as_json) as steps:
            files = source.files(data_dir, sample)
            story.load(platform, files, steps)
            with story.far_ends(platform, gateway) as ends, serving(platform, any_port=port is None) as url:
                story.campaign(platform, url, ends, steps)
                story.calls_come_in(platform, url, files, steps)
                story.some_misfire(platform, url, steps)
                facts = summary(platform, steps)
                steps.close()
                if as_json:
                    print_json(facts)
                else:
                    print_summary(facts, known(platform))
                if not no_serve:
                    greet(platform, url)
                    _say_where(url, data_dir)
                    run_until_stopped(threading.Event())
    finally:
        gateway.server_close()
        platform.close()


def _write_settings(data_dir: Path) -> None:
    """Set the demo's clock, region and currency once; later starts find them in the file."""
    path = data_dir / SETTINGS_FILE
    if path.exists():
        return
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    offset_s = int((DEMO_NOW - SystemClock().now()).total_seconds())
    text = (
        "# Written by `omniloom demo`: its clock stands at the end of its data.\n"
        f"[core]\nclock_offset_s = {offset_s}\n\n[server]\ndemo_shop = true\n\n"
        '[identity]\nhome_region = "US"\nhome_currency = "USD"\n'
    )
    write_whole(path, text)


def _say_where(url: str, data_dir: Path) -> None:
    """What else there is to see; unbroken lines, for they are copied."""
    for told in (
        f"Visit the demo shop at [bold]{url}/demo-shop/[/bold] and watch yourself arrive at [bold]{url}/sources[/bold]",
        f"Its letters and SMS, also the codes of [bold]{url}/me[/bold], land in {data_dir / 'received.jsonl'}",
        f"Stop with Ctrl-C; start again, mailbox and all, with [bold]omniloom serve --data-dir[/bold] {data_dir}",
    ):
        console.print(told, highlight=False, soft_wrap=True)
