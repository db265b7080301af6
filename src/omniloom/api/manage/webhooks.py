"""Webhooks: what they are, how they are set up, and what a sample would become before one is enabled."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.api.manage.body import Body
from omniloom.app import Platform
from omniloom.collect import webhooks

routes = APIRouter()


class WebhookBody(Body):
    """A webhook to be made, of a known connector or of an own definition (YAML or JSON text)."""

    name: str
    connector: str = ""
    definition: str = ""
    secret: str = ""
    options: dict[str, Any] = Field(default_factory=dict)


class ChangeBody(Body):
    """What to change of a webhook; what is left out stays."""

    definition: str | None = None
    options: dict[str, Any] | None = None


class SecretBody(Body):
    """A new secret; left out, one is made up."""

    secret: str = ""


class SampleBody(Body):
    """A sample as a provider would post it. Without a webhook: of a known connector, or of a definition."""

    body: str = ""
    content_type: str = ""
    query: dict[str, str] = Field(default_factory=dict)
    connector: str = ""
    definition: str = ""
    options: dict[str, Any] = Field(default_factory=dict)


@routes.get("/webhooks")
@needs(Permission.SOURCES_READ)
def list_webhooks(request: Request) -> Response:
    """All webhooks, without their secrets."""
    platform = platform_of(request)
    return reply({"webhooks": [_shown(platform, one) for one in webhooks.webhooks(platform.stores)]})


@routes.get("/webhook-connectors")
@needs(Permission.SOURCES_READ)
def list_connectors(request: Request) -> Response:  # noqa: ARG001 - the signature of every route
    """The connectors that come with the platform, with their definitions to begin an own one with."""
    known = [
        {"connector": name, "title": one.title, "setup": one.setup, "docs": one.docs, "example": one.example,
         "definition": webhooks.definition_of(name)}
        for name, one in webhooks.known_connectors().items()
    ]  # fmt: skip
    return reply({"connectors": known})


@routes.post("/webhooks")
@needs(Permission.SOURCES_WRITE)
def create_webhook(request: Request, body: WebhookBody) -> Response:
    """Make a webhook, not enabled yet. Its secret is in this answer and in no other."""
    platform = platform_of(request)
    draft = webhooks.Draft(body.name, body.connector, body.definition, body.secret, webhooks.read_options(body.options))
    made = webhooks.create(platform.stores, draft, key=platform.secret, now=platform.now(), ids=platform.ids)
    return reply(_with_secret(platform, made), status=201)


@routes.post("/webhook-preview")
@needs(Permission.SOURCES_READ)
def preview_connector(request: Request, body: SampleBody) -> Response:
    """What a sample becomes by a connector or a definition. Nothing is stored."""
    options = webhooks.read_options(body.options)
    return _preview(request, webhooks.described(body.connector or webhooks.OWN, body.definition, options), body)


@routes.get("/webhooks/{hook}")
@needs(Permission.SOURCES_READ)
def show_webhook(request: Request, hook: str) -> Response:
    """One webhook with its definition and its last requests."""
    platform = platform_of(request)
    webhook = webhooks.webhook_of(platform.stores, hook)
    last = platform.deliveries.of(webhook.hook_id)
    return reply({**_shown(platform, webhook), "definition": webhook.definition, "deliveries": last})


@routes.post("/webhooks/{hook}")
@needs(Permission.SOURCES_WRITE)
def change_webhook(request: Request, hook: str, body: ChangeBody) -> Response:
    """Change its definition or options."""
    platform = platform_of(request)
    changed = webhooks.update(
        platform.stores, hook, definition=body.definition, options=body.options, now=platform.now()
    )
    return reply(_shown(platform, changed))


@routes.post("/webhooks/{hook}/enable")
@needs(Permission.SOURCES_WRITE)
def enable_webhook(request: Request, hook: str) -> Response:
    """Let it take requests. It needs its secret first."""
    platform = platform_of(request)
    return reply(_shown(platform, webhooks.enable(platform.stores, hook, now=platform.now())))


@routes.post("/webhooks/{hook}/disable")
@needs(Permission.SOURCES_WRITE)
def disable_webhook(request: Request, hook: str) -> Response:
    """Stop taking requests; its history stays."""
    platform = platform_of(request)
    return reply(_shown(platform, webhooks.enable(platform.stores, hook, is_enabled=False, now=platform.now())))


@routes.post("/webhooks/{hook}/rotate")
@needs(Permission.SOURCES_WRITE)
def rotate_secret(request: Request, hook: str, body: SecretBody) -> Response:
    """Give it a new secret, shown in this answer only; the old one counts no more."""
    platform = platform_of(request)
    made = webhooks.rotate(
        platform.stores, hook, secret=body.secret, key=platform.secret, now=platform.now(), ids=platform.ids
    )
    return reply(_with_secret(platform, made))


@routes.post("/webhooks/{hook}/preview")
@needs(Permission.SOURCES_READ)
def preview_webhook(request: Request, hook: str, body: SampleBody) -> Response:
    """What a sample becomes by this webhook, enabled or not. Nothing is stored."""
    webhook = webhooks.webhook_of(platform_of(request).stores, hook)
    return _preview(request, webhook.described(), body)


def _preview(request: Request, connector: webhooks.Connector, body: SampleBody) -> Response:
    platform = platform_of(request)
    headers = {"content-type": body.content_type} if body.content_type else {}
    posted = webhooks.Posted(
        query=tuple(body.query.items()), headers=headers, body=body.body.encode("utf-8", "surrogatepass")
    )
    reading = webhooks.preview(connector, posted, now=platform.now(), ids=platform.ids)
    return reply({"events": reading.events, "refused": reading.drops, "ignored": reading.ignored})


def _shown(platform: Platform, webhook: webhooks.Webhook) -> dict[str, Any]:
    return {
        "hook_id": webhook.hook_id, "name": webhook.name, "connector": webhook.connector,
        "url": platform.public_url + webhook.path, "is_enabled": webhook.is_enabled,
        "has_secret": webhook.has_secret, "options": webhook.options, "created_at": webhook.created_at,
        "changed_at": webhook.changed_at,
    }  # fmt: skip


def _with_secret(platform: Platform, made: webhooks.Shown) -> dict[str, Any]:
    """With the secret, and the address that holds it where the connector's token may stand there."""
    url = made.address(platform.public_url)
    return {**_shown(platform, made.webhook), "secret": made.secret, "address": url}
