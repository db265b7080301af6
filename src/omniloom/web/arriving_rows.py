"""What arrives beside what was planned, as rows to show; and a small picture of volume."""

from dataclasses import dataclass

from omniloom import collect
from omniloom.collect import Arriving, Plan, PlannedEvent, SavedPlan
from omniloom.web.view import View

BAR_PX, GAP_PX, HEIGHT_PX = 3, 1, 26


@dataclass(frozen=True, slots=True)
class ArrivingRow:
    """One kind of event of one source: planned, arriving, or both. ``has_plan`` says whether the source has one."""

    source_id: str
    type: str
    name: str
    arriving: Arriving | None
    planned: PlannedEvent | None
    has_plan: bool
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """All rows of some sources, and the saved plan of each source that has one."""

    rows: list[ArrivingRow]
    plans: dict[str, SavedPlan]


def arrivals(view: View, source_ids: list[str]) -> Arrivals:
    """Planned and arriving events of these sources; most events first, then what is planned and does not arrive."""
    stores, now = view.platform.stores, view.now()
    known = [one for one in collect.sources(stores) if one.source_id in source_ids]
    saved = collect.plans(stores)
    by_name = {one.plan.name: one for one in saved}
    chosen = {source_id: by_name[plan.name] for source_id, plan in collect.plans_by_source(saved, known).items()}
    rows: list[ArrivingRow] = []
    waiting: list[ArrivingRow] = []
    for source in known:
        found = collect.arriving(stores, now=now, source_id=source.source_id)
        held = chosen.get(source.source_id)
        rows += [_row(one, held.plan if held else None) for one in found]
        if held is not None:
            waiting += _not_arriving(source.source_id, held.plan, found)
    rows.sort(key=lambda row: -(row.arriving.events if row.arriving else 0))
    return Arrivals(rows + waiting, chosen)


def planned_of(plan: Plan | None, type_: str, name: str) -> PlannedEvent | None:
    """What a plan says of an event."""
    events = {one.key(): one for one in plan.events} if plan else {}
    return events.get((type_, name)) or events.get((type_, "*"))


def _row(one: Arriving, plan: Plan | None) -> ArrivingRow:
    return ArrivingRow(one.source_id, one.type, one.name, one, planned_of(plan, one.type, one.name), plan is not None)


def _not_arriving(source_id: str, plan: Plan, found: list[Arriving]) -> list[ArrivingRow]:
    there = {(one.type, one.name) for one in found} | {(one.type, "*") for one in found}
    return [
        ArrivingRow(source_id, one.type, one.name, None, one, has_plan=True)
        for one in plan.events
        if one.key() not in there
    ]


def sparkline(days: list[int]) -> str:
    """Volume by day as an SVG of bars; made of numbers only."""
    most = max(days, default=0) or 1
    width = len(days) * (BAR_PX + GAP_PX)
    bars = []
    for place, events in enumerate(days):
        height = max(round(events / most * HEIGHT_PX), 2 if events else 1)
        shade = "om-spark-bar" if events else "om-spark-none"
        x, y = place * (BAR_PX + GAP_PX), HEIGHT_PX - height
        bars.append(f'<rect class="{shade}" x="{x}" y="{y}" width="{BAR_PX}" height="{height}" rx="1"></rect>')
    return (
        f'<svg class="om-spark" width="{width}" height="{HEIGHT_PX}" viewBox="0 0 {width} {HEIGHT_PX}" '
        f'aria-hidden="true">{"".join(bars)}</svg>'
    )
