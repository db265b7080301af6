"""Campaigns: all of them with their state and how far they are."""

from nicegui import ui

from omniloom import journeys, segments
from omniloom.access import Permission
from omniloom.journeys import Campaign
from omniloom.messaging import Tally
from omniloom.web import marks, parts
from omniloom.web.campaign_numbers import progress_bar
from omniloom.web.page import page
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View

REFRESH_S = 3.0
MOVING = ("planning", "running")


@page("/campaigns", permission=Permission.CAMPAIGNS_READ, title=mark("Campaigns"), nav=310, icon="campaign")
async def campaigns_page(view: View) -> None:
    """The list; it follows what is being sent."""
    _ = view.translate
    styled()
    with parts.heading(_("Campaigns"), _("One message to a segment, over the channel each person can be reached by")):
        if view.may(Permission.CAMPAIGNS_WRITE):
            parts.action(_("New campaign"), "add", href="/campaigns/new").props("data-testid=campaign-new")
    body = ui.element("div").classes("om-stack")
    is_moving = await _fill(view, body)

    async def follow() -> None:
        if not await _fill(view, body):
            timer.deactivate()

    timer = ui.timer(REFRESH_S, follow, active=is_moving, immediate=False)


async def _fill(view: View, body: ui.element) -> bool:
    """Draw the list; whether something in it is being sent."""
    stores = view.platform.stores
    known = await view.run(journeys.campaigns, stores)
    names = {found.segment_id: found.name for found in await view.run(segments.segments, stores)}
    tallies = {c.campaign_id: (await view.run(journeys.progress, stores, c.campaign_id)).tally for c in known}
    body.clear()
    with body:
        if known:
            _table(view, known, names, tallies)
        else:
            _first(view)
    return any(found.state in MOVING for found in known)


def _first(view: View) -> None:
    _ = view.translate
    explanation = _(
        "Choose a segment, write a message, and send it: each customer gets it over the first channel that reaches "
        "them, never against their consent, and you see why for everyone."
    )
    with parts.panel(), parts.empty("campaign", _("No campaigns yet"), explanation):
        if view.may(Permission.CAMPAIGNS_WRITE):
            parts.action(_("Make the first campaign"), "add", href="/campaigns/new")


def _table(view: View, known: list[Campaign], names: dict[str, str], tallies: dict[str, Tally]) -> None:
    _, fmt = view.translate, view.fmt
    heads = [_("Campaign"), _("State"), _("Channels"), _("Progress"), _("People"), _("Sent"), _("When")]
    with parts.panel(classes="om-flush"), parts.sheet(heads, numeric=2, last_is_text=True):
        for found in sorted(known, key=lambda one: one.created_at, reverse=True):
            tally = tallies[found.campaign_id]
            with ui.element("tr"):
                with ui.element("td"):
                    parts.link(found.name, f"/campaigns/{found.campaign_id}", "om-strong")
                    parts.text(names.get(found.segment_id, "–"), "om-muted")
                with ui.element("td"):
                    marks.state(view, found.state)
                with ui.element("td"), parts.line():
                    for channel in found.channels:
                        marks.channel(view, channel, is_small=True)
                with ui.element("td").classes("om-progress-cell"):
                    progress_bar(view, tally)
                parts.text(fmt.number(found.audience or tally.planned), "om-right om-num", tag="td")
                parts.text(fmt.number(tally.accepted), "om-right om-num", tag="td")
                at = found.launched_at or found.scheduled_at
                parts.text(fmt.when(at) if at else "–", "om-muted", tag="td")
