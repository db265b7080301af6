"""The plans in force, at hand for the intake; and their word on what arrives. A source without a plan costs nothing."""

import threading
from collections.abc import Sequence
from datetime import timedelta

from omniloom.collect.drop import Drop, DropReason
from omniloom.collect.plan import Action
from omniloom.collect.plan_check import CompiledPlan, Violation, check, compile_plan
from omniloom.collect.plan_store import plans, plans_by_source
from omniloom.collect.source import sources
from omniloom.core.clock import EPOCH, Clock
from omniloom.core.event import CONSENT_WITHDRAWN, UNSUBSCRIBED, Event, decode, encode, word_name
from omniloom.store import Stores, query

FLAG = "plan_violations"  # of an event's context: what it misses, so that who reads it later knows
FLAGGED_MAX = 10

_REVISIONS = query(__file__, "plan_revisions")


class PlanCache:
    """Source id -> its compiled plan, at most a second behind the store."""

    KEPT = timedelta(seconds=1)

    def __init__(self, stores: Stores, clock: Clock) -> None:
        self._stores = stores
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = EPOCH
        self._signature: list[tuple[str, int | str]] = []
        self._plans: dict[str, CompiledPlan] = {}

    def of(self, source_id: str) -> CompiledPlan | None:
        """The plan of a source, or None."""
        if abs(self._clock.now() - self._looked_at) >= self.KEPT:
            self._refresh()
        return self._plans.get(source_id)

    def _refresh(self) -> None:
        """Read the plans if one of them or a source's name changed; whoever comes meanwhile uses the ones at hand."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            with self._stores.state.read() as tx:
                signature: list[tuple[str, int | str]] = list(tx.tuples(_REVISIONS))
            known = sources(self._stores) if signature else []
            signature += [(source.source_id, source.name) for source in known]
            if signature != self._signature:
                chosen = plans_by_source(plans(self._stores), known)
                compiled = {id(plan): compile_plan(plan) for plan in chosen.values()}
                self._plans = {source_id: compiled[id(plan)] for source_id, plan in chosen.items()}
                self._signature = signature
            self._looked_at = self._clock.now()
        finally:
            self._lock.release()


def enforce(cache: PlanCache, source_id: str, verdicts: Sequence[Event | Drop]) -> list[Event | Drop]:
    """The verdicts after the source's plan had its word: events flagged, or kept aside."""
    plan = cache.of(source_id)
    if plan is None:
        return list(verdicts)
    return [judged(plan, one) if isinstance(one, Event) else one for one in verdicts]


def enforce_bodies(cache: PlanCache, source_id: str, verdicts: list[bytes | Drop]) -> list[bytes | Drop]:
    """As ``enforce``, for events that are encoded for the log already."""
    plan = cache.of(source_id)
    if plan is None:
        return verdicts
    return [one if isinstance(one, Drop) else judged_body(plan, one) for one in verdicts]


def judged_body(plan: CompiledPlan, body: bytes) -> bytes | Drop:
    """The body of a fitting event as it is, that of one to be warned of with its flag, or a drop."""
    event = decode(body)
    if not (found := check(plan, event)):
        return body
    verdict = _follow(plan, event, found)
    return verdict if isinstance(verdict, Drop) else encode(verdict)


def judged(plan: CompiledPlan, event: Event) -> Event | Drop:
    """The event if it fits its plan, flagged if it is to be warned of; else a drop that names the first field."""
    found = check(plan, event)
    return _follow(plan, event, found) if found else event


def _follow(plan: CompiledPlan, event: Event, found: list[Violation]) -> Event | Drop:
    is_leaving = word_name(event.name) in (UNSUBSCRIBED, CONSENT_WITHDRAWN)  # no plan may keep that from being heeded
    grave = [one for one in found if one.action is Action.QUARANTINE and not is_leaving]
    if not grave:
        flags = [{"path": one.path, "code": str(one.code)} for one in found[:FLAGGED_MAX]]
        event.context = {**event.context, FLAG: flags}
        return event
    others = f" (and {len(grave) - 1} more)" if len(grave) > 1 else ""
    first = grave[0]
    message = f"plan {plan.name}: {first.path} {first.message}{others}"
    return Drop(DropReason.PLAN_VIOLATION, first.path, message)
