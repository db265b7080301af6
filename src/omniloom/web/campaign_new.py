"""A new campaign in four steps: to whom, what, when, and a last look before it goes."""

from nicegui import ui

from omniloom import analytics, journeys, messaging, profiles, segments
from omniloom.access import Permission
from omniloom.core.errors import Conflict, Invalid
from omniloom.messaging import ChannelView, Template
from omniloom.segments import Segment
from omniloom.web import marks, parts
from omniloom.web.campaign_draft import CampaignDraft
from omniloom.web.campaign_message import message_step
from omniloom.web.campaign_reach import reach, reach_words, show_reach
from omniloom.web.counting import people
from omniloom.web.page import page
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View

STEPS = (mark("To whom"), mark("Message"), mark("When"), mark("Check and launch"))


@page("/campaigns/new", permission=Permission.CAMPAIGNS_WRITE, title=mark("New campaign"))
async def campaign_new(view: View, segment: str = "") -> None:
    """Make a campaign."""
    styled()
    await CampaignSteps(view).build(segment)


class CampaignSteps:
    """The open stepper."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.draft = CampaignDraft()
        self.segments: list[Segment] = []
        self.templates: list[Template] = []
        self.channels: list[ChannelView] = []
        self.advertisers: list[str] = []
        self.members: list[int] = []
        self.reach: messaging.reach.SetReach | None = None
        self._chosen: messaging.reach.SetReach | None = None
        self.zone = "UTC"
        self.currency = view.platform.settings.identity.home_currency
        self._step = 0

    async def build(self, segment_id: str) -> None:
        """Draw it, at the first step."""
        view, stores = self.view, self.view.platform.stores
        self.segments = await view.run(segments.segments, stores)
        known = await view.run(messaging.templates, stores)
        self.templates = [template for template in known if not template.is_notice]
        self.channels = await view.run(messaging.channel_views, stores)
        self.advertisers = await view.run(profiles.advertisers, stores)
        self.zone = (await view.run(messaging.policy, stores)).default_timezone
        for channel in self.channels:
            if channel.is_enabled and self.templates_of(channel.channel):
                self.switch(channel.channel, is_on=True)
        with parts.heading(view._("New campaign")):
            parts.quiet(view._("Cancel"), href="/campaigns")
        with parts.line("om-between"):
            self._steps = ui.element("ol").classes("om-stages")
            self._nav = ui.element("div").classes("om-line")
        self._body = ui.element("div").classes("om-stack")
        if any(known.segment_id == segment_id for known in self.segments):
            await self._choose(segment_id)
        await self._draw()

    def templates_of(self, channel: str) -> list[Template]:
        """The templates of one channel."""
        return [template for template in self.templates if template.channel == channel]

    def switch(self, channel: str, *, is_on: bool) -> None:
        """Take a channel in or out."""
        ids = {channel: [template.template_id for template in self.templates_of(channel)]}
        self.draft.switch(channel, is_on=is_on, templates=ids)

    async def _choose(self, segment_id: str) -> None:
        self.draft.segment_id = segment_id
        self.members = await self.view.run(segments.members, self.view.platform.stores, segment_id)
        self.reach = await self.view.run(reach, self.view, self.members, advertiser=self.draft.advertiser)

    async def _draw(self) -> None:
        self._steps.clear()
        with self._steps:
            for i, title in enumerate(STEPS):
                self._step_mark(i, self.view._(title))
        self._body.clear()
        with self._body:
            match self._step:
                case 0:
                    self._audience()
                case 1:
                    await message_step(self)
                case 2:
                    self._schedule()
                case _:
                    self._check()
        self._buttons()

    def _step_mark(self, i: int, title: str) -> None:
        state = "om-current-stage" if i == self._step else "om-done" if i < self._step else ""
        with ui.element("li").classes(f"om-stage {state}") as step:
            parts.text("✓" if i < self._step else str(i + 1), "om-stage-number", tag="span")
            parts.text(title, tag="span")
        if i < self._step:
            step.on("click", lambda: self._go(i))

    async def _go(self, step: int) -> None:
        self._step = step
        if step == len(STEPS) - 1:
            self._chosen = await self.view.run(
                reach, self.view, self.members, channels=self.draft.channels, advertiser=self.draft.advertiser
            )
        await self._draw()

    def _buttons(self) -> None:
        _ = self.view.translate
        self._nav.clear()
        with self._nav:
            if self._step:
                parts.quiet(_("Back"), "arrow_back", on_click=lambda: self._go(self._step - 1))
            if self._step < len(STEPS) - 1:
                parts.action(_("Next"), "arrow_forward", on_click=self._next).props("data-testid=campaign-next")

    async def _next(self) -> None:
        problem = self.draft.problem(self._step)
        if problem:
            self.view.warn(self.view._(problem))
            return
        if self._step == 2:
            self.draft.scheduled_at(self.zone)
            self.draft.cost_minor(self.currency)
        await self._go(self._step + 1)

    def _audience(self) -> None:
        view, _, draft = self.view, self.view.translate, self.draft
        if not self.segments:
            with parts.panel(), parts.empty("group_work", _("No segments yet"), _("A campaign goes to a segment.")):
                parts.action(_("Make the first segment"), "add", href="/segments/new")
            return

        async def choose(segment_id: str) -> None:
            await self._choose(segment_id)
            await self._draw()

        with parts.panel(_("To whom")):
            name = ui.input(_("Campaign name"), value=draft.name, placeholder=_("We miss you"))
            name.props("outlined maxlength=120 autofocus hide-bottom-space data-testid=campaign-name")
            name.on_value_change(lambda event: setattr(draft, "name", str(event.value or "")))
            options = {one.segment_id: f"{one.name}  ·  {people(view, one.members)}" for one in self.segments}
            box = ui.select(options, value=draft.segment_id or None, label=_("Segment"), with_input=True)
            box.props("outlined options-dense data-testid=campaign-segment")
            box.on_value_change(lambda event: choose(event.value) if event.value else None)
            if self.advertisers:
                self._in_whose_name()
        if self.reach is not None:
            show_reach(view, self.reach, len(self.members))

    def _in_whose_name(self) -> None:
        _, draft = self.view.translate, self.draft

        async def choose(advertiser: str) -> None:
            draft.advertiser = advertiser
            if draft.segment_id:
                await self._choose(draft.segment_id)
                await self._draw()

        names = {profiles.OWN: _("Our own company")} | {name: name for name in self.advertisers}
        box = ui.select(names, value=draft.advertiser, label=_("In whose name"))
        box.props("outlined options-dense data-testid=campaign-advertiser")
        box.props["hint"] = _("The consent that people gave to that company counts")
        box.on_value_change(lambda event: choose(event.value))

    def _schedule(self) -> None:
        view, _, draft = self.view, self.view.translate, self.draft

        async def when(value: str) -> None:
            draft.is_later = value == "later"
            draft.day = draft.day or f"{view.now():%Y-%m-%d}"
            await self._draw()

        with parts.columns():
            with parts.panel(_("When")):
                box = ui.radio({"now": _("As soon as it is launched"), "later": _("At a day and time")},
                               value="later" if draft.is_later else "now")  # fmt: skip
                box.on_value_change(lambda event: when(event.value))
                if draft.is_later:
                    with parts.line():
                        for name, kind, label in (("day", "date", _("Day")), ("time", "time", _("Time"))):
                            field = ui.input(label, value=getattr(draft, name)).props(
                                f"outlined type={kind} stack-label"
                            )
                            field.on_value_change(lambda event, name=name: setattr(draft, name, str(event.value or "")))
                    parts.text(_("Time of the shop: {zone}").format(zone=self.zone), "om-muted")
                note = _("Quiet hours and the limit on messages per week hold for every customer in their own zone.")
                parts.text(note, "om-muted")
            with parts.panel(_("What one message costs"), _("Counts as the campaign's cost in Money")):
                for channel in draft.channels:
                    title = marks.channel_title(view, channel)
                    field = ui.input(title, value=draft.costs.get(channel, ""), placeholder="0.00")
                    field.props("outlined stack-label inputmode=decimal").props["suffix"] = self.currency
                    field.on_value_change(
                        lambda event, channel=channel: draft.costs.__setitem__(channel, str(event.value or ""))
                    )

    def _check(self) -> None:
        view, _, draft, fmt = self.view, self.view.translate, self.draft, self.view.fmt
        segment = next(one for one in self.segments if one.segment_id == draft.segment_id)
        titles = {template.template_id: template.name for template in self.templates}
        at = draft.scheduled_at(self.zone)
        when = f"{draft.day} {draft.time} ({self.zone})" if at else _("As soon as it is launched")
        costs = draft.cost_minor(self.currency)
        most = max((cost * len(self.members) for cost in costs.values()), default=0)
        with parts.columns():
            with parts.panel(draft.name):
                rows = [(_("Segment"), segment.name), (_("People now"), fmt.number(len(self.members)))]
                for i, channel in enumerate(draft.channels, start=1):
                    title = f"{i}. {marks.channel_title(view, channel)}"
                    rows.append((title, titles.get(draft.templates[channel], "–")))
                if draft.advertiser:
                    rows.append((_("In whose name"), draft.advertiser))
                rows += [(_("When"), when), (_("Cost at most"), fmt.money(most, self.currency))]
                parts.facts(rows)
            with parts.panel(_("Before it goes")):
                for is_good, text in self._checks():
                    with ui.element("div").classes("om-check" + ("" if is_good else " om-uneven")):
                        ui.icon("check_circle" if is_good else "error")
                        parts.text(text)
                with parts.line():
                    if view.may(Permission.CAMPAIGNS_LAUNCH):
                        parts.action(_("Launch"), "send", on_click=self._confirm).props("data-testid=campaign-launch")
                    parts.quiet(_("Save as a draft"), "save", on_click=self._save_draft).props(
                        "data-testid=campaign-save"
                    )

    def _checks(self) -> list[tuple[bool, str]]:
        view, _, draft = self.view, self.view.translate, self.draft
        on = {channel.channel for channel in self.channels if channel.is_enabled}
        found = [(bool(self.members), _("{people} in the segment").format(people=people(view, len(self.members))))]
        for channel in draft.channels:
            title = marks.channel_title(view, channel)
            text = (
                _("{channel} is set up") if channel in on else _("{channel} is not set up: nothing can be sent over it")
            )
            found.append((channel in on, text.format(channel=title)))
        if self._chosen is not None:
            reachable = people(view, self._chosen.any_channel)
            found.append((self._chosen.any_channel > 0, _("Can be reached: {people}").format(people=reachable)))
        return found

    def _confirm(self) -> None:
        view, _ = self.view, self.view.translate
        consequence = _("Who has no address, did not agree or had enough messages gets none; you will see each reason.")
        with ui.dialog(value=True) as dialog, parts.panel(_("Launch the campaign?"), classes="om-dialog"):
            if self._chosen is not None:
                parts.text(reach_words(view, self._chosen, len(self.members))).props("data-testid=campaign-reached")
            parts.text(consequence, "om-subtitle")
            with parts.line("om-end"):
                parts.quiet(_("Not yet"), on_click=dialog.close)
                parts.action(_("Launch"), "send", on_click=lambda: self._launch(dialog)).props(
                    "data-testid=campaign-launch-confirm"
                )

    async def _launch(self, dialog: ui.dialog) -> None:
        self.view.require(Permission.CAMPAIGNS_LAUNCH)
        dialog.close()
        await self._save(is_launched=True)

    async def _save_draft(self) -> None:
        await self._save(is_launched=False)

    async def _save(self, *, is_launched: bool) -> None:
        self.view.require(Permission.CAMPAIGNS_WRITE)
        try:
            campaign_id = await self.view.run(self._keep, is_launched=is_launched)
        except (Conflict, Invalid) as error:
            if error.facts.get("field") == "name":
                await self._go(0)
            raise
        self.view.platform.wake.set()
        ui.navigate.to(f"/campaigns/{campaign_id}")

    def _keep(self, *, is_launched: bool) -> str:
        """Save the campaign, say what it is called and costs, and launch it."""
        platform, draft, now = self.view.platform, self.draft, self.view.now()
        costs = draft.cost_minor(self.currency)
        made = journeys.create_campaign(
            platform.stores, name=draft.name, segment_id=draft.segment_id, channels=draft.channels,
            templates=draft.used_templates(), cost_per_message_minor=costs, currency=self.currency,
            advertiser=draft.advertiser, scheduled_at=draft.scheduled_at(self.zone), now=now, ids=platform.ids,
        )  # fmt: skip
        row = {"campaign_id": made.campaign_id, "name": made.name, "channel": "", "currency": self.currency,
               "cost_per_message_minor": costs}  # fmt: skip
        analytics.name_campaigns(platform.stores, [row], currency=self.currency)
        if is_launched:
            journeys.launch(platform.stores, made.campaign_id, now=now)
        return made.campaign_id
