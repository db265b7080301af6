"""Webhooks: the addresses where tills, call trackers, forms and CRMs post, and a new one from a connector."""

from nicegui import ui

from omniloom.access import Permission
from omniloom.collect import webhooks
from omniloom.web import parts
from omniloom.web.page import page
from omniloom.web.theme import mark
from omniloom.web.view import View


@page("/webhooks", permission=Permission.SOURCES_READ, title=mark("Webhooks"), nav=515, icon="webhook")
async def webhooks_page(view: View) -> None:
    """The list."""
    _ = view.translate
    found = await view.run(webhooks.webhooks, view.platform.stores)
    with parts.heading(_("Webhooks"), _("Tills, call trackers, forms and CRMs post here; a connector reads them.")):
        if view.may(Permission.SOURCES_WRITE):
            parts.action(_("New webhook"), "add", on_click=lambda: _new(view)).props("data-testid=webhook-new")
    if not found:
        explanation = _(
            "Choose what will post, copy the address and the secret there, and try a sample before you start."
        )
        with parts.panel(), parts.empty("webhook", _("No webhook yet"), explanation):
            if view.may(Permission.SOURCES_WRITE):
                parts.action(_("New webhook"), "add", on_click=lambda: _new(view))
        return
    with parts.panel(classes="om-flush"), parts.sheet([_("Webhook"), _("Connector"), _("Last request"), _("State")]):
        for one in found:
            _row(view, one)


def _row(view: View, one: webhooks.Webhook) -> None:
    _ = view.translate
    last = view.platform.deliveries.of(one.hook_id)[:1]
    with ui.element("tr"):
        with ui.element("td"):
            parts.link(one.name, f"/webhooks/{one.hook_id}", "om-strong")
            parts.text(f"{one.path[:12]}…", "om-muted om-mono")
        parts.text(_(one.described().title), tag="td")
        parts.text(view.fmt.ago(last[0].at if last else None, view.now()), "om-muted", tag="td")
        with ui.element("td"):
            state(view, one)


def state(view: View, one: webhooks.Webhook) -> None:
    """Whether it takes requests."""
    _ = view.translate
    if one.is_enabled:
        parts.badge(_("Active"), "good")
    elif one.has_secret:
        parts.badge(_("Off"), "neutral")
    else:
        parts.badge(_("Needs its secret"), "warn")


def show_secret(view: View, made: webhooks.Shown) -> None:
    """The new secret and the address, the only time that they are shown together."""
    _ = view.translate
    with ui.dialog(value=True).props("persistent") as dialog, parts.panel(_("Copy this now")):
        parts.text(_("The secret is shown this once. Lost, it can only be replaced."), "om-subtitle")
        parts.text(_("Address"), "om-strong")
        parts.code(made.address(view.platform.public_url), copy_label=_("Copy"))
        if made.secret:
            parts.text(_("Secret"), "om-strong")
            parts.code(made.secret, copy_label=_("Copy"))
        with parts.line("om-end"):
            parts.action(_("I have copied it"), on_click=lambda: _go_on(dialog, made))


def _go_on(dialog: ui.dialog, made: webhooks.Shown) -> None:
    dialog.close()
    ui.navigate.to(f"/webhooks/{made.webhook.hook_id}")


def _new(view: View) -> None:
    _ = view.translate
    view.require(Permission.SOURCES_WRITE)
    known = webhooks.known_connectors()
    with ui.dialog(value=True) as dialog, parts.panel(_("New webhook")):
        name = ui.input(_("Name")).props("outlined autofocus data-testid=webhook-name").classes("w-full")
        titles = {key: _(one.title) for key, one in known.items()}
        kind = ui.select(titles, value="till", label=_("Connector")).props("outlined").classes("w-full")

        @ui.refreshable
        def setup() -> None:
            parts.text(_(known[kind.value].setup), "om-subtitle")

        setup()
        kind.on_value_change(setup.refresh)
        secret = ui.input(_("Secret, if the provider gives one")).props("outlined type=password").classes("w-full")

        async def create() -> None:
            view.require(Permission.SOURCES_WRITE)
            draft = webhooks.Draft(name.value or "", kind.value, secret=(secret.value or "").strip())
            made = await view.run(
                webhooks.create, view.platform.stores, draft, key=view.platform.secret, now=view.now(),
                ids=view.platform.ids,
            )  # fmt: skip
            dialog.close()
            show_secret(view, made)

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Create"), on_click=create).props("data-testid=webhook-create")
