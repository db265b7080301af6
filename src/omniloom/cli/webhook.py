"""`omniloom webhook`: addresses where tills, call trackers, forms and CRMs post."""

from pathlib import Path
from typing import Annotated, Any

import typer

from omniloom.cli.client import connect
from omniloom.cli.files import text_of
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.core.errors import Invalid

app = typer.Typer(no_args_is_help=True)
Hook = Annotated[str, typer.Argument(help="The webhook's name or id.")]
Connector = Annotated[str, typer.Option("--connector", help="One of `omniloom webhook connectors`.")]
Definition = Annotated[Path | None, typer.Option("--definition", help="A YAML file of your own instead.")]
Timezone = Annotated[str, typer.Option(help="The zone of times that name none, such as Europe/Samara.")]
Currency = Annotated[str, typer.Option(help="The currency of amounts that name none, such as RUB.")]
Secret = Annotated[
    str, typer.Option("--secret", envvar="OMNILOOM_WEBHOOK_SECRET", help="The provider's; left out, one is made up.")
]


def _text(path: Path | None) -> str:
    return "" if path is None else text_of(path, told_by="--definition")


@app.command(epilog="Example: `omniloom webhook connectors --show till > mine.yaml`")
def connectors(
    show: Annotated[str, typer.Option(help="Print this connector's definition, to begin an own one with.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """List the connectors that come with the platform."""
    with connect(data_dir, may_create=True) as client:
        found = client.get("/webhook-connectors")["connectors"]
    if show:
        texts = {one["connector"]: one["definition"] for one in found}
        if show not in texts:
            raise Invalid(f"there is no connector {show}", hint=f"there are {', '.join(texts)}")
        print(texts[show], end="")
    elif as_json:
        print_json(found)
    else:
        print_table("Connectors", ("connector", "title"), [(one["connector"], one["title"]) for one in found])


@app.command(epilog="Example: `omniloom webhook preview receipt.json --connector till`")
def preview(
    sample: Annotated[Path, typer.Argument(help="A file with a body as it is posted; - reads standard input.")],
    connector: Connector = "",
    definition: Definition = None,
    hook: Annotated[str, typer.Option("--webhook", help="By this webhook, enabled or not.")] = "",
    content_type: Annotated[str, typer.Option(help="If the body does not show it.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Show what a sample becomes. Nothing is stored."""
    body: dict[str, Any] = {"body": text_of(sample), "content_type": content_type}
    if not hook:
        body |= {"connector": connector, "definition": _text(definition)}
    with connect(data_dir, may_create=True) as client:
        found = client.post(f"/webhooks/{hook}/preview" if hook else "/webhook-preview", body)
    if as_json:
        print_json(found)
        return
    rows = [
        (one["type"], one.get("name", ""), one["occurred_at"], one.get("identifiers", {}),
         one.get("properties") or one.get("traits") or {})
        for one in found["events"]
    ]  # fmt: skip
    print_table("Events", ("type", "name", "when", "who", "values"), rows, empty="nothing")
    refused = [(one["reason"], one["field"], one["message"]) for one in found["refused"]]
    if refused:
        print_table("Refused", ("reason", "field", "message"), refused)
    if found["ignored"]:
        console.print("ignored: the provider's own trial")


@app.command(epilog="Example: `omniloom webhook create 'Till 1' --connector till`")
def create(
    name: Annotated[str, typer.Argument(help="What will post, such as 'Till 1'.")],
    connector: Connector = "",
    definition: Definition = None,
    secret: Secret = "",
    timezone: Timezone = "",
    currency: Currency = "",
    allow_ip: Annotated[list[str] | None, typer.Option(help="Take requests from this network only.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Make a webhook, not enabled yet. Its secret is shown now and never again."""
    body = {
        "name": name, "connector": connector, "definition": _text(definition), "secret": secret,
        "options": {"timezone": timezone, "currency": currency, "allow_ips": allow_ip or []},
    }  # fmt: skip
    with connect(data_dir, may_create=True) as client:
        made = client.post("/webhooks", body)
    _tell(made, as_json=as_json)


@app.command("list", epilog="Example: `omniloom webhook list --json`")
def list_webhooks(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """List the webhooks."""
    with connect(data_dir) as client:
        found = client.get("/webhooks")["webhooks"]
    if as_json:
        print_json(found)
        return
    rows = [(one["name"], one["connector"], one["is_enabled"], one["url"]) for one in found]
    print_table("Webhooks", ("webhook", "connector", "enabled", "address"), rows, empty="make one: `webhook create`")


@app.command(epilog="Example: `omniloom webhook show 'Till 1'`")
def show(hook: Hook, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Show one webhook and the last requests to it since the server started."""
    with connect(data_dir) as client:
        found = client.get(f"/webhooks/{hook}")
    if as_json:
        print_json(found)
        return
    console.print(f"{found['name']} ({found['connector']}): {found['url']}", markup=False, highlight=False)
    rows = [
        (one["at"], one["outcome"], ", ".join(one["events"]), one["message"] or "; ".join(one["refused"]))
        for one in found["deliveries"]
    ]
    print_table("Last requests", ("when", "outcome", "events", "why not"), rows, empty="none since the start")


@app.command(epilog="Example: `omniloom webhook update 'Till 1' --definition mine.yaml`")
def update(
    hook: Hook,
    definition: Annotated[Path, typer.Option("--definition", help="A YAML file that takes the place of its own.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Give a webhook another definition."""
    with connect(data_dir) as client:
        _tell(client.post(f"/webhooks/{hook}", {"definition": _text(definition)}), as_json=as_json)


@app.command(epilog="Example: `omniloom webhook enable 'Till 1'`")
def enable(hook: Hook, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Let a webhook take requests."""
    with connect(data_dir) as client:
        _tell(client.post(f"/webhooks/{hook}/enable"), as_json=as_json)


@app.command(epilog="Example: `omniloom webhook disable 'Till 1'`")
def disable(hook: Hook, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Stop a webhook; its history stays."""
    with connect(data_dir) as client:
        _tell(client.post(f"/webhooks/{hook}/disable"), as_json=as_json)


@app.command(epilog="Example: `omniloom webhook rotate 'Till 1'`")
def rotate(hook: Hook, secret: Secret = "", data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Give a webhook a new secret, shown now and never again; the old one counts no more."""
    with connect(data_dir) as client:
        _tell(client.post(f"/webhooks/{hook}/rotate", {"secret": secret}), as_json=as_json)


def _tell(webhook: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(webhook)
        return
    state = "takes requests" if webhook["is_enabled"] else "is off"
    console.print(f"{webhook['name']} {state} at {webhook['url']}", markup=False, highlight=False, soft_wrap=True)
    if webhook.get("secret"):
        console.print(f"secret, shown this once: {webhook['secret']}", markup=False, highlight=False, soft_wrap=True)
        if webhook["address"] != webhook["url"]:
            console.print(f"address with it: {webhook['address']}", markup=False, highlight=False, soft_wrap=True)
    elif not webhook["has_secret"]:
        console.print("it has no secret yet: copy the provider's with `webhook rotate --secret`", markup=False)
