"""Why items are refused, in words, and what a letter's status looks like."""

from omniloom.web import parts
from omniloom.web.theme import mark
from omniloom.web.view import View

REFUSALS = {
    "not_json": mark("not valid JSON"), "too_large": mark("too large"), "too_deep": mark("nested too deeply"),
    "bad_text": mark("characters that cannot be stored"), "bad_number": mark("a number out of range"),
    "bad_value": mark("a value that cannot be read"), "no_rule": mark("no rule says what it means"),
    "wrong_kind": mark("a field of the wrong kind"), "unknown_type": mark("unknown type of call"),
    "no_identifier": mark("nobody is named"), "bad_identifier": mark("an unusable identifier"),
    "bad_message_id": mark("an unusable message id"), "bad_time": mark("an unusable time"),
    "no_name": mark("the event has no name"), "no_group": mark("no group is named"),
    "no_previous": mark("no previous id"), "plan_violation": mark("against the tracking plan"),
    "unreadable": mark("damaged on the way"), "cut": mark("only its beginning was kept"),
    "replayed": mark("replayed already"), "discarded": mark("discarded"),
}  # fmt: skip
STATUSES = {
    "open": (mark("Waiting"), "warn"), "replayed": (mark("Replayed"), "good"),
    "discarded": (mark("Discarded"), "neutral"),
}  # fmt: skip


def refusal_text(view: View, reason: str) -> str:
    """A reason in words; one we have no words for as it is."""
    return view.translate(REFUSALS[reason]) if reason in REFUSALS else reason.replace("_", " ")


def status_badge(view: View, status: str) -> None:
    """A letter's status."""
    label, tone = STATUSES.get(status, (status, "neutral"))
    parts.badge(view.translate(label), tone)
