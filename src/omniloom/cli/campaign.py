"""`omniloom campaign`: campaigns from the terminal."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from omniloom.cli.client import Client, connect
from omniloom.cli.files import text_of
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.core.errors import Invalid

app = typer.Typer(no_args_is_help=True)
Campaign = Annotated[str, typer.Argument(help="Name or id.")]
FINAL = ("finished", "cancelled")
POLL_S = 0.5


@app.command(epilog="Example: `omniloom campaign create spring.yaml`")
def create(
    definition: Annotated[Path, typer.Argument(help="YAML: name, segment, channels, templates, schedule, cost.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Save a campaign as a draft, with its templates. See docs/guide/campaigns.md."""
    body = _read(definition)
    with connect(data_dir, may_create=True) as client:
        if isinstance(body.get("templates"), dict):
            ids = {t["name"]: t["template_id"] for t in client.get("/templates")["templates"]}
            for channel, chosen in body["templates"].items():
                name = chosen["name"] if isinstance(chosen, dict) and list(chosen) == ["name"] else chosen
                body["templates"][channel] = ids.get(name, name) if isinstance(name, str) else name
        made = client.post("/campaigns", body)
    if as_json:
        print_json(made)
    else:
        console.print(f"{made['name']} is a draft; launch it with: omniloom campaign launch {made['campaign_id']}")


def _read(path: Path) -> dict[str, Any]:
    """A campaign's file. Errors: Missing if there is none; Invalid if it does not describe a campaign."""
    try:
        body = yaml.safe_load(text_of(path))
    except yaml.YAMLError as error:
        raise Invalid(f"cannot read {path}: {error}", hint="see docs/guide/campaigns.md") from error
    if not isinstance(body, dict):
        raise Invalid(f"{path} does not describe a campaign", hint="give name, segment, channels and templates")
    return body


@app.command(epilog="Example: `omniloom campaign launch 'Win back' --wait`")
def launch(
    campaign: Campaign,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until the campaign has finished.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Start a campaign. Without a running server this command does the sending itself, to the end."""
    with connect(data_dir) as client:
        client.post(f"/campaigns/{campaign}/launch")
        client.settle()
        while wait and client.get(f"/campaigns/{campaign}")["campaign"]["state"] not in FINAL:
            time.sleep(POLL_S)
            client.settle()
        _show(client, campaign, as_json=as_json)


@app.command(epilog="Example: `omniloom campaign pause 'Win back'`")
def pause(campaign: Campaign, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Stop sending at once; nothing is lost."""
    _steer(campaign, "pause", data_dir, as_json=as_json)


@app.command(epilog="Example: `omniloom campaign resume 'Win back'`")
def resume(campaign: Campaign, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Go on where it stopped."""
    _steer(campaign, "resume", data_dir, as_json=as_json)


@app.command(epilog="Example: `omniloom campaign cancel 'Win back'`")
def cancel(campaign: Campaign, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """End it; whoever was not sent to yet will not be."""
    _steer(campaign, "cancel", data_dir, as_json=as_json)


@app.command(epilog="Example: `omniloom campaign report 'Win back' --json`")
def report(campaign: Campaign, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Show a campaign's state and what became of each recipient."""
    with connect(data_dir) as client:
        _show(client, campaign, as_json=as_json)


@app.command("list", epilog="Example: `omniloom campaign list`")
def list_campaigns(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """List campaigns."""
    with connect(data_dir) as client:
        found = client.get("/campaigns")["campaigns"]
    if as_json:
        print_json(found)
        return
    rows = [(c["name"], c["state"], c["audience"], c["campaign_id"]) for c in found]
    print_table("Campaigns", ("campaign", "state", "audience", "id"), rows, empty="make one with `campaign create`")


def _steer(campaign: str, act: str, data_dir: Path, *, as_json: bool) -> None:
    with connect(data_dir) as client:
        client.post(f"/campaigns/{campaign}/{act}")
        client.settle()
        _show(client, campaign, as_json=as_json)


def _show(client: Client, campaign: str, *, as_json: bool) -> None:
    found = client.get(f"/campaigns/{campaign}")
    if as_json:
        print_json(found)
        return
    tally, terms = found["progress"]["tally"], found["campaign"]
    console.print(f"{terms['name']}: {terms['state']}", markup=False)
    if terms["advertiser"]:
        console.print(f"In the name of {terms['advertiser']}, whose consent it needs.", markup=False)
    rows = [(name, tally[name]) for name in ("planned", "accepted", "rejected", "suppressed", "unknown", "open")]
    rows += [(f"skipped: {reason}", count) for reason, count in sorted(tally["skipped"].items())]
    rows += [(f"accepted by {channel}", count) for channel, count in sorted(tally["by_channel"].items())]
    print_table("Recipients", ("state", "people"), rows)
