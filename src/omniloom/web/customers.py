"""Customers: find anyone by whatever is known of them."""

from nicegui import ui

from omniloom import profiles
from omniloom.access import Permission
from omniloom.web import marks, parts
from omniloom.web.page import page
from omniloom.web.theme import mark
from omniloom.web.view import View

ROWS_MAX = 25


@page("/customers", permission=Permission.CUSTOMERS_READ, title=mark("Customers"), nav=210, icon="groups")
async def customers(view: View, q: str = "") -> None:
    """Search while typing; without a text, the people seen last."""
    _ = view.translate
    with parts.heading(_("Customers"), _("Search by name, e-mail, phone, card or any other identifier")):
        pass
    with parts.panel(classes="om-flush"):
        with ui.element("div").classes("om-toolbar"):
            box = ui.input(placeholder=_("Name, e-mail, phone, card, user id…"), value=q[:200])
            box.props("outlined dense clearable debounce=250 autofocus type=search").classes("om-wide-input")
            box.props["aria-label"] = _("Find a customer")
            with box.add_slot("prepend"):
                ui.icon("search")
            note = parts.text("", "om-muted")
        found = ui.element("div")

    async def look() -> None:
        wanted = (box.value or "").strip()
        rows = await view.run(
            profiles.search, view.platform.stores, wanted, home_region=view.platform.settings.identity.home_region,
            rows_max=ROWS_MAX,
        )  # fmt: skip
        if wanted != (box.value or "").strip():
            return  # the visitor has typed on; a later search answers
        found.clear()
        with found:
            _results(view, view.shown(rows), wanted)
        note.set_text(_note(view, rows, wanted))

    box.on_value_change(look)
    await look()


def _note(view: View, rows: list[profiles.PersonRow], wanted: str) -> str:
    _ = view.translate
    if not rows:
        return ""
    if not wanted:
        return _("Seen last")
    shown = f"{len(rows)}+" if len(rows) == ROWS_MAX else str(len(rows))
    return _("Found: {n}").format(n=shown)


def _results(view: View, rows: list[profiles.PersonRow], wanted: str) -> None:
    _ = view.translate
    if not rows and wanted:
        explanation = _("Try the beginning of a name, an e-mail, a phone or a card.")
        parts.empty("person_search", _("Nobody found"), explanation)
        return
    if not rows:
        explanation = _("People appear here as soon as events name them. Connect a source or import your data.")
        with parts.empty("groups", _("No customers yet"), explanation), parts.line():
            if view.may(Permission.SOURCES_READ):
                parts.action(_("Connect a source"), "sensors", href="/sources")
            if view.may(Permission.IMPORTS_WRITE):
                parts.quiet(_("Import data"), "upload_file", href="/imports")
        return
    with parts.sheet([_("Customer"), _("Identifiers"), _("City"), _("Last seen")]):
        for row in rows:
            _row(view, row)


def _row(view: View, row: profiles.PersonRow) -> None:
    target = f"/customers/{row.person_id}"
    with ui.element("tr").classes("om-clickable-row").on("click", lambda: ui.navigate.to(target)):
        with ui.element("td"), ui.link(target=target).classes("om-line"):
            marks.named(view, row.person_id, row)
        with ui.element("td"), parts.line():
            marks.identifiers(row, 3)
        parts.text(row.city or "–", tag="td")
        seen = max((one.last_seen_at for one in row.identifiers), default=None)
        parts.text(view.fmt.ago(seen, view.now()), "om-muted", tag="td")
