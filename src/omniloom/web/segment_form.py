"""The form a marketer builds a segment with: groups of conditions, and beside them who that is, while it is typed.

The draft is the truth; ``redraw`` builds the controls anew when its structure changes, ``touch`` notes a typed value.
A timer computes count and sample a moment after the last change, beside the event loop.
"""

from dataclasses import dataclass
from typing import Any

import yaml
from nicegui import ui

from omniloom import privacy, profiles, segments
from omniloom.core.clock import stopwatch
from omniloom.core.errors import Invalid, OmniloomError
from omniloom.profiles import PersonRow
from omniloom.web import parts
from omniloom.web.segment_form_draft import Group, Shape, read, row_at
from omniloom.web.segment_form_fields import (
    consent_fields,
    did_details,
    did_fields,
    segment_fields,
    trait_fields,
)  # fmt: skip
from omniloom.web.segment_form_options import Options
from omniloom.web.segment_form_result import SegmentResult
from omniloom.web.segment_form_row import ConsentRow, DidRow, Row, SegmentRow, TraitRow
from omniloom.web.theme import mark
from omniloom.web.view import View

PAUSE_S = 0.4  # how long typing must rest before the count is computed
TICK_S = 0.2
SAMPLE_ROWS = 8
EVERYONE = {"did_not": "(nothing)"}  # nobody did an event of this name, so everyone did not
KINDS = {
    "did": (mark("Did or did not"), "bolt", DidRow),
    "trait": (mark("Trait"), "badge", TraitRow),
    "consent": (mark("Consent"), "verified_user", ConsentRow),
    "segment": (mark("In a segment"), "group_work", SegmentRow),
}
_SHAPES = {
    Shape.ALL: mark("All of these are true"), Shape.ANY: mark("Any of these is true"),
    Shape.NONE: mark("None of these is true"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Who a definition means: how many, of how many, and some of them."""

    people: int
    base: int
    sample: list[PersonRow]


class SegmentForm:
    """One open form. ``definition`` is None while the draft is incomplete or wrong."""

    def __init__(self, view: View, options: Options, draft: Group, *, segment_id: str = "") -> None:
        self.view = view
        self.options = options
        self.draft = draft
        self.segment_id = segment_id
        self.definition: dict[str, Any] | None = None
        self._base: int | None = None
        self._properties: dict[str, list[str]] = {}
        self._problems: dict[Row, ui.element] = {}
        self._changed_at: float | None = None
        self._is_computing = False

    def build(self) -> None:
        """Draw the form: the conditions, and beside them the result."""
        with parts.columns(wide=True):
            with parts.panel(self.view._("Who is in it")):
                self._box = ui.element("div").classes("om-stack")
            self._result = SegmentResult(self.view, on_yaml=self._from_yaml)
        self.redraw()
        ui.timer(TICK_S, self._tick)

    def touch(self) -> None:
        """A value changed: compute anew once typing rests."""
        self._changed_at = stopwatch()
        self._write_down()

    def redraw(self) -> None:
        """The structure changed: draw the controls anew."""
        self._problems.clear()
        self._box.clear()
        with self._box:
            self._group(self.draft, is_root=True)
        self.touch()

    async def learn(self, event: str) -> None:
        """Read which fields an event has, once per event."""
        if event and event not in self._properties:
            self._properties[event] = await self.view.run(segments.property_names, self.view.platform.stores, event)

    def properties_of(self, event: str) -> list[str]:
        """The fields of an event that a filter can ask for."""
        return self._properties.get(event, [])

    def _group(self, group: Group, *, is_root: bool = False) -> None:
        _ = self.view.translate
        with ui.element("div").classes("om-rules" + ("" if is_root else " om-rules-inner")):
            with parts.line("om-between"):
                self._shape(group)
                if not is_root:
                    parts.icon_button("close", _("Remove the group"), on_click=lambda: self._remove(group))
            if not group.parts:
                parts.text(_("Add the first condition: what people did, or what you know of them."), "om-muted")
            for i, part in enumerate(group.parts):
                if i:
                    parts.text(_("or") if group.shape is not Shape.ALL else _("and"), "om-rule-joint")
                if isinstance(part, Group):
                    self._group(part)
                else:
                    self._row(part)
            self._adding(group, is_root=is_root)

    def _shape(self, group: Group) -> None:
        def change(value: str) -> None:
            group.shape = Shape(value)
            self.redraw()

        names = {shape.value: self.view._(text) for shape, text in _SHAPES.items()}
        box = ui.select(names, value=group.shape.value, on_change=lambda event: change(event.value))
        box.props("dense borderless options-dense").classes("om-shape")
        box.props["aria-label"] = self.view._("How the conditions belong together")

    def _adding(self, group: Group, *, is_root: bool) -> None:
        _ = self.view.translate

        def add(part: Group | Row) -> None:
            group.parts.append(part)
            self.redraw()

        with parts.line():
            with parts.quiet(_("Condition"), "add") as button:
                if is_root:
                    button.props["data-testid"] = "segment-add-condition"
                with ui.menu().props("auto-close"):
                    for key, (label, icon, row) in KINDS.items():
                        with ui.menu_item(on_click=lambda row=row: add(row())) as item:
                            item.props["data-testid"] = f"segment-add-{key}"
                            with ui.item_section().props("avatar"):
                                ui.icon(icon)
                            ui.item_section(_(label))
            ui.button(_("Group"), icon="add", color=None, on_click=lambda: add(Group(Shape.ANY))).props(
                "flat no-caps"
            ).classes("om-button")

    def _row(self, row: Row) -> None:
        with ui.element("div").classes("om-rule"):
            with ui.element("div").classes("om-rule-line"):
                ui.icon(KINDS[row.kind][1]).classes("om-rule-icon").tooltip(self.view._(KINDS[row.kind][0]))
                with ui.element("div").classes("om-rule-fields"):
                    self._fields(row)
                parts.icon_button("close", self.view._("Remove"), on_click=lambda: self._remove(row))
            if isinstance(row, DidRow):
                did_details(self, row)
            self._problems[row] = parts.text("", "om-rule-problem")

    def _fields(self, row: Row) -> None:
        match row:
            case TraitRow():
                trait_fields(self, row)
            case DidRow():
                did_fields(self, row)
            case ConsentRow():
                consent_fields(self, row)
            case SegmentRow():
                segment_fields(self, row)

    def _remove(self, part: Group | Row) -> None:
        self.draft.remove(part)
        self.redraw()

    def _write_down(self) -> None:
        """Check the draft: the definition if it is whole, and beside each row what is wrong with it."""
        for label in self._problems.values():
            _say(label, "")
        self.definition = None
        rows = self.draft.rows()
        incomplete = [(row, row.problem()) for row in rows if row.problem()]
        for row, problem in incomplete:
            self._blame(row, self.view._(problem))
        if not rows or incomplete:
            self._result.waiting(has_rows=bool(rows))
            return
        places: dict[str, Row] = {}
        plain = self.draft.plain(places=places)
        self._result.show_yaml(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=60))
        try:
            segments.parse(plain)
        except Invalid as error:
            self._wrong(error, places)
            return
        self.definition = plain
        self._result.show_words(plain, self.options.segment_names())

    def _wrong(self, error: OmniloomError, places: dict[str, Row]) -> None:
        message, hint = self.view.explain(error)
        row = row_at(places, str(error.facts.get("path", "")))
        if row is not None:
            self._blame(row, f"{message} — {hint}" if hint else message)
        self._result.wrong(message, hint)

    def _blame(self, row: Row, problem: str) -> None:
        if row in self._problems:
            _say(self._problems[row], problem)

    def _from_yaml(self, text: str) -> str:
        """Take over a definition an expert wrote; what is wrong with it, if anything."""
        try:
            segments.parse(text)
        except Invalid as error:
            message, hint = self.view.explain(error)
            return f"{message}. {hint}"
        self.draft = read(yaml.safe_load(text))
        self.redraw()
        return ""

    async def _tick(self) -> None:
        """Compute if something changed and typing rests."""
        if self._changed_at is None or self._is_computing or stopwatch() - self._changed_at < PAUSE_S:
            return
        self._changed_at = None
        if self.definition is None:
            return
        self._is_computing = True
        self._result.computing()
        asked = self.definition
        try:
            found = await self.view.run(self._find, asked)
        except OmniloomError as error:
            places: dict[str, Row] = {}
            self.draft.plain(places=places)
            self._wrong(error, places)
        else:
            if asked is self.definition:
                self._result.show(found.people, found.base, found.sample)
        finally:
            self._is_computing = False

    def _find(self, definition: dict[str, Any]) -> Found:
        stores, now = self.view.platform.stores, self.view.now()
        privacy.check_asked(self.view.sight(), definition)
        if self._base is None:
            self._base = segments.count(stores, EVERYONE, now=now)
        number = segments.count(stores, definition, now=now)
        ids = segments.sample(stores, definition, now=now, rows_max=SAMPLE_ROWS)
        return Found(number, self._base, self.view.shown(profiles.people(stores, ids)))


def _say(label: ui.element, text: str) -> None:
    assert isinstance(label, ui.label)  # noqa: S101 - narrows the type; parts.text makes labels
    label.set_text(text)
    label.set_visibility(bool(text))
