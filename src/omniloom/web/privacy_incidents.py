"""Incidents with personal data: a list with the hours that are left, a form, and notices that went."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from nicegui import ui

from omniloom import privacy
from omniloom.access import Permission
from omniloom.core.errors import Invalid
from omniloom.privacy import Incident, IncidentReport, Known, Notice, NoticeKind
from omniloom.web import parts
from omniloom.web.theme import mark
from omniloom.web.view import View

NOTICES = {"first": mark("First notice, 24 hours"), "full": mark("Full notice, 72 hours")}
FIELDS = {
    "what": mark("What happened"), "data": mark("Which data"), "people": mark("People, as far as is known"),
    "cause": mark("Presumed cause"), "harm": mark("Presumed harm"), "measures": mark("What was done"),
    "contact": mark("Who answers questions"),
}  # fmt: skip
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
            _more(view, one)
        people = view.fmt.number(one.report.people) if one.report.people else _("not known yet")
        parts.text(people, "om-nobreak", tag="td")
        for notice in one.notices:
            with ui.element("td"):
                _notice(view, one, notice)


def _more(view: View, one: Incident) -> None:
    """What is known beside what happened, what was known when, and a way to add to it."""
    _ = view.translate
    for name in ("cause", "harm", "measures", "contact"):
        if value := getattr(one.report, name):
            parts.text(f"{_(FIELDS[name])}: {value}", "om-muted").style("overflow-wrap: anywhere")
    if len(one.history) > 1:
        with ui.expansion(_("What was known when")).props("dense dense-toggle").classes("om-expansion"):
            for n, known in enumerate(one.history):
                _known(view, known, one.history[n - 1].report if n else None)
    if view.may(Permission.PRIVACY_WRITE):
        amend = parts.quiet(_("Amend"), "edit_note", on_click=partial(_amend, view, one))
        amend.props("data-testid=incident-amend")


def _known(view: View, known: Known, before: IncidentReport | None) -> None:
    """One state of what was known: what was new in it."""
    _ = view.translate
    parts.text(f"{view.fmt.when(known.at)} · {known.by}", "om-strong")
    for name, title in FIELDS.items():
        value = getattr(known.report, name)
        if value if before is None else value != getattr(before, name):
            said = view.fmt.number(value) if name == "people" and value else value or "–"
            parts.text(f"{_(title)}: {said}", "om-muted").style("overflow-wrap: anywhere")


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
        boxes = _boxes(view, None)
        found = ui.input(_("Found, hour of UTC"), value=f"{view.now():%Y-%m-%d %H:%M}")
        found.props("outlined dense").classes("w-full")

        async def save() -> None:
            view.require(Permission.PRIVACY_WRITE)
            await view.run(
                privacy.note_incident, view.platform.stores,
                IncidentReport(found_at=_instant(view, str(found.value)), **_stated(boxes)), by=view.user.email,
                now=view.now(), ids=view.platform.ids,
            )  # fmt: skip
            ui.navigate.to("/privacy?tab=incidents")

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Save"), "check", on_click=save).props("data-testid=incident-save")


def _amend(view: View, one: Incident) -> None:
    """A dialog: what is known, to add to it or to correct it."""
    _ = view.translate
    with ui.dialog(value=True) as dialog, parts.panel(_("Amend the incident"), classes="om-relation"):
        parts.text(_("What was known before stays in the history; a notice that went stays as it went."), "om-muted")
        boxes = _boxes(view, one.report)

        async def save() -> None:
            view.require(Permission.PRIVACY_WRITE)
            stated = _stated(boxes)
            said = {name: value for name, value in stated.items() if value != getattr(one.report, name)}
            if not said:
                raise Invalid(_("Nothing is new: change what became known."), field="what")
            await view.run(
                privacy.amend, view.platform.stores, one.incident_id, said, by=view.user.email, now=view.now()
            )
            ui.navigate.to("/privacy?tab=incidents")

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Save"), "check", on_click=save).props("data-testid=amend-save")


def _boxes(view: View, known: IncidentReport | None) -> dict[str, ui.input | ui.textarea | ui.number]:
    """A box for each field, with what is known in it."""
    boxes: dict[str, ui.input | ui.textarea | ui.number] = {}
    for name, title in FIELDS.items():
        label, value = view._(title), getattr(known, name) if known else ""
        if name == "people":
            boxes[name] = ui.number(label, value=(known.people or None) if known else None, min=0, precision=0)
        elif name == "what":
            boxes[name] = ui.textarea(label, value=value).props("autogrow")
        else:
            boxes[name] = ui.input(label, value=value)
        boxes[name].props(f"outlined dense data-testid=incident-{name}").classes("w-full")
    return boxes


def _stated(boxes: dict[str, ui.input | ui.textarea | ui.number]) -> dict[str, Any]:
    """What stands in the boxes."""
    return {name: int(box.value or 0) if name == "people" else str(box.value or "").strip()
            for name, box in boxes.items()}  # fmt: skip


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
