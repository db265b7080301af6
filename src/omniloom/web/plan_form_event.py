"""One planned event in the editor: what it is, and its fields row by row. Its parts are built when it is opened."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from omniloom.collect import Action, FieldType, Pii, PlannedEvent, PlannedField
from omniloom.web import happening, parts
from omniloom.web.counting import counted
from omniloom.web.plan_words import ACTIONS, CLASSES, KINDS
from omniloom.web.view import View

TYPES = ("track", "identify", "page", "screen", "group", "alias")
BOUNDS = ("min", "max", "min_length", "max_length")
_INHERIT = ""


class EventForm:
    """The rows of one event; changes go straight into it."""

    def __init__(self, view: View, event: PlannedEvent, *, on_remove: Callable[[PlannedEvent], None]) -> None:
        self.view, self.event, self._on_remove = view, event, on_remove

    def build(self, *, is_open: bool) -> None:
        """The event's line, which opens."""
        _, event = self.view.translate, self.event
        icon = happening.look(event.type, event.name).icon
        fields = counted(self.view, "{n} field|{n} fields", len(event.fields))
        self.box = ui.expansion(happening.kind_title(_, event.type, event.name), icon=icon, caption=fields, value=False)
        self.box.classes("om-planned")
        self._is_built = False
        self.box.on_value_change(lambda change: self._open() if change.value else None)
        if is_open:
            self.box.set_value(True)

    def _open(self) -> None:
        if self._is_built:
            return
        self._is_built = True
        with self.box:
            self._head()
            self.rows = ui.element("div").classes("om-plan-fields")
            self._draw_fields()

    def _head(self) -> None:
        _, event = self.view.translate, self.event
        with ui.element("div").classes("om-grid"):
            self._input(_("Event name"), "name")
            kind = ui.select(list(TYPES), value=event.type, label=_("Type")).props("outlined dense")
            kind.on_value_change(lambda change: setattr(event, "type", change.value))
            self._input(_("Owner"), "owner")
            self._input(_("Description"), "description")
            as_plan = {_INHERIT: _("as the plan says")}
            actions = {key: _(text) for key, text in ACTIONS.items()}
            for label, name, choices in (
                (_("It misses the plan"), "on_violation", {k: v for k, v in actions.items() if k != Action.ALLOW}),
                (_("A field is not planned"), "unplanned_fields", actions),
            ):
                value = str(getattr(event, name) or _INHERIT)
                select = ui.select({**as_plan, **choices}, value=value, label=label).props("outlined dense")
                select.on_value_change(lambda change, name=name: self._set_action(name, change.value))

    def _input(self, label: str, name: str) -> None:
        box = ui.input(label, value=getattr(self.event, name)).props("outlined dense")
        box.on_value_change(lambda change: setattr(self.event, name, str(change.value or "")))

    def _set_action(self, name: str, value: str) -> None:
        setattr(self.event, name, Action(value) if value else None)

    def _draw_fields(self) -> None:
        _ = self.view.translate
        self.rows.clear()
        with self.rows:
            if self.event.fields:
                heads = [_("Field"), _("Kind"), _("Required"), _("Personal data"), _("Allowed values"), ""]
                with parts.sheet(heads):
                    for field in self.event.fields:
                        self._field(field)
            with parts.line("om-between"):
                parts.quiet(_("Add a field"), "add", on_click=self._add_field)
                parts.quiet(_("Remove the event"), "delete", on_click=self._remove)

    def _field(self, field: PlannedField) -> None:
        _ = self.view.translate
        with ui.element("tr"):
            with ui.element("td").classes("om-wide-cell"):
                path = ui.input(value=field.path, placeholder="properties.order_id").props("outlined dense")
                path.classes("om-mono w-full").props["aria-label"] = _("Field")
                path.on_value_change(lambda change: setattr(field, "path", str(change.value or "").strip()))
            self._choice(field, "type", FieldType, KINDS)
            with ui.element("td"):
                required = ui.checkbox(value=field.required).props("dense")
                required.props["aria-label"] = _("Required")
                required.on_value_change(lambda change: setattr(field, "required", bool(change.value)))
            self._choice(field, "pii", Pii, CLASSES)
            with ui.element("td"):
                text = ", ".join(str(value) for value in field.values)
                values = ui.input(value=text, placeholder=_("any")).props("outlined dense")
                values.props["aria-label"] = _("Allowed values")
                values.on_value_change(
                    lambda change: setattr(field, "values", values_of(str(change.value or ""), field))
                )
            with ui.element("td").classes("om-right"), parts.line("om-nowrap"):
                parts.icon_button("tune", _("Bounds"), on_click=lambda: self._bounds(field))
                parts.icon_button("close", _("Remove the field"), on_click=lambda: self._remove_field(field))

    def _choice(self, field: PlannedField, name: str, kind: Callable[[str], Any], words: dict[str, str]) -> None:
        choices = {key: self.view.translate(text) for key, text in words.items()}
        with ui.element("td"):
            select = ui.select(choices, value=str(getattr(field, name))).props("outlined dense")
            select.on_value_change(lambda change: setattr(field, name, kind(change.value)))

    def _bounds(self, field: PlannedField) -> None:
        """Limits of a number or of a length, and what it is."""
        _ = self.view.translate
        labels = {"min": _("At least"), "max": _("At most"), "min_length": _("Shortest"), "max_length": _("Longest")}
        with ui.dialog(value=True) as dialog, parts.panel(field.path or _("Field")):
            for name in BOUNDS:
                box = ui.number(labels[name], value=getattr(field, name)).props("outlined dense clearable")
                box.on_value_change(lambda change, name=name: setattr(field, name, _number(change.value)))
            note = ui.input(_("Description"), value=field.description).props("outlined dense").classes("w-full")
            note.on_value_change(lambda change: setattr(field, "description", str(change.value or "")))
            with parts.line("om-end"):
                parts.action(_("Done"), on_click=dialog.close)

    def _add_field(self) -> None:
        root = "traits." if self.event.type in ("identify", "group") else "properties."
        self.event.fields.append(PlannedField(path=root))
        self._draw_fields()

    def _remove_field(self, field: PlannedField) -> None:
        self.event.fields = [one for one in self.event.fields if one is not field]
        self._draw_fields()

    def _remove(self) -> None:
        self._on_remove(self.event)
        self.box.delete()


def values_of(text: str, field: PlannedField) -> list[str | int | float | bool]:
    """Allowed values written with commas between them, of the field's kind where they can be."""
    return [_value(part.strip(), field.type) for part in text.split(",") if part.strip()]


def _value(text: str, kind: FieldType) -> str | int | float | bool:
    if kind is FieldType.BOOLEAN and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind in (FieldType.NUMBER, FieldType.INTEGER, FieldType.MONEY):
        try:
            return int(text) if text.lstrip("-").isdecimal() else float(text)
        except ValueError:
            return text
    return text


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
