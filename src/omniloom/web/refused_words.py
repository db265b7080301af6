"""Why items are refused, in words, and what a letter's status looks like."""

import functools
import re

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


MESSAGES = (  # what is told of an item, as its sender reads it; {words} in braces of one word are filled in
    mark("{field} is not a usable time; send ISO 8601, such as {example}"),
    mark('event is missing: name what happened, such as "Order Completed"'),
    mark("nobody is named: send userId, anonymousId or context.externalIds [{id, type}]"),
    mark("plan {plan}: {field} is missing"),
    mark("plan {plan}: {field} is not planned"),
    mark("plan {plan}: {field} is none of the allowed values"),
    mark("plan {plan}: {field} should be {wanted}, not {found}"),
    mark("plan {plan}: {field} is under {bound}"),
    mark("plan {plan}: {field} is over {bound}"),
    mark("plan {plan}: {field} is shorter than {bound}"),
    mark("plan {plan}: {field} is longer than {bound}"),
    mark("groupId is missing: send the group's id"),
    mark("previousId is missing: send the id used before"),
    mark("{field} is not a finite 64-bit number; send it as text"),
    mark("the item has {size} bytes; the limit is {limit} (32 KB): send less in it"),
    mark("the item is nested deeper than {levels} levels: flatten it"),
    mark("{field} has over {limit} characters: send the id alone"),
    mark("the item is not valid JSON: {fault}; send UTF-8 JSON objects"),
)
_HOLE = re.compile(r"\{(\w+)\}")


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """How each message is recognised."""
    return [(re.compile(_HOLE.sub(r"(?P<\1>.+?)", _escaped(text)), re.DOTALL), text) for text in MESSAGES]


def _escaped(text: str) -> str:
    """A message for a pattern, its holes left as they are."""
    pieces = _HOLE.split(text)
    return "".join(f"{{{piece}}}" if n % 2 else re.escape(piece) for n, piece in enumerate(pieces))


def message_text(view: View, message: str) -> str:
    """What is wrong with an item, in the reader's words where we have them."""
    for pattern, text in _patterns():
        if found := pattern.fullmatch(message):
            return _HOLE.sub(lambda hole: found.group(hole[1]), view.translate(text))
    return message


def refusal_text(view: View, reason: str) -> str:
    """A reason in words; one we have no words for as it is."""
    return view.translate(REFUSALS[reason]) if reason in REFUSALS else reason.replace("_", " ")


def status_badge(view: View, status: str) -> None:
    """A letter's status."""
    label, tone = STATUSES.get(status, (status, "neutral"))
    parts.badge(view.translate(label), tone)
