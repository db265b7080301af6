"""One event of a customer's timeline: an icon, a title, the facts that matter, and an order's lines on demand."""

import re
from datetime import datetime
from typing import Any

from nicegui import ui

from omniloom.profiles import TimelineEvent
from omniloom.web import happening, marks, parts
from omniloom.web.customer_consents import METHODS
from omniloom.web.identity_marks import problem_text
from omniloom.web.theme import mark
from omniloom.web.view import View

FACTS_MAX = 4
VALUE_CHARS_MAX = 80
HIDDEN = frozenset(
    {
        "order_id",
        "revenue",
        "revenue_minor",
        "total",
        "value",
        "currency",
        "channel",
        "products",
        "segment_id",
        "send_id",
        "call_id",
        "agent_id",
        "notification",
        "total_s",
    }
)
FIRST = ("advertiser", "direction", "talk_s", "wait_s", "agent")
"""What is said first: another's messages were left, not ours; of a call, whose it was and how long."""
LABELS = {
    "coupon": mark("coupon"), "store_id": mark("store"), "campaign": mark("campaign"), "campaign_id": mark("campaign"),
    "purpose": mark("purpose"), "method": mark("method"), "wording": mark("wording"), "title": mark("title"),
    "reason": mark("reason"), "segment": mark("segment"), "name": mark("name"), "product_id": mark("product"),
    "ends_on": mark("until"), "path": mark("path"), "referrer": mark("came from"), "query": mark("searched for"),
    "advertiser": mark("in whose name"), "address": mark("address"), "direction": mark("direction"),
    "virtual_number": mark("number called"), "scenario": mark("scenario"), "agent": mark("agent"),
    "talk_s": mark("talked"), "wait_s": mark("waited"), "record_url": mark("recording"), "outcome": mark("outcome"),
    "keyword": mark("keyword"), "source": mark("source"), "form": mark("form"), "form_id": mark("form"),
    "till_id": mark("till"), "receipt_id": mark("receipt"), "seller_id": mark("seller"), "deal_id": mark("deal"),
    "discount": mark("discount"), "price": mark("price"), "quantity": mark("quantity"), "page_url": mark("page"),
    "url": mark("page"), "category": mark("category"), "subject": mark("subject"), "device": mark("device"),
}  # fmt: skip
DIRECTIONS = {"in": mark("incoming"), "out": mark("outgoing")}

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d))?")

LEVELS = (
    (mark("by a browser only: anybody's"), "help_outline"), (mark("by a device: mostly one person's"), "devices"),
    (mark("by an address somebody typed"), "alternate_email"),
    (mark("verified by a code, a link or a card"), "verified"),
    (mark("signed in"), "lock_person"),
)  # fmt: skip
"""How surely an event is its person's, by identity.Level."""


def event_row(view: View, event: TimelineEvent) -> None:
    """Draw one event. Everything in it came from outside and is shown as text."""
    look = happening.look(event.type, event.name)
    with ui.element("div").classes("om-event"):
        with ui.element("div").classes(f"om-event-icon om-{look.tone}"):
            ui.icon(look.icon)
        with ui.element("div").classes("om-grow om-event-body"):
            with parts.line("om-between om-nowrap"):
                with parts.line():
                    title = happening.title(view.translate, event.type, event.name)
                    parts.text(title, "om-strong")
                    if event.channel and marks.channel_title(view, event.channel) != title:  # a call came by a call
                        marks.channel(view, event.channel, is_small=True)
                with parts.line("om-nowrap"):
                    if event.revenue_minor is not None:
                        parts.text(view.fmt.money(event.revenue_minor, event.currency or ""), "om-strong om-num")
                    _level(view, event.confidence)
                    parts.text(view.fmt.time(event.occurred_at), "om-muted om-num")
            if details := _details(view, event):
                parts.text(details, "om-muted om-event-details")
            for kind, problem in event.problems.items():
                parts.text(problem_text(view, kind, problem), "om-event-problem")
            if event.items:
                _lines(view, event)


def _level(view: View, confidence: int) -> None:
    """How surely the event is this person's, as an icon that explains itself."""
    title, icon = LEVELS[confidence]
    told = view._("Confidence {n} of 4: {words}").format(n=confidence, words=view._(title))
    shown = ui.icon(icon).classes("om-cell-icon").tooltip(told)
    shown.props["aria-label"] = told


def _details(view: View, event: TimelineEvent) -> str:
    """The few properties worth a line."""
    said = {key: value for key, value in event.properties.items() if key not in HIDDEN and _is_plain(value)}
    if "campaign" in said:
        said.pop("campaign_id", None)
    first = {key: said[key] for key in FIRST if key in said}
    shown = [_fact(view, key, value) for key, value in (first | said).items()]
    if event.items:
        shown.insert(0, view._("products: {n}").format(n=view.fmt.number(len(event.items))))
    return " · ".join(shown[:FACTS_MAX])


def _fact(view: View, key: str, value: Any) -> str:
    return f"{view._(LABELS.get(key, key))}: {_said(view, key, value)}"


def _said(view: View, key: str, value: Any) -> str:
    """A property's value in words, where there are words for it."""
    if key == "method" and value in METHODS:
        return view._(METHODS[value])
    if key == "direction" and value in DIRECTIONS:
        return view._(DIRECTIONS[value])
    if key in ("talk_s", "wait_s") and isinstance(value, (int, float)):
        return f"{int(value) // 60}:{int(value) % 60:02}"
    return _short(view, value)


def _lines(view: View, event: TimelineEvent) -> None:
    """What was bought; built when first unfolded, since most never are."""
    folded = ui.expansion(view._("Order lines")).props("dense dense-toggle").classes("om-expansion")

    def unfold() -> None:
        if folded.value and not folded.default_slot.children:
            with folded:
                _sheet(view, event)

    folded.on_value_change(unfold)


def _sheet(view: View, event: TimelineEvent) -> None:
    _ = view.translate
    with parts.sheet([_("Product"), _("Quantity"), _("Amount")], numeric=2):
        for item in event.items:
            with ui.element("tr"):
                with ui.element("td"):
                    parts.text(str(item.get("name") or item.get("product_id") or "–"))
                    if category := item.get("category"):
                        parts.text(str(category), "om-muted")
                parts.text(view.fmt.number(item.get("quantity")), "om-right", tag="td")
                parts.text(_amount(view, item, event.currency or ""), "om-right", tag="td")


def _amount(view: View, item: dict[str, Any], currency: str) -> str:
    if item.get("amount_minor") is not None:
        return view.fmt.money(int(item["amount_minor"]), currency)
    return "–"


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != ""


def _short(view: View, value: Any) -> str:
    text = _when(view, value) if isinstance(value, str) and _INSTANT.fullmatch(value) else str(value)
    return text if len(text) <= VALUE_CHARS_MAX else f"{text[:VALUE_CHARS_MAX]}…"


def _when(view: View, text: str) -> str:
    """A day or an instant as the visitor reads them; what is none stays as it was said."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return view.fmt.when(at) if at.tzinfo else view.fmt.short_day(at.date()) + f" {at:%Y}"
