"""One campaign: how far it is, where everyone of its audience is and why, and what it brought."""

from collections.abc import Callable

from nicegui import ui

from omniloom import analytics, journeys, messaging, profiles, segments
from omniloom.access import Permission
from omniloom.analytics import MoneyRow
from omniloom.core.event import MESSAGE_CLICKED, MESSAGE_OPENED
from omniloom.journeys import Campaign
from omniloom.messaging import Tally, Waiting
from omniloom.web import marks, parts
from omniloom.web.campaign_numbers import channels_chart, numbers_table, parts_of, progress_bar
from omniloom.web.campaign_reach import launch_words
from omniloom.web.campaign_waiting import waiting_banner
from omniloom.web.page import page
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View

REFRESH_S = 1.5
RESULTS_TICKS = 6  # what it brought is counted over the whole history, so more rarely
FINAL = ("finished", "cancelled", "draft")
ROWS = 25


@page("/campaigns/{campaign_id}", permission=Permission.CAMPAIGNS_READ, title=mark("Campaign"))
async def campaign_page(view: View, campaign_id: str) -> None:
    """The page; it follows the campaign while it runs."""
    styled()
    found = await view.run(journeys.campaign, view.platform.stores, campaign_id)
    await CampaignView(view, found).build()


class CampaignView:
    """One open campaign."""

    def __init__(self, view: View, found: Campaign) -> None:
        self._view = view
        self._found = found
        self._state = ""
        self._page = 1
        self._tally: Tally | None = None
        self._ticks = 0
        self._told: dict[str, int] = {}
        self._row: MoneyRow | None = None
        self._shown: tuple[object, ...] = ()
        self._waits: list[Waiting] = []

    async def build(self) -> None:
        """Draw the page and follow it."""
        self._head_box = ui.element("div").classes("om-stack")
        self._body = ui.element("div").classes("om-stack")
        with parts.panel(self._view._("Recipients"), classes="om-flush"):
            self._list = ui.element("div")
        names = await self._view.run(segments.segments, self._view.platform.stores)
        self._segment = next((one.name for one in names if one.segment_id == self._found.segment_id), "–")
        await self._draw()
        self._timer = ui.timer(REFRESH_S, self._follow, immediate=False, active=self._found.state not in FINAL)

    async def _follow(self) -> None:
        stores = self._view.platform.stores
        self._found = await self._view.run(journeys.campaign, stores, self._found.campaign_id)
        await self._draw()
        if self._found.state in FINAL:
            self._timer.deactivate()

    async def _draw(self) -> None:
        stores, found = self._view.platform.stores, self._found
        progress = await self._view.run(journeys.progress, stores, found.campaign_id)
        tally, self._unplanned = progress.tally, progress.unplanned
        self._waits = []
        if found.state in ("planning", "running"):
            self._waits = await self._view.run(messaging.waiting, stores, found.campaign_id, now=self._view.now())
        if self._ticks % RESULTS_TICKS == 0:
            self._told = await self._view.run(analytics.responses, stores, found.campaign_id)
            self._row = await self._view.run(self._money)
        self._ticks += 1
        shown = (found, tally, self._waits, self._told, self._row)
        if shown == self._shown:
            return  # nothing changed: buttons and lists stay as they are under the visitor's hand
        is_new, self._shown, self._tally = tally != self._tally, shown, tally
        told, row = self._told, self._row
        self._head_box.clear()
        with self._head_box:
            self._head(tally)
        self._body.clear()
        with self._body:
            self._numbers(tally)
            self._results(tally, told, row)
        if is_new:
            await self._recipients()

    def _money(self) -> MoneyRow | None:
        report = analytics.money(self._view.platform.stores, model="last")
        self._currency = report.currency or self._found.currency
        return next((row for row in report.rows if row.campaign_id == self._found.campaign_id), None)

    def _head(self, tally: Tally) -> None:
        view, _, found = self._view, self._view.translate, self._found
        with parts.heading(found.name, self._when()):
            self._steering()
        with parts.panel():
            with parts.line("om-between"):
                with parts.line() as chip:
                    chip.props["data-testid"] = "campaign-state"
                    chip.props["data-state"] = str(found.state)
                    marks.state(view, found.state, reason=found.state_reason)
                    done = tally.planned - tally.open
                    if tally.planned:
                        text = _("{done} of {all} decided").format(done=view.fmt.number(done),
                                                                   all=view.fmt.number(tally.planned))  # fmt: skip
                        parts.text(text, "om-muted")
                with parts.line():
                    for channel in found.channels:
                        marks.channel(view, channel, is_small=True)
                    ui.icon("group_work").classes("om-muted")
                    parts.link(self._segment, f"/segments/{found.segment_id}")
                    if found.advertiser:
                        parts.text(_("In the name of {advertiser}").format(advertiser=found.advertiser), "om-muted")
            if found.state_detail:
                parts.text(found.state_detail, "om-muted").props("data-testid=campaign-detail")
            progress_bar(view, tally)
            waiting_banner(view, self._waits)

    def _when(self) -> str:
        _, fmt, found = self._view.translate, self._view.fmt, self._found
        if found.finished_at:
            return _("Launched {at}, ended {end}").format(
                at=fmt.when(found.launched_at), end=fmt.when(found.finished_at)
            )
        if found.launched_at:
            return _("Launched {at}").format(at=fmt.when(found.launched_at))
        return (
            _("Planned for {at}").format(at=fmt.when(found.scheduled_at)) if found.scheduled_at else _("Not launched")
        )

    def _steering(self) -> None:
        view, _, state = self._view, self._view.translate, self._found.state
        if not view.may(Permission.CAMPAIGNS_LAUNCH):
            return
        if state == "draft":
            parts.action(_("Launch"), "send", on_click=self._ask_launch).props("data-testid=campaign-launch")
        if state in ("running", "planning", "scheduled"):
            parts.quiet(_("Pause"), "pause", on_click=lambda: self._act(journeys.pause)).props(
                "data-testid=campaign-pause"
            )
        if state == "paused":
            parts.action(_("Resume"), "play_arrow", on_click=lambda: self._act(journeys.resume)).props(
                "data-testid=campaign-resume"
            )
        if state in ("running", "planning", "scheduled", "paused"):
            parts.quiet(_("Cancel the campaign"), "cancel", on_click=lambda: self._ask(
                _("Cancel the campaign?"), _("Whoever has no message yet will get none. This cannot be undone."),
                _("Cancel the campaign"), journeys.cancel)).props("data-testid=campaign-cancel")  # fmt: skip

    async def _ask_launch(self) -> None:
        view, _, found = self._view, self._view.translate, self._found
        reached = await view.run(
            launch_words, view, found.segment_id, channels=found.channels, advertiser=found.advertiser
        )
        audience = _("The audience is taken from the segment at the launch.")
        self._ask(_("Launch the campaign?"), f"{reached} {audience}", _("Launch"), journeys.launch)

    def _ask(self, question: str, consequence: str, yes: str, act: Callable[..., object]) -> None:
        parts.confirm(self._view, question, consequence=consequence, yes=yes, act=lambda: self._act(act, is_asked=True))

    async def _act(self, act: Callable[..., object], *, is_asked: bool = False) -> None:
        view = self._view
        view.require(Permission.CAMPAIGNS_LAUNCH)
        await view.run(act, view.platform.stores, self._found.campaign_id, now=view.now())
        view.platform.wake.set()
        if is_asked:
            ui.navigate.reload()
            return
        self._timer.activate()
        await self._follow()

    def _numbers(self, tally: Tally) -> None:
        view, _, found = self._view, self._view.translate, self._found
        with parts.columns():
            with parts.panel(_("Where everyone is"), _("Each person of the segment in exactly one line")):
                if found.audience:
                    numbers_table(view, tally, audience=found.audience, unplanned=self._unplanned)
                else:
                    parts.text(_("Nobody yet: the audience is taken from the segment at the launch."), "om-muted")
            with parts.panel(_("Sent by channel"), _("The first channel that reaches a person is used")):
                channels_chart(view, tally)

    def _results(self, tally: Tally, told: dict[str, int], row: MoneyRow | None) -> None:
        _, fmt = self._view.translate, self._view.fmt
        opened, clicked = told[MESSAGE_OPENED], told[MESSAGE_CLICKED]

        def share(n: int) -> str:
            text = _("{share} of those sent")
            return text.format(share=fmt.percent(n / tally.accepted)) if tally.accepted else ""

        brought = fmt.money_whole(row.revenue_minor if row else 0, self._currency)
        cost = fmt.money(row.cost_minor if row else 0, self._currency)
        with ui.element("div").props("data-testid=campaign-results"):
            parts.figures(
                [
                    (_("Opened"), fmt.number(opened), share(opened)),
                    (_("Clicked"), fmt.number(clicked), share(clicked)),
                    (_("Orders"), fmt.number(row.conversions if row else 0), _("credited by last touch")),
                    (_("Revenue"), brought, _("credited by last touch")),
                    (_("Cost"), cost, _("ROMI {share}").format(share=fmt.percent(row.romi if row else None))),
                ]
            )

    async def _recipients(self) -> None:
        view, _ = self._view, self._view.translate
        self._list.clear()
        tally = self._tally
        if tally is None or not tally.planned:
            with self._list:
                parts.text(_("Nobody yet: the audience is taken from the segment at the launch."), "om-muted om-pad")
            return
        if not view.may(Permission.CUSTOMERS_READ):
            with self._list:
                parts.text(_("Your role does not show customers."), "om-muted om-pad")
            return
        rows = await view.run(
            messaging.recipients, view.platform.stores, self._found.campaign_id, state=self._state,
            skip=(self._page - 1) * ROWS, rows_max=ROWS,
        )  # fmt: skip
        people = [row.person_id for row in rows]
        known = view.shown(await view.run(profiles.people, view.platform.stores, people))
        by_id = {row.person_id: row for row in known}
        with self._list:
            self._filter(tally)
            with parts.sheet([_("Customer"), _("State"), _("Reason"), _("Channel"), _("When")]):
                for row in rows:
                    with ui.element("tr"):
                        with ui.element("td"), ui.link(target=f"/customers/{row.person_id}").classes("om-line"):
                            marks.named(view, row.person_id, by_id.get(row.person_id))
                        with ui.element("td"):
                            marks.state(view, row.state)
                        reason = marks.reason_text(view, row.reason) if row.reason else ""
                        parts.text(reason, "om-muted", tag="td")
                        with ui.element("td"):
                            if row.channel:
                                marks.channel(view, row.channel, is_small=True)
                        parts.text(view.fmt.ago(row.at, view.now()), "om-muted", tag="td")
            self._pager(tally)

    def _filter(self, tally: Tally) -> None:
        _, fmt = self._view.translate, self._view.fmt
        counts: dict[str, int] = {}
        for part in parts_of(tally):
            counts[part.state] = counts.get(part.state, 0) + part.people
        titles = {part.state: _(part.title) for part in parts_of(tally)}
        options = {"": _("All: {n}").format(n=fmt.number(tally.planned))}
        options |= {state: f"{titles[state]}: {fmt.number(n)}" for state, n in counts.items()}

        async def choose(state: str) -> None:
            self._state, self._page = state, 1
            await self._recipients()

        with ui.element("div").classes("om-toolbar"):
            box = ui.select(options, value=self._state if self._state in options else "")
            box.props("dense outlined options-dense").classes("om-w-l")
            box.props["aria-label"] = _("State")
            box.on_value_change(lambda event: choose(event.value or ""))

    def _pager(self, tally: Tally) -> None:
        total = tally.planned if not self._state else sum(
            part.people for part in parts_of(tally) if part.state == self._state
        )  # fmt: skip
        pages = (total + ROWS - 1) // ROWS
        if pages <= 1:
            return

        async def turn(number: int) -> None:
            self._page = number
            await self._recipients()

        with parts.line("om-pad"):
            ui.pagination(1, pages, direction_links=True, value=self._page, on_change=lambda e: turn(e.value)).props(
                "max-pages=7 flat active-design=unelevated color=grey-7 active-color=primary"
            )
