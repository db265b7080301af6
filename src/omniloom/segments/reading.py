"""From a text or loose values to plain, bounded, clean ones: what every later step may rely on.

Plain: mappings with text keys, lists, text in NFC, finite numbers, booleans. Bounded in size and depth before
anything recurses over it, so a hostile definition costs no more than an honest one.
"""

import difflib
import math
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import yaml

from omniloom.core.errors import Invalid
from omniloom.core.text import clean

TEXT_CHARS_MAX = 100_000
VALUES_MAX = 5_000
DEPTH_MAX = 24
VALUE_CHARS_MAX = 1_000


def read(definition: dict[str, Any] | str) -> Any:
    """The definition as plain values; a text is YAML (and so may be JSON). Errors: Invalid with the place."""
    raw: Any = definition
    if isinstance(definition, str):
        if len(definition) > TEXT_CHARS_MAX:
            raise Invalid(f"the definition is longer than {TEXT_CHARS_MAX} characters", hint="split it into segments")
        raw = _load(definition)
    return _Reader().plain(raw, "", 0)


def _load(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise Invalid(
            f"the definition is not valid YAML or JSON{line}: {error.problem}", hint="check brackets and indents"
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise Invalid(f"the definition is not valid YAML or JSON: {error}", hint="check its characters") from error
    except RecursionError as error:
        raise Invalid("the definition is nested too deeply", hint="split it into segments") from error


class _Reader:
    """Copies values and counts them."""

    def __init__(self) -> None:
        self._values = 0

    def plain(self, raw: Any, path: str, depth: int) -> Any:
        self._values += 1
        if self._values > VALUES_MAX or depth > DEPTH_MAX:
            raise Invalid("the definition is too large or too deep", hint="split it into segments", path=path)
        if isinstance(raw, dict):
            return {
                self._key(key, path): self.plain(value, child(path, str(key)), depth + 1) for key, value in raw.items()
            }
        if isinstance(raw, (list, tuple)):
            return [self.plain(value, f"{path}[{i}]", depth + 1) for i, value in enumerate(raw)]
        return _scalar(raw, path)

    def _key(self, key: Any, path: str) -> str:
        if isinstance(key, bool) or not isinstance(key, str):
            raise Invalid(f"{path or 'definition'}: the key {key!r} is not text", hint="put it in quotes", path=path)
        return clean(key, field=child(path, key))


def _scalar(raw: Any, path: str) -> str | int | float | bool:
    if isinstance(raw, (datetime, date)):
        return raw.isoformat()
    if isinstance(raw, str):
        if len(raw) > VALUE_CHARS_MAX:
            raise Invalid(f"{path}: longer than {VALUE_CHARS_MAX} characters", hint="shorten it", path=path)
        return clean(raw, field=path or "definition")
    if isinstance(raw, (bool, int, float)) and abs(raw) < 1e15 and math.isfinite(raw):
        return raw
    raise Invalid(
        f"{path or 'definition'}: {raw!r} is not a text, a number, yes or no", hint="write a value", path=path
    )


def child(path: str, key: str) -> str:
    """The path of a key under a path: ``all[1]`` and ``did`` give ``all[1].did``."""
    return f"{path}.{key}" if path else key


def near(word: str, known: Iterable[str]) -> str:
    """A hint that names what the word may have been meant to be."""
    names = list(known)
    by_lower = {name.lower(): name for name in names}
    found = difflib.get_close_matches(word.lower(), by_lower, n=3, cutoff=0.5)
    if found:
        return f"did you mean {' or '.join(by_lower[name] for name in found)}?"
    return f"choose from {', '.join(sorted(names)[:15])}" if names else "there are none yet"
