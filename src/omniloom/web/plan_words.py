"""The words of tracking plans: kinds, classes of personal data, actions, misses."""

from omniloom.web.theme import mark
from omniloom.web.view import View

KINDS = {
    "any": mark("anything"), "text": mark("text"), "number": mark("number"), "integer": mark("whole number"),
    "boolean": mark("yes or no"), "instant": mark("date and time"), "money": mark("money"), "list": mark("list"),
    "object": mark("object"),
}  # fmt: skip
CLASSES = {
    "none": mark("not personal"), "identifier": mark("identifier"), "contact": mark("contact data"),
    "sensitive": mark("sensitive"),
}  # fmt: skip
ACTIONS = {
    "allow": mark("take it"), "warn": mark("take it with a warning"), "quarantine": mark("keep it aside"),
}  # fmt: skip
CODES = {
    "missing": mark("is missing"), "wrong_type": mark("is of another kind"), "not_allowed": mark("has another value"),
    "too_small": mark("is too small"), "too_large": mark("is too large"), "too_short": mark("is too short"),
    "too_long": mark("is too long"), "unplanned_field": mark("is not planned"),
    "unplanned_event": mark("the event is not planned"),
}  # fmt: skip


def kind_text(view: View, kind: str) -> str:
    """A kind in words."""
    return view.translate(KINDS.get(kind, kind))


def pii_text(view: View, pii: str) -> str:
    """A class of personal data in words."""
    return view.translate(CLASSES.get(pii, pii))
