"""The picture of why identifiers are one person, as ECharts options."""

import math
from typing import Any

from omniloom.profiles import Attached, Joining, Refused, Whole
from omniloom.web import marks, theme
from omniloom.web.joining_words import rule_text
from omniloom.web.view import View

TEXT_CHARS_MAX = 22
PERSON_SIZE, IDENTIFIER_SIZE = 34, 16
REFUSED_SHOWN = 6
MARGIN = 72  # pixels, not a share: of a tab that is not open yet any share is nothing, and nothing cannot be scaled
NEAR = 90  # how far identifiers are from their person, in the picture's own units


def picture(view: View, shown: Whole) -> dict[str, Any]:
    """People as large circles, identifiers around whom they came for, merges as thick lines.

    Squares below are identifiers that events named and that were not taken.
    """
    _ = view.translate
    refused = shown.refused[:REFUSED_SHOWN]
    kinds = list(dict.fromkeys([*(one.kind for one in shown.identifiers), *(one.kind for one in refused)]))
    categories = [_("Person"), *(marks.identifier_title(view, kind) for kind in kinds)]
    at = places(shown)
    nodes = [_person(view, shown, person_id) | at[f"p{person_id}"] for person_id in shown.people]
    for n, one in enumerate(shown.identifiers):
        is_below = at[f"i{n}"]["y"] - at[f"p{one.person_id}"]["y"] > NEAR / 2
        side = "bottom" if is_below else "top"  # away from the person, whose own name stands below
        node = {"id": f"i{n}", **_identifier(view, one, 1 + kinds.index(one.kind)), **at[f"i{n}"]}
        nodes.append({**node, "label": {"position": side}})
    for n, not_taken in enumerate(refused):
        nodes.append({"id": f"r{n}", **_refused(not_taken, 1 + kinds.index(not_taken.kind)), **at[f"r{n}"]})
    links = [_attached(n, one) for n, one in enumerate(shown.identifiers)]
    links += [_not_attached(shown, n) for n in range(len(refused))]
    links += [_joined(view, one) for one in shown.merges if {one.from_end, one.into_end} <= set(shown.people)]
    series = {
        "type": "graph", "layout": "none", "roam": True, "data": nodes, "links": links,
        "left": MARGIN, "right": MARGIN, "top": 70, "bottom": 40, "preserveAspect": "contain",
        "categories": [{"name": name} for name in categories],
        "label": {"show": True, "position": "right", "color": theme.MUTED, "fontSize": 11},
        "emphasis": {"focus": "adjacency"}, "scaleLimit": {"min": 0.4, "max": 4},
    }  # fmt: skip
    legend = {"data": categories, "top": 0, "textStyle": {"color": theme.MUTED}, "type": "scroll"}
    return theme.chart(series=[series], legend=legend, tooltip={"trigger": "item", "confine": True})


def places(shown: Whole) -> dict[str, dict[str, float]]:
    """Where nodes stand, the same each time: parts around the person they became, identifiers around their part."""
    others = [person_id for person_id in shown.people if person_id != shown.person_id]
    around: dict[int, list[int]] = {}
    for n, one in enumerate(shown.identifiers):  # by number: masked values may be alike
        around.setdefault(one.person_id, []).append(n)
    fan = max([len(known) for known in around.values()] or [1])
    near = max(NEAR, fan * 26 / math.tau)
    far = max(2.6 * near, len(others) * 2.2 * near / math.tau)
    found = {f"p{shown.person_id}": {"x": 0.0, "y": 0.0}}
    for n, person_id in enumerate(others):
        angle = math.tau * (n / len(others) + 1 / 8)  # across, so that two fit a broad screen and a tall one
        found[f"p{person_id}"] = {"x": far * math.cos(angle), "y": far * math.sin(angle)}
    for person_id, known in around.items():
        centre = found[f"p{person_id}"]
        for n, number in enumerate(known):
            angle = math.tau * (n + 0.5) / len(known) + math.pi / 5
            if person_id != shown.person_id:  # away from the line to the one they became
                angle = math.atan2(centre["y"], centre["x"]) + math.tau * (n + 1) / (len(known) + 1) - math.pi
            found[f"i{number}"] = {"x": centre["x"] + near * math.cos(angle), "y": centre["y"] + near * math.sin(angle)}
    return found | _below(found, len(shown.refused[:REFUSED_SHOWN]), near)


def _below(found: dict[str, dict[str, float]], refused: int, near: float) -> dict[str, dict[str, float]]:
    """Places in a row beneath everything."""
    bottom = max(place["y"] for place in found.values()) + 0.8 * near
    return {f"r{n}": {"x": (n - (refused - 1) / 2) * 1.7 * near, "y": bottom} for n in range(refused)}


def _person(view: View, shown: Whole, person_id: int) -> dict[str, Any]:
    is_root = person_id == shown.person_id
    name = view.translate("Customer {n}").format(n=person_id)
    return {
        "id": f"p{person_id}", "name": name, "category": 0, "symbolSize": PERSON_SIZE if is_root else PERSON_SIZE - 8,
        "label": {"fontWeight": "bold" if is_root else "normal", "position": "bottom"},
    }  # fmt: skip


def _identifier(view: View, one: Attached, category: int) -> dict[str, Any]:
    _, value = view.translate, _short(one.value)
    name = f"{value} ({_('shared')})" if one.is_shared else f"{value} ({_('another’s')})" if one.is_foreign else value
    is_joining = not (one.is_shared or one.is_foreign)
    ring = {"borderColor": theme.PALETTE[1], "borderWidth": 3} if one.is_verified else {}
    return {
        "name": name, "category": category, "symbolSize": IDENTIFIER_SIZE,
        "symbol": "circle" if is_joining else "diamond" if one.is_shared else "triangle",
        "itemStyle": {**ring, "opacity": 1 if is_joining else 0.6},
    }  # fmt: skip


def _refused(one: Refused, category: int) -> dict[str, Any]:
    return {
        "name": _short(one.value), "category": category, "symbolSize": IDENTIFIER_SIZE - 4, "symbol": "rect",
        "itemStyle": {"opacity": 0.5}, "label": {"position": "bottom"},
    }  # fmt: skip


def _short(value: str) -> str:
    return value if len(value) <= TEXT_CHARS_MAX else f"{value[:TEXT_CHARS_MAX]}…"


def _attached(number: int, one: Attached) -> dict[str, Any]:
    style = {"type": "dashed" if one.is_shared or one.is_foreign else "solid", "color": theme.MUTED, "opacity": 0.6}
    return {"source": f"p{one.person_id}", "target": f"i{number}", "lineStyle": style}


def _not_attached(shown: Whole, number: int) -> dict[str, Any]:
    style = {"type": "dotted", "color": theme.MUTED, "opacity": 0.5}
    return {"source": f"p{shown.person_id}", "target": f"r{number}", "lineStyle": style}


def _joined(view: View, one: Joining) -> dict[str, Any]:
    label = {"show": True, "formatter": rule_text(view, one.rule), "color": theme.MUTED, "fontSize": 11}
    style = {"width": 4, "color": theme.PRIMARY, "opacity": 0.9}
    return {"source": f"p{one.from_end}", "target": f"p{one.into_end}", "lineStyle": style, "label": label}
