"""The editor of a plan: a form, and the same as YAML; each can be changed and follows the other."""

from typing import Any

import msgspec
from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.collect import Action, Plan, PlannedEvent
from omniloom.core.errors import Invalid
from omniloom.web import parts
from omniloom.web.plan_form_event import EventForm
from omniloom.web.plan_words import ACTIONS
from omniloom.web.view import View


class PlanForm:
    """A plan being changed. ``read`` gives what stands there, checked."""

    def __init__(self, view: View, plan: Plan, sources: list[str]) -> None:
        self.view = view
        self.plan = msgspec.convert(msgspec.to_builtins(plan), Plan)
        self.sources = sorted({*sources, *plan.sources})
        self.is_text = False
        self.may = view.may(Permission.SOURCES_WRITE)

    def build(self) -> None:
        """The form, with a switch to the text; who may only look sees the text."""
        _ = self.view.translate
        if not self.may:
            parts.code(collect.plan_yaml(self.plan), copy_label=_("Copy"))
            return
        self.switch = ui.toggle({"form": _("Form"), "yaml": _("YAML")}, value="form", on_change=self._turn)
        self.switch.props("no-caps unelevated toggle-color=primary").classes("om-filter")
        self.body = ui.element("div").classes("om-stack")
        self._draw()

    def read(self) -> Plan:
        """The plan as it stands. Errors: Invalid names the place."""
        if self.is_text:
            return collect.parse_plan(str(self.text.value or ""))
        return collect.parse_plan(msgspec.to_builtins(self.plan))

    def _turn(self) -> None:
        wanted = self.switch.value == "yaml"
        if wanted == self.is_text:
            return
        try:
            if self.is_text:
                self.plan = self.read()
        except Invalid as error:
            self.view.fault(error)
            self.switch.set_value("yaml")
            return
        self.is_text = wanted
        self._draw()

    def _draw(self) -> None:
        self.body.clear()
        with self.body:
            if self.is_text:
                self._text()
            else:
                self._head()
                self._events()

    def _text(self) -> None:
        _ = self.view.translate
        with parts.panel(_("The plan as YAML"), _("The same text as in a file for `omniloom plan apply`.")):
            text = collect.plan_yaml(self.plan)
            self.text = ui.textarea(value=text).props("outlined autogrow").classes("w-full om-raw om-tall")
            self.text.props["aria-label"] = _("The plan as YAML")
            self.text.props["data-testid"] = "plan-yaml"

    def _head(self) -> None:
        _, plan = self.view.translate, self.plan
        with parts.panel(), ui.element("div").classes("om-grid"):
            self._input(_("Name"), "name").props["data-testid"] = "plan-name"
            chosen = ui.select(self.sources, value=list(plan.sources), multiple=True, label=_("Sources (none: all)"))
            chosen.props("outlined dense use-chips")
            chosen.on_value_change(lambda event: setattr(plan, "sources", list(event.value or [])))
            self._input(_("Owner"), "owner")
            self._input(_("Description"), "description").props("type=textarea autogrow")
            self._action(_("An event misses the plan"), "on_violation", without=Action.ALLOW)
            self._action(_("An event is not planned"), "unplanned_events")
            self._action(_("A field is not planned"), "unplanned_fields")

    def _input(self, label: str, name: str) -> ui.input:
        box = ui.input(label, value=getattr(self.plan, name)).props("outlined dense")
        box.on_value_change(lambda event: setattr(self.plan, name, str(event.value or "")))
        return box

    def _action(self, label: str, name: str, without: Action | None = None) -> None:
        choices = {key: self.view.translate(text) for key, text in ACTIONS.items() if key != without}
        select = ui.select(choices, value=str(getattr(self.plan, name)), label=label).props("outlined dense")
        select.on_value_change(lambda event: setattr(self.plan, name, Action(event.value)))

    def _events(self) -> None:
        _ = self.view.translate
        with parts.panel(_("Events"), classes="om-flush"):
            self.list = ui.element("div")
            with self.list:
                for event in self.plan.events:
                    self._event(event)
            with parts.line("om-pad om-top"):
                parts.quiet(_("Add an event"), "add", on_click=self._add)

    def _event(self, event: PlannedEvent, *, is_open: bool = False) -> None:
        form = EventForm(self.view, event, on_remove=self._remove)
        form.build(is_open=is_open)

    def _add(self, _event: Any = None) -> None:
        event = PlannedEvent()
        self.plan.events.append(event)
        with self.list:
            self._event(event, is_open=True)

    def _remove(self, event: PlannedEvent) -> None:
        self.plan.events = [one for one in self.plan.events if one is not event]
