"""A segment's definition while it is being edited: groups and rows that may still be incomplete.

``read`` takes a valid definition apart; ``Group.plain`` puts it together again and says which row is where, so that an
error of the language is shown beside the row that is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from omniloom.web.segment_form_row import ConsentRow, DidRow, Row, SegmentRow, TraitRow, compares

ROOT = ""


class Shape(StrEnum):
    """How the parts of a group belong together."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(slots=True, eq=False)
class Group:
    """Conditions that belong together."""

    shape: Shape = Shape.ALL
    parts: list["Group | Row"] = field(default_factory=list)

    def plain(self, path: str = ROOT, places: dict[str, Row] | None = None) -> dict[str, Any]:
        """The definition as plain values without empty groups; ``places`` is filled with the row of each path."""
        places = {} if places is None else places
        inner = f"{path}.not".lstrip(".") if self.shape is Shape.NONE else path
        parts = [part for part in self.parts if not isinstance(part, Group) or part.rows()]
        if len(parts) == 1:
            body = _plain(parts[0], inner, places)
        else:
            head = "all" if self.shape is Shape.ALL else "any"
            stem = f"{inner}.{head}".lstrip(".")
            body = {head: [_plain(part, f"{stem}[{i}]", places) for i, part in enumerate(parts)]}
        return {"not": body} if self.shape is Shape.NONE else body

    def rows(self) -> list[Row]:
        """All rows, in order, of this group and those inside it."""
        found: list[Row] = []
        for part in self.parts:
            found += part.rows() if isinstance(part, Group) else [part]
        return found

    def remove(self, gone: "Group | Row") -> bool:
        """Take a part out, wherever it is; whether it was there."""
        for i, part in enumerate(self.parts):
            if part is gone:
                del self.parts[i]
                return True
            if isinstance(part, Group) and part.remove(gone):
                return True
        return False


def read(definition: Mapping[str, Any]) -> Group:
    """The draft of a valid definition; its outermost part is always a group."""
    part = _read(definition)
    return part if isinstance(part, Group) else Group(Shape.ALL, [part])


def row_at(places: Mapping[str, Row], path: str) -> Row | None:
    """The row that a path of the language lies in."""
    inside = [place for place in places if path == place or path.startswith((f"{place}.", f"{place}["))]
    inside += [place for place in places if place == ROOT]
    return places[max(inside, key=len)] if inside else None


def _plain(part: Group | Row, path: str, places: dict[str, Row]) -> dict[str, Any]:
    if isinstance(part, Group):
        return part.plain(path, places)
    places[path] = part
    return part.plain()


def _read(raw: Mapping[str, Any]) -> Group | Row:
    if "all" in raw or "any" in raw:
        shape = Shape.ALL if "all" in raw else Shape.ANY
        return Group(shape, [_read(part) for part in raw[shape.value]])
    if "not" in raw:
        inner = _read(raw["not"])
        is_any = isinstance(inner, Group) and inner.shape is Shape.ANY
        return Group(Shape.NONE, inner.parts if isinstance(inner, Group) and is_any else [inner])
    if "trait" in raw:
        return _read_trait(raw)
    if "consent" in raw:
        return ConsentRow(raw["consent"], raw.get("purpose", "marketing"), is_given=raw.get("given", True))
    if "segment" in raw:
        return SegmentRow(raw["segment"])
    return DidRow.of(raw)


def _read_trait(raw: Mapping[str, Any]) -> Group | Row:
    """A trait with several comparisons becomes a group of rows with one each: it means the same."""
    tests = {name: value for name, value in raw.items() if name != "trait"}
    rows: list[Group | Row] = [TraitRow(found) for found in compares(raw["trait"], tests)]
    return rows[0] if len(rows) == 1 else Group(Shape.ALL, rows)
