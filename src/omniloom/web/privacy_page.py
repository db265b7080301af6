"""Who asked what about their data, who was erased, for how long what is kept, and what is stored where."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from omniloom import privacy, profiles
from omniloom.access import Permission
from omniloom.privacy import Erasure, Place
from omniloom.profiles import PrivacyRequest
from omniloom.web import marks, parts
from omniloom.web.page import page
from omniloom.web.privacy_incidents import incidents_panel
from omniloom.web.theme import mark
from omniloom.web.view import View

ASKED = {"erasure": mark("Erasure"), "export": mark("Full copy")}
STATES = {
    "begun": (mark("Nothing is shown or sent"), "warn"), "swept": (mark("Files are being rewritten"), "info"),
    "done": (mark("Erased"), "good"),
}  # fmt: skip
DATA_KINDS = {
    "raw": mark("Raw messages"), "platform": mark("Platform"), "identity": mark("Identity"),
    "erasure": mark("Erasures"), "behaviour": mark("Behaviour"), "profile": mark("Profile"),
    "consent": mark("Consent"), "brand": mark("The brand's own"), "refused": mark("Refused"),
    "sources": mark("Sources"), "staff": mark("Staff"), "message": mark("Messages"),
}  # fmt: skip


@page("/privacy", permission=Permission.PRIVACY_READ, title=mark("Privacy"), nav=240, icon="privacy_tip")
async def privacy_page(view: View, tab: str = "requests") -> None:
    """One tab for each concern."""
    _ = view.translate
    tabs: dict[str, tuple[str, Callable[[View], Any]]] = {
        "requests": (_("Requests"), requests_table),
        "erasures": (_("Erasures"), _erasures),
        "retention": (_("How long it is kept"), _retention),
        "map": (_("What is stored where"), _map),
        "incidents": (_("Incidents"), incidents_panel),
    }
    with parts.heading(_("Privacy"), _("What people ask about their data, and where all of it lies")):
        pass
    with ui.tabs().props("no-caps align=left dense").classes("om-tabs") as bar:
        for key, (label, _build) in tabs.items():
            ui.tab(key, label)
    with ui.tab_panels(bar, value=tab if tab in tabs else "requests").classes("w-full"):
        for key, (_label, build) in tabs.items():
            with ui.tab_panel(key):
                await build(view)


async def requests_table(view: View) -> None:
    """What customers ask about their data, with what may be done about it."""
    _ = view.translate
    found = view.shown(await view.run(profiles.privacy_requests, view.platform.stores))
    with parts.panel(classes="om-flush" if found else ""):
        if not found:
            explanation = _("Customers ask on their own page for a copy of their data, or to be erased.")
            with parts.empty("privacy_tip", _("No open requests"), explanation):
                parts.quiet(_("The customers' page"), "open_in_new", href=f"{view.platform.public_url}/me")
            return
        with parts.sheet([_("Customer"), _("Asks for"), _("Asked"), _("Due by"), ""]):
            for one in found:
                _request(view, one)


def _request(view: View, one: PrivacyRequest) -> None:
    _ = view.translate
    due_at = one.requested_at + privacy.DEADLINE
    with ui.element("tr"):
        with ui.element("td"):
            parts.link(marks.name_of(view, one.person_id, None), f"/customers/{one.person_id}", "om-strong")
        with ui.element("td"):
            parts.badge(_(ASKED[one.kind]), "bad" if one.kind == "erasure" else "info")
        with ui.element("td"):
            parts.text(view.fmt.when(one.requested_at))
            parts.text(one.ip, "om-muted")
        with ui.element("td"):
            parts.badge(view.fmt.date(due_at), "bad" if due_at < view.now() else "neutral")
        with ui.element("td"), parts.line():
            name = marks.name_of(view, one.person_id, None)
            person_buttons(view, one.person_id, name=name, request_id=one.request_id)


def person_buttons(view: View, person_id: int, *, name: str, request_id: str = "") -> None:
    """What may be done with the data of one person."""
    _ = view.translate
    if view.may(Permission.CUSTOMERS_EXPORT):
        copy = parts.quiet(_("Download a copy"), "download", href=f"/api/v1/people/{person_id}/export?format=csv")
        copy.props("data-testid=export")
    if not view.may(Permission.PRIVACY_WRITE):
        return

    async def erase(why: str) -> None:
        view.require(Permission.PRIVACY_WRITE)
        platform = view.platform
        await view.run(
            privacy.erase, platform.stores, person_id, by=view.user.email, reason=why.strip(), now=view.now(),
            ids=platform.ids, home_region=platform.settings.identity.home_region,
        )  # fmt: skip
        platform.wake.set()
        ui.navigate.to("/privacy?tab=erasures")

    known = f"request {request_id}" if request_id else ""
    parts.quiet(_("Erase"), "delete_forever", on_click=lambda: _ask_to_erase(view, name, known, erase)).props(
        "data-testid=erase"
    )


def _ask_to_erase(view: View, name: str, reason: str, erase: Callable[[str], Awaitable[None]]) -> None:
    """It is for good: say who, what becomes of them, and have the reason written down before."""
    _ = view.translate
    with ui.dialog(value=True) as dialog, parts.panel(_("Erase {name}?").format(name=name)):
        parts.text(_("All that is known of them is deleted and stays out of later imports. Nobody can undo it."))
        why = ui.input(_("Why: it stands in the act of deletion"), value=reason)
        why.props("outlined dense autofocus data-testid=erase-why").classes("w-full")
        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            yes = ui.button(_("Erase"), on_click=lambda: erase(why.value or ""), color=None)
            yes.props("unelevated no-caps color=negative data-testid=erase-yes").classes("om-button")
            yes.bind_enabled_from(why, "value", lambda said: bool((said or "").strip()))


async def _erasures(view: View) -> None:
    _ = view.translate
    found = await view.run(privacy.erasures, view.platform.stores)
    with parts.panel(classes="om-flush" if found else ""):
        if not found:
            parts.empty("delete_forever", _("Nobody was erased"), _("Acts of deletion appear here, as proof."))
            return
        with parts.sheet([_("When"), _("State"), _("Reason"), _("By"), _("Rows"), _("Events since"), ""]):
            came = await view.run(privacy.came_since, view.platform.stores, [one.erasure_id for one in found])
            for one in found:
                since = came.get(one.erasure_id)
                _erasure(view, one, since.kept_out + since.without_them if since else 0)


def _erasure(view: View, one: Erasure, came: int) -> None:
    """One act; ``came``: how many events named the person since, none of which is theirs."""
    _ = view.translate
    label, tone = STATES[one.state]
    with ui.element("tr"):
        parts.text(view.fmt.when(one.asked_at), tag="td")
        with ui.element("td"):
            parts.badge(_(label), tone)
        parts.text(one.reason, tag="td")
        parts.text(one.asked_by, "om-muted", tag="td")
        parts.text(view.fmt.number(sum(one.counts.values())), "om-num", tag="td")
        parts.text(view.fmt.number(came), "om-num", tag="td")
        with ui.element("td"):
            parts.link(_("Act of deletion"), f"/api/v1/erasures/{one.erasure_id}")


async def _retention(view: View) -> None:
    _ = view.translate
    rules = await view.run(privacy.rules, view.platform.stores)
    due = {one.table: one.rows for one in await view.run(privacy.due, view.platform.stores, now=view.now())}
    with parts.columns(wide=True):
        with (
            parts.panel(_("In force"), _("What a rule would delete now is counted before it does"), classes="om-flush"),
            parts.sheet([_("Table"), _("Kind of data"), _("Days"), _("Rows due")], numeric=2),
        ):
            for rule in rules:
                with ui.element("tr"):
                    _table_cell(view, rule.table, rule.purpose)
                    parts.text(_(DATA_KINDS[rule.kind]), "om-muted om-nobreak", tag="td")
                    days = view.fmt.number(rule.days) if rule.days else "∞"
                    parts.text(days, "om-right", tag="td")
                    parts.text(view.fmt.number(due.get(rule.table, 0)), "om-right", tag="td")
        if view.may(Permission.SETTINGS_WRITE):
            _new_rule(view, rules)


def _new_rule(view: View, rules: list[privacy.Rule]) -> None:
    _ = view.translate
    subjects = {rule.kind: _(DATA_KINDS[rule.kind]) for rule in rules}
    subjects |= {rule.table: f"{rule.table}: {_(rule.purpose)}" for rule in rules}
    with parts.panel(_("New rule"), _("Empty days: as it was at first.")):
        subject = ui.select(subjects, label=_("What")).props("outlined dense data-testid=rule-subject")
        days = ui.number(_("Days"), min=1, precision=0).props("outlined dense data-testid=rule-days")
        for box in (subject, days):
            box.classes("w-full")

        async def save() -> None:
            view.require(Permission.SETTINGS_WRITE)
            await view.run(
                privacy.set_rule, view.platform.stores, str(subject.value or ""),
                int(days.value) if days.value else None, by=view.user.email, now=view.now(),
            )  # fmt: skip
            ui.navigate.to("/privacy?tab=retention")

        parts.action(_("Save"), "save", on_click=save)


async def _map(view: View) -> None:
    _ = view.translate
    places = await view.run(privacy.data_map, view.platform.stores)
    with parts.line("om-between"):
        parts.text(_("Made from what every room declares beside its tables."), "om-muted")
        parts.quiet(_("As JSON"), "data_object", href="/api/v1/data-map")
    with parts.panel(classes="om-flush"):
        heads = [_("Table"), _("Where"), _("Kind of data"), _("Personal fields"), _("Kept"), _("On erasure")]
        with parts.sheet(heads):
            for place in sorted(places, key=lambda one: (not one.is_personal, one.kind, one.table)):
                _place(view, place)


def _place(view: View, place: Place) -> None:
    _ = view.translate
    words = {"delete": _("deleted"), "blank": _("emptied"), "keep": _("stays")}
    telling = [name for name, kind in place.fields.items() if kind in ("personal", "sensitive")]
    with ui.element("tr"):
        _table_cell(view, place.table, place.purpose, place.note)
        with ui.element("td"):
            folder, slash, file = place.location.partition("/")
            parts.text(folder + slash, "om-muted om-nobreak")
            if file:
                parts.text(file, "om-muted om-nobreak")
        with ui.element("td"):
            parts.badge(_(DATA_KINDS[place.kind]), "warn" if place.is_personal else "neutral")
        parts.text(", ".join(telling), tag="td")
        kept = _("{n} days").format(n=view.fmt.number(place.days)) if place.days else _(place.retention)
        parts.text(kept, tag="td")
        parts.text(words[place.erasure] if place.is_personal else "", "om-nobreak", tag="td")


def _table_cell(view: View, table: str, *said: str) -> None:
    """A table's name with what its holding says of it, in the reader's language."""
    with ui.element("td"):
        parts.text(table, "om-strong")
        for words in said:
            if words:
                parts.text(view.translate(words), "om-muted")
