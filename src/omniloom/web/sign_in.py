"""Sign-in, and the first run: plain HTML forms, so that password managers work and the session is a real cookie."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from omniloom import access
from omniloom.access import PUBLIC
from omniloom.web import parts
from omniloom.web.page import page
from omniloom.web.security import safe_next
from omniloom.web.view import View


@page("/sign-in", permission=PUBLIC, title="Sign in", is_framed=False)
async def sign_in(view: View, next: str = "/", problem: str = "") -> None:  # noqa: A002 - the query's name
    """Ask for address and password."""
    _ = view.translate
    if await view.run(access.is_fresh, view.platform.stores):
        ui.navigate.to("/setup")
        return
    messages = {
        "wrong": _("The address or the password is wrong."),
        "throttled": _("Too many tries. Wait a minute and try again."),
        "ended": _("Your session has ended. Please sign in again."),
    }
    with _card(
        view, "/sign-in", _("Welcome back"), messages.get(problem, _("Something went wrong.") if problem else "")
    ):
        _hidden("next", safe_next(next))
        _field("email", _("E-mail"), kind="email", autocomplete="username", is_first=True)
        _field("password", _("Password"), kind="password", autocomplete="current-password")
        _submit(_("Sign in"))


@page("/setup", permission=PUBLIC, title="Welcome", is_framed=False)
async def setup(  # noqa: PLR0917 - the query's names
    view: View, token: str = "", problem: str = "", field: str = "", name: str = "", email: str = ""
) -> None:
    """Create the owner with the one-time token; what was typed stands there again after a problem."""
    _ = view.translate
    if not await view.run(access.is_fresh, view.platform.stores):
        ui.navigate.to("/sign-in")
        return
    invalid = {
        "email": _("This is not an e-mail address."),
        "name": _("Please give a name."),
        "password": _("The password needs at least 10 characters and must not be easy to guess."),
    }
    messages = {
        "wrong": _("The setup token is wrong. Copy it from the server's output."),
        "invalid": invalid.get(field, _("Please check the form.")),
        "exists": _("The owner exists already."),
    }
    note = messages.get(problem, _("Something went wrong.") if problem else "")
    with _card(view, "/setup", _("Welcome to Omniloom"), note):
        parts.text(
            _("Create the owner's account. The setup token is printed by the server and kept in the file setup.token."),
            "om-subtitle",
        )
        _hidden("language", view.language)
        _field("token", _("Setup token"), value=token, autocomplete="off", is_first=not token)
        _field("name", _("Your name"), value=name, autocomplete="name", is_first=bool(token))
        _field("email", _("E-mail"), value=email, kind="email", autocomplete="username")
        _field(
            "password", _("Password"), kind="password", autocomplete="new-password", hint=_("At least 10 characters")
        )
        _submit(_("Create the account"))


@contextmanager
def _card(view: View, target: str, title: str, problem: str) -> Iterator[None]:
    with ui.element("div").classes("om-entry"), ui.element("div").classes("om-entry-card"):
        with ui.element("div").classes("om-brand"):
            ui.image("/_omniloom/static/logo.svg").classes("om-logo").props("no-spinner no-transition alt=''")
            parts.text("Omniloom", "om-brand-name")
        parts.text(title, "om-title", tag="h1")
        if problem:
            with ui.element("div").classes("om-problem").props("role=alert"):
                ui.icon("error_outline")
                parts.text(problem)
        with ui.element("form").props(f'method=post action="{target}"').classes("om-form"):
            yield
        _languages(view)


def _field(
    name: str, label: str, *, value: str = "", kind: str = "text", autocomplete: str, is_first: bool = False,
    hint: str = "",
) -> None:  # fmt: skip
    field = ui.input(label, value=value).classes("w-full")
    field.props["name"] = name
    field.props["type"] = kind
    field.props["autocomplete"] = autocomplete
    if hint:
        field.props["hint"] = hint
    field.props("outlined required" + (" autofocus" if is_first else ""))


def _hidden(name: str, value: str) -> None:
    field = ui.element("input")
    field.props["type"] = "hidden"
    field.props["name"] = name
    field.props["value"] = value


def _submit(label: str) -> None:
    parts.action(label).props("type=submit").classes("w-full")


def _languages(view: View) -> None:
    with ui.element("div").classes("om-languages"):
        for code, label in (("en", "English"), ("ru", "Русский")):
            if code == view.language:
                parts.text(label, "om-current")
            else:
                parts.link(label, f"{view.page.path}?language={code}")
