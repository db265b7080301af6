"""The frame: menu at the left, search, language, theme and the user's menu at the top."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from nicegui import ui

from omniloom import access
from omniloom.access import Permission
from omniloom.web import marks, parts
from omniloom.web.page import PAGES, Page
from omniloom.web.view import View

SEARCH_ROWS_MAX = 8


@contextmanager
def framed(view: View) -> Iterator[None]:
    """Everything around the page; what is built inside is the page."""
    drawer = ui.left_drawer(value=False, top_corner=True, bottom_corner=True).props(
        "width=232 breakpoint=900 show-if-above"
    )
    with drawer.classes("om-drawer"):
        _brand()
        _menu(view)
    with ui.header(wrap=False).classes("om-header"):
        parts.icon_button("menu", view._("Menu"), on_click=drawer.toggle).classes("om-burger")
        if view.may(Permission.CUSTOMERS_READ):
            _search(view)
        ui.element("div").classes("om-grow")
        _language(view)
        _theme(view)
        _user_menu(view)
    with ui.element("div").classes("om-main"):
        yield


@contextmanager
def bare() -> Iterator[None]:
    """No frame: the page is all there is."""
    yield


def _brand() -> None:
    with ui.link(target="/").classes("om-brand"):
        ui.image("/_omniloom/static/logo.svg").classes("om-logo").props("no-spinner no-transition alt=''")
        parts.text("Omniloom", "om-brand-name", tag="span")


def menu_of(view: View) -> list[Page]:
    """The pages in the visitor's menu, in order."""
    pages = [page for page in PAGES.values() if page.nav is not None]
    allowed = [page for page in pages if not isinstance(page.permission, access.Public) and view.may(page.permission)]
    return sorted(allowed, key=lambda page: page.nav or 0)


def _menu(view: View) -> None:
    here = view.request.url.path
    with ui.element("nav").classes("om-nav"):
        for _group, pages in groupby(menu_of(view), key=lambda page: (page.nav or 0) // 100):
            with ui.element("div").classes("om-nav-group"):
                for page in pages:
                    is_here = here == page.path or (page.path != "/" and here.startswith(f"{page.path}/"))
                    with ui.link(target=page.path).classes("om-nav-item" + (" om-here" if is_here else "")):
                        ui.icon(page.icon)
                        parts.text(view._(page.title), tag="span")


def _search(view: View) -> None:
    """Search of customers from anywhere; Enter opens the full list."""
    with ui.element("div").classes("om-search"):
        box = ui.input(placeholder=view._("Find a customer: name, e-mail, phone, card…"))
        box.props("dense outlined debounce=250 clearable type=search").classes("om-search-input")
        box.props["aria-label"] = view._("Find a customer")
        with box.add_slot("prepend"):
            ui.icon("search")
        found = ui.element("div").classes("om-search-found")

    async def look() -> None:
        from omniloom import profiles

        wanted = (box.value or "").strip()
        rows = []
        if len(wanted) >= 2:
            rows = await view.run(
                profiles.search, view.platform.stores, wanted,
                home_region=view.platform.settings.identity.home_region, rows_max=SEARCH_ROWS_MAX,
            )  # fmt: skip
        found.clear()
        with found:
            for row in view.shown(rows):
                with ui.link(target=f"/customers/{row.person_id}").classes("om-search-row"):
                    name = marks.name_of(view, row.person_id, row)
                    parts.avatar(name)
                    with ui.element("div"):
                        parts.text(name)
                        parts.text(marks.apart_line(row), "om-muted")
            if wanted and len(wanted) >= 2 and not rows:
                parts.text(view._("Nobody found."), "om-muted om-search-none")

    box.on_value_change(look)
    box.on("keydown.enter", lambda: ui.navigate.to(f"/customers?q={_quoted(box.value or '')}"))


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def _language(view: View) -> None:
    other = "en" if view.language == "ru" else "ru"

    async def switch() -> None:
        await view.run(access.set_language, view.platform.stores, view.user.user_id, other)
        ui.navigate.reload()

    label = {"ru": "Русский", "en": "English"}[other]
    button = ui.button(view.language.upper(), on_click=switch, color=None).props("flat dense no-caps")
    button.classes("om-icon-button om-language").tooltip(label)
    button.props["aria-label"] = label


def _theme(view: View) -> None:
    async def switch() -> None:
        is_dark = await ui.run_javascript("Quasar.Dark.isActive")
        await view.run(access.set_theme, view.platform.stores, view.user.user_id, "light" if is_dark else "dark")
        ui.navigate.reload()

    parts.icon_button("contrast", view._("Light or dark"), on_click=switch).classes("om-theme")


def _user_menu(view: View) -> None:
    _ = view.translate
    with ui.button(color=None).props("flat round dense").classes("om-user") as button:
        button.props["aria-label"] = view.user.name
        parts.avatar(view.user.name)
        with ui.menu().classes("om-user-menu"):
            with ui.element("div").classes("om-user-head"):
                parts.text(view.user.name, "om-strong")
                parts.text(view.user.email, "om-muted")
                parts.badge(_(view.user.role.value.capitalize()))
            ui.separator()
            with ui.element("form").props('method=post action="/sign-out"'):
                parts.quiet(_("Sign out"), "logout").props("type=submit flat").classes("w-full")
