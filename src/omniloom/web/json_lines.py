"""JSON laid out in lines, each with the path of what stands on it, so that a fault can be shown where it is."""

import json
from collections.abc import Iterator
from typing import Any

LINES_MAX = 600
TEXT_CHARS_MAX = 500


def lines_of(
    value: Any, path: str = "", *, key: str | None = None, depth: int = 0, end: str = ""
) -> Iterator[tuple[str, str]]:
    """(path, line) of each line; long texts are cut."""
    lead = "  " * depth + ("" if key is None else f"{_told(key)}: ")
    if isinstance(value, dict) and value:
        inner = [(f"{path}.{name}" if path else name, name, one) for name, one in value.items()]
        yield from _block(lead, "{}", inner, path, depth, end)
    elif isinstance(value, list) and value:
        inner = [(f"{path}[{i}]", None, one) for i, one in enumerate(value)]
        yield from _block(lead, "[]", inner, path, depth, end)
    else:
        text = _told(value)
        yield path, lead + (text if len(text) <= TEXT_CHARS_MAX else text[:TEXT_CHARS_MAX] + "…") + end


def _block(  # noqa: PLR0917 - the parts of one line
    lead: str, marks: str, inner: list[tuple[str, str | None, Any]], path: str, depth: int, end: str
) -> Iterator[tuple[str, str]]:
    yield path, lead + marks[0]
    for i, (place, key, value) in enumerate(inner):
        yield from lines_of(value, place, key=key, depth=depth + 1, end="," if i < len(inner) - 1 else "")
    yield "", "  " * depth + marks[1] + end


def _told(value: Any) -> str:
    """A plain value as JSON; half surrogate pairs stay escaped, for no page could carry them."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def pretty(raw: str) -> str:
    """The whole item laid out, if it is JSON; else as it is."""
    try:
        return json.dumps(json.loads(raw), ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode()
    except (ValueError, RecursionError):
        return raw


def marked(raw: str, field: str) -> list[tuple[str, bool]]:
    """(line, whether the fault is there) of an item; of text that is no JSON its own lines.

    A field that is missing marks the place that should hold it.
    """
    try:
        lines = list(lines_of(json.loads(raw)))
    except (ValueError, RecursionError):
        return [(line, False) for line in raw.splitlines()[:LINES_MAX]]
    paths = {path for path, _ in lines}
    at = field
    while at and at not in paths:
        at = at[: max(at.rfind("."), at.rfind("["), 0)]
    return [(line, bool(at) and path == at) for path, line in lines[:LINES_MAX]]
