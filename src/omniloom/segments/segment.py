"""Segments as they are kept: a unique name and a definition; archived, never deleted.

Segments may name each other, never in a circle. They are kept naming each other by id, so a new name breaks nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omniloom.core.clock import instant
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids
from omniloom.core.text import clean
from omniloom.segments.definition import AllOf, AnyOf, Condition, InSegment, Not, dump, walk
from omniloom.segments.parse import parse
from omniloom.segments.reading import near
from omniloom.segments.traits import check_traits
from omniloom.store import Row, StateTx, Stores, query

NAME_CHARS_MAX = 120

_SEGMENTS = query(__file__, "segments")
_ADD = query(__file__, "add_segment")
_CHANGE = query(__file__, "change_segment")
_ARCHIVE = query(__file__, "archive_segment")
_ARCHIVED = query(__file__, "archived_segment")
_RESTORE = query(__file__, "restore_segment")
_FORGET = query(__file__, "forget_members")
_FORGET_ASIDES = query(__file__, "forget_asides")


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. ``members`` is the count of the last refresh; ``refreshed_at`` is None until there was one."""

    segment_id: str
    name: str
    definition: dict[str, Any]
    members: int
    created_at: datetime
    updated_at: datetime
    refreshed_at: datetime | None


def create(stores: Stores, *, name: str, definition: dict[str, Any] | str, now: datetime, ids: Ids) -> Segment:
    """Keep a new segment.

    Errors: Invalid with the place in the definition; Conflict if the name is taken.
    """
    condition = parse(definition)
    check_traits(stores, condition)
    segment_id = ids.token()
    with stores.state.write() as tx:
        known = _read(tx)
        pinned = _pinned(condition, known, segment_id)
        tx.run(_ADD, segment_id=segment_id, name=_free(name, known, None), definition=_encoded(pinned), now=now)
    return segment(stores, segment_id)


def update(
    stores: Stores, segment_id: str, *, now: datetime, name: str | None = None,
    definition: dict[str, Any] | str | None = None,
) -> Segment:  # fmt: skip
    """Give a segment another name, another definition, or both; its membership is due again.

    Errors: as ``create``; Missing if there is no such segment.
    """
    condition = parse(definition) if definition is not None else None
    if condition is not None:
        check_traits(stores, condition)
    with stores.state.write() as tx:
        known = _read(tx)
        old = pick(known, segment_id)
        pinned = _pinned(condition, known, old.segment_id) if condition is not None else parse(old.definition)
        free = _free(name, known, old.segment_id) if name is not None else old.name
        tx.run(_CHANGE, segment_id=old.segment_id, name=free, definition=_encoded(pinned), now=now)
    return segment(stores, old.segment_id)


def archive(stores: Stores, segment_id: str, *, now: datetime) -> None:
    """Put a segment away; its members are forgotten without being announced to have left.

    Errors: Missing if there is none; Conflict if other segments build on it.
    """
    with stores.state.write() as tx:
        known = _read(tx)
        old = pick(known, segment_id)
        users = [s.name for s in known if old.segment_id in _references(parse(s.definition)).values()]
        if users:
            raise Conflict(f"{old.name} is part of {', '.join(users)}", hint="take it out of them first")
        tx.run(_ARCHIVE, segment_id=old.segment_id, now=now)
    with stores.events.write() as events:
        events.run(_FORGET, segment_id=old.segment_id)
        events.run(_FORGET_ASIDES, segment_id=old.segment_id)


def restore(stores: Stores, segment_id: str, *, now: datetime) -> Segment:
    """Take an archived segment back into use; its membership is due again.

    Errors: Missing if there is no archived one; Conflict if another segment has its name by now; Invalid if it builds
    on a segment that is archived itself.
    """
    with stores.state.write() as tx:
        row = tx.one(_ARCHIVED, segment_id=segment_id)
        if row is None:
            raise Missing("there is no archived segment of this id", hint="create it anew", field="segment_id")
        known = _read(tx)
        _free(row["name"], known, None)
        conditions(parse(row["definition"]), known, segment_id)
        tx.run(_RESTORE, segment_id=segment_id, now=now)
    return segment(stores, segment_id)


def segments(stores: Stores) -> list[Segment]:
    """Every segment in use, by name."""
    with stores.state.read() as tx:
        return _read(tx)


def segment(stores: Stores, id_or_name: str) -> Segment:
    """One segment. Errors: Missing with near matches."""
    return pick(segments(stores), id_or_name)


def pick(known: Sequence[Segment], id_or_name: str) -> Segment:
    """The segment of an id, else of a name. Errors: Missing with near matches."""
    for found in (*(s for s in known if s.segment_id == id_or_name), *(s for s in known if s.name == id_or_name)):
        return found
    raise Missing(f"there is no segment {id_or_name!r}", hint=near(id_or_name, [s.name for s in known]))


def conditions(condition: Condition, known: Sequence[Segment], own_id: str = "") -> dict[str, Condition]:
    """The condition of every segment that is named here or through another, by the words it is named with.

    Shapes: ``own_id`` is the id of the segment the condition belongs to, if it has one.
    Errors: Invalid for an unknown segment or a circle.
    """
    found: dict[str, Condition] = {}
    _follow(condition, known, (own_id,), found)
    return found


def _follow(condition: Condition, known: Sequence[Segment], path: tuple[str, ...], found: dict[str, Condition]) -> None:
    """Add what the condition names to ``found``; ``path`` holds the ids on the way here."""
    for place, word in _references(condition).items():
        target = _target(place, word, known)
        if target.segment_id in path:
            names = {s.segment_id: s.name for s in known}
            way = " → ".join([names.get(step, "this") for step in path if step] + [target.name])
            raise Invalid(
                f"{place}: {target.name} leads back to itself ({way})",
                hint="take one of them out of the other",
                path=place,
            )
        if word not in found:
            inner = parse(target.definition)
            _follow(inner, known, (*path, target.segment_id), found)
            found[word] = inner


def _target(place: str, word: str, known: Sequence[Segment]) -> Segment:
    try:
        return pick(known, word)
    except Missing as error:
        raise Invalid(f"{place}: {error.message}", hint=error.hint, path=place) from error


def _references(condition: Condition) -> dict[str, str]:
    """Where segments are named, and how: place -> word."""
    return {f"{place}.segment".lstrip("."): c.segment for place, c in walk(condition) if isinstance(c, InSegment)}


def _pinned(condition: Condition, known: Sequence[Segment], segment_id: str) -> Condition:
    """The condition naming other segments by id. Errors: Invalid for an unknown segment or a circle."""
    conditions(condition, known, segment_id)
    return _by_id(condition, known)


def _by_id(condition: Condition, known: Sequence[Segment]) -> Condition:
    match condition:
        case AllOf(parts):
            return AllOf(tuple(_by_id(part, known) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_by_id(part, known) for part in parts))
        case Not(part):
            return Not(_by_id(part, known))
        case InSegment(word):
            return InSegment(pick(known, word).segment_id)
        case _:
            return condition


def _free(name: str, known: Sequence[Segment], own_id: str | None) -> str:
    cleaned = clean(name, field="name").strip()
    if not 1 <= len(cleaned) <= NAME_CHARS_MAX:
        raise Invalid(f"name should have 1 to {NAME_CHARS_MAX} characters", hint="give it a short name", field="name")
    if any(s.name == cleaned and s.segment_id != own_id for s in known):
        raise Conflict(f"there is already a segment {cleaned!r}", hint="choose another name", field="name")
    return cleaned


def _encoded(condition: Condition) -> str:
    return json.dumps(dump(condition), ensure_ascii=False)


def _read(tx: StateTx) -> list[Segment]:
    return [_segment(row) for row in tx.rows(_SEGMENTS)]


def _segment(row: Row) -> Segment:
    return Segment(
        segment_id=row["segment_id"],
        name=row["name"],
        definition=json.loads(row["definition"]),
        members=row["members"],
        created_at=instant(row["created_at"]),
        updated_at=instant(row["updated_at"]),
        refreshed_at=instant(row["refreshed_at"]) if row["refreshed_at"] is not None else None,
    )
