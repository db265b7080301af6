"""What an event's fields look like: their paths and kinds, what they tell about a person, and a sample without that."""

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from omniloom.collect.plan import FieldType, Pii
from omniloom.collect.plan_check import kind_of
from omniloom.core.event import Event

DEPTH_MAX = 5
PATHS_MAX = 200  # of one event
ELEMENTS_MAX = 3  # of a list
TEXT_CHARS_MAX = 120
HIDDEN = "•••"

_KEY_CHARS_MAX = 100
_WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*|\d+")
_PII = {
    pii: frozenset(words)
    for pii, words in tomllib.loads((Path(__file__).parent / "pii_words.toml").read_text()).items()
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"^\+?[\d ()-]{10,20}$|\+\d[\d ()-]{8,}\d")


def kinds_of(event: Event) -> Iterator[tuple[str, FieldType]]:
    """(path, kind) of every field that says something, bounded in number and depth; each pair once."""
    seen: dict[tuple[str, FieldType], None] = {}
    for root in ("properties", "traits"):
        _flatten(getattr(event, root), root, 0, seen)
    yield from seen


def _flatten(value: dict[str, Any], path: str, depth: int, seen: dict[tuple[str, FieldType], None]) -> None:
    for key, inner in value.items():
        if len(seen) >= PATHS_MAX or inner is None or not _is_key(key):
            continue
        place, found = f"{path}.{key}", inner
        seen[place, kind_of(found)] = None
        if depth < DEPTH_MAX and isinstance(found, dict):
            _flatten(found, place, depth + 1, seen)
        elif depth < DEPTH_MAX and isinstance(found, list):
            for element in found[:ELEMENTS_MAX]:
                if element is not None:
                    seen[f"{place}[]", kind_of(element)] = None
                if isinstance(element, dict):
                    _flatten(element, f"{place}[]", depth + 1, seen)


def _is_key(key: str) -> bool:
    """Whether a plan could name it."""
    return 0 < len(key) <= _KEY_CHARS_MAX and not any(char in key for char in ".[]\x00")


def pii_of(path: str) -> Pii:
    """What a field is likely to tell about a person, by its name."""
    if path.startswith("identifiers."):
        return Pii.IDENTIFIER
    key = path.rpartition(".")[2].removesuffix("[]")
    words = [word.lower() for word in _WORDS.findall(key)]
    joined = {"".join(words), *words, *(" ".join(pair) for pair in pairwise(words))}
    if joined & _PII["sensitive"]:
        return Pii.SENSITIVE
    if joined & _PII["contact"] or path == "traits.name":
        return Pii.CONTACT
    return Pii.NONE


def sample_of(event: Event, classes: dict[str, Pii]) -> dict[str, Any]:
    """The event as it may be shown: personal values masked by their class (planned, else by their name)."""
    sample = {
        "occurred_at": event.occurred_at.isoformat(),
        "identifiers": {kind: masked(value, Pii.CONTACT) for kind, value in event.identifiers.items()},
    }
    for root in ("properties", "traits"):
        if value := getattr(event, root):
            sample[root] = _shown(value, root, classes, 0)
    return sample


def _shown(value: Any, path: str, classes: dict[str, Pii], depth: int) -> Any:
    known = classes.get(path)
    pii = pii_of(path) if known is None else known
    if pii is not Pii.NONE and not isinstance(value, (dict, list)):
        return masked(value, pii)
    if isinstance(value, (dict, list)) and (pii is Pii.SENSITIVE or depth > DEPTH_MAX):
        return HIDDEN
    if isinstance(value, dict):
        return {
            key: _shown(inner, f"{path}.{key}", classes, depth + 1) for key, inner in list(value.items())[:PATHS_MAX]
        }
    if isinstance(value, list):
        return [_shown(inner, f"{path}[]", classes, depth + 1) for inner in value[:ELEMENTS_MAX]]
    if isinstance(value, str):
        if known is None and (_EMAIL.search(value) or _PHONE.search(value)):
            return masked(value, Pii.CONTACT)
        return value if len(value) <= TEXT_CHARS_MAX else value[:TEXT_CHARS_MAX] + "…"
    return value


def masked(value: Any, pii: Pii) -> Any:
    """A personal value as far as it may be seen: the first and last characters of a long text, else nothing."""
    text = value if isinstance(value, str) else str(value)
    if value is None or isinstance(value, bool):
        return value if pii is not Pii.SENSITIVE else HIDDEN
    if pii is Pii.SENSITIVE or len(text) < 5:
        return HIDDEN
    return f"{text[0]}{HIDDEN}{text[-2:]}"
