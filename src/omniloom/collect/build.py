"""A table of rows becomes events: one per row, or one per group with its rows as lines.

Invariant: an event is whole or not at all. A bad line holds back its whole group, and each row held back says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from omniloom.collect.convert import Column, Problem, distinct_values, evaluate
from omniloom.collect.field import FAULT, FILE, ROW, Field
from omniloom.collect.mapping import EventMapping, Mapping
from omniloom.collect.reception import IDENTIFIER_CHARS_MAX, MESSAGE_ID_CHARS_MAX, TYPES
from omniloom.collect.rows import group_starts
from omniloom.core.event import Event
from omniloom.core.money import exponent_of


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not taken: where it stands, the mapping's field, why, and the value there."""

    path: str
    row_number: int
    field: str
    reason: str
    value: str


@dataclass(frozen=True, slots=True)
class Built:
    """What a table of rows became."""

    events: list[Event]
    rejects: list[Reject]


@dataclass(frozen=True, slots=True)
class _Groups:
    """Rows ``starts[i]`` to ``ends[i]`` are one event."""

    rows: pa.Table
    starts: list[int]
    ends: list[int]

    def of_row(self, row: int) -> int:
        return int(np.searchsorted(self.starts, row, side="right")) - 1


def build(mapping: Mapping, rows: pa.Table, *, source_id: str, now: datetime) -> Built:
    """The events of a table that cuts no group in two, and the rejects of its bad rows."""
    event = mapping.event
    if event is None or rows.num_rows == 0:
        return Built([], [])
    starts = group_starts(rows.column(mapping.group_by)) if mapping.group_by else list(range(rows.num_rows))
    groups = _Groups(rows, starts, [*starts[1:], rows.num_rows])
    heads = rows.take(pa.array(starts)) if mapping.group_by else rows
    columns = {one.name: evaluate(one, heads) for one in event.heads()}
    lines = [(one, evaluate(one, rows)) for one in event.lines]
    bad = _bad_groups(mapping, groups, columns, lines)
    columns |= {one.name: _sum(one, lines, groups) for one in event.properties if one.sum}
    products = _lines(lines, groups)
    shape = _Shape(event, columns, source_id, now)
    events = [shape.event(i, products[i] if products is not None else None) for i in range(len(starts)) if i not in bad]
    return Built(events, list(_rejects(bad, groups, mapping.group_by)))


def row_values(mapping: Mapping, rows: pa.Table) -> tuple[list[dict[str, Any]], list[Reject]]:
    """The rows of a products or costs mapping as dicts (a column without a value is left out), and the rejects."""
    columns = {one.name: evaluate(one, rows) for one in mapping.columns}
    groups = _Groups(rows, list(range(rows.num_rows)), list(range(1, rows.num_rows + 1)))
    bad = _bad_groups(mapping, groups, columns, [])
    part = [(name.rpartition(".")[2], column.values) for name, column in columns.items()]
    found = [_values_at(part, i) for i in range(rows.num_rows) if i not in bad]
    return found, list(_rejects(bad, groups, ""))


def _bad_groups(
    mapping: Mapping, groups: _Groups, heads: dict[str, Column], lines: list[tuple[Field, Column]]
) -> dict[int, dict[int, Problem]]:
    """Problems by group, then by row."""
    bad: dict[int, dict[int, Problem]] = {}

    def note(row: int, problem: Problem) -> None:
        bad.setdefault(groups.of_row(row), {}).setdefault(row, problem)

    for row, fault in _faults(groups.rows):
        note(row, Problem("", fault, ""))
    for _, column in lines:
        for row, problem in column.problems.items():
            note(row, problem)
    for column in heads.values():
        for group, problem in column.problems.items():
            note(groups.starts[group], problem)
    if mapping.event is not None:
        for row, problem in _event_problems(mapping, mapping.event, groups, heads):
            note(row, problem)
    return bad


def _faults(rows: pa.Table) -> list[tuple[int, str]]:
    column = rows.column(FAULT)
    if column.null_count == len(column):
        return []
    return [(row, fault) for row, fault in enumerate(column.to_pylist()) if fault is not None]


def _event_problems(
    mapping: Mapping, event: EventMapping, groups: _Groups, heads: dict[str, Column]
) -> Iterator[tuple[int, Problem]]:
    """What only shows in the whole event: nobody named, ids too long, two customers in one order."""
    named = [heads[one.name].values for one in event.identifiers]
    ids, types = heads[event.id.name].values, heads[event.type.name].values
    for group, start in enumerate(groups.starts):
        if all(not values[group] for values in named):
            yield start, Problem(event.identifiers[0].name, "nobody is named: no identifier has a value", "")
        if any(len(str(values[group])) > IDENTIFIER_CHARS_MAX for values in named if values[group] is not None):
            yield start, Problem("event.identifiers", f"over {IDENTIFIER_CHARS_MAX} characters", "")
        if ids[group] is not None and len(ids[group]) > MESSAGE_ID_CHARS_MAX:
            yield start, Problem(event.id.name, f"the id has over {MESSAGE_ID_CHARS_MAX} characters", ids[group])
        if types[group] not in TYPES:
            yield start, Problem(event.type.name, f"not one of {', '.join(TYPES)}", str(types[group]))
    if mapping.group_by:
        yield from _keyless(mapping.group_by, event.id.nulls, groups)
        yield from _strangers(event, groups)


def _keyless(group_by: str, nulls: frozenset[str], groups: _Groups) -> Iterator[tuple[int, Problem]]:
    """Rows that name no group: what they have in common is nothing."""
    indices, distinct = distinct_values(groups.rows.column(group_by))
    empty = {i for i, value in enumerate(distinct) if isinstance(value, str) and value.strip() in nulls} | {-1}
    for row, i in enumerate(indices):
        if i in empty:
            yield row, Problem("group_by", f"no value in {group_by}", "")


def _strangers(event: EventMapping, groups: _Groups) -> Iterator[tuple[int, Problem]]:
    """Rows that name another person than the first row of their group."""
    firsts = np.repeat(groups.starts, np.subtract(groups.ends, groups.starts))
    for one in event.identifiers:
        for name in one.columns():
            indices, distinct = distinct_values(groups.rows.column(name))
            codes = np.asarray(indices)
            for row in np.flatnonzero(codes != codes[firsts]).tolist():
                value = distinct[indices[row]] if indices[row] >= 0 else ""
                yield row, Problem(one.name, "another person than in the group's first row", str(value))


def _sum(one: Field, lines: list[tuple[Field, Column]], groups: _Groups) -> Column:
    """Exact sums of a line field per group: minor units for money, no float is ever added."""
    line, column = next((line, column) for line, column in lines if line.name == f"event.lines.{one.sum}")
    scale = 10 ** exponent_of(line.currency) if line.conversion == "money" else 1
    if line.conversion == "number":
        numbers = [0.0 if value is None else float(value) for value in column.values]
        return Column([sum(numbers[a:b]) for a, b in zip(groups.starts, groups.ends, strict=True)], {})
    minors = np.rint(np.array([value or 0 for value in column.values], np.float64) * scale).astype(np.int64)
    sums = np.add.reduceat(minors, groups.starts).tolist()
    return Column([total / scale if line.conversion == "money" else total for total in sums], {})


def _lines(lines: list[tuple[Field, Column]], groups: _Groups) -> list[list[dict[str, Any]]] | None:
    """Per group its rows as dicts, without the fields that have no value."""
    if not lines:
        return None
    names = [line.name.removeprefix("event.lines.") for line, _ in lines]
    made = [dict(zip(names, row, strict=True)) for row in zip(*(column.values for _, column in lines), strict=True)]
    if any(None in column.values for _, column in lines):
        made = [{name: value for name, value in row.items() if value is not None} for row in made]
    return [made[a:b] for a, b in zip(groups.starts, groups.ends, strict=True)]


class _Shape:
    """Puts columns together to events."""

    def __init__(self, event: EventMapping, columns: dict[str, Column], source_id: str, now: datetime) -> None:
        self._columns = columns
        self._lines_into = event.lines_into
        self._source_id = source_id
        self._now = now
        self._id = columns[event.id.name].values
        self._type = columns[event.type.name].values
        self._at = columns[event.occurred_at.name].values
        self._name = self._values(event.name)
        self._group_id = self._values(event.group_id)
        self._previous_id = self._values(event.previous_id)
        self._identifiers = self._part("event.identifiers.", event.identifiers)
        self._traits = self._part("event.traits.", event.traits)
        self._properties = self._part("event.properties.", event.properties)
        self._context = self._part("event.context.", event.context)

    def event(self, i: int, lines: list[dict[str, Any]] | None) -> Event:
        """The event of one group."""
        properties = _values_at(self._properties, i)
        if lines is not None:
            properties[self._lines_into] = lines
        return Event(
            source_id=self._source_id,
            message_id=self._id[i],
            type=self._type[i],
            name=self._name[i] if self._name else "",
            occurred_at=self._at[i],
            received_at=self._now,
            identifiers=_texts(_values_at(self._identifiers, i)),
            previous_id=(self._previous_id[i] or "") if self._previous_id else "",
            group_id=(self._group_id[i] or "") if self._group_id else "",
            traits=_values_at(self._traits, i),
            properties=properties,
            context=_values_at(self._context, i),
        )

    def _values(self, one: Field | None) -> list[Any] | None:
        return None if one is None else self._columns[one.name].values

    def _part(self, prefix: str, fields: tuple[Field, ...]) -> list[tuple[str, list[Any]]]:
        return [(one.name.removeprefix(prefix), self._columns[one.name].values) for one in fields]


def _values_at(part: list[tuple[str, list[Any]]], i: int) -> dict[str, Any]:
    return {name: values[i] for name, values in part if values[i] is not None}


def _texts(identifiers: dict[str, Any]) -> dict[str, str]:
    return {kind: str(value) for kind, value in identifiers.items() if value != ""}


def _rejects(bad: dict[int, dict[int, Problem]], groups: _Groups, group_by: str) -> Iterator[Reject]:
    """Every row of every bad group: the bad ones with their problem, the others with what they wait for."""
    if not bad:
        return
    paths, numbers = groups.rows.column(FILE).to_pylist(), groups.rows.column(ROW).to_pylist()
    for group, problems in sorted(bad.items()):
        first = min(problems)
        size = groups.ends[group] - groups.starts[group]
        held = f"; its whole {group_by} ({size} rows) is held back" if size > 1 else ""
        for row in range(groups.starts[group], groups.ends[group]):
            problem = problems.get(row)
            if problem is not None:
                yield Reject(paths[row], numbers[row], problem.field, problem.reason + held, problem.value)
            else:
                waits = f"held back: row {numbers[first]} of the same {group_by} is bad"
                yield Reject(paths[row], numbers[row], group_by, waits, "")
