"""A plan on trial: what it would say of given items, without taking any."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omniloom.collect.accept import accept
from omniloom.collect.drop import Drop
from omniloom.collect.plan import Plan
from omniloom.collect.plan_check import Violation, check, compile_plan
from omniloom.core.ids import Ids


@dataclass(frozen=True, slots=True)
class Tried:
    """What would become of one item: refused for a reason of the intake's own, or taken with these misses."""

    index: int
    type: str
    name: str
    reason: str
    message: str
    violations: list[Violation]


def try_plan(plan: Plan, items: list[Any], *, now: datetime, ids: Ids) -> list[Tried]:
    """The plan's word on each item, in order."""
    compiled = compile_plan(plan)
    verdicts = accept(items, source_id="trial", received_at=now, sent_at=None, ids=ids)
    return [
        Tried(i, "", "", str(verdict.reason), verdict.message, [])
        if isinstance(verdict, Drop)
        else Tried(i, verdict.type, verdict.name, "", "", check(compiled, verdict))
        for i, verdict in enumerate(verdicts)
    ]
