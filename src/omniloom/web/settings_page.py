"""Settings: channels, the contact policy, the people who work here, API tokens, and the installation."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from omniloom import access, messaging
from omniloom.access import Permission, Role, User
from omniloom.web import parts, theme
from omniloom.web.installation_sheet import installation_sheet
from omniloom.web.page import page
from omniloom.web.policy_form import policy_form
from omniloom.web.theme import mark
from omniloom.web.view import View

LABELS = {"tls": mark("TLS"), "url": mark("URL"), "from_address": mark("From address")}
CHOICES = {"tls": {"none": mark("No encryption"), "starttls": "STARTTLS", "tls": "TLS"}}
ROLE_TEXTS = {
    Role.OWNER: (mark("Owner"), mark("may do everything")),
    Role.MARKETER: (mark("Marketer"), mark("segments, campaigns and imports")),
    Role.ANALYST: (mark("Analyst"), mark("reads everything, builds segments")),
    Role.OPERATOR: (mark("Operator"), mark("works with customers")),
    Role.VIEWER: (mark("Viewer"), mark("reads, changes nothing")),
}


@page("/settings", permission=Permission.SETTINGS_READ, title=mark("Settings"), nav=530, icon="settings")
async def settings(view: View, tab: str = "channels") -> None:
    """One tab for each concern."""
    _ = view.translate
    tabs: dict[str, tuple[str, Callable[[View], Any]]] = {
        "channels": (_("Channels"), _channels),
        "policy": (_("Contact policy"), policy_form),
        "users": (_("Users and roles"), _users),
        "tokens": (_("API tokens"), _tokens),
        "installation": (_("Installation"), installation_sheet),
    }
    with parts.heading(_("Settings")):
        pass
    with ui.tabs().props("no-caps align=left dense").classes("om-tabs") as bar:
        for key, (label, _build) in tabs.items():
            ui.tab(key, label)
    with ui.tab_panels(bar, value=tab if tab in tabs else "channels").classes("w-full"):
        for key, (_label, build) in tabs.items():
            with ui.tab_panel(key):
                await build(view)


async def _channels(view: View) -> None:
    found = await view.run(messaging.channel_views, view.platform.stores)
    with parts.columns():
        for channel in found:
            _channel(view, channel)


def _channel(view: View, channel: messaging.ChannelView) -> None:
    """The form of one channel, made from the settings it declares."""
    _ = view.translate
    may_write = view.may(Permission.SETTINGS_WRITE)
    with parts.panel():
        with parts.line("om-between"):
            with parts.line():
                ui.icon(theme.channel_icon(channel.channel)).classes("om-cell-icon")
                parts.text(_(channel.title), "om-panel-title", tag="h2")
            enabled = ui.switch(_("Enabled"), value=channel.is_enabled)
            enabled.set_enabled(may_write)
        inputs = {field.name: _field(view, field) for field in channel.fields}
        for box in inputs.values():
            box.set_enabled(may_write)

        async def save() -> None:
            view.require(Permission.SETTINGS_WRITE)
            values = {name: box.value if box.value is not None else "" for name, box in inputs.items()}
            await view.run(
                messaging.save_channel_settings, view.platform.stores, channel.channel, values,
                secret=view.platform.secret, now=view.now(), is_enabled=bool(enabled.value),
            )  # fmt: skip
            view.done(_("Saved"))

        if may_write:
            with parts.line("om-end"):
                parts.action(_("Save"), on_click=save)


def _field(view: View, field: messaging.SettingField) -> ui.input | ui.select:
    """One input; a secret is write-only: what is kept is never sent to the browser."""
    label = view._(LABELS.get(field.name, field.name.replace("_", " ").capitalize()))
    hint = view._(field.help)
    if choices := CHOICES.get(field.name):
        options = {key: view._(text) for key, text in choices.items()}
        picked = ui.select(options, label=label, value=field.value if field.value in options else None)
        picked.props("outlined dense options-dense hide-bottom-space").classes("w-full om-field")
        picked.props["data-testid"] = f"setting-{field.name}"
        return picked
    box = ui.input(label, value="" if field.is_secret else str(field.value), password=field.is_secret)
    box.props("outlined dense hide-bottom-space").classes("w-full om-field")
    box.props["hint"] = hint[:1].upper() + hint[1:]
    if field.is_secret:
        box.props["autocomplete"] = "new-password"
        box.props["placeholder"] = view._("kept; type to replace") if field.is_set else ""
        box.props("stack-label" if field.is_set else "")
    elif field.kind == "int":
        box.props("type=number")
    return box


async def _users(view: View) -> None:
    _ = view.translate
    may_write = view.may(Permission.USERS_WRITE)
    found = await view.run(access.users, view.platform.stores)
    with parts.columns(wide=True):
        with parts.panel(classes="om-flush"), parts.sheet([_("Name"), _("Role"), _("State"), ""]):
            for user in found:
                _user(view, user, may_write=may_write)
        with parts.stack():
            if may_write:
                _new_user(view)
            with parts.panel(_("Roles")):
                parts.facts([(_(title), _(text)) for title, text in ROLE_TEXTS.values()])


def _user(view: View, user: User, *, may_write: bool) -> None:
    _ = view.translate
    with ui.element("tr"):
        with ui.element("td"), parts.line("om-nowrap"):
            parts.avatar(user.name)
            with ui.element("div"):
                parts.text(user.name, "om-strong")
                parts.text(user.email, "om-muted")
        with ui.element("td"):
            if may_write and user.user_id != view.user.user_id:
                choice = ui.select(
                    {role.value: _(title) for role, (title, _text) in ROLE_TEXTS.items()}, value=user.role.value
                )
                choice.props("outlined dense").on_value_change(lambda event: _set_role(view, user, str(event.value)))
            else:
                parts.text(_(ROLE_TEXTS[user.role][0]))
        with ui.element("td"):
            parts.badge(_("Active"), "good") if user.is_active else parts.badge(_("Shut out"), "bad")
        with ui.element("td").classes("om-right"):
            if may_write and user.user_id != view.user.user_id:
                _user_acts(view, user)


def _user_acts(view: View, user: User) -> None:
    _ = view.translate

    async def toggle() -> None:
        view.require(Permission.USERS_WRITE)
        await view.run(access.deactivate if user.is_active else access.activate, view.platform.stores, user.user_id)
        ui.navigate.to("/settings?tab=users")

    parts.icon_button("key", _("New password"), on_click=lambda: _new_password(view, user))
    if user.is_active:
        parts.icon_button("block", _("Shut out"), on_click=lambda: _shut_out(view, user, toggle))
    else:
        parts.icon_button("lock_open", _("Let in again"), on_click=toggle)


def _shut_out(view: View, user: User, act: parts.Click) -> None:
    _ = view.translate
    question = _("Shut {name} out?").format(name=user.name)
    consequence = _("All sessions end at once. The history stays.")
    parts.confirm(view, question, consequence=consequence, yes=_("Shut out"), act=act)


async def _set_role(view: View, user: User, role: str) -> None:
    view.require(Permission.USERS_WRITE)
    await view.run(access.set_role, view.platform.stores, user.user_id, role)
    view.done(view._("Saved. The new role holds from the next sign-in."))


def _role_choices(view: View) -> dict[str, str]:
    return {role.value: view._(title) for role, (title, _text) in ROLE_TEXTS.items()}


def _new_password(view: View, user: User) -> None:
    _ = view.translate
    with ui.dialog(value=True) as dialog, parts.panel(_("New password for {name}").format(name=user.name)):
        box = (
            ui.input(_("Password"), password=True, password_toggle_button=True)
            .props("outlined autofocus")
            .classes("w-full")
        )
        box.props["autocomplete"] = "new-password"

        async def save() -> None:
            view.require(Permission.USERS_WRITE)
            await view.run(access.set_password, view.platform.stores, user.user_id, box.value or "")
            dialog.close()
            view.done(_("Saved. All sessions of this user have ended."))

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Save"), on_click=save)


def _new_user(view: View) -> None:
    _ = view.translate
    with parts.panel(_("New user")):
        name = ui.input(_("Name")).props("outlined dense").classes("w-full")
        email = ui.input(_("E-mail")).props("outlined dense").classes("w-full")
        password = ui.input(_("Password"), password=True, password_toggle_button=True)
        password.props("outlined dense autocomplete=new-password").classes("w-full")
        role = ui.select(
            {role.value: _(title) for role, (title, _text) in ROLE_TEXTS.items()}, value="marketer", label=_("Role")
        )
        role.props("outlined dense").classes("w-full")

        async def create() -> None:
            view.require(Permission.USERS_WRITE)
            await view.run(
                access.add_user, view.platform.stores, email=email.value or "", name=name.value or "",
                password=password.value or "", role=role.value, language=view.language, now=view.now(),
                ids=view.platform.ids,
            )  # fmt: skip
            ui.navigate.to("/settings?tab=users")

        parts.action(_("Add"), "person_add", on_click=create)


async def _tokens(view: View) -> None:
    """Keys for programs that use the management API."""
    _ = view.translate
    found = await view.run(access.tokens, view.platform.stores)
    with parts.columns(wide=True):
        with parts.panel(classes="om-flush"):
            if not found:
                parts.empty(
                    "vpn_key", _("No API tokens"), _("A program that uses the API signs in with a token of its own.")
                )
            else:
                with parts.sheet([_("Name"), _("Role"), _("Created"), ""]):
                    for token in found:
                        _token(view, token)
        if view.may(Permission.USERS_WRITE):
            _new_token(view)


def _token(view: View, token: access.ApiToken) -> None:
    _ = view.translate

    async def revoke() -> None:
        view.require(Permission.USERS_WRITE)
        await view.run(access.revoke_token, view.platform.stores, token.name)
        ui.navigate.to("/settings?tab=tokens")

    with ui.element("tr"):
        parts.text(token.name, "om-strong", tag="td")
        parts.text(_(ROLE_TEXTS[token.role][0]), tag="td")
        parts.text(view.fmt.date(token.created_at), "om-muted", tag="td")
        with ui.element("td").classes("om-right"):
            if view.may(Permission.USERS_WRITE):
                parts.icon_button("delete", _("End"), on_click=lambda: _end_token(view, token, revoke))


def _end_token(view: View, token: access.ApiToken, act: parts.Click) -> None:
    _ = view.translate
    question = _("End the token “{name}”?").format(name=token.name)
    consequence = _("Programs that use it are refused at once.")
    parts.confirm(view, question, consequence=consequence, yes=_("End"), act=act)


def _new_token(view: View) -> None:
    _ = view.translate
    with parts.panel(_("New token")):
        name = ui.input(_("Name")).props("outlined dense").classes("w-full")
        role = ui.select(
            {role.value: _(title) for role, (title, _text) in ROLE_TEXTS.items()}, value="analyst", label=_("Role")
        )
        role.props("outlined dense").classes("w-full")
        shown = ui.element("div")

        async def create() -> None:
            view.require(Permission.USERS_WRITE)
            made = await view.run(
                access.create_token, view.platform.stores, name=name.value or "", role=role.value, now=view.now()
            )
            shown.clear()
            with shown:
                parts.text(_("Copy it now; it is not shown again."), "om-muted")
                parts.code(made, copy_label=_("Copy"))

        parts.action(_("Create"), "add", on_click=create)
