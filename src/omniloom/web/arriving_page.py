"""What arrives: every kind of event of every source, its volume, and how it keeps to the plan."""

from collections import Counter
from urllib.parse import quote

from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.collect import LetterFilter, Source
from omniloom.web import happening, parts, plan_acts
from omniloom.web.arriving_rows import Arrivals, ArrivingRow, arrivals, sparkline
from omniloom.web.counting import counted
from omniloom.web.page import page
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View


@page("/arriving", permission=Permission.SOURCES_READ, title=mark("What arrives"), nav=511, icon="stream")
async def arriving(view: View, source: str = "") -> None:
    """One source at a time, or all of them."""
    _ = view.translate
    styled()
    known = await view.run(collect.sources, view.platform.stores)
    names = {one.source_id: one.name for one in known}
    chosen = source if source in names else ""
    found = await view.run(arrivals, view, [chosen] if chosen else list(names))
    with parts.heading(
        _("What arrives"), _("Every kind of event, when it came first and last, and how it fits the plan.")
    ):
        _source_choice(view, names, chosen)
        _actions(view, known, chosen, found)
    if not found.rows:
        told = _("Events appear here moments after they are taken.")
        with parts.panel(), parts.empty("stream", _("Nothing has arrived yet"), told):
            parts.action(_("Connect a source"), "sensors", href="/sources")
        return
    refused = await view.run(_refused, view, chosen)
    with parts.panel(classes="om-flush"):
        columns = [_("Event"), _("Plan"), _("Last 30 days"), _("Events"), _("First seen"), _("Last seen"), ""]
        with parts.sheet(columns):
            for row in found.rows:
                _row(view, row, names if not chosen else {}, refused)


def _refused(view: View, source_id: str) -> Counter[tuple[str, str]]:
    """(source id, event name) -> how many wait because of the plan."""
    only = LetterFilter(source_id=source_id, reason="plan_violation", status="open")
    return Counter((one.source_id, one.name) for one in collect.letters(view.platform.stores, only, rows_max=2000))


def _source_choice(view: View, names: dict[str, str], chosen: str) -> None:
    select = ui.select({"": view._("All sources"), **names}, value=chosen).props("outlined dense")
    select.on_value_change(
        lambda event: ui.navigate.to(f"/arriving?source={event.value}" if event.value else "/arriving")
    )


def _actions(view: View, known: list[Source], chosen: str, found: Arrivals) -> None:
    """The plan of the chosen source: change it, or make one of what arrives."""
    _ = view.translate
    plan = found.plans.get(chosen)
    if plan is not None:
        parts.quiet(_("Open the plan"), "rule", href=f"/plans/{plan.plan_id}")
    elif found.rows and view.may(Permission.SOURCES_WRITE):
        of = [one for one in known if one.source_id not in found.plans and chosen in ("", one.source_id)]
        if not of:
            return
        parts.action(_("Plan what arrives"), "auto_awesome", on_click=lambda: plan_acts.draft(view, of))


def _row(view: View, row: ArrivingRow, names: dict[str, str], refused: Counter[tuple[str, str]]) -> None:
    _, fmt = view.translate, view.fmt
    one = row.arriving
    with ui.element("tr"):
        with ui.element("td"), parts.line("om-nowrap"):
            ui.icon(happening.look(row.type, row.name).icon).classes("om-cell-icon")
            with ui.element("div"):
                _title(view, row)
                if row.source_id in names:
                    parts.text(names[row.source_id], "om-muted")
        with ui.element("td"), parts.line():
            _plan_marks(view, row, refused[row.source_id, row.name])
        with ui.element("td"):
            ui.html(sparkline(one.days if one else [0] * 30), sanitize=False)
        parts.text(fmt.short(one.events) if one else "–", "om-num om-strong om-nobreak", tag="td")
        parts.text(fmt.date(one.first_seen_at) if one else "–", "om-muted om-nobreak", tag="td")
        parts.text(fmt.ago(one.last_seen_at, view.now()) if one else "–", "om-muted om-nobreak", tag="td")
        with ui.element("td").classes("om-right"):
            if row.has_plan and row.planned is None and one is not None and view.may(Permission.SOURCES_WRITE):
                button = parts.quiet(_("Add to the plan"), "add", on_click=lambda: plan_acts.add(view, one))
                button.props("no-wrap")


def _title(view: View, row: ArrivingRow) -> None:
    title = happening.kind_title(view.translate, row.type, row.name)
    if row.arriving is None:
        parts.text(title, "om-strong om-nobreak")
        return
    query = f"type={quote(row.type)}&name={quote(row.name, safe='')}"
    parts.link(title, f"/arriving/{quote(row.source_id, safe='')}?{query}", "om-strong om-nobreak")


def _plan_marks(view: View, row: ArrivingRow, refused: int) -> None:
    _ = view.translate
    if not row.has_plan:
        parts.badge(_("No plan"), "neutral")
    elif row.planned is None:
        parts.badge(_("Not planned"), "warn")
    elif row.arriving is None:
        parts.badge(_("Does not arrive"), "warn")
    else:
        parts.badge(_("Planned"), "good")
    if row.arriving and row.arriving.flagged:
        parts.badge(counted(view, "{n} misses the plan|{n} miss the plan", row.arriving.flagged), "warn")
    if refused:
        href = f"/refused?reason=plan_violation&q={quote(row.name, safe='')}"
        parts.link(counted(view, "{n} kept aside|{n} kept aside", refused), href, "om-small")
