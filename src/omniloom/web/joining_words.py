"""What merges rest on, in words."""

from typing import TYPE_CHECKING, Any

from omniloom.web import marks
from omniloom.web.match_words import TITLES, WORDS
from omniloom.web.theme import mark

if TYPE_CHECKING:
    from omniloom.web.view import View

RULES = {
    "identify": mark("one event named both"), "alias": mark("the sender said so"), "by hand": mark("by hand"),
    "match": mark("found by matching"), "detach": mark("by hand"),
}  # fmt: skip
EVIDENCE = {
    "by": mark("decided by"), "note": mark("note"), "source_id": mark("source"), "message_id": mark("event"),
    "joined_by": mark("both had"), "identifiers": mark("event named"), "probability": mark("probability"),
    "reasons": mark("reasons"), "detached": mark("why it was detached"),
    "taken": mark("detached identifier"),
}  # fmt: skip


def rule_text(view: "View", rule: str) -> str:
    """A merge's rule in words; one we have no words for as it is."""
    return view.translate(RULES[rule]) if rule in RULES else rule


def evidence_text(view: "View", evidence: dict[str, Any], names: dict[str, str]) -> str:
    """What a merge rests on, in a line; ``names`` of the sources, by their ids."""
    said = {key: value for key, value in evidence.items() if value not in ("", None, {}, [])}
    if "source_id" in said:
        said["source_id"] = names.get(said["source_id"], said["source_id"])
    return " · ".join(f"{view.translate(EVIDENCE.get(key, key))}: {_value(view, value)}" for key, value in said.items())


def _value(view: "View", value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{marks.identifier_title(view, key)} {text}" for key, text in value.items())
    if isinstance(value, list):
        return ", ".join(_reason(view, one) for one in value)
    return str(value)


def _reason(view: "View", one: Any) -> str:
    """A reason of the matcher, or whatever else a list holds."""
    if not isinstance(one, dict):
        return str(one)
    title, words = str(one.get("title", "")), str(one.get("words", ""))
    return f"{view.translate(TITLES.get(title, title))} – {view.translate(WORDS.get(words, words))}"
