"""The money report's table: a line per campaign or channel, what each column means, and the people behind a figure."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from omniloom.analytics import NONE_KEY, MoneyReport, MoneyRow
from omniloom.web import marks, parts
from omniloom.web.theme import mark
from omniloom.web.view import View

Drill = Callable[[MoneyRow, str], Awaitable[None]]

COLUMNS = (
    (mark("Reached"), mark("People it touched in the period: got a message, saw or clicked an ad, came from it.")),
    (mark("Responded"), mark("Of those reached, the ones who did something themselves: clicked, came, used a coupon.")),
    (mark("Orders"), mark("Orders credited by the chosen model. With several touches an order is shared in parts.")),
    (mark("Revenue"), mark("Revenue credited by the chosen model. All rows together equal the shop's revenue.")),
    (mark("Cost"), mark("What was paid: imported costs and the price of the messages sent.")),
    (mark("CPA"), mark("Cost per action: cost ÷ people who responded.")),
    (mark("CPO"), mark("Cost per order: cost ÷ credited orders.")),
    (mark("CAC"), mark("Cost of a new customer: cost ÷ credited first orders.")),
    (mark("ROI"), mark("Return on investment: (revenue × margin − cost) ÷ cost.")),
    (mark("ROMI"), mark("Return on marketing: (revenue − cost) ÷ cost.")),
)
HEADS = {"campaign": mark("Campaign"), "channel": mark("Channel"), "ad_group": mark("Ad group"),
         "keyword": mark("Keyword")}  # fmt: skip
NO_CAMPAIGN = mark("Without a campaign")
NO_CAMPAIGN_WHY = mark("Orders that no touch came before within the lookback")


def money_table(view: View, report: MoneyReport, drill: Drill) -> None:
    """The table. A figure of people opens the list of them."""
    _ = view.translate
    with ui.element("div").classes("om-scroll"), ui.element("table").classes("om-sheet om-money") as grid:
        parts.labelled(grid, ["", *(_(title) for title, _meaning in COLUMNS)])
        with ui.element("thead"), ui.element("tr"):
            parts.text(_(HEADS[report.by]), tag="th")
            for title, meaning in COLUMNS:
                with ui.element("th").classes("om-right"):
                    parts.text(_(title), "om-hint", tag="span").tooltip(_(meaning))
        with ui.element("tbody"):
            for row in report.rows:
                with ui.element("tr"):
                    _name(view, report, row)
                    _figures(view, report, row, drill)
            with ui.element("tr").classes("om-total"):
                parts.text(_("Total"), tag="td")
                _figures(view, report, report.totals, None)


def name_of(view: View, report: MoneyReport, row: MoneyRow) -> str:
    """What a row is called."""
    if row.key == NONE_KEY:
        return view._(NO_CAMPAIGN)
    if report.by == "channel":
        return marks.channel_title(view, row.channel) or view._("Not stated")
    return row.name


def _name(view: View, report: MoneyReport, row: MoneyRow) -> None:
    name = name_of(view, report, row)
    with ui.element("td").classes("om-money-name"):
        if row.key == NONE_KEY:
            parts.text(name, "om-hint", tag="span").tooltip(view._(NO_CAMPAIGN_WHY))
        elif report.by == "channel":
            marks.channel(view, row.channel)
        else:
            parts.text(name, "om-strong")
            if row.channel:
                parts.text(marks.channel_title(view, row.channel), "om-muted")


def _figures(view: View, report: MoneyReport, row: MoneyRow, drill: Drill | None) -> None:
    fmt, currency = view.fmt, report.currency
    can_drill = drill is not None and row.key != NONE_KEY and bool(row.campaign_id) and report.by == "campaign"
    for value, kind in ((row.reached, "reached"), (row.responded, "responded")):
        with ui.element("td").classes("om-right om-num"):
            if can_drill and value and drill is not None:
                _people_button(view, fmt.number(value), partial(drill, row, kind))
            else:
                parts.text(fmt.number(value) if row.key != NONE_KEY else "–", tag="span")
    with ui.element("td").classes("om-right om-num"):
        orders = fmt.number(row.conversions, 0 if row.conversions == int(row.conversions) else 1)
        if can_drill and row.orders and drill is not None:
            _people_button(view, orders, lambda: drill(row, "converted"))
        else:
            parts.text(orders, tag="span")
    amounts = [fmt.money_whole(row.revenue_minor, currency), fmt.money_whole(row.cost_minor, currency)]
    amounts += [fmt.money(minor, currency) for minor in (row.cpa_minor, row.cpo_minor, row.cac_minor)]
    for text in amounts:
        parts.text(text, "om-right om-num", tag="td")
    for share in (row.roi, row.romi):
        tone = "" if share is None else " om-plus" if share >= 0 else " om-minus"
        parts.text(fmt.percent(share), f"om-right om-num{tone}", tag="td")


def _people_button(view: View, text: str, act: Callable[[], Awaitable[None]]) -> None:
    button = ui.button(text, on_click=act, color=None).props("flat dense no-caps").classes("om-figure-link")
    button.tooltip(view._("Show the people"))
