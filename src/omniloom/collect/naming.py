"""Whom an item names: one identifier of each kind, and what it says besides."""

import re
from dataclasses import dataclass, field
from typing import Any

from omniloom.collect.drop import Dropped, DropReason
from omniloom.collect.reception import IDENTIFIER_CHARS_MAX, TRAIT_KINDS

NATIONAL_DIGITS = 10  # of a phone: what stays of it however it is dialled
SHOWN_CHARS = 80
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(slots=True)
class Named:
    """Identifiers by kind, and why others were not taken."""

    found: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, text: str) -> None:
        """One more, unless there is one of its kind."""
        if not text:
            return
        first = self.found.setdefault(kind, text)
        if _compared(kind, first) != _compared(kind, text):
            told = f"second: one event names one {kind}; {text[:SHOWN_CHARS]!r} was left out"
            self.problems.setdefault(kind, told)

    def add_traits(self, traits: Any) -> None:
        """The e-mail and phone in traits; a phone may be a whole number."""
        for key, kind in TRAIT_KINDS.items() if isinstance(traits, dict) else ():
            value = traits.get(key)
            if isinstance(value, str) or (kind == "phone" and isinstance(value, int) and not isinstance(value, bool)):
                self.add(kind, identifier(value, f"traits.{key}"))
            elif value is not None:
                self.problems.setdefault(kind, f"malformed: traits.{key} is no text")


def _compared(kind: str, text: str) -> str:
    """What tells two spellings of one e-mail or phone from two of them, well enough for a remark."""
    if kind == "email":
        return text.lower()
    return "".join(filter(str.isdigit, text))[-NATIONAL_DIGITS:] if kind == "phone" else text


def identifier(value: str | int | float | None, name: str) -> str:
    """An id as text; empty for none. Errors: Dropped if it is too long."""
    text = "" if value is None else str(value).strip()
    if len(text) > IDENTIFIER_CHARS_MAX:
        raise Dropped(
            DropReason.BAD_IDENTIFIER, name, f"{name} has over {IDENTIFIER_CHARS_MAX} characters: send the id alone"
        )
    return text


def external_ids(entries: Any) -> list[tuple[str, str]]:
    """Kinds and values of ``context.externalIds``."""
    if entries is None:
        return []
    if not isinstance(entries, list):
        raise Dropped(
            DropReason.WRONG_KIND, "context.externalIds", "context.externalIds: expected a list of {id, type}"
        )
    return [found for i, entry in enumerate(entries) if (found := _external_id(entry, f"context.externalIds[{i}]"))]


def _external_id(entry: Any, name: str) -> tuple[str, str] | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), (str, int)):
        raise Dropped(DropReason.WRONG_KIND, name, f"{name}: expected an object with a text id and a type")
    kind = entry.get("type")
    if not isinstance(kind, str) or _KIND.fullmatch(kind) is None:
        raise Dropped(DropReason.BAD_IDENTIFIER, f"{name}.type", f"{name}.type: use a-z, 0-9 and _, such as card")
    text = identifier(entry["id"], f"{name}.id")
    return (kind, text) if text else None
