"""The message step of a new campaign: channels in order, a template for each, and what one person would get."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from nicegui import ui

from omniloom import messaging
from omniloom.access import Permission
from omniloom.messaging import ChannelView, Considered, Decision, Hold, Preview, Send, Template
from omniloom.web import marks, parts
from omniloom.web.campaign_draft import CampaignDraft
from omniloom.web.message_view import show_message
from omniloom.web.person_pick import PersonPick
from omniloom.web.view import View

Changed = Callable[[], Awaitable[None]]


class Steps(Protocol):
    """The stepper this step belongs to."""

    view: View
    draft: CampaignDraft
    channels: list[ChannelView]
    members: list[int]

    def templates_of(self, channel: str) -> list[Template]:
        """The templates of one channel."""

    def switch(self, channel: str, *, is_on: bool) -> None:
        """Take a channel in or out."""


async def message_step(steps: Steps) -> None:
    """The step."""
    view, _ = steps.view, steps.view.translate
    with parts.columns():
        with parts.panel(_("Channels in order"), _("Each customer gets one message: over the first that reaches them")):
            box = ui.element("div").classes("om-stack")
        with parts.panel(_("As a customer sees it")):
            if not view.may(Permission.CUSTOMERS_READ):
                parts.text(_("Your role does not show customers."), "om-muted")
                shown = None
            else:
                shown = MessagePreview(steps)
                await shown.build()

    async def changed() -> None:
        box.clear()
        with box:
            _channels(steps, changed)
        if shown is not None:
            await shown.draw()

    with box:
        _channels(steps, changed)
    if shown is not None:
        ui.timer(0.05, shown.draw, once=True)  # after the page stands: the first rendering starts a process


def _channels(steps: Steps, changed: Changed) -> None:
    on = steps.draft.channels
    order = {channel: i for i, channel in enumerate(on)}
    for found in sorted(steps.channels, key=lambda one: (order.get(one.channel, len(on)), one.channel)):
        _channel(steps, found, changed)


def _channel(steps: Steps, found: ChannelView, changed: Changed) -> None:
    view, _, draft = steps.view, steps.view.translate, steps.draft
    key, is_on = found.channel, found.channel in draft.channels

    async def switch(is_wanted: bool) -> None:  # noqa: FBT001 - a switch's value
        steps.switch(key, is_on=is_wanted)
        await changed()

    async def move(by: int) -> None:
        draft.move(key, by)
        await changed()

    async def choose(template_id: str) -> None:
        draft.templates[key] = template_id
        await changed()

    with ui.element("div").classes("om-choice" + ("" if is_on else " om-off")):
        with parts.line("om-between"):
            with parts.line():
                if is_on:
                    parts.text(str(draft.channels.index(key) + 1), "om-order")
                marks.channel(view, key)
                if not found.is_enabled:
                    parts.badge(_("not set up"), "warn")
            with parts.line():
                if is_on and len(draft.channels) > 1:
                    parts.icon_button("arrow_upward", _("Earlier"), on_click=lambda: move(-1))
                    parts.icon_button("arrow_downward", _("Later"), on_click=lambda: move(1))
                toggle = ui.switch(value=is_on, on_change=lambda event: switch(event.value))
                toggle.props["aria-label"] = marks.channel_title(view, key)
                toggle.props["data-testid"] = f"campaign-channel-{key}"
        if not is_on:
            return
        offered = {template.template_id: template.name for template in steps.templates_of(key)}
        if offered:
            select = ui.select(offered, value=draft.templates.get(key), label=_("Template"))
            select.props(f"dense outlined options-dense data-testid=campaign-template-{key}")
            select.on_value_change(lambda event: choose(event.value))
        else:
            parts.quiet(_("Write a template"), "draw", href=f"/templates/new?channel={key}")


class MessagePreview:
    """What one person of the segment would get, and why or why not."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._pick = PersonPick(steps.view, self.draw)

    async def build(self) -> None:
        """Draw the search box; ``draw`` fills the rest."""
        await self._pick.build(self._steps.members)
        self._box = ui.element("div").classes("om-stack")

    async def draw(self) -> None:
        """Decide and render for the chosen person."""
        view, person = self._steps.view, self._pick.person
        ready = [c for c in self._steps.draft.channels if self._steps.draft.templates.get(c)]
        self._box.clear()
        if person is None or not ready:
            with self._box:
                parts.text(view._("Choose a channel and a template to see the message."), "om-muted")
            return
        decision, shown = await view.run(self._decide, person.person_id, ready)
        self._box.clear()
        with self._box:
            with parts.line():
                marks.named(view, person.person_id, person)
            self._verdict(decision)
            show_message(view, shown)

    def _decide(self, person_id: int, ready: list[str]) -> tuple[Decision, Preview]:
        platform, draft = self._steps.view.platform, self._steps.draft
        decision = messaging.consider(
            platform.stores, person_id, channels=ready, now=self._steps.view.now(), advertiser=draft.advertiser
        )
        channel = decision.verdict.channel if isinstance(decision.verdict, Send) else ready[0]
        shown = messaging.preview(
            platform.stores, platform.renderer, draft.templates[channel], person_id, campaign=draft.name,
            seen=partial(self._steps.view.sight().of, is_person=True),
        )  # fmt: skip
        return decision, shown

    def _verdict(self, decision: Decision) -> None:
        view, _, verdict = self._steps.view, self._steps.view.translate, decision.verdict
        with ui.element("div").classes("om-verdict").props("data-testid=campaign-verdict"):
            with parts.line():
                match verdict:
                    case Send():
                        text = _("Would be sent by {channel}").format(
                            channel=marks.channel_title(view, verdict.channel)
                        )
                        parts.badge(text, "good", icon="check")
                    case Hold():
                        text = _("Would wait until {at}: {reason}")
                        reason = marks.reason_text(view, verdict.reason)
                        parts.badge(
                            text.format(at=view.fmt.when(verdict.until), reason=reason), "info", icon="schedule"
                        )
                    case _:
                        text = _("Would not be sent: {reason}")
                        parts.badge(text.format(reason=marks.reason_text(view, verdict.reason)), "warn", icon="block")
            for step in decision.trail:
                parts.text(_step_text(self._steps, step), "om-muted")


def _step_text(steps: Steps, step: Considered) -> str:
    who = marks.channel_title(steps.view, step.channel) if step.channel else steps.view._("Customer")
    return f"{who}: {marks.reason_text(steps.view, step.reason)}"
