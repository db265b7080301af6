"""Tracking plans: all of them, and the editor of one."""

from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.collect import Plan, SavedPlan, Source
from omniloom.core.errors import Invalid
from omniloom.web import parts, plan_acts
from omniloom.web.counting import counted
from omniloom.web.page import page
from omniloom.web.plan_form import PlanForm
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View


@page("/plans", permission=Permission.SOURCES_READ, title=mark("Tracking plans"), nav=513, icon="rule")
async def plans(view: View) -> None:
    """The list."""
    _ = view.translate
    styled()
    found = await view.run(collect.plans, view.platform.stores)
    with parts.heading(
        _("Tracking plans"), _("Which events each source is to send, with which fields, and who owns them.")
    ):
        if view.may(Permission.SOURCES_WRITE):
            parts.quiet(_("Plan what arrives"), "auto_awesome", href="/arriving")
            parts.action(_("New plan"), "add", href="/plans/new")
    with parts.panel(classes="om-flush"):
        if not found:
            parts.empty(
                "rule", _("No plan yet"),
                _("A plan says what your sources send. What does not fit is flagged or kept aside, never lost."),
            )  # fmt: skip
            return
        with parts.sheet([_("Plan"), _("Sources"), _("Events"), _("On a miss"), _("Changed")]):
            for one in found:
                _row(view, one)


def _row(view: View, one: SavedPlan) -> None:
    _, plan = view.translate, one.plan
    kept = sum(event.on_violation == "quarantine" for event in plan.events)
    with ui.element("tr"):
        with ui.element("td"):
            parts.link(plan.name, f"/plans/{one.plan_id}", "om-strong")
            parts.text(plan.owner or plan.description, "om-muted om-two-lines")
        parts.text(", ".join(plan.sources) or _("All sources"), tag="td")
        parts.text(view.fmt.number(len(plan.events)), "om-num", tag="td")
        with ui.element("td"):
            strict = plan.on_violation == "quarantine"
            parts.badge(_("kept aside") if strict else _("warning"), "bad" if strict else "warn")
            if kept and not strict:
                parts.text(counted(view, "{n} event kept aside|{n} events kept aside", kept), "om-muted")
        with ui.element("td"):
            parts.text(view.fmt.ago(one.updated_at, view.now()), "om-muted")
            parts.text(one.updated_by, "om-muted")


@page("/plans/new", permission=Permission.SOURCES_WRITE, title=mark("New plan"))
async def plan_new(view: View) -> None:
    """Make a plan."""
    await _edit(view, None)


@page("/plans/{plan_id}", permission=Permission.SOURCES_READ, title=mark("Tracking plan"))
async def plan_edit(view: View, plan_id: str) -> None:
    """Look at a plan, or change it."""
    await _edit(view, await view.run(collect.plan_of, view.platform.stores, plan_id))


async def _edit(view: View, saved: SavedPlan | None) -> None:
    _ = view.translate
    styled()
    known: list[Source] = await view.run(collect.sources, view.platform.stores)
    form = PlanForm(view, saved.plan if saved else Plan(name=""), [one.name for one in known])

    async def save() -> None:
        await _save(view, form, saved)

    with parts.heading(saved.plan.name if saved else _("New plan"), _("In force a second after it is saved")):
        parts.quiet(_("All plans"), "arrow_back", href="/plans")
        if view.may(Permission.SOURCES_WRITE):
            if saved:
                parts.quiet(_("Delete"), "delete", on_click=lambda: plan_acts.remove(view, saved))
            parts.action(_("Save"), "check", on_click=save).props["data-testid"] = "plan-save"
    form.build()


async def _save(view: View, form: PlanForm, saved: SavedPlan | None) -> None:
    """Save what the form or the text says; what is wrong is told with its place."""
    try:
        plan = form.read()
    except Invalid as error:
        view.fault(error)
        return
    is_renamed = saved is not None and saved.plan.name != plan.name
    made = await plan_acts.save(view, plan, saved.revision if saved and not is_renamed else 0)
    if saved is not None and is_renamed:
        await view.run(collect.drop_plan, view.platform.stores, saved.plan_id)
    view.done(view._("Saved"))
    ui.navigate.to(f"/plans/{made.plan_id}")
