"""The timeline of one person: every contact of everyone merged into them, newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from omniloom.identity import members_of, root_of
from omniloom.store import EventsTx, Row, Stores, query

_TIMELINE = query(__file__, "timeline")
_TIMELINE_ITEMS = query(__file__, "timeline_items")
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One contact. ``items`` are an order's lines: line, product_id, name, category, quantity, amount_minor, and
    under ``properties`` whatever else the line said. ``problems`` name values that were not understood;
    ``confidence``, 0 to 4, says how surely it is this person's (identity.Level).
    """

    position: int
    occurred_at: datetime
    type: str
    name: str
    channel: str | None
    campaign_id: str | None
    source_id: str
    revenue_minor: int | None
    currency: str | None
    properties: dict[str, Any]
    items: list[dict[str, Any]]
    problems: dict[str, str]
    confidence: int = 0


def timeline(
    stores: Stores, person_id: int, *, before: datetime | None = None, before_position: int = 0, rows_max: int
) -> list[TimelineEvent]:
    """A person's events, newest first. The next page is before the last event's ``occurred_at`` and ``position``.

    Errors: Missing if there never was such a person.
    """
    root_id = root_of(stores, person_id)
    with stores.state.read() as state:
        people = members_of(state, [root_id])[root_id]
    with stores.events.read() as events:
        rows = events.rows(
            _TIMELINE, person_ids=people, person_min=min(people), person_max=max(people),
            before=before or _END_OF_TIME, before_position=before_position, rows_max=rows_max,
        )  # fmt: skip
        items = _items(events, people, [row["position"] for row in rows])
    return [_event(row, items.get(row["position"], [])) for row in rows]


def _items(events: EventsTx, people: list[int], positions: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    if not positions:
        return found
    rows = events.rows(
        _TIMELINE_ITEMS, positions=positions, position_min=min(positions), position_max=max(positions),
        person_min=min(people), person_max=max(people),
    )  # fmt: skip
    for row in rows:
        position = row.pop("position")
        found.setdefault(position, []).append({**row, "properties": msgspec.json.decode(row["properties"])})
    return found


def _event(row: Row, items: list[dict[str, Any]]) -> TimelineEvent:
    decode = msgspec.json.decode
    problems = decode(row["problems"]) if row["problems"] else {}
    return TimelineEvent(**{**row, "properties": decode(row["properties"]), "items": items, "problems": problems})
