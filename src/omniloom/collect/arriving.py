"""What arrives against what was planned, for reading; and a plan made of what arrives."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast, get_args

import msgspec

from omniloom.collect.inference import pii_of
from omniloom.collect.plan import ANY_NAME, NAMED, FieldType, Plan, PlannedEvent, PlannedField
from omniloom.core.clock import EPOCH, instant
from omniloom.core.event import EventType
from omniloom.store import Stores, query

OTHER: Final = "(other)"  # names of a source beyond the first thousand
DAYS = 30
LOOKED_MIN = 20  # fewer events say nothing about what is always there
PLANNED_SHARE = 0.02  # fields rarer than this are left out of a draft
MONEY = frozenset(("price", "revenue", "total", "value", "amount", "cost", "tax", "shipping", "discount", "subtotal"))

_ARRIVALS = query(__file__, "arrivals")
_DAYS = query(__file__, "arrival_days")
_FIELDS = query(__file__, "arrival_fields")
_SAMPLES = query(__file__, "arrival_samples")
_MISSES = query(__file__, "arrival_misses")
_FORGET_MISSES = query(__file__, "forget_misses")


@dataclass(frozen=True, slots=True)
class Arriving:
    """Events of one name from one source. ``days`` is the volume of the last 30 days, the present one last.

    ``flagged`` events missed their plan and were taken with a warning; fields were looked at in ``looked`` of them.
    """

    source_id: str
    type: str
    name: str
    first_seen_at: datetime
    last_seen_at: datetime
    events: int
    flagged: int
    looked: int
    days: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ArrivingField:
    """A field of some events: the kinds of its values and how many events had each."""

    path: str
    kinds: dict[str, int]

    @property
    def seen(self) -> int:
        """In how many of the events that were looked at; of elements of lists, at least."""
        return max(self.kinds.values()) if "[]" in self.path else sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class Miss:
    """So many events missed their plan at one place in one way."""

    path: str
    code: str
    events: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ArrivingDetail:
    """What is known about one name: fields by path, misses, the last samples (masked)."""

    fields: list[ArrivingField]
    misses: list[Miss]
    samples: list[dict[str, Any]]


def arriving(stores: Stores, *, now: datetime, source_id: str = "") -> list[Arriving]:
    """What one source sends, or all of them; most events first."""
    last = (now - EPOCH).days
    first = last - DAYS + 1
    with stores.state.read() as tx:
        rows = tx.rows(_ARRIVALS, source_id=source_id)
        volumes = tx.tuples(_DAYS, source_id=source_id, since=first, until=last)
    days: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * DAYS)
    for of, type_, name, day, events in volumes:
        days[of, type_, name][day - first] = events
    return [
        Arriving(
            **{
                **row,
                "first_seen_at": instant(row["first_seen_at"]),
                "last_seen_at": instant(row["last_seen_at"]),
                "days": days[row["source_id"], row["type"], row["name"]],
            }
        )
        for row in rows
    ]


def arriving_of(stores: Stores, source_id: str, type_: str, name: str) -> ArrivingDetail:
    """Fields, misses and samples of one name."""
    with stores.state.read() as tx:
        fields = tx.tuples(_FIELDS, source_id=source_id)
        misses = tx.tuples(_MISSES, source_id=source_id)
        samples = tx.tuples(_SAMPLES, source_id=source_id, type=type_, name=name)
    mine = [(path, kind, seen) for of, named, path, kind, seen in fields if (of, named) == (type_, name)]
    return ArrivingDetail(
        fields=_fields(mine),
        misses=[Miss(path, code, events, instant(at)) for of, named, path, code, events, at in misses
                if (of, named) == (type_, name)],
        samples=[msgspec.json.decode(body) for _, body in samples],
    )  # fmt: skip


def forget_misses(stores: Stores, source_ids: list[str]) -> None:
    """Count misses anew: the plan of these sources changed."""
    with stores.state.write() as tx:
        tx.run(_FORGET_MISSES, source_ids=source_ids)


def draft_plan(stores: Stores, *, name: str, source_ids: list[str], source_names: list[str], now: datetime) -> Plan:
    """A plan of what these sources send: what every event has is required, kinds and PII classes are guessed."""
    drafts: dict[tuple[str, str], PlannedEvent] = {}
    for source_id in source_ids:
        for one in arriving(stores, now=now, source_id=source_id):
            if one.name == OTHER or one.type not in get_args(EventType):
                continue
            event = draft_event(stores, one)
            known = drafts.get(event.key())
            drafts[event.key()] = event if known is None else _joined(known, event)
    events = sorted(drafts.values(), key=PlannedEvent.key)
    return Plan(name=name, sources=source_names, events=events)


def draft_event(stores: Stores, one: Arriving) -> PlannedEvent:
    """What one name's events look like, as a plan would say it."""
    detail = arriving_of(stores, one.source_id, one.type, one.name)
    fields = [
        _drafted(found, one.looked) for found in detail.fields if found.seen >= PLANNED_SHARE * one.looked
    ]  # fmt: skip
    name = one.name or (ANY_NAME if one.type in NAMED else "")
    return PlannedEvent(name=name, type=cast("EventType", one.type), fields=_consistent(fields))


def last_days(now: datetime) -> list[datetime]:
    """The days of ``Arriving.days``."""
    today = EPOCH + timedelta(days=(now - EPOCH).days)
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def _fields(rows: Iterable[tuple[str, str, int]]) -> list[ArrivingField]:
    kinds: dict[str, dict[str, int]] = {}
    for path, kind, seen in rows:
        kinds.setdefault(path, {})[kind] = seen
    return [ArrivingField(path, found) for path, found in kinds.items()]


def _drafted(found: ArrivingField, looked: int) -> PlannedField:
    is_own = "[]" not in found.path and found.path.count(".") == 1
    is_always = looked >= LOOKED_MIN and found.seen >= looked
    return PlannedField(
        path=found.path, type=kind_that_holds(found), required=is_own and is_always, pii=pii_of(found.path)
    )


def kind_that_holds(found: ArrivingField) -> FieldType:
    """The narrowest kind that all values had."""
    kinds = {FieldType(kind) for kind in found.kinds}
    if kinds <= {FieldType.INTEGER, FieldType.NUMBER}:
        if found.path.rpartition(".")[2] in MONEY:
            return FieldType.MONEY
        return FieldType.INTEGER if kinds == {FieldType.INTEGER} else FieldType.NUMBER
    if kinds <= {FieldType.INSTANT, FieldType.TEXT}:
        return FieldType.INSTANT if kinds == {FieldType.INSTANT} else FieldType.TEXT
    return kinds.pop() if len(kinds) == 1 else FieldType.ANY


def _consistent(fields: list[PlannedField]) -> list[PlannedField]:
    """Without fields inside of what is not always an object or a list, and without what goes without saying."""
    mixed = {one.path for one in fields if one.type not in (FieldType.LIST, FieldType.OBJECT)}
    fields = [one for one in fields if not any(_is_inside(one.path, holder) for holder in mixed)]
    return [one for one in fields if one.type is not FieldType.OBJECT or not _is_told_by_parts(one, fields)]


def _is_told_by_parts(one: PlannedField, fields: list[PlannedField]) -> bool:
    """Whether what is planned inside says already that it is an object."""
    return not one.required and any(_is_inside(other.path, one.path) for other in fields)


def _is_inside(path: str, holder: str) -> bool:
    return path.startswith((f"{holder}.", f"{holder}[]"))


def _joined(one: PlannedEvent, other: PlannedEvent) -> PlannedEvent:
    """What both sources' events have in common, and what either adds."""
    fields = {found.path: found for found in one.fields}
    for found in other.fields:
        known = fields.get(found.path)
        if known is None:
            fields[found.path] = msgspec.structs.replace(found, required=False)
        else:
            kind = known.type if known.type == found.type else FieldType.ANY
            fields[found.path] = msgspec.structs.replace(known, type=kind, required=known.required and found.required)
    theirs = {found.path for found in other.fields}
    own = [msgspec.structs.replace(f, required=f.required and f.path in theirs) for f in fields.values()]
    return msgspec.structs.replace(one, fields=_consistent(own))
