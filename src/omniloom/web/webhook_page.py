"""One webhook: its address, what a sample becomes, the last requests, its definition, and its switch."""

import json
from typing import Any

import msgspec
from nicegui import ui

from omniloom.access import Permission
from omniloom.collect import Drop, webhooks
from omniloom.core.event import Event
from omniloom.web import parts
from omniloom.web.page import page
from omniloom.web.theme import mark
from omniloom.web.view import View
from omniloom.web.webhooks_page import show_secret, state

OUTCOMES = {
    webhooks.Outcome.TAKEN: (mark("Taken"), "good"), webhooks.Outcome.REFUSED: (mark("Refused"), "bad"),
    webhooks.Outcome.REPEATED: (mark("Known already"), "neutral"),
    webhooks.Outcome.IGNORED: (mark("Provider's trial"), "neutral"),
    webhooks.Outcome.DENIED: (mark("Not let in"), "bad"),
}  # fmt: skip
VALUES_CHARS_MAX = 600


@page("/webhooks/{hook_id}", permission=Permission.SOURCES_READ, title=mark("Webhook"))
async def webhook_page(view: View, hook_id: str) -> None:
    """All of one webhook."""
    _ = view.translate
    one = await view.run(webhooks.webhook_of, view.platform.stores, hook_id)
    connector = one.described()
    with parts.heading(one.name, _(connector.title)):
        parts.quiet(_("All webhooks"), "arrow_back", href="/webhooks")
        if view.may(Permission.SOURCES_WRITE):
            _acts(view, one)
    with parts.columns():
        with parts.panel(_("Address")):
            with parts.line():
                state(view, one)
            parts.code(view.platform.public_url + one.path, copy_label=_("Copy"))
            parts.text(_(connector.setup), "om-muted")
        _sample(view, one, connector)
    _last(view, one)
    _definition(view, one)


def _acts(view: View, one: webhooks.Webhook) -> None:
    _ = view.translate

    async def switch() -> None:
        view.require(Permission.SOURCES_WRITE)
        await view.run(
            webhooks.enable, view.platform.stores, one.hook_id, is_enabled=not one.is_enabled, now=view.now()
        )
        ui.navigate.reload()

    parts.quiet(_("New secret"), "key", on_click=lambda: _rotate(view, one))
    if one.is_enabled:
        parts.quiet(_("Disable"), "block", on_click=switch)
    elif one.has_secret:
        parts.action(_("Enable"), "play_arrow", on_click=switch).props("data-testid=webhook-enable")


def _rotate(view: View, one: webhooks.Webhook) -> None:
    _ = view.translate
    view.require(Permission.SOURCES_WRITE)
    with ui.dialog(value=True) as dialog, parts.panel(_("New secret")):
        parts.text(_("The old secret stops working at once."), "om-subtitle")
        secret = ui.input(_("Secret, if the provider gives one")).props("outlined type=password").classes("w-full")

        async def change() -> None:
            view.require(Permission.SOURCES_WRITE)
            made = await view.run(
                webhooks.rotate, view.platform.stores, one.hook_id, secret=(secret.value or "").strip(),
                key=view.platform.secret, now=view.now(), ids=view.platform.ids,
            )  # fmt: skip
            dialog.close()
            show_secret(view, made)

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Replace"), on_click=change)


def _sample(view: View, one: webhooks.Webhook, connector: webhooks.Connector) -> None:
    _ = view.translate
    with parts.panel(_("Try a sample"), _("Paste a body as it is posted. Nothing is stored.")):
        body = ui.textarea(_("Body"), value=connector.example.strip())
        body.props("outlined autogrow data-testid=webhook-sample").classes("w-full om-mono")
        found = ui.element("div").classes("om-stack")

        async def look() -> None:
            posted = webhooks.Posted(body=(body.value or "").encode("utf-8", "replace"))
            reading = await view.run(webhooks.preview, one.described(), posted, now=view.now(), ids=view.platform.ids)
            found.clear()
            with found:
                _shown(view, reading)

        with parts.line():
            parts.action(_("Show what it becomes"), "visibility", on_click=look).props("data-testid=webhook-look")
        found.move(target_index=-1)


def _shown(view: View, reading: webhooks.Reading) -> None:
    _ = view.translate
    if reading.ignored:
        parts.text(_("The provider's own trial: it is answered and nothing is stored."), "om-muted")
    for verdict in reading.verdicts:
        with parts.stack():
            if isinstance(verdict, Drop):
                with parts.line():
                    parts.badge(f"{verdict.reason} · {verdict.field}" if verdict.field else verdict.reason, "bad")
                parts.text(verdict.message, "om-muted")
            else:
                with parts.line():
                    parts.badge(verdict.name or verdict.type, "good")
                parts.text(f"{view.fmt.when(verdict.occurred_at)} · {_told(verdict.identifiers)}", "om-muted")
                parts.text(_told(_values(verdict)), "om-mono")


def _values(event: Event) -> dict[str, Any]:
    return event.properties or event.traits


def _told(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)[:VALUES_CHARS_MAX]


def _last(view: View, one: webhooks.Webhook) -> None:
    _ = view.translate
    with parts.panel(_("Last requests"), classes="om-flush"):
        last = view.platform.deliveries.of(one.hook_id)
        if not last:
            parts.text(_("None since the server started."), "om-muted om-pad")
            return
        with parts.sheet([_("Time"), _("Outcome"), _("Events"), _("Why not")]):
            for delivery in last:
                label, tone = OUTCOMES[delivery.outcome]
                with ui.element("tr"):
                    parts.text(view.fmt.when(delivery.at), "om-muted om-nobreak", tag="td")
                    with ui.element("td"):
                        parts.badge(_(label), tone)
                    parts.text(", ".join(delivery.events) or "–", tag="td")
                    parts.text(delivery.message or "; ".join(delivery.refused) or "–", "om-muted", tag="td")


def _definition(view: View, one: webhooks.Webhook) -> None:
    _ = view.translate
    with ui.expansion(_("Definition"), icon="tune").classes("om-panel w-full"):
        parts.text(_("What the connector reads, in YAML. Saved, it becomes this webhook's own."), "om-subtitle")
        text = ui.textarea(value=one.definition or webhooks.definition_of(one.connector))
        text.props("outlined autogrow").classes("w-full om-mono")

        async def save() -> None:
            view.require(Permission.SOURCES_WRITE)
            await view.run(
                webhooks.update, view.platform.stores, one.hook_id, definition=text.value or "", now=view.now()
            )
            ui.navigate.reload()

        if view.may(Permission.SOURCES_WRITE):
            parts.quiet(_("Save"), on_click=save)
