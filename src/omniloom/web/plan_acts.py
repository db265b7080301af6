"""What pages do with plans: draft one of what arrives, add an event, save, remove."""

from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.collect import Arriving, Plan, SavedPlan, Source
from omniloom.web import parts
from omniloom.web.view import View


async def draft(view: View, known: list[Source]) -> None:
    """Make and save a plan of what these sources send, then open it."""
    view.require(Permission.SOURCES_WRITE)
    taken = {one.plan.name for one in await view.run(collect.plans, view.platform.stores)}
    wanted = known[0].name if len(known) == 1 else view._("Plan")
    name = next(name for n in range(1, 1000) if (name := wanted if n == 1 else f"{wanted} {n}") not in taken)
    plan = await view.run(
        collect.draft_plan, view.platform.stores, name=name, source_ids=[one.source_id for one in known],
        source_names=[one.name for one in known], now=view.now(),
    )  # fmt: skip
    saved = await save(view, plan)
    ui.navigate.to(f"/plans/{saved.plan_id}")


async def add(view: View, one: Arriving) -> None:
    """Add an event to its source's plan, as it arrives."""
    view.require(Permission.SOURCES_WRITE)
    stores = view.platform.stores
    saved = await view.run(collect.plans, stores)
    known = await view.run(collect.sources, stores)
    plan = collect.plans_by_source(saved, known).get(one.source_id)
    if plan is None:
        return
    event = await view.run(collect.draft_event, stores, one)
    plan.events = [*(other for other in plan.events if other.key() != event.key()), event]
    await save(view, plan)
    ui.navigate.reload()


async def save(view: View, plan: Plan, revision: int | None = None) -> SavedPlan:
    """Save a plan and count its misses anew. Errors: Invalid names the place; Conflict."""
    view.require(Permission.SOURCES_WRITE)
    return await view.run(_save, view, plan, revision)


def _save(view: View, plan: Plan, revision: int | None) -> SavedPlan:
    platform = view.platform
    saved = collect.save_plan(
        platform.stores, plan, now=view.now(), ids=platform.ids, by=view.user.email, revision=revision
    )
    held = collect.plans_by_source([saved], collect.sources(platform.stores))
    collect.forget_misses(platform.stores, sorted(held))
    return saved


def remove(view: View, saved: SavedPlan) -> None:
    """Ask, then forget a plan."""
    _ = view.translate

    async def act() -> None:
        view.require(Permission.SOURCES_WRITE)
        await view.run(collect.drop_plan, view.platform.stores, saved.plan_id)
        ui.navigate.to("/plans")

    question = _("Delete the plan “{name}”?").format(name=saved.plan.name)
    parts.confirm(view, question, consequence=_("Its sources may send what they like again."), yes=_("Delete"), act=act)
