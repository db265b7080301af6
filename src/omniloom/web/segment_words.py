"""A segment's definition as a sentence in the visitor's words; the senders' own keys are seen by hover."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from omniloom import segments
from omniloom.web import happening, marks, parts
from omniloom.web.theme import mark
from omniloom.web.view import View

_FIELDS = {
    "channel": mark("channel"), "campaign_id": mark("campaign"), "order_id": mark("order number"),
    "currency": mark("currency"), "revenue": mark("revenue"), "amount": mark("amount of the products"),
    "quantity": mark("quantity"), "confidence": mark("confidence (0–4)"), "product.id": mark("product: number"),
    "product.name": mark("product: name"), "product.category": mark("product: category"),
    "product.department": mark("product: department"), "product.brand": mark("product: brand"),
}  # fmt: skip


def field_title(view: View, name: str) -> str:
    """What a field of an event is called, ``product.`` before those of its products; one of their own as it is sent."""
    return view._(_FIELDS[name]) if name in _FIELDS else name


def event_title(view: View, name: str) -> str:
    """What an event is called on a customer's timeline."""
    return happening.title(view.translate, "track", name)


def event_choice(view: View, name: str) -> str:
    """An event to choose from a list: its title, and its sender's name where that is another, to be found by either."""
    title = event_title(view, name)
    return title if title.lower() == name.lower() else f"{title} ({name})"


def sentence(view: View, definition: dict[str, Any], names: Mapping[str, str]) -> str:
    """The definition in words. ``names``: segment id -> name."""

    def called(kind: str, key: str) -> str:
        if kind == "event":
            return event_title(view, key)  # the sentence quotes it itself
        title = marks.trait_title(view, key) if kind == "trait" else field_title(view, key)
        return view._("“{name}”").format(name=title)

    return _begun(segments.describe(definition, view.language, names, called))


def show_sentence(view: View, definition: dict[str, Any], names: Mapping[str, str], classes: str) -> ui.label:
    """The sentence as a label; with the keys as they are sent by hover."""
    label = parts.text("", classes)
    put_sentence(view, label, definition, names)
    return label


def put_sentence(view: View, label: ui.label, definition: dict[str, Any], names: Mapping[str, str]) -> None:
    """Let a label say the sentence."""
    label.set_text(sentence(view, definition, names))
    label.props["title"] = _begun(segments.describe(definition, view.language, names))


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
