"""Tracking plans hold for files too: an imported event that must be kept aside becomes a dead letter."""

from datetime import datetime
from typing import Any

from omniloom.collect.drop import Drop
from omniloom.collect.plan_cache import judged
from omniloom.collect.plan_check import CompiledPlan, compile_plan
from omniloom.collect.plan_store import plans, plans_by_source
from omniloom.collect.refusal import Arrival, encode_refusal, refusals_of
from omniloom.collect.source import Source
from omniloom.core.event import Event
from omniloom.store import Stores

DIALECT = "import"
_SHARED = ("user_id", "anonymous_id")


def plan_for(stores: Stores, source: Source) -> CompiledPlan | None:
    """The plan of a source, ready to be checked, or None."""
    plan = plans_by_source(plans(stores), [source]).get(source.source_id)
    return None if plan is None else compile_plan(plan)


def taken(stores: Stores, plan: CompiledPlan | None, events: list[Event], *, path: str, now: datetime) -> list[Event]:
    """The events that may go into the log; those that must be kept aside go into the refusals log, durably."""
    if plan is None or not events:
        return events
    verdicts = [judged(plan, event) for event in events]
    if any(isinstance(one, Drop) for one in verdicts):
        arrival = Arrival(events[0].source_id, DIALECT, path, now, is_history=True)
        refused = refusals_of(verdicts, [item_of(event) for event in events], arrival)
        stores.refusals.append([encode_refusal(one) for one in refused])
    return [one for one in verdicts if isinstance(one, Event)]


def item_of(event: Event) -> dict[str, Any]:
    """The event as a client would send it, so that it can be judged again."""
    others = [{"id": value, "type": kind} for kind, value in event.identifiers.items() if kind not in _SHARED]
    item = {
        "type": event.type,
        "messageId": event.message_id,
        "timestamp": event.occurred_at.isoformat(),
        "userId": event.identifiers.get("user_id"),
        "anonymousId": event.identifiers.get("anonymous_id"),
        "event" if event.type == "track" else "name": event.name,
        "groupId": event.group_id,
        "previousId": event.previous_id,
        "traits": event.traits,
        "properties": event.properties,
        "context": {**event.context, **({"externalIds": others} if others else {})},
    }
    return {key: value for key, value in item.items() if value}
