"""Sources: who sends events here, with which key, and what arrives right now."""

from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.collect import Source
from omniloom.web import happening, install, parts
from omniloom.web.page import page
from omniloom.web.refused_words import message_text
from omniloom.web.theme import mark
from omniloom.web.view import View

LIVE_ROWS = 50
KINDS = {
    "website": (mark("Website"), "language"), "app": (mark("App"), "smartphone"), "server": (mark("Server"), "dns"),
    "import": (mark("Import"), "upload_file"), "webhook": (mark("Webhook"), "webhook"),
}  # fmt: skip
OWN_DOORS = ("import", "webhook")  # their keys open nothing
SNIPPET = """curl {url}/v1/track -u {key}: \\
  -H 'content-type: application/json' \\
  -d '{{"userId": "u-1", "event": "Order Completed",
       "properties": {{"order_id": "A-1", "revenue": 12.5, "currency": "{currency}"}}}}'"""


@page("/sources", permission=Permission.SOURCES_READ, title=mark("Sources"), nav=510, icon="sensors")
async def sources(view: View) -> None:
    """The list of sources, how to send, and the live debugger."""
    _ = view.translate
    found = await view.run(collect.sources, view.platform.stores)
    with parts.heading(_("Sources"), _("What sends events here. A write key may only add events.")):
        if view.may(Permission.SOURCES_WRITE):
            parts.action(_("New source"), "add", on_click=lambda: _new(view))
    if not found:
        with parts.panel(), parts.empty(
            "sensors", _("No source yet"),
            _("Create one for your site, app or till, copy its key into the tracker, and watch events arrive."),
        ):  # fmt: skip
            if view.may(Permission.SOURCES_WRITE):
                parts.action(_("New source"), "add", on_click=lambda: _new(view))
        return
    live = [source for source in found if source.kind not in OWN_DOORS and source.disabled_at is None]
    with parts.columns():
        _list(view, found)
        if live:
            _how_to(view, live)
    install.trackers(view, live)
    _live(view, found)


def _list(view: View, found: list[Source]) -> None:
    _ = view.translate
    with parts.panel(classes="om-flush"), parts.sheet([_("Source"), _("Write key"), ""]):
        for source in found:
            label, icon = KINDS.get(source.kind, (source.kind, "sensors"))
            with ui.element("tr"):
                with ui.element("td"), parts.line("om-nowrap"):
                    ui.icon(icon).classes("om-cell-icon")
                    with ui.element("div"):
                        parts.text(source.name, "om-strong om-nobreak")
                        parts.text(f"{_(label)} · {view.fmt.date(source.created_at)}", "om-muted om-nobreak")
                with ui.element("td"):
                    _key(view, source)
                with ui.element("td").classes("om-right"):
                    _state(view, source)


def _key(view: View, source: Source) -> None:
    _ = view.translate
    if source.kind == "webhook":
        parts.link(_("Webhooks"), "/webhooks")
        return
    if source.kind == "import":
        parts.text(_("files only"), "om-muted")
        return
    with parts.line("om-nowrap"):
        parts.text(f"{source.write_key[:8]}…{source.write_key[-4:]}", "om-mono om-key")
        parts.icon_button("content_copy", _("Copy the key"), on_click=lambda: _copy(view, source.write_key))


def _copy(view: View, text: str) -> None:
    ui.clipboard.write(text)
    view.done(view._("Copied"))


def _state(view: View, source: Source) -> None:
    _ = view.translate
    if source.disabled_at is not None:
        parts.badge(_("Disabled"), "bad")
    elif view.may(Permission.SOURCES_WRITE) and source.kind not in OWN_DOORS:
        parts.icon_button("block", _("Disable"), on_click=lambda: _disable(view, source))
    else:
        parts.badge(_("Active"), "good")


def _disable(view: View, source: Source) -> None:
    _ = view.translate

    async def act() -> None:
        view.require(Permission.SOURCES_WRITE)
        await view.run(collect.disable_source, view.platform.stores, source.source_id, now=view.now())
        ui.navigate.reload()

    question = _("Disable “{name}”?").format(name=source.name)
    parts.confirm(
        view, question, consequence=_("Its key stops working at once. Its history stays."), yes=_("Disable"), act=act
    )


def _new(view: View) -> None:
    _ = view.translate
    view.require(Permission.SOURCES_WRITE)
    with ui.dialog(value=True) as dialog, parts.panel(_("New source")):
        name = ui.input(_("Name")).props("outlined autofocus").classes("w-full")
        kinds = {kind: _(label) for kind, (label, _icon) in KINDS.items() if kind not in OWN_DOORS}
        kind = ui.select(kinds, value="website", label=_("Kind")).props("outlined").classes("w-full")

        async def create() -> None:
            view.require(Permission.SOURCES_WRITE)
            await view.run(
                collect.add_source, view.platform.stores, name=name.value or "", kind=kind.value, now=view.now(),
                ids=view.platform.ids,
            )  # fmt: skip
            dialog.close()
            ui.navigate.reload()

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Create"), on_click=create)


def _how_to(view: View, live: list[Source]) -> None:
    _ = view.translate
    with parts.panel(_("Send an event"), _("The API takes Segment's messages: any Segment library works.")):
        choice = ui.select({s.write_key: s.name for s in live}, value=live[0].write_key, label=_("Source"))
        choice.props("outlined dense").classes("w-full")

        @ui.refreshable
        def snippet() -> None:
            currency = view.platform.settings.identity.home_currency
            text = SNIPPET.format(url=view.platform.public_url, key=choice.value, currency=currency)
            parts.code(text, copy_label=_("Copy"))

        snippet()
        choice.on_value_change(snippet.refresh)
        parts.text(_("The answer names every refused item with its field; the debugger shows it here."), "om-muted")


def _live(view: View, found: list[Source]) -> None:
    """What arrives right now, looked at once a second."""
    _ = view.translate
    names = {source.source_id: source.name for source in found}
    last: list[object] = []
    with parts.panel(classes="om-flush"):
        with ui.element("div").classes("om-toolbar om-between"):
            with parts.line():
                ui.element("span").classes("om-pulse")
                parts.text(_("Live events"), "om-panel-title", tag="h2")
            with parts.line():
                only = ui.select({"": _("All sources"), **names}, value="").props("outlined dense")
                refused = ui.switch(_("Refused only"))
                running = ui.switch(_("Live"), value=True)
        body = ui.element("div")

    def tick() -> None:
        if not running.value:
            return
        verdicts = view.platform.recent.of(only.value or None, rows_max=LIVE_ROWS)
        shown = [verdict for verdict in verdicts if not (refused.value and verdict.is_accepted)]
        if shown == last and body.default_slot.children:
            return
        last[:] = shown
        body.clear()
        with body:
            _verdicts(view, shown, names)

    tick()
    ui.timer(1.0, tick)


def _verdicts(view: View, verdicts: list[collect.Verdict], names: dict[str, str]) -> None:
    _ = view.translate
    if not verdicts:
        parts.text(
            _("Nothing has arrived since the server started. Send an event and it appears here."), "om-muted om-pad"
        )
        return
    with parts.sheet([_("Time"), _("Event"), _("Customer"), _("Source"), _("Verdict")]):
        for verdict in verdicts:
            with ui.element("tr"):
                parts.text(view.fmt.clock(verdict.at), "om-muted om-nobreak", tag="td")
                with ui.element("td"), parts.line("om-nowrap"):
                    ui.icon(happening.look(verdict.type, verdict.name).icon).classes("om-cell-icon")
                    parts.text(verdict.name or verdict.type or "–", "om-nobreak")
                parts.text(verdict.person or "–", "om-mono", tag="td")
                parts.text(names.get(verdict.source_id, verdict.source_id), "om-muted om-nobreak", tag="td")
                with ui.element("td"):
                    _verdict(view, verdict)


def _verdict(view: View, verdict: collect.Verdict) -> None:
    _ = view.translate
    if verdict.is_accepted:
        parts.badge(_("Accepted"), "good")
        return
    parts.badge(f"{verdict.reason} · {verdict.field}" if verdict.field else verdict.reason, "bad")
    parts.text(message_text(view, verdict.message), "om-muted")
    parts.link(_("Kept for replay"), f"/refused?source={verdict.source_id}&reason={verdict.reason}", "om-small")
