"""What arrives: how much of what, since when, with which fields, and how it misses the plan.

The act reads every settled event, lightly: its source, type, name and time. Fields are looked at in a few events of
each name and batch. It keeps counts, never values, but for a few samples with what is personal in them masked.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from omniloom.collect.arriving import OTHER
from omniloom.collect.inference import kinds_of, sample_of
from omniloom.collect.plan import ANY_NAME, Pii, Plan
from omniloom.collect.plan_cache import FLAG, FLAGGED_MAX
from omniloom.collect.plan_check import ViolationCode
from omniloom.collect.plan_store import plans, plans_by_source
from omniloom.collect.source import sources
from omniloom.core.clock import EPOCH
from omniloom.core.event import decode
from omniloom.store import Progress, StateTx, Stores, query, settled

CURSOR = "collect.observe"
LOOKED_MAX = 20  # events of one name and batch whose fields are looked at
NAMES_MAX = 1_000  # of one source; what comes after shares one name
FIELDS_MAX = 1_000  # of one name, by kind
MISSES_MAX = 1_000  # of one source, by place and code; what comes after shares one place
PATH_CHARS_MAX = 300
SAMPLES = 3
DAYS_KEPT = 400

_ADD = query(__file__, "add_arrival")
_ADD_DAY = query(__file__, "add_arrival_day")
_ADD_FIELD = query(__file__, "add_arrival_field")
_ADD_SAMPLE = query(__file__, "add_arrival_sample")
_ADD_MISS = query(__file__, "add_arrival_miss")
_NAMES = query(__file__, "arrival_names")
_NAME_COUNTS = query(__file__, "arrival_name_counts")
_FIELD_COUNTS = query(__file__, "arrival_field_counts")
_MISSES = query(__file__, "arrival_misses")
_DROP_DAYS = query(__file__, "drop_arrival_days")

_CODES = frozenset(str(code) for code in ViolationCode)
_FLAG = f'"{FLAG}"'.encode()
_NUMBER = re.compile(r"\[\d+\]")

Key = tuple[str, str, str]  # source id, type, name


class _Flag(msgspec.Struct, gc=False):
    path: str = ""
    code: str = ""


class _Context(msgspec.Struct, gc=False):
    plan_violations: list[_Flag] = []


class _Seen(msgspec.Struct, gc=False):
    """As much of an event as is read of each; its time stays text, which begins with the day.

    Its context is the sender's: nothing is known of it before it is looked at.
    """

    source_id: str
    type: str
    occurred_at: str
    name: str = ""
    context: msgspec.Raw = msgspec.Raw()


@dataclass(slots=True)
class _Group:
    """The events of one name in a batch."""

    first: str
    last: str
    days: Counter[str] = field(default_factory=Counter)
    flagged: int = 0
    misses: Counter[tuple[str, str]] = field(default_factory=Counter)
    looked: list[bytes] = field(default_factory=list)


_decode = msgspec.json.Decoder(_Seen).decode
_context = msgspec.json.Decoder(_Context).decode


def observe(stores: Stores, *, now: datetime, rows_max: int) -> Progress:
    """Count the next settled events of the log."""
    with stores.state.read() as tx:
        after = tx.cursor(CURSOR)
    stretch = settled(stores, after=after, rows_max=rows_max)
    if not stretch.rows:
        return Progress(0, is_done=True)
    groups = _grouped([message.body for message in stretch.messages])
    classes = _classes(stores)
    with stores.state.write() as tx:
        groups = _bounded(tx, groups)
        _bound_misses(tx, groups)
        _save(tx, groups, classes, place=stretch.through % SAMPLES)
        before = (now - EPOCH).days - DAYS_KEPT
        tx.many(
            _DROP_DAYS, ({"source_id": of, "type": kind, "name": name, "before": before} for of, kind, name in groups)
        )
        tx.move_cursor(CURSOR, stretch.through)
    return Progress(stretch.rows, is_done=stretch.rows < rows_max)


def observed(stores: Stores) -> int:
    """The log position up to which every event was counted, so that the log may forget it."""
    with stores.state.read() as tx:
        return tx.cursor(CURSOR)


def _grouped(bodies: list[bytes]) -> dict[Key, _Group]:
    groups: dict[Key, _Group] = {}
    for body in bodies:
        seen = _decode(body)
        at = seen.occurred_at
        key = (seen.source_id, seen.type, seen.name)
        group = groups.get(key)
        if group is None:
            group = groups[key] = _Group(at, at)
        elif at < group.first:
            group.first = at
        elif at > group.last:
            group.last = at
        group.days[at[:10]] += 1
        if len(group.looked) < LOOKED_MAX:
            group.looked.append(body)
        if flags := _flags(bytes(seen.context)):
            group.flagged += 1
            group.misses.update({(_place(flag.path), flag.code): 1 for flag in flags})
    return groups


def _flags(context: bytes) -> list[_Flag]:
    """What the plan said of an event; nothing if its sender has a field of that name for something else."""
    if _FLAG not in context:
        return []
    try:
        flags = _context(context).plan_violations[:FLAGGED_MAX]
    except msgspec.ValidationError:
        return []
    return [flag for flag in flags if flag.code in _CODES]


def _place(path: str) -> str:
    """A path without the numbers of elements, and no longer than can be shown."""
    return _NUMBER.sub("[]", path)[:PATH_CHARS_MAX]


def _bounded(tx: StateTx, groups: dict[Key, _Group]) -> dict[Key, _Group]:
    """A source that makes names up (an id in each) fills one row, not the table."""
    source_ids = sorted({source_id for source_id, _, _ in groups})
    known = dict(tx.tuples(_NAME_COUNTS, source_ids=source_ids))
    coming = Counter(source_id for source_id, _, _ in groups)
    full = [one for one in source_ids if known.get(one, 0) + coming[one] > NAMES_MAX]
    if not full:
        return groups
    room = {one: NAMES_MAX - known.get(one, 0) for one in full}
    names = {(source_id, type_, name) for source_id, type_, name in tx.tuples(_NAMES, source_ids=full)}
    kept: dict[Key, _Group] = {}
    for key, group in groups.items():
        source_id, type_, _ = key
        if source_id in room and key not in names:
            room[source_id] -= 1
            if room[source_id] < 0:
                _join(kept, (source_id, type_, OTHER), group)
                continue
        _join(kept, key, group)
    return kept


def _join(kept: dict[Key, _Group], key: Key, group: _Group) -> None:
    if (known := kept.get(key)) is None:
        kept[key] = group
        return
    known.first, known.last = min(known.first, group.first), max(known.last, group.last)
    known.days += group.days
    known.flagged += group.flagged


def _bound_misses(tx: StateTx, groups: dict[Key, _Group]) -> None:
    """Fields nobody planned, with names made up by the sender, fill one row, not the table."""
    for source_id in {key[0] for key, group in groups.items() if group.misses}:
        known = {(type_, name, path, code) for type_, name, path, code, *_ in tx.tuples(_MISSES, source_id=source_id)}
        room = MISSES_MAX - len(known)
        for (of, type_, name), group in groups.items():
            if of != source_id:
                continue
            bounded: Counter[tuple[str, str]] = Counter()
            for (path, code), events in group.misses.items():
                if (type_, name, path, code) not in known:
                    room -= 1
                bounded[path if room >= 0 or (type_, name, path, code) in known else OTHER, code] += events
            group.misses = bounded


def _classes(stores: Stores) -> dict[Key, dict[str, Pii]]:
    """What plans say of the fields of each name: whether they may be shown."""
    saved = plans(stores)
    if not saved:
        return {}
    found: dict[Key, dict[str, Pii]] = {}
    for source_id, plan in plans_by_source(saved, sources(stores)).items():
        _add_classes(found, source_id, plan)
    return found


def _add_classes(found: dict[Key, dict[str, Pii]], source_id: str, plan: Plan) -> None:
    for event in plan.events:
        found[source_id, event.type, event.name] = {
            one.path: one.pii for one in event.fields if one.pii is not Pii.NONE
        }


def _save(tx: StateTx, groups: dict[Key, _Group], classes: dict[Key, dict[str, Pii]], *, place: int) -> None:
    fields: list[dict[str, Any]] = []
    samples: list[dict[str, Any]] = []
    full = _full(tx, groups)
    named = [({"source_id": key[0], "type": key[1], "name": key[2]}, key, group) for key, group in groups.items()]
    for name, key, group in named:
        events = [decode(body) for body in group.looked]
        kinds = Counter(kind for event in events for kind in kinds_of(event)) if key not in full else Counter()
        fields += [{**name, "path": path, "kind": str(kind), "seen": seen} for (path, kind), seen in kinds.items()]
        body = msgspec.json.encode(
            sample_of(events[-1], classes.get(key) or classes.get((*key[:2], ANY_NAME), {}))
        ).decode()
        samples.append({**name, "place": place, "seen_at": events[-1].occurred_at, "body": body})
    tx.many(_ADD, (
        {**name, "first_seen_at": _instant(group.first), "last_seen_at": _instant(group.last),
         "events": group.days.total(), "flagged": group.flagged, "looked": len(group.looked)}
        for name, _, group in named
    ))  # fmt: skip
    tx.many(_ADD_DAY, (
        {**name, "day": _day(day), "events": events} for name, _, group in named for day, events in group.days.items()
    ))  # fmt: skip
    tx.many(_ADD_FIELD, fields)
    tx.many(_ADD_SAMPLE, samples)
    tx.many(_ADD_MISS, (
        {**name, "path": path, "code": code, "events": events, "last_at": _instant(group.last)}
        for name, _, group in named for (path, code), events in group.misses.items()
    ))  # fmt: skip


def _full(tx: StateTx, groups: dict[Key, _Group]) -> set[Key]:
    """Names whose fields are too many already: keys made up by the sender."""
    source_ids, names = sorted({key[0] for key in groups}), sorted({key[2] for key in groups})
    counts = tx.tuples(_FIELD_COUNTS, source_ids=source_ids, names=names)
    return {(source_id, type_, name) for source_id, type_, name, fields in counts if fields >= FIELDS_MAX}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal() - EPOCH.toordinal()
