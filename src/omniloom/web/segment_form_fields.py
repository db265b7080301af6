"""The controls of one condition: what stands in a row of the segment form."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from omniloom import segments
from omniloom.web import marks, parts
from omniloom.web.segment_form_controls import Form, Suggest, pick, typed
from omniloom.web.segment_form_options import (
    CONSENT_CHANNELS,
    PRODUCT_PREFIX,
    VALUES_MAX,
    is_number_field,
    operators_for,
)  # fmt: skip
from omniloom.web.segment_form_row import Bounds, Compare, ConsentRow, DidRow, SegmentRow, TraitRow
from omniloom.web.segment_words import event_choice, field_title
from omniloom.web.theme import mark

UNITS = {"d": mark("days"), "w": mark("weeks"), "mo": mark("months"), "h": mark("hours")}


def trait_fields(form: Form, row: TraitRow) -> None:
    """A trait, an operator, a value."""
    view, compare = form.view, row.compare
    fmt = view.fmt

    def choose(key: str) -> None:
        compare.field, compare.is_number = key, form.options.is_number(key)
        if compare.operator not in operators_for(view, is_number=compare.is_number):
            compare.operator = "is"
        form.redraw()

    known = {
        found.key: f"{marks.trait_choice(view, found.key)}  ·  {fmt.number(found.people)}"
        for found in form.options.traits
    }
    pick(known, compare.field, choose, placeholder=view._("Choose a trait"), classes="om-w-l", testid="trait")

    async def suggest() -> list[tuple[str, int]]:
        if await view.run(view.hides, f"traits.{compare.field}"):
            return []
        return await view.run(segments.trait_values, view.platform.stores, compare.field, rows_max=VALUES_MAX)

    if compare.field:
        is_number = compare.is_number and form.options.is_number(compare.field)
        comparison(form, compare, is_number=is_number, suggest=suggest)


def consent_fields(form: Form, row: ConsentRow) -> None:
    """Agreed or not, to which channel."""
    _ = form.view.translate

    def given(value: str) -> None:
        row.is_given = value == "yes"
        form.touch()

    def channel(value: str) -> None:
        row.channel = value
        form.touch()

    pick({"yes": _("agreed to"), "no": _("did not agree to")}, "yes" if row.is_given else "no", given, classes="om-w-m")
    names = dict.fromkeys([*CONSENT_CHANNELS, row.channel])
    pick({key: marks.channel_title(form.view, key) for key in names}, row.channel, channel, classes="om-w-m")
    if row.purpose != "marketing":
        parts.badge(row.purpose)


def segment_fields(form: Form, row: SegmentRow) -> None:
    """Another segment."""

    def choose(value: str) -> None:
        row.segment = value
        form.touch()

    names = {
        found.segment_id: f"{found.name}  ·  {form.view.fmt.number(found.members)}"
        for found in form.options.segments
        if found.segment_id != form.segment_id
    }
    by_name = {found.name: found.segment_id for found in form.options.segments}
    row.segment = by_name.get(row.segment, row.segment)
    parts.text(form.view._("are in the segment"))
    pick(names, row.segment, choose, placeholder=form.view._("Choose a segment"), classes="om-w-l")


def did_fields(form: Form, row: DidRow) -> None:
    """Did or did not, which event, and when."""
    view, _ = form.view, form.view.translate

    def done(value: str) -> None:
        row.is_done = value == "did"
        form.touch()

    async def choose(value: str) -> None:
        row.event = value
        await form.learn(value)
        form.redraw()

    pick({"did": _("did"), "did_not": _("did not do")}, "did" if row.is_done else "did_not", done, classes="om-w-m")
    known = {name: f"{event_choice(view, name)}  ·  {view.fmt.number(n)}" for name, n in form.options.events}
    pick(known, row.event, choose, placeholder=_("Choose what they did"), classes="om-w-l", testid="event")
    _window_fields(form, row)


def _window_fields(form: Form, row: DidRow) -> None:
    _ = form.view.translate

    def form_of(value: str) -> None:
        row.window = value
        form.redraw()

    def point(i: int) -> Callable[[str], None]:
        def write(value: str) -> None:
            row.points[i] = value
            form.touch()

        return write

    forms = {"": _("at any time"), "within": _("in the last"), "before": _("before the day"),
             "after": _("since the day"), "between": _("between the days")}  # fmt: skip
    pick(forms, row.window, form_of, classes="om-w-m", testid="window")
    if row.window == "within":
        typed(row.span, lambda value: _write(form, row, "span", value), classes="om-w-s", label=_("How many"))
        units = {**{key: _(text) for key, text in UNITS.items()}}
        units.setdefault(row.unit, row.unit)
        pick(units, row.unit, lambda value: _write(form, row, "unit", value), classes="om-w-s")
    elif row.window:
        for i in range(2 if row.window == "between" else 1):
            typed(row.points[i], point(i), classes="om-w-d", placeholder="2026-01-31", is_day=True, label=_("Day"))


def did_details(form: Form, row: DidRow) -> None:
    """How often, for how much, and on what terms: each on its own line, added by a button."""
    _ = form.view.translate
    if row.count.form:
        with _detail(form, _("how often"), lambda: setattr(row, "count", Bounds())):
            _bounds(form, row.count)
            parts.text(_("times"), "om-muted")
    if row.total_of:
        with _detail(form, _("for how much"), lambda: setattr(row, "total_of", "")):
            names = {"revenue": _("revenue"), "amount": _("amount of the products"), "quantity": _("quantity")}
            names.setdefault(row.total_of, row.total_of)
            pick(names, row.total_of, lambda value: _write(form, row, "total_of", value), classes="om-w-m")
            _bounds(form, row.total)
            parts.text(row.currency or _("in total"), "om-muted")
    for filters, prefix in ((row.where, ""), (row.products, PRODUCT_PREFIX)):
        for compare in list(filters):
            with _detail(form, _("where"), partial(filters.remove, compare)):
                _filter(form, row, compare, prefix)
    with parts.line("om-rule-more"):
        if not row.count.form:
            _more(_("How often"), "repeat", lambda: setattr(row, "count", Bounds("at_least", "2")), form)
        if not row.total_of:
            _more(_("For how much"), "payments", lambda: _with_total(row), form)
        _more(_("Filter"), "filter_alt", lambda: row.where.append(Compare()), form)


def _with_total(row: DidRow) -> None:
    row.total_of, row.total = "revenue", Bounds("at_least", "100")


def _filter(form: Form, row: DidRow, compare: Compare, prefix: str) -> None:
    view = form.view

    def choose(name: str) -> None:
        for filters in (row.where, row.products):
            if compare in filters:
                filters.remove(compare)
        is_product = name.startswith(PRODUCT_PREFIX)
        compare.field = name.removeprefix(PRODUCT_PREFIX)
        (row.products if is_product else row.where).append(compare)
        compare.is_number = not is_product and is_number_field(name)
        form.redraw()

    async def suggest() -> list[tuple[str, int]]:
        name = prefix + compare.field
        if await view.run(view.hides, f"{'items' if prefix else 'properties'}.{compare.field}"):
            return []
        return await view.run(segments.property_values, view.platform.stores, row.event, name, rows_max=VALUES_MAX)

    name = prefix + compare.field if compare.field else ""
    names = {key: field_title(view, key) for key in form.properties_of(row.event)}
    pick(names, name, choose, placeholder=view._("Choose a field"), classes="om-w-m")
    if compare.field:
        is_number = not prefix and (compare.is_number or is_number_field(compare.field))
        comparison(form, compare, is_number=is_number, suggest=suggest)


def comparison(form: Form, compare: Compare, *, is_number: bool, suggest: Suggest) -> None:
    """An operator and its argument, with suggestions."""
    view, _ = form.view, form.view.translate

    def operator(value: str) -> None:
        compare.operator = value
        form.redraw()

    names = operators_for(view, is_number=is_number)
    names.setdefault(compare.operator, compare.operator)
    pick(names, compare.operator, operator, classes="om-w-m", testid="operator")
    if compare.operator == "exists":
        pick({"yes": _("yes"), "no": _("no")}, "yes" if compare.flag else "no",
             lambda value: _write(form, compare, "flag", value == "yes"), classes="om-w-s")  # fmt: skip
        return
    if compare.operator == "one_of":
        _many(form, compare, suggest)
        return
    is_day = compare.operator in ("before", "after") or (compare.operator == "between" and not is_number)
    for name in ("value", "high") if compare.operator == "between" else ("value",):
        typed(
            getattr(compare, name), partial(_write, form, compare, name),
            classes="om-w-d" if is_day else "om-w-m", placeholder="2026-01-31" if is_day else "", is_day=is_day,
            suggest=None if is_day else suggest, label=_("Value"), testid=name,
        )  # fmt: skip


def _many(form: Form, compare: Compare, suggest: Suggest) -> None:
    box = ui.select(list(compare.values), value=list(compare.values), multiple=True, with_input=True,
                    new_value_mode="add-unique")  # fmt: skip
    box.props("dense outlined options-dense use-chips hide-dropdown-icon").classes("om-w-xl")
    box.props["aria-label"] = form.view._("Values")

    def change() -> None:
        compare.values = [str(value) for value in box.value or []]
        form.touch()

    async def load() -> None:
        found = [value for value, _n in await suggest()]
        box.set_options(list(dict.fromkeys([*compare.values, *found])), value=list(compare.values))

    box.on_value_change(change)
    box.on("focus", load, [])


def _bounds(form: Form, bounds: Bounds) -> None:
    _ = form.view.translate

    def form_of(value: str) -> None:
        bounds.form = value
        form.redraw()

    forms = {"at_least": _("at least"), "at_most": _("at most"), "exactly": _("exactly"), "between": _("from … to")}
    pick(forms, bounds.form or "at_least", form_of, classes="om-w-m")
    for name in ("low", "high") if bounds.form == "between" else ("low",):
        typed(getattr(bounds, name), partial(_write, form, bounds, name), classes="om-w-s",
              label=_("Number"))  # fmt: skip


def _detail(form: Form, label: str, remove: Callable[[], Any]) -> Any:
    def gone() -> None:
        remove()
        form.redraw()

    box = ui.element("div").classes("om-rule-detail")
    with box:
        parts.text(label, "om-rule-word")
        inner = ui.element("div").classes("om-rule-fields")
        parts.icon_button("close", form.view._("Remove"), on_click=gone)
    return inner


def _more(label: str, icon: str, add: Callable[[], Any], form: Form) -> None:
    def act() -> None:
        add()
        form.redraw()

    ui.button(label, icon=icon, on_click=act, color=None).props("flat dense no-caps size=sm").classes("om-more")


def _write(form: Form, target: object, name: str, value: Any) -> None:
    setattr(target, name, value)
    form.touch()
