"""The picture of why identifiers are one person, as ECharts options."""

from typing import Any

from omniloom.profiles import Attached, Joining, Whole
from omniloom.web import marks, theme
from omniloom.web.joining_words import rule_text
from omniloom.web.view import View

TEXT_CHARS_MAX = 22
PERSON_SIZE, IDENTIFIER_SIZE = 34, 16


def picture(view: View, shown: Whole) -> dict[str, Any]:
    """People as large circles, identifiers around whom they came for, merges as thick lines."""
    _ = view.translate
    kinds = list(dict.fromkeys(one.kind for one in shown.identifiers))
    categories = [_("Person"), *(marks.identifier_title(view, kind) for kind in kinds)]
    nodes = [_person(view, shown, person_id) for person_id in shown.people]
    nodes += [_identifier(view, one, 1 + kinds.index(one.kind)) for one in shown.identifiers]
    links = [_attached(one) for one in shown.identifiers]
    links += [_joined(view, one) for one in shown.merges if {one.from_id, one.into_id} <= set(shown.people)]
    series = {
        "type": "graph", "layout": "force", "roam": True, "draggable": True, "data": nodes, "links": links,
        "top": 40, "categories": [{"name": name} for name in categories],
        "force": {"repulsion": 260, "edgeLength": [60, 150], "gravity": 0.12},
        "label": {"show": True, "position": "right", "color": theme.MUTED, "fontSize": 11},
        "emphasis": {"focus": "adjacency"}, "scaleLimit": {"min": 0.4, "max": 4},
    }  # fmt: skip
    legend = {"data": categories, "top": 0, "textStyle": {"color": theme.MUTED}, "type": "scroll"}
    return theme.chart(series=[series], legend=legend, tooltip={"trigger": "item", "confine": True})


def _person(view: View, shown: Whole, person_id: int) -> dict[str, Any]:
    is_root = person_id == shown.person_id
    name = view.translate("Customer {n}").format(n=person_id)
    return {
        "id": f"p{person_id}", "name": name, "category": 0, "symbolSize": PERSON_SIZE if is_root else PERSON_SIZE - 8,
        "label": {"fontWeight": "bold" if is_root else "normal"},
    }  # fmt: skip


def _identifier(view: View, one: Attached, category: int) -> dict[str, Any]:
    value = one.value if len(one.value) <= TEXT_CHARS_MAX else f"{one.value[:TEXT_CHARS_MAX]}…"
    name = f"{value} ({view.translate('shared')})" if one.is_shared else value
    ring = {"borderColor": theme.PALETTE[1], "borderWidth": 3} if one.is_verified else {}
    return {
        "id": _id(one), "name": name, "category": category, "symbolSize": IDENTIFIER_SIZE,
        "symbol": "diamond" if one.is_shared else "circle",
        "itemStyle": {**ring, "opacity": 0.6 if one.is_shared else 1},
    }  # fmt: skip


def _attached(one: Attached) -> dict[str, Any]:
    style = {"type": "dashed" if one.is_shared else "solid", "color": theme.MUTED, "opacity": 0.6}
    return {"source": f"p{one.person_id}", "target": _id(one), "lineStyle": style}


def _joined(view: View, one: Joining) -> dict[str, Any]:
    label = {"show": True, "formatter": rule_text(view, one.rule), "color": theme.MUTED, "fontSize": 11}
    style = {"width": 4, "color": theme.PRIMARY, "opacity": 0.9}
    return {"source": f"p{one.from_id}", "target": f"p{one.into_id}", "lineStyle": style, "label": label}


def _id(one: Attached) -> str:
    return f"{one.kind}:{one.value}:{one.person_id}"
