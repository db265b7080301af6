"""Money: what campaigns and channels cost, what they brought, and proof that every order is counted once."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from nicegui import ui

from omniloom import analytics, profiles
from omniloom.access import Permission
from omniloom.analytics import NONE_KEY, MoneyReport, MoneyRow
from omniloom.core.money import exponent_of
from omniloom.web import parts, theme
from omniloom.web.counting import counted
from omniloom.web.money_csv import money_csv
from omniloom.web.money_table import HEADS, money_table, name_of
from omniloom.web.page import page
from omniloom.web.segment_page import people_sheet
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View

PERIODS = {30: mark("Last 30 days"), 90: mark("Last 90 days"), 365: mark("Last 12 months"), 0: mark("All time")}
LOOKBACKS = (7, 14, 30, 60, 90)
ORDER = ("first", "last", "linear")
BARS_MAX = 12
PEOPLE_MAX = 50


@dataclass(slots=True)
class Terms:
    """What the visitor asked for."""

    by: analytics.By = "campaign"
    model: str = "last"
    lookback_days: int = 30
    period_days: int = 365

    def since(self, now: datetime) -> datetime | None:
        """The beginning of the period: a midnight (UTC), so that sums do not drift through the day."""
        if not self.period_days:
            return None
        return datetime.combine(now.astimezone(UTC).date(), time(), UTC) - timedelta(days=self.period_days)


@page("/money", permission=Permission.MONEY_READ, title=mark("Money"), nav=330, icon="payments")
async def money_page(view: View) -> None:
    """The page."""
    _ = view.translate
    styled()
    terms = Terms()
    body = ui.element("div").classes("om-stack")

    async def draw() -> None:
        report = await view.run(report_of, view, terms)
        body.clear()
        with body:
            await _body(view, terms, report)

    async def change(name: str, value: Any) -> None:
        setattr(terms, name, value)
        await draw()

    with parts.heading(_("Money"), _("What it cost, what it brought, and every order counted exactly once")):
        parts.quiet(_("Download CSV"), "download", on_click=lambda: _download(view, terms)).props(
            "data-testid=money-csv"
        )
    with parts.panel(classes="om-panel-slim"), ui.element("div").classes("om-filters"):
        _filters(view, terms, change)
    body.move()
    await draw()


def report_of(view: View, terms: Terms, model: str = "") -> MoneyReport:
    """The report the visitor asked for, by their model or another."""
    return analytics.money(
        view.platform.stores, model=model or terms.model, lookback_days=terms.lookback_days,
        since=terms.since(view.now()), by=terms.by,
    )  # fmt: skip


def _filters(view: View, terms: Terms, change: Any) -> None:
    _, language = view.translate, view.language
    models = {key: analytics.MODELS[key].title[language] for key in sorted(analytics.MODELS, key=_place)}
    levels = {level: _(text) for level, text in HEADS.items()}
    for name, choices in (("by", levels), ("model", models)):
        box = ui.toggle(choices, value=getattr(terms, name)).props("unelevated no-caps dense").classes("om-toggle")
        box.props["data-testid"] = f"money-{name}"
        box.on_value_change(lambda event, name=name: change(name, event.value))
    lookbacks = {days: counted(view, "{n} day|{n} days", days) for days in LOOKBACKS}
    for name, label, options in (
        ("lookback_days", _("Lookback"), lookbacks),
        ("period_days", _("Period"), {days: _(text) for days, text in PERIODS.items()}),
    ):
        select = ui.select(options, value=getattr(terms, name), label=label)
        select.props("dense outlined options-dense").classes("om-w-m om-filter")
        select.on_value_change(lambda event, name=name: change(name, event.value))


def _place(model: str) -> tuple[int, str]:
    return (ORDER.index(model) if model in ORDER else len(ORDER), model)


async def _body(view: View, terms: Terms, report: MoneyReport) -> None:
    _ = view.translate
    if not report.conversions and not report.totals.cost_minor:
        explanation = _(
            "Money appears here with the first order. Import receipts or connect the shop, then import what "
            "campaigns cost."
        )
        with parts.panel(), parts.empty("payments", _("No orders in this period"), explanation):
            parts.action(_("Import data"), "upload_file", href="/imports")
        return
    _totals(view, report)
    _proof(view, report)
    with parts.panel(_("Credited revenue and cost")):
        _chart(view, report)
    with parts.panel(_("In numbers"), _("Point at a column's name to see what it means"), classes="om-flush"):
        money_table(view, report, lambda row, kind: _drill(view, terms, row, kind))
    with parts.panel(_("The same orders by every model"), classes="om-flush"):
        reports = [await view.run(report_of, view, terms, model) for model in sorted(analytics.MODELS, key=_place)]
        _compare(view, reports)


def _totals(view: View, report: MoneyReport) -> None:
    _, fmt, total = view.translate, view.fmt, report.totals
    credited = sum(row.revenue_minor for row in report.rows if row.key != NONE_KEY)
    share = fmt.percent(credited / report.revenue_minor if report.revenue_minor else None)
    with ui.element("div").props("data-testid=money-total"):
        parts.figures(
            [
                (_("Revenue"), fmt.money_short(report.revenue_minor, report.currency),
                 _("{share} after a campaign's touch").format(share=share)),
                (_("Cost"), fmt.money_short(total.cost_minor, report.currency), _("all campaigns together")),
                ("ROMI", fmt.percent(total.romi), _("(revenue − cost) ÷ cost")),
                ("CPO", fmt.money(total.cpo_minor, report.currency), _("cost per order")),
                ("CAC", fmt.money(total.cac_minor, report.currency), _("cost of a new customer")),
            ]
        )  # fmt: skip


def _proof(view: View, report: MoneyReport) -> None:
    """The line that says the sums match."""
    _, fmt, currency = view.translate, view.fmt, report.currency
    text = _("Credited {credited} of {orders} orders and {credited_money} of {money}").format(
        credited=fmt.number(report.credited, 0 if report.is_reconciled else 3), orders=fmt.number(report.conversions),
        credited_money=fmt.money(report.credited_minor, currency), money=fmt.money(report.revenue_minor, currency),
    )  # fmt: skip
    verdict = _("the sums match") if report.is_reconciled else _("the sums do not match")
    with parts.panel(classes="om-panel-slim"), parts.line("om-between"):
        with ui.element("div").classes("om-check" + ("" if report.is_reconciled else " om-uneven")) as line:
            line.props["data-testid"] = "money-reconciled"
            line.props["data-match"] = "yes" if report.is_reconciled else "no"
            ui.icon("check_circle" if report.is_reconciled else "error")
            parts.text(f"{text}: {'✓' if report.is_reconciled else '✗'} {verdict}", tag="span")
        parts.text(analytics.MODELS[report.model].text[view.language], "om-muted")
    if report.left_out:
        parts.text(_("Orders in other currencies, not counted here: {n}").format(n=fmt.number(report.left_out)),
                   "om-muted")  # fmt: skip


def _chart(view: View, report: MoneyReport) -> None:
    _ = view.translate
    rows = [row for row in report.rows if row.key != NONE_KEY and (row.revenue_minor or row.cost_minor)][:BARS_MAX]
    if not rows:
        parts.text(_("No campaign touched an order in this period."), "om-muted")
        return
    names = [name_of(view, report, row) for row in rows]
    scale = 10 ** -exponent_of(report.currency)
    bars = [
        {"name": title, "type": "bar", "barMaxWidth": 26, "itemStyle": {"borderRadius": [4, 4, 0, 0], "color": colour},
         "data": [round(getattr(row, field) * scale, 2) for row in rows]}
        for title, field, colour in (
            (_("Credited revenue"), "revenue_minor", theme.PALETTE[0]), (_("Cost"), "cost_minor", theme.PALETTE[2]),
        )
    ]  # fmt: skip
    ui.echart(
        theme.chart(
            legend={"top": 0, "right": 0, "textStyle": {"color": theme.MUTED}, "icon": "roundRect"},
            grid={"left": 8, "right": 8, "top": 36, "bottom": 20, "containLabel": True},
            xAxis=theme.axis(type="category", data=names,
                             axisLabel={"color": theme.MUTED, "width": 66, "overflow": "break", "lineHeight": 14,
                                        "interval": 0, "hideOverlap": True}),
            yAxis=theme.axis(
                type="value", axisLabel={"color": theme.MUTED, ":formatter": theme.compact(view.language)}
            ),
            tooltip={"trigger": "axis", "confine": True, "renderMode": "richText",
                     ":valueFormatter": theme.grouped(view.language)},
            series=bars,
        )
    ).style("height: 260px")  # fmt: skip


def _compare(view: View, reports: list[MoneyReport]) -> None:
    _, fmt = view.translate, view.fmt
    titles = [analytics.MODELS[report.model].title[view.language] for report in reports]
    by_key = [{row.key: row for row in report.rows} for report in reports]
    keys = list(dict.fromkeys(key for rows in by_key for key in rows))
    keys.sort(key=lambda key: (key == NONE_KEY, -sum(rows[key].revenue_minor for rows in by_key if key in rows)))
    with parts.sheet([_("Campaign") if reports[0].by == "campaign" else _("Channel"), *titles], numeric=len(titles)):
        for key in keys:
            known = next(rows[key] for rows in by_key if key in rows)
            with ui.element("tr"):
                parts.text(name_of(view, reports[0], known), tag="td")
                for rows, report in zip(by_key, reports, strict=True):
                    amount = rows[key].revenue_minor if key in rows else 0
                    parts.text(fmt.money_whole(amount, report.currency), "om-right om-num", tag="td")
        with ui.element("tr").classes("om-total"):
            parts.text(_("Total"), tag="td")
            for report in reports:
                parts.text(fmt.money_whole(report.credited_minor, report.currency), "om-right om-num", tag="td")


async def _drill(view: View, terms: Terms, row: MoneyRow, kind: str) -> None:
    """The people behind a figure, in a dialog."""
    _ = view.translate
    view.require(Permission.CUSTOMERS_READ)
    wanted: Any = kind
    ids = await view.run(
        analytics.people_of, view.platform.stores, row.campaign_id, kind=wanted, rows_max=PEOPLE_MAX,
        lookback_days=terms.lookback_days, since=terms.since(view.now()),
    )  # fmt: skip
    rows = await view.run(profiles.people, view.platform.stores, ids)
    titles = {"reached": _("Reached"), "responded": _("Responded"), "converted": _("Ordered")}
    with (
        ui.dialog(value=True) as dialog,
        parts.panel(f"{row.name}: {titles[kind]}", classes="om-dialog om-people-dialog"),
    ):
        if len(rows) == PEOPLE_MAX:
            parts.text(_("The {n} latest").format(n=PEOPLE_MAX), "om-muted")
        people_sheet(view, rows)
        with parts.line("om-end"):
            parts.quiet(_("Close"), on_click=dialog.close)


async def _download(view: View, terms: Terms) -> None:
    report = await view.run(report_of, view, terms)
    name = f"money-{report.by}-{report.model}-{view.now():%Y-%m-%d}.csv"
    ui.download.content("\ufeff" + money_csv(report), name, "text/csv")
