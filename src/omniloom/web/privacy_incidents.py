"""Incidents with personal data: a list with the hours that are left, a form, and notices that went."""

from datetime import UTC, datetime, timedelta
from functools import partial

from nicegui import ui

from omniloom import privacy
from omniloom.access import Permission
from omniloom.core.errors import Invalid
from omniloom.privacy import Incident, IncidentReport, Notice, NoticeKind
from omniloom.web import parts
from omniloom.web.theme import mark
from omniloom.web.view import View

NOTICES = {"first": mark("First notice, 24 hours"), "full": mark("Full notice, 72 hours")}
_HOUR = timedelta(hours=1)


async def incidents_panel(view: View) -> None:
    """All incidents, those found last first."""
    _ = view.translate
    found = await view.run(privacy.incidents, view.platform.stores)
    if found and view.may(Permission.PRIVACY_WRITE):
        with parts.line("om-end"):
            _new_button(view)
    with parts.panel(classes="om-flush" if found else ""):
        if not found:
            explanation = _(
                "When data leaks, the law leaves 24 hours to tell the authority, and 72 to say what was found. "
                "Write the incident down: the clock, the notices and their numbers are kept here."
            )
            with parts.empty("gpp_good", _("No incidents"), explanation):
                if view.may(Permission.PRIVACY_WRITE):
                    _new_button(view)
            return
        with parts.sheet([_("Found"), _("What happened"), _("People"), *map(_, NOTICES.values())], last_is_text=True):
            for one in found:
                _row(view, one)


def _new_button(view: View) -> None:
    _ = view.translate
    parts.action(_("Write an incident down"), "add_alert", on_click=partial(_ask, view)).props(
        "data-testid=incident-new"
    )


def _row(view: View, one: Incident) -> None:
    _ = view.translate
    with ui.element("tr"):
        parts.text(view.fmt.when(one.report.found_at), tag="td")
        with ui.element("td"):
            parts.text(one.report.what, "om-strong")
            parts.text(one.report.data, "om-muted")
            parts.text(one.findings, "om-muted")
        people = view.fmt.number(one.report.people) if one.report.people else _("not known yet")
        parts.text(people, "om-nobreak", tag="td")
        for notice in one.notices:
            with ui.element("td"):
                _notice(view, one, notice)


def _notice(view: View, one: Incident, notice: Notice) -> None:
    _ = view.translate
    now = view.now()
    if notice.sent_at is not None:
        went = _("sent {when}").format(when=view.fmt.when(notice.sent_at))
        parts.badge(went, "warn" if notice.is_late(now) else "good")
        parts.text(notice.reference, "om-muted")
    else:
        hours = abs(notice.due_at - now) // _HOUR
        left = _("{n} h overdue") if notice.is_late(now) else _("{n} h left")
        parts.badge(left.format(n=view.fmt.number(hours)), "bad" if notice.is_late(now) or hours < 6 else "info")
        parts.text(_("due {when}").format(when=view.fmt.when(notice.due_at)), "om-muted")
    with parts.line():
        parts.link(_("Document"), f"/api/v1/incidents/{one.incident_id}/notices/{notice.kind}")
        if notice.sent_at is None and view.may(Permission.PRIVACY_WRITE):
            told = parts.quiet(_("It went"), "outgoing_mail", on_click=partial(_tell, view, one, notice.kind))
            told.props(f"data-testid=told-{notice.kind}")


def _ask(view: View) -> None:
    """A dialog for what is known of an incident."""
    _ = view.translate
    with ui.dialog(value=True) as dialog, parts.panel(_("Write an incident down"), classes="om-relation"):
        what = ui.textarea(_("What happened")).props("data-testid=incident-what autogrow")
        found = ui.input(_("Found, hour of UTC"), value=f"{view.now():%Y-%m-%d %H:%M}")
        data, people = ui.input(_("Which data")), ui.number(_("People, as far as is known"), min=0, precision=0)
        cause, harm = ui.input(_("Presumed cause")), ui.input(_("Presumed harm"))
        measures, contact = ui.input(_("What was done")), ui.input(_("Who answers questions"))
        for box in (what, found, data, people, cause, harm, measures, contact):
            box.props("outlined dense").classes("w-full")

        def stated() -> IncidentReport:
            return IncidentReport(
                what=what.value or "", found_at=_instant(view, str(found.value)), data=data.value or "",
                people=int(people.value or 0), cause=cause.value or "", harm=harm.value or "",
                measures=measures.value or "", contact=contact.value or "",
            )  # fmt: skip

        async def save() -> None:
            view.require(Permission.PRIVACY_WRITE)
            await view.run(
                privacy.note_incident, view.platform.stores, stated(), by=view.user.email, now=view.now(),
                ids=view.platform.ids,
            )  # fmt: skip
            ui.navigate.to("/privacy?tab=incidents")

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Save"), "check", on_click=save).props("data-testid=incident-save")


def _tell(view: View, one: Incident, kind: NoticeKind) -> None:
    """A dialog: the number a notice was taken under, and with the full one what was found."""
    _ = view.translate
    with ui.dialog(value=True) as dialog, parts.panel(_(NOTICES[kind]), classes="om-relation"):
        reference = ui.input(_("Number it was taken under")).props("outlined dense").classes("w-full")
        findings = ui.textarea(_("What the inquiry found")).props("outlined dense autogrow").classes("w-full")
        findings.visible = kind is NoticeKind.FULL

        async def save() -> None:
            view.require(Permission.PRIVACY_WRITE)
            await view.run(
                privacy.tell, view.platform.stores, one.incident_id, kind, sent_at=view.now(),
                reference=reference.value or "", findings=findings.value or "", now=view.now(),
            )  # fmt: skip
            ui.navigate.to("/privacy?tab=incidents")

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("It went"), "check", on_click=save).props("data-testid=told-save")


def _instant(view: View, text: str) -> datetime:
    """An hour as it was typed: of UTC, unless it says its offset."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(view._("Write the hour as 2026-03-01 14:30."), field="found_at") from error
