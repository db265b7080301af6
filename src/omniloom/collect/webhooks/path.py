"""Where a value stands in a decoded body: ``data.FIELDS.ID``, ``custom_fields[code=PHONE].values.0.value``.

A path is names and positions with dots between them. ``*`` is the first of a list or table, ``[key=value]`` the first
of a list whose key has that value, and `` | `` stands between places of which the first with a value counts. A path
only ever points: nothing of it is evaluated.
"""

import functools
import re
from dataclasses import dataclass
from typing import Any

FIRST = "*"
OR = " | "
_STEP = re.compile(r"(?P<name>[^\[\]]*)(?:\[(?P<key>[^=\[\]]+)=(?P<value>[^\[\]]*)\])?")


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    rest: str  # this step and all after it, as written: a key may have dots in it
    key: str = ""
    value: str = ""


def find(record: Any, path: str) -> Any:
    """The value at a path; None if there is none (empty text is none)."""
    for steps in _parsed(path):
        value = _walk(record, steps)
        if value is not None and value != "":
            return value
    return None


def elements(record: Any, path: str) -> list[Any]:
    """The things at a path, one by one: a list's members, a numbered table's values, else the thing itself.

    An empty path means the whole record.
    """
    node = find(record, path) if path else record
    if node is None:
        return []
    if isinstance(node, dict) and node and all(key.isdecimal() for key in node):
        return list(node.values())
    return list(node) if isinstance(node, list) else [node]


def is_path(text: str) -> bool:
    """Whether a text is a path."""
    return bool(text) and all(
        _STEP.fullmatch(step) is not None and step != "" for part in text.split(OR) for step in _split(part)
    )


@functools.lru_cache(maxsize=4096)
def _parsed(path: str) -> tuple[tuple[_Step, ...], ...]:
    return tuple(_steps(part.strip()) for part in path.split(OR))


def _steps(part: str) -> tuple[_Step, ...]:
    words = _split(part)
    steps = []
    for i, word in enumerate(words):
        match = _STEP.fullmatch(word)
        rest = ".".join(words[i:])
        if match is None:
            steps.append(_Step(word, rest))
        else:
            steps.append(_Step(match["name"], rest, match["key"] or "", match["value"] or ""))
    return tuple(steps)


def _split(part: str) -> list[str]:
    """Words between dots; a dot within brackets is no border."""
    return re.split(r"\.(?![^\[]*\])", part)


def _walk(node: Any, steps: tuple[_Step, ...]) -> Any:
    for step in steps:
        if isinstance(node, dict) and step.rest in node:
            return node[step.rest]
        node = _member(node, step.name) if step.name else node
        if step.key:
            node = next((one for one in _members(node) if _has(one, step)), None)
        if node is None:
            return None
    return node


def _member(node: Any, name: str) -> Any:
    if isinstance(node, dict):
        return node.get(name, next(iter(node.values()), None) if name == FIRST else None)
    if isinstance(node, list) and (name == FIRST or name.isdecimal()):
        position = 0 if name == FIRST else int(name[:9])
        return node[position] if position < len(node) else None
    return None


def _members(node: Any) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def _has(one: Any, step: _Step) -> bool:
    return isinstance(one, dict) and str(one.get(step.key)) == step.value
