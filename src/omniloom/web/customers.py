"""Customers: find anyone by whatever is known of them."""

from nicegui import ui

from omniloom import profiles
from omniloom.access import Permission
from omniloom.web import marks, parts
from omniloom.web.page import page
from omniloom.web.theme import mark
from omniloom.web.view import View

ROWS_FIRST = 25
ROWS_MAX = 200  # beyond that another word finds sooner than another screen


@page("/customers", permission=Permission.CUSTOMERS_READ, title=mark("Customers"), nav=210, icon="groups")
async def customers(view: View, q: str = "") -> None:
    """Search while typing; without a text, the people seen last."""
    _ = view.translate
    with parts.heading(_("Customers"), _("Search by name, e-mail, phone, card or any other identifier")):
        pass
    with parts.panel(classes="om-flush"):
        await Looking(view).build(q[:200])


class Looking:
    """The open list: what is looked for, and how many rows of it are wanted."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._rows_max = ROWS_FIRST

    async def build(self, text: str) -> None:
        """Draw it with what is looked for at first."""
        _ = self._view.translate
        with ui.element("div").classes("om-toolbar"):
            self._box = ui.input(placeholder=_("Name, e-mail, phone, card, user id…"), value=text)
            self._box.props("outlined dense clearable debounce=250 autofocus type=search").classes("om-wide-input")
            self._box.props["aria-label"] = _("Find a customer")
            with self._box.add_slot("prepend"):
                ui.icon("search")
            self._note = parts.text("", "om-muted").props("role=status data-testid=customers-note")
        self._found = ui.element("div")
        with ui.element("div").classes("om-list-end") as self._rest:
            self._more = parts.quiet(_("Show more"), "expand_more", on_click=self._show_more)
            self._more.props("data-testid=customers-more")
            bound = _("Only the first {n} are shown: narrow the search.").format(n=ROWS_MAX)
            self._bound = parts.text(bound, "om-muted")
        self._box.on_value_change(self._type)
        await self._type()

    async def _type(self) -> None:
        self._rows_max = ROWS_FIRST
        await self._look()

    async def _show_more(self) -> None:
        self._rows_max = min(2 * self._rows_max, ROWS_MAX)
        await self._look()

    async def _look(self) -> None:
        view, asked = self._view, (self._text(), self._rows_max)
        text, rows_max = asked
        rows = await view.run(
            profiles.search, view.platform.stores, text, home_region=view.platform.settings.identity.home_region,
            rows_max=rows_max + 1,
        )  # fmt: skip
        if asked != (self._text(), self._rows_max):
            return  # the visitor has typed on or wants more; a later search answers
        is_more = len(rows) > rows_max
        self._found.clear()
        with self._found:
            _results(view, view.shown(rows[:rows_max]), text)
        self._note.set_text(_note(view, min(len(rows), rows_max), text, is_more=is_more))
        self._rest.set_visibility(is_more)
        self._more.set_visibility(rows_max < ROWS_MAX)
        self._bound.set_visibility(rows_max == ROWS_MAX)

    def _text(self) -> str:
        return (self._box.value or "").strip()


def _note(view: View, rows: int, wanted: str, *, is_more: bool) -> str:
    """How many are shown, and whether these are all."""
    _, n = view.translate, view.fmt.number(rows)
    if not rows:
        return ""
    if wanted:
        return (_("Found: the first {n}") if is_more else _("Found: {n}")).format(n=n)
    return _("Seen last: the first {n}").format(n=n) if is_more else _("Seen last")


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
