"""Overview: how the business stands, at a glance, and what to do first when there is nothing yet."""

from dataclasses import dataclass, replace
from typing import Any

from nicegui import ui

from omniloom import analytics, journeys, messaging, profiles
from omniloom.access import Permission
from omniloom.core.money import exponent_of
from omniloom.web import marks, parts, theme
from omniloom.web.counting import being_counted, counted_at
from omniloom.web.page import PAGES, page
from omniloom.web.theme import mark
from omniloom.web.view import View

RECENT_ROWS = 6
CAMPAIGN_ROWS = 6
STAGES = {
    "known": mark("Known"), "contacted": mark("Contacted"), "responded": mark("Responded"), "bought": mark("Bought"),
    "bought_again": mark("Bought again"),
}  # fmt: skip
OUTCOMES = (
    ("Message Sent", mark("Sent")), ("Message Delivered", mark("Delivered")), ("Message Opened", mark("Opened")),
    ("Message Clicked", mark("Clicked")), ("Message Bounced", mark("Bounced")), ("Unsubscribed", mark("Unsubscribed")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Glance:
    """All that the page shows."""

    totals: analytics.Overview
    campaigns: list[journeys.Campaign]
    people: list[profiles.PersonRow]
    reach: messaging.reach_count.ReachCount | None


@page("/", permission=Permission.OVERVIEW_READ, title=mark("Overview"), nav=100, icon="insights")
async def overview(view: View) -> None:
    """Draw the first screen."""
    _ = view.translate
    glance = await view.run(_glance, view)
    as_of = view.fmt.when(view.now())
    with parts.heading(_("Overview"), _("As of {when}").format(when=as_of)):
        if view.may(Permission.CAMPAIGNS_WRITE):
            parts.action(_("New campaign"), "add", href="/campaigns/new" if "/campaigns/new" in PAGES else "/campaigns")
    if glance.totals.last_event_at is None:
        _first_steps(view)
        return
    _figures(view, glance.totals)
    with parts.columns(wide=True, classes="om-stretch"):
        _revenue(view, glance.totals)
        _path(view, glance.totals)
    with parts.columns(wide=True):
        with parts.stack():
            _reach(view, glance.reach)
            _outcomes(view, glance.totals)
            _shops(view, glance.totals)
        with parts.stack():
            if view.may(Permission.CAMPAIGNS_READ):
                _campaigns(view, glance.campaigns)
            _recent(view, glance.people)


def _glance(view: View) -> Glance:
    stores = view.platform.stores
    home, totals = view.platform.settings.identity, analytics.overview(stores, now=view.now())
    return Glance(
        totals=replace(totals, currency=totals.currency or home.home_currency),  # none before the first order
        campaigns=journeys.campaigns(stores) if view.may(Permission.CAMPAIGNS_READ) else [],
        people=view.shown(profiles.search(stores, "", home_region=home.home_region, rows_max=RECENT_ROWS)),
        reach=messaging.reach_count.latest(stores),
    )


def _first_steps(view: View) -> None:
    _ = view.translate
    steps = (
        ("sensors", _("Connect a source"), _("Create a write key and send events from your site, app or till."),
         "/sources", Permission.SOURCES_READ),
        ("upload_file", _("Import what you have"),
         _("Receipts, customers and products from CSV, JSON lines or Parquet."), "/imports", Permission.IMPORTS_WRITE),
        ("mail", _("Set up a channel"), _("Tell Omniloom which server sends your e-mail and SMS."),
         "/settings", Permission.SETTINGS_READ),
    )  # fmt: skip
    with parts.panel():
        parts.empty("waving_hand", _("Your store is empty"), _("Three steps bring it to life. Start with any of them."))
        with ui.element("div").classes("om-steps"):
            for icon, title, explanation, href, permission in steps:
                if not view.may(permission):
                    continue
                with ui.link(target=href).classes("om-step"):
                    ui.icon(icon).classes("om-empty-icon")
                    parts.text(title, "om-strong")
                    parts.text(explanation, "om-muted")


def _figures(view: View, totals: analytics.Overview) -> None:
    _, fmt = view.translate, view.fmt
    average = totals.revenue_minor / totals.orders if totals.orders else None
    this_week = _("events this week: {n}").format(n=fmt.number(totals.events_week))
    parts.figures(
        [
            (_("Customers"), fmt.number(totals.customers), this_week),
            (_("Orders"), fmt.number(totals.orders),
             _("average {money}").format(money=fmt.money(average, totals.currency))),
            (_("Revenue"), fmt.money_short(totals.revenue_minor, totals.currency),
             fmt.money(totals.revenue_minor, totals.currency)),
            (_("Bought again"), fmt.percent(totals.repeat_rate, 1), _("of those who bought")),
        ]
    )  # fmt: skip


def _revenue(view: View, totals: analytics.Overview) -> None:
    _ = view.translate
    weeks = totals.weeks[:-1]  # the present one is not over: it would look like a fall
    subtitle = _("Orders and revenue of the last {n} full weeks, {currency}")
    with parts.panel(_("Revenue by week"), subtitle.format(n=len(weeks), currency=totals.currency)):
        if not any(week.orders for week in weeks):
            parts.text(_("No order in these weeks."), "om-muted")
            return
        ui.echart(revenue_chart(view, weeks, totals.currency)).classes("om-chart")


def revenue_chart(view: View, weeks: list[analytics.Week], currency: str) -> dict[str, Any]:
    """Revenue as bars on the left axis, orders as a line on the right one."""
    _, fmt, scale = view.translate, view.fmt, 10 ** exponent_of(currency)
    labels = {"color": theme.MUTED, ":formatter": theme.compact(view.language)}
    name = {"nameTextStyle": {"color": theme.MUTED}, "nameGap": 12}
    options = theme.chart(
        xAxis=theme.axis(type="category", data=[fmt.short_day(week.week_on) for week in weeks],
                         splitLine={"show": False}),
        yAxis=[theme.axis(type="value", name=_("Revenue"), axisLabel=labels, **name),
               theme.axis(type="value", name=_("Orders"), position="right", minInterval=1, axisLabel=labels,
                          splitLine={"show": False}, **name)],
        series=[
            {"name": _("Revenue"), "type": "bar", "barMaxWidth": 18, "itemStyle": {"borderRadius": [3, 3, 0, 0]},
             "data": [week.revenue_minor / scale for week in weeks]},
            {"name": _("Orders"), "type": "line", "yAxisIndex": 1, "smooth": True, "showSymbol": False,
             "lineStyle": {"width": 2}, "color": theme.PALETTE[2], "data": [week.orders for week in weeks]},
        ],
        legend={"left": "center", "top": 0, "textStyle": {"color": theme.MUTED}, "itemHeight": 8, "itemWidth": 14},
        tooltip={"trigger": "axis", "confine": True, ":valueFormatter": theme.grouped(view.language)},
    )  # fmt: skip
    options["grid"]["top"] = 40
    return options


def _path(view: View, totals: analytics.Overview) -> None:
    """How many people have come how far."""
    _ = view.translate
    most = max((stage.people for stage in totals.stages), default=0) or 1
    with parts.panel(_("Customer path"), _("People who have come so far")), ui.element("div").classes("om-bars"):
        for stage in totals.stages:
            share = stage.people / most
            with ui.element("div").classes("om-bar"):
                with parts.line("om-between"):
                    parts.text(_(STAGES.get(stage.key, stage.key)))
                    with parts.line():
                        parts.text(view.fmt.number(stage.people), "om-strong om-num")
                        parts.text(view.fmt.percent(share), "om-muted om-num om-share")
                with ui.element("div").classes("om-track"):
                    ui.element("div").classes("om-fill").style(f"width: {share:.1%}")


def _reach(view: View, reach: messaging.reach_count.ReachCount | None) -> None:
    """Who can be written to."""
    _, fmt = view.translate, view.fmt
    headings = [_("Channel"), _("With address"), _("Reachable"), _("of all")]
    if reach is None:
        with parts.panel(_("Reachable customers")):
            parts.text(being_counted(view), "om-muted")
        return
    subtitle = counted_at(view, reach.counted_at)
    with parts.panel(_("Reachable customers"), subtitle, classes="om-flush"), parts.sheet(headings, numeric=3):
        for found in reach.channels:
            with ui.element("tr"):
                with ui.element("td"):
                    marks.channel(view, found.channel)
                parts.text(fmt.number(found.addressed), "om-right", tag="td")
                parts.text(fmt.number(found.reachable), "om-right om-strong", tag="td")
                share = found.reachable / found.people if found.people else None
                parts.text(fmt.percent(share), "om-right om-muted", tag="td")


def _outcomes(view: View, totals: analytics.Overview) -> None:
    """What became of the messages of each channel."""
    _ = view.translate
    with parts.panel(_("Messages by channel"), classes="om-flush om-tight"):
        if not totals.outcomes:
            parts.text(_("No message has been sent yet."), "om-muted om-pad")
            return
        headings = [_("Channel"), *(_(label) for _name, label in OUTCOMES)]
        with parts.sheet(headings, numeric=len(OUTCOMES)):
            for channel, counts in sorted(totals.outcomes.items()):
                with ui.element("tr"):
                    with ui.element("td"):
                        marks.channel(view, channel)
                    for name, _label in OUTCOMES:
                        number = counts.get(name)
                        parts.text(view.fmt.number(number) if number else "–", "om-right", tag="td")


def _shops(view: View, totals: analytics.Overview) -> None:
    """Where people buy."""
    _, fmt = view.translate, view.fmt
    with parts.panel(_("Orders by channel"), classes="om-flush"):
        if not totals.channels:
            parts.text(_("No order yet."), "om-muted om-pad")
            return
        with parts.sheet([_("Channel"), _("Customers"), _("Orders"), _("Revenue"), _("Average order")], numeric=4):
            for row in totals.channels:
                with ui.element("tr"):
                    with ui.element("td"):
                        marks.channel(view, row.channel)
                    parts.text(fmt.number(row.people), "om-right", tag="td")
                    parts.text(fmt.number(row.orders), "om-right", tag="td")
                    parts.text(fmt.money_whole(row.revenue_minor, totals.currency), "om-right", tag="td")
                    average = row.revenue_minor / row.orders if row.orders else None
                    parts.text(fmt.money(average, totals.currency), "om-right", tag="td")


def _campaigns(view: View, campaigns: list[journeys.Campaign]) -> None:
    _ = view.translate
    order = {"running": 0, "planning": 1, "paused": 2, "scheduled": 3, "draft": 4}
    shown = sorted(campaigns, key=lambda campaign: order.get(campaign.state, 9))[:CAMPAIGN_ROWS]
    with parts.panel(_("Campaigns")):
        if not shown:
            parts.text(_("No campaign yet."), "om-muted")
        for campaign in shown:
            with ui.link(target=f"/campaigns/{campaign.campaign_id}").classes("om-row"):
                with ui.element("div").classes("om-grow om-ellipsis"):
                    parts.text(campaign.name, "om-strong om-ellipsis")
                    parts.text(_("recipients: {n}").format(n=view.fmt.number(campaign.audience)), "om-muted")
                marks.state(view, campaign.state)


def _recent(view: View, people: list[profiles.PersonRow]) -> None:
    _ = view.translate
    with parts.panel(_("Recently seen")):
        for row in people:
            marks.person(view, row)
        parts.link(_("All customers"), "/customers")
