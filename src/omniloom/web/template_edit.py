"""A template in the making: its text, what can be put into it, and beside it what one customer would read."""

import json
from functools import partial

from nicegui import ui

from omniloom import messaging, profiles
from omniloom.access import Permission
from omniloom.core.clock import stopwatch
from omniloom.core.errors import Conflict, Invalid
from omniloom.messaging import Preview, Template
from omniloom.web import marks, parts
from omniloom.web.counting import counted
from omniloom.web.message_view import show_message
from omniloom.web.page import page
from omniloom.web.person_pick import PersonPick
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View

TICK_S = 0.2
PAUSE_S = 0.4
TRAITS_MAX = 14
STARTS = {
    "email": (
        "{{ person.first_name | default: 'Hello' }}, …",
        (
            "<h1>{{ person.first_name | default: 'Hello' }}, …</h1>\n<p>…</p>\n"
            '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>\n'
        ),
    ),
    "sms": ("", "{{ person.first_name | default: 'Hello' }}, …"),
}
EXAMPLES = (
    ("{{ person.first_name | default: '…' }}", mark("a value, or another text if it is not known")),
    ("{% if person.city == 'Moscow' %}…{% else %}…{% endif %}", mark("one text or the other")),
    ("{{ person.name | upcase }}", mark("a value in capitals")),
)
INSERT = """
const root = getHtmlElement(%d);
const area = root.matches('textarea, input') ? root : root.querySelector('textarea, input');
area.focus();
area.setRangeText(%s, area.selectionStart, area.selectionEnd, 'end');
area.dispatchEvent(new Event('input', {bubbles: true}));
"""


@page("/templates/new", permission=Permission.CAMPAIGNS_WRITE, title=mark("New template"))
async def template_new(view: View, channel: str = "email") -> None:
    """Write a template."""
    if channel not in messaging.known_channels():
        raise Invalid(view._("There is no such channel."), hint=", ".join(messaging.known_channels()))
    subject, body = STARTS.get(channel, ("", ""))
    await TemplateEditor(view, channel, None).build("", subject, body)


@page("/templates/{template_id}", permission=Permission.CAMPAIGNS_READ, title=mark("Template"))
async def template_edit(view: View, template_id: str) -> None:
    """Change a template, or read it."""
    found = await view.run(messaging.template, view.platform.stores, template_id)
    await TemplateEditor(view, found.channel, found).build(found.name, found.subject, found.body)


class TemplateEditor:
    """The open editor of one template."""

    def __init__(self, view: View, channel: str, known: Template | None) -> None:
        self._view = view
        self._channel = channel
        self._known = known
        self._is_html = messaging.known_channels()[channel].is_html
        self._changed_at: float | None = stopwatch() - PAUSE_S
        self._is_drawing = False
        self._topic: ui.select | None = None

    async def build(self, name: str, subject: str, body: str) -> None:
        """Draw the editor."""
        view, _ = self._view, self._view.translate
        styled()
        may_write = view.may(Permission.CAMPAIGNS_WRITE)
        title = _("New {channel}").format(channel=marks.channel_title(view, self._channel))
        with parts.heading(name or title, marks.channel_title(view, self._channel)):
            parts.quiet(_("To the list"), "arrow_back", href="/templates")
            if may_write:
                parts.action(_("Save"), "check", on_click=self._save).props("data-testid=template-save")
        with parts.columns():
            with parts.stack():
                with parts.panel():
                    self._fields(name, subject, body, may_write=may_write)
                    await self._topics(may_write=may_write)
                if may_write:
                    await self._help()
            with parts.stack(), parts.panel(_("As a customer sees it"), classes="om-sticky"):
                if view.may(Permission.CUSTOMERS_READ):
                    self._pick = PersonPick(view, self._draw)
                    await self._pick.build()
                    self._preview = ui.element("div").classes("om-stack")
                    ui.timer(TICK_S, self._tick)
                else:
                    parts.text(_("Your role does not show customers."), "om-muted")

    def _fields(self, name: str, subject: str, body: str, *, may_write: bool) -> None:
        _ = self._view.translate
        read_only = "" if may_write else " readonly"
        self._name = ui.input(_("Template name"), value=name)
        self._name.props(f"outlined maxlength=120 hide-bottom-space{read_only}")
        self._name.props("data-testid=template-name")
        self._subject = ui.input(_("Subject"), value=subject, on_change=self._touch)
        self._subject.props(f"outlined debounce=150 hide-bottom-space{read_only} data-testid=template-subject")
        self._subject.set_visibility(self._is_html)
        self._body = ui.textarea(_("HTML of the letter") if self._is_html else _("Text"), value=body,
                                 on_change=self._touch)  # fmt: skip
        self._body.props(f"outlined autogrow debounce=150 spellcheck=false{read_only} data-testid=template-body")
        self._body.classes("om-mono-area om-body" if self._is_html else "om-body")
        self._counter = ui.label("").classes("om-muted").props("data-testid=template-counter")
        self._problem = ui.label("").classes("om-template-problem").props("data-testid=template-problem")
        self._count()

    async def _topics(self, *, may_write: bool) -> None:
        """What the message is about, if the company has topics: whoever turned it off does not get it."""
        view, _ = self._view, self._view.translate
        known = await view.run(profiles.topics, view.platform.stores)
        if known:
            choices = {"": _("No topic"), **{one.topic: one.title(view.language) for one in known}}
            kept = self._known.topic if self._known else ""
            self._topic = ui.select(choices, value=kept if kept in choices else "", label=_("Topic"))
            self._topic.props("outlined dense").classes("w-full").set_enabled(may_write)

    async def _help(self) -> None:
        view, _ = self._view, self._view.translate
        keys = await view.run(profiles.trait_keys, view.platform.stores)
        names = dict.fromkeys(["name", *(key for key, _n in keys[:TRAITS_MAX])])
        with parts.panel(_("Put in"), _("A click puts it where the cursor is")):
            with ui.element("div").classes("om-chips"):
                for key in names:
                    is_word = key.replace("_", "").isalnum() and not key[0].isdigit()
                    self._chip(f"person.{key}" if is_word else f"person[{json.dumps(key)}]", is_value=True)
                for key in ("campaign.name", "unsubscribe_url", "preferences_url"):
                    self._chip(key, is_value=True)
            for text, meaning in EXAMPLES:
                with parts.line():
                    self._chip(text, is_value=False)
                    parts.text(_(meaning), "om-muted")

    def _chip(self, text: str, *, is_value: bool) -> None:
        inserted = f"{{{{ {text} }}}}" if is_value else text
        chip = parts.text(text, "om-chip", tag="button").props("type=button")
        chip.on("click", lambda: ui.run_javascript(INSERT % (self._body.id, json.dumps(inserted))))

    def _touch(self) -> None:
        self._changed_at = stopwatch()
        self._count()

    def _count(self) -> None:
        if self._is_html:
            return
        view, size = self._view, messaging.sms_length(str(self._body.value or ""))
        alphabet = view._("Latin alphabet") if size.is_gsm else view._("Unicode")
        count = counted(view, "{n} character|{n} characters", size.units)
        pieces = counted(view, "{n} SMS part|{n} SMS parts", size.segments)
        self._counter.set_text(f"{count} · {pieces} · {alphabet}")

    def _texts(self) -> tuple[str, str]:
        return str(self._subject.value or "") if self._is_html else "", str(self._body.value or "")

    async def _tick(self) -> None:
        if self._changed_at is None or self._is_drawing or stopwatch() - self._changed_at < PAUSE_S:
            return
        self._changed_at = None
        await self._draw()

    async def _draw(self) -> None:
        self._is_drawing = True
        try:
            self._problem.set_text(await self._view.run(self._fault))
            person = self._pick.person
            shown = await self._view.run(self._shown, person.person_id) if person else None
        finally:
            self._is_drawing = False
        self._preview.clear()
        with self._preview:
            if person is None or shown is None:
                parts.text(self._view._("There are no customers to preview for yet."), "om-muted")
                return
            with parts.line():
                marks.named(self._view, person.person_id, person)
            show_message(self._view, shown)

    def _fault(self) -> str:
        subject, body = self._texts()
        try:
            messaging.check_template(channel=self._channel, subject=subject, body=body)
        except Invalid as error:
            return self._view.explain(error)[0]
        return ""

    def _shown(self, person_id: int) -> Preview:
        subject, body = self._texts()
        platform = self._view.platform
        return messaging.preview_text(
            platform.stores, platform.renderer, channel=self._channel, subject=subject, body=body,
            person_id=person_id, campaign=self._view._("Campaign"), seen=partial(self._view.sight().of, is_person=True),
        )  # fmt: skip

    async def _save(self) -> None:
        view, _ = self._view, self._view.translate
        view.require(Permission.CAMPAIGNS_WRITE)
        if not str(self._name.value or "").strip():
            _mark_wrong(self._name, _("Give the template a name."))
            return
        subject, body = self._texts()
        try:
            saved = await view.run(
                messaging.save_template, view.platform.stores, name=str(self._name.value), channel=self._channel,
                subject=subject, body=body, now=view.now(), ids=view.platform.ids,
                template_id=self._known.template_id if self._known else None,
                topic=str(self._topic.value or "") if self._topic else None,
            )  # fmt: skip
        except Conflict:
            _mark_wrong(self._name, _("This name is taken."))
            return
        except Invalid as error:
            self._problem.set_text(view.explain(error)[0])
            view.fault(error)
            return
        if self._known is None:
            ui.navigate.to(f"/templates/{saved.template_id}")
            return
        self._known = saved
        view.done(_("Saved."))


def _mark_wrong(field: ui.input, text: str) -> None:
    field.props["error"] = True
    field.props["error-message"] = text
    field.update()
