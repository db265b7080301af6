"""One kind of event as it arrives: its volume, its fields against the plan, what it misses, and samples."""

import json

from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.collect import Arriving, ArrivingField, Miss, PlannedEvent, PlannedField, kind_that_holds
from omniloom.core.errors import Missing
from omniloom.web import parts, plan_acts, theme
from omniloom.web.arriving_rows import planned_of
from omniloom.web.json_lines import marked
from omniloom.web.page import page
from omniloom.web.plan_words import CODES, kind_text, pii_text
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View


@page("/arriving/{source_id}", permission=Permission.SOURCES_READ, title=mark("What arrives"))
async def arriving_event(view: View, source_id: str, type: str = "track", name: str = "") -> None:  # noqa: A002 - a query parameter
    """The detail of one name."""
    _, fmt, stores = view.translate, view.fmt, view.platform.stores
    styled()
    known = await view.run(collect.sources, stores)
    found = await view.run(collect.arriving, stores, now=view.now(), source_id=source_id)
    one = next((row for row in found if (row.type, row.name) == (type, name)), None)
    if one is None:
        raise Missing(_("No such event has arrived."))
    detail = await view.run(collect.arriving_of, stores, source_id, type, name)
    plan = collect.plans_by_source(await view.run(collect.plans, stores), known).get(source_id)
    planned = planned_of(plan, type, name)
    source = next((row.name for row in known if row.source_id == source_id), source_id)
    with parts.heading(name or type, source):
        parts.quiet(_("What arrives"), "arrow_back", href=f"/arriving?source={source_id}")
        if plan is not None and planned is None and view.may(Permission.SOURCES_WRITE):
            parts.action(_("Add to the plan"), "add", on_click=lambda: plan_acts.add(view, one))
    share = one.flagged / one.events if one.events else None
    parts.figures(
        [
            (_("Events"), fmt.number(one.events), _("fields looked at in {n}").format(n=fmt.number(one.looked))),
            (_("First seen"), fmt.date(one.first_seen_at), fmt.time(one.first_seen_at)),
            (_("Last seen"), fmt.date(one.last_seen_at), fmt.ago(one.last_seen_at, view.now())),
            (_("Miss the plan"), fmt.number(one.flagged), fmt.percent(share, 1)),
        ]
    )
    _volume(view, one)
    _fields(view, detail.fields, planned, one, has_plan=plan is not None)
    if detail.misses:
        _misses(view, detail.misses)
    _samples(view, [json.dumps(sample, ensure_ascii=False) for sample in detail.samples])


def _volume(view: View, one: Arriving) -> None:
    _ = view.translate
    days = collect.last_days(view.now())
    options = theme.chart(
        xAxis=theme.axis(type="category", data=[view.fmt.short_day(day) for day in days], splitLine={"show": False}),
        yAxis=theme.axis(type="value", minInterval=1),
        series=[{"name": _("Events"), "type": "bar", "barMaxWidth": 22, "itemStyle": {"borderRadius": [3, 3, 0, 0]},
                 "data": one.days}],
    )  # fmt: skip
    with parts.panel(_("Events per day"), _("By the day on which they happened, UTC")):
        ui.echart(options).classes("om-chart om-chart-low")


def _fields(
    view: View, found: list[ArrivingField], planned: PlannedEvent | None, one: Arriving, *, has_plan: bool
) -> None:
    _ = view.translate
    rules = {field.path: field for field in planned.fields} if planned else {}
    there = {field.path: field for field in found}
    paths = sorted(rules.keys() | there.keys())
    subtitle = _("Kinds of values that arrive, beside those that are planned")
    with parts.panel(_("Fields"), subtitle if has_plan else "", classes="om-flush"):
        headings = [_("Field"), _("Arrives as"), _("In events"), *([_("Planned as"), ""] if has_plan else [])]
        with parts.sheet(headings):
            for path in paths:
                with ui.element("tr"):
                    parts.text(path, "om-mono", tag="td")
                    field = there.get(path)
                    kinds = ", ".join(kind_text(view, kind) for kind in field.kinds) if field else "–"
                    parts.text(kinds, tag="td")
                    share = min(field.seen / one.looked, 1) if field and one.looked else None
                    parts.text(view.fmt.percent(share), "om-num om-muted", tag="td")
                    if has_plan:
                        _planned(view, field, rules.get(path), is_planned=planned is not None)


def _planned(view: View, field: ArrivingField | None, rule: PlannedField | None, *, is_planned: bool) -> None:
    _ = view.translate
    with ui.element("td"):
        if rule is not None:
            words = [kind_text(view, rule.type)]
            words += [_("required")] if rule.required else []
            words += [pii_text(view, rule.pii)] if rule.pii != "none" else []
            parts.text(" · ".join(words))
    with ui.element("td"):
        if rule is None and is_planned:
            parts.badge(_("Not planned"), "warn")
        elif rule is not None and field is None:
            parts.badge(_("Does not arrive"), "warn" if rule.required else "neutral")
        elif rule is not None and field is not None and not _fits(rule, field):
            parts.badge(_("Differs"), "bad")


def _fits(rule: PlannedField, field: ArrivingField) -> bool:
    """Whether all kinds that arrive are among what the plan takes."""
    wider = {"any": set(field.kinds), "number": {"integer", "number"}, "text": {"text", "instant"},
             "money": {"integer", "number", "text"}, "integer": {"integer", "number"}}  # fmt: skip
    return set(field.kinds) <= wider.get(rule.type, {str(rule.type)}) or kind_that_holds(field) == rule.type


def _misses(view: View, misses: list[Miss]) -> None:
    _ = view.translate
    panel = parts.panel(_("How they miss the plan"), _("Since the plan was last changed"), classes="om-flush")
    with panel, parts.sheet([_("Field"), _("Miss"), _("Events"), _("Last seen")]):
        for one in misses:
            with ui.element("tr"):
                parts.text(one.path, "om-mono", tag="td")
                parts.text(_(CODES.get(one.code, one.code)), tag="td")
                parts.text(view.fmt.number(one.events), "om-num", tag="td")
                parts.text(view.fmt.ago(one.last_at, view.now()), "om-muted", tag="td")


def _samples(view: View, samples: list[str]) -> None:
    _ = view.translate
    if not samples:
        return
    with parts.panel(_("Last samples"), _("Personal values are masked.")), ui.element("div").classes("om-samples"):
        for sample in samples:
            with ui.element("div").classes("om-json"):
                for line, _fault in marked(sample, ""):
                    parts.text(line, "om-json-line")
