"""Tracking plans as they are kept: saving, finding, and which plan a source has."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from omniloom.collect.plan import Plan, parse_plan
from omniloom.collect.source import Source
from omniloom.core.clock import instant
from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import Ids
from omniloom.store import Row, Stores, query

_PLANS = query(__file__, "plans")
_SAVE = query(__file__, "save_plan")
_DROP = query(__file__, "drop_plan")


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan with its id; ``revision`` grows with every change."""

    plan_id: str
    plan: Plan
    revision: int
    updated_at: datetime
    updated_by: str


def plans(stores: Stores) -> list[SavedPlan]:
    """All plans by name."""
    with stores.state.read() as tx:
        return [_saved(row) for row in tx.rows(_PLANS)]


def plan_of(stores: Stores, plan: str) -> SavedPlan:
    """One plan by id or name. Errors: Missing."""
    for found in plans(stores):
        if plan in (found.plan_id, found.plan.name):
            return found
    raise Missing(f"there is no tracking plan {plan!r}", hint="see `omniloom plan show`")


def save_plan(
    stores: Stores, plan: Plan, *, now: datetime, ids: Ids, by: str = "", revision: int | None = None
) -> SavedPlan:
    """Save a plan; one of the same name is replaced. It is in force within a second.

    Errors: Invalid; Conflict if another plan has one of its sources, or (with ``revision``, the one that was read) if
    somebody changed it meanwhile.
    """
    plan = parse_plan(msgspec.to_builtins(plan))
    with stores.state.write() as tx:
        saved = [_saved(row) for row in tx.rows(_PLANS)]
        known = next((one for one in saved if one.plan.name == plan.name), None)
        if revision is not None and (known.revision if known else 0) != revision:
            raise Conflict(f"the plan {plan.name!r} was changed meanwhile", hint="read it again, then change it")
        _check_alone(plan, [one.plan for one in saved if one is not known])
        made = SavedPlan(
            plan_id=known.plan_id if known else ids.token()[:12],
            plan=plan,
            revision=(known.revision if known else 0) + 1,
            updated_at=now,
            updated_by=by,
        )
        tx.run(
            _SAVE, plan_id=made.plan_id, name=plan.name, definition=msgspec.json.encode(plan).decode(),
            revision=made.revision, updated_at=now, updated_by=by,
        )  # fmt: skip
    return made


def drop_plan(stores: Stores, plan_id: str) -> None:
    """Forget a plan: its sources send what they like again. Errors: Missing."""
    with stores.state.write() as tx:
        if tx.run(_DROP, plan_id=plan_id) == 0:
            raise Missing(f"there is no tracking plan {plan_id!r}", hint="somebody deleted it already")


def plans_by_source(saved: list[SavedPlan], known: list[Source]) -> dict[str, Plan]:
    """Source id -> its plan: the one that names it, else the one for all."""
    named: dict[str, Plan] = {}
    for one in saved:
        for name in one.plan.sources:
            named[name] = one.plan
    common = next((one.plan for one in saved if not one.plan.sources), None)
    found = {source.source_id: named.get(source.source_id) or named.get(source.name) or common for source in known}
    return {source_id: plan for source_id, plan in found.items() if plan is not None}


def _check_alone(plan: Plan, others: list[Plan]) -> None:
    for other in others:
        if not plan.sources and not other.sources:
            raise Conflict(
                f"the plan {other.name!r} is for all sources already", hint="name this one's sources", field="sources"
            )
        if shared := sorted(set(plan.sources) & set(other.sources)):
            raise Conflict(
                f"{shared[0]!r} has the plan {other.name!r} already", hint="change that one", field="sources"
            )


def _saved(row: Row) -> SavedPlan:
    plan = msgspec.json.decode(row["definition"], type=Plan)
    return SavedPlan(row["plan_id"], plan, row["revision"], instant(row["updated_at"]), row["updated_by"])
