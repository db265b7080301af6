"""One segment: who is in it, how it changes, and what to do with it."""

from datetime import timedelta

from nicegui import ui

from omniloom import messaging, profiles, segments
from omniloom.access import Permission
from omniloom.profiles import PersonRow
from omniloom.segments import Changes, Segment
from omniloom.web import marks, parts
from omniloom.web.campaign_reach import reach, reach_figures
from omniloom.web.counting import people
from omniloom.web.page import page
from omniloom.web.segment_form import EVERYONE
from omniloom.web.segment_words import show_sentence
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View

ROWS = 25
RECENT = timedelta(days=30)
RECENT_ROWS = 8


@page("/segments/{segment_id}", permission=Permission.SEGMENTS_READ, title=mark("Segment"))
async def segment_page(view: View, segment_id: str) -> None:
    """The page."""
    styled()
    found = await view.run(segments.segment, view.platform.stores, segment_id)
    box = ui.element("div").classes("om-stack")
    await _fill(view, box, found)


async def _fill(view: View, box: ui.element, found: Segment) -> None:
    stores, now = view.platform.stores, view.now()
    base = await view.run(segments.count, stores, EVERYONE, now=now)
    members = await view.run(segments.members, stores, found.segment_id)
    reached = await view.run(reach, view, members)
    lately = await view.run(segments.changes, stores, found.segment_id, since=now - RECENT, rows_max=RECENT_ROWS)
    rows = view.shown(await view.run(profiles.people, stores, [change.person_id for change in lately.newest]))
    names = {one.segment_id: one.name for one in await view.run(segments.segments, stores)}
    box.clear()
    with box:
        _head(view, box, found)
        _figures(view, found, base, reached)
        with parts.columns(wide=True):
            await _members(view, members)
            with parts.stack():
                with parts.panel(view._("Who is in it")):
                    show_sentence(view, found.definition, names, "om-sentence")
                _lately(view, lately, {row.person_id: row for row in rows})


def _head(view: View, box: ui.element, found: Segment) -> None:
    _ = view.translate

    async def refresh() -> None:
        view.require(Permission.SEGMENTS_WRITE)
        done = await view.run(segments.refresh, view.platform.stores, found.segment_id, now=view.now())
        view.platform.wake.set()
        await _fill(view, box, await view.run(segments.segment, view.platform.stores, found.segment_id))
        view.done(_("Computed: {entered} entered, {left} left.").format(entered=done.entered, left=done.left))

    when = view.fmt.ago(found.refreshed_at, view.now()) if found.refreshed_at else _("being computed")
    with parts.heading(found.name, _("Computed: {when}").format(when=when)):
        if view.may(Permission.SEGMENTS_WRITE):
            parts.quiet(_("Compute now"), "refresh", on_click=refresh).props("data-testid=segment-refresh")
            parts.quiet(_("Change"), "edit", href=f"/segments/{found.segment_id}/edit")
        if view.may(Permission.CAMPAIGNS_WRITE):
            parts.action(_("Use in a campaign"), "campaign", href=f"/campaigns/new?segment={found.segment_id}")


def _figures(view: View, found: Segment, base: int, reached: messaging.reach.SetReach) -> None:
    _, fmt = view.translate, view.fmt
    share = found.members / base if base else None
    of_all = _("{share} of all {base}").format(share=fmt.percent(share, 1), base=people(view, base))
    items = [(_("People"), fmt.number(found.members), of_all)]
    parts.figures([*items, *reach_figures(view, reached)])


async def _members(view: View, members: list[int]) -> None:
    _ = view.translate
    with parts.panel(_("People in the segment"), people(view, len(members)), classes="om-flush"):
        if not view.may(Permission.CUSTOMERS_READ):
            parts.text(_("Your role does not show customers."), "om-muted om-pad")
            return
        if not members:
            with parts.empty(
                "group_off", _("Nobody is in it now"), _("Widen the conditions, or wait for people to fit.")
            ):
                pass
            return
        body = ui.element("div")
        pages = (len(members) + ROWS - 1) // ROWS

        async def turn(number: int) -> None:
            shown = members[(number - 1) * ROWS : number * ROWS]
            rows = await view.run(profiles.people, view.platform.stores, shown)
            body.clear()
            with body:
                people_sheet(view, rows)

        await turn(1)
        if pages > 1:
            with parts.line("om-pad"):
                pager = ui.pagination(1, pages, direction_links=True, on_change=lambda event: turn(event.value))
                pager.props("max-pages=7 flat active-design=unelevated color=grey-7 active-color=primary")


def people_sheet(view: View, rows: list[PersonRow]) -> None:
    """People as a table, each linked to their page."""
    _ = view.translate
    with parts.sheet([_("Customer"), _("Identifiers"), _("City")]):
        for row in view.shown(rows):
            with ui.element("tr"):
                with ui.element("td"), ui.link(target=f"/customers/{row.person_id}").classes("om-line"):
                    marks.named(view, row.person_id, row)
                with ui.element("td"), parts.line():
                    marks.identifiers(row, 2)
                parts.text(row.city or "–", tag="td")


def _lately(view: View, lately: Changes, known: dict[int, PersonRow]) -> None:
    _, fmt = view.translate, view.fmt
    with parts.panel(_("In the last 30 days")):
        with parts.line():
            parts.badge(_("{n} entered").format(n=fmt.number(lately.entered)), "good", icon="login")
            parts.badge(_("{n} left").format(n=fmt.number(lately.left)), "neutral", icon="logout")
        if not view.may(Permission.CUSTOMERS_READ):
            return
        for change in lately.newest:
            name = marks.name_of(view, change.person_id, known.get(change.person_id))
            with ui.link(target=f"/customers/{change.person_id}").classes("om-line om-change"):
                ui.icon("login" if change.is_entry else "logout").classes("om-in" if change.is_entry else "om-out")
                parts.text(name, "om-grow om-ellipsis")
                parts.text(fmt.ago(change.changed_at, view.now()), "om-muted")
