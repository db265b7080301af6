"""A definition as one sentence a marketer can check, in English or Russian."""

import functools
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from omniloom.segments.definition import (
    AllOf,
    AnyOf,
    Argument,
    Bounds,
    Condition,
    ConsentIs,
    Did,
    Filter,
    InSegment,
    Not,
    Test,
    TraitHas,
)  # fmt: skip
from omniloom.segments.operator import Takes, known_operators
from omniloom.segments.parse import parse
from omniloom.segments.window import Window

Title = Callable[[str, str], str]
_SPAN = re.compile(r"([0-9]+)(s|m|h|d|w|mo)( ago)?")


def describe(
    definition: dict[str, Any] | str | Condition, language: str = "en", names: Mapping[str, str] | None = None,
    title: Title | None = None,
) -> str:  # fmt: skip
    """The definition in words.

    Shapes: ``names`` gives the name of a segment kept by id; ``title`` what to call a key, given its kind: ``trait``,
        ``event``, or ``field`` of one (``product.`` stands before those of its products); without it keys stand as they
        are.
    Errors: Invalid as ``parse``.
    """
    condition = parse(definition) if isinstance(definition, (dict, str)) else definition
    return _Speaker(language, names or {}, title).say(condition, is_inner=False)


@functools.cache
def _phrases() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text())


class _Speaker:
    """Speaks one language."""

    def __init__(self, language: str, names: Mapping[str, str], title: Title | None) -> None:
        self._language = language if language in _phrases() else "en"
        self._words = _phrases()[self._language]
        self._names = names
        self._title = title

    def say(self, condition: Condition, *, is_inner: bool = True) -> str:
        match condition:
            case AllOf(parts) | AnyOf(parts):
                joint = self._words["and" if isinstance(condition, AllOf) else "or"]
                text = str(joint).join(self.say(part) for part in parts)
                return f"({text})" if is_inner and len(parts) > 1 else text
            case Not(part):
                return self._say("not", self.say(part, is_inner=False))
            case TraitHas(key, tests):
                return self._say("trait", key=self._called("trait", key), tests=self._tests(tests))
            case ConsentIs(channel, purpose, is_given):
                by, to = self._words["channels"].get(channel, channel), self._words["purposes"].get(purpose, purpose)
                return self._say("consent" if is_given else "no_consent", channel=by, purpose=to)
            case InSegment(word):
                return self._say("segment", self._names.get(word, word))
            case Did():
                return self._did(condition)

    def _did(self, did: Did) -> str:
        words = [self._say("did" if did.is_done else "did_not", self._called("event", did.event))]
        if did.count is not None:
            words.append(self._bounds("count", did.count))
        if did.window is not None:
            words.append(self._window(did.window))
        filters = [self._filter("trait", part) for part in did.where]
        filters += [self._filter("product", part) for part in did.products]
        if filters:
            words.append(self._say("where", self._words["and"].join(filters)))
        if did.total is not None:
            of = self._called("field", did.total.of)
            of += f" ({did.total.currency})" if did.total.currency else ""
            words.append(self._bounds("sum", did.total.bounds, of=of))
        return " ".join(words)

    def _filter(self, phrase: str, part: Filter) -> str:
        if self._title is not None:
            key = self._title("field", f"product.{part.field}" if phrase == "product" else part.field)
            return self._say("trait", key=key, tests=self._tests(part.tests))
        return self._say(phrase, key=part.field, tests=self._tests(part.tests))

    def _called(self, kind: str, key: str) -> str:
        return self._title(kind, key) if self._title is not None else key

    def _tests(self, tests: tuple[Test, ...]) -> str:
        return str(self._words["and"]).join(self._test(test) for test in tests)

    def _test(self, test: Test) -> str:
        operator = known_operators()[test.operator]
        title = operator.title_ru if self._language == "ru" else operator.title
        if isinstance(test.argument, tuple):
            joint = "and" if operator.takes is Takes.PAIR else "or"
            return title.format(str(self._words[joint]).join(self._value(value) for value in test.argument))
        return title.format(self._value(test.argument))

    def _value(self, value: Argument) -> str:
        if isinstance(value, bool):
            return str(self._words["yes" if value else "no"])
        return f"{value:.15g}" if isinstance(value, float) else self._time(str(value))

    def _window(self, window: Window) -> str:
        return self._say(window.form, *(self._time(text) for text in window.points))

    def _time(self, text: str) -> str:
        """A span or distance in words; anything else as it is."""
        found = _SPAN.fullmatch(text)
        if found is None:
            return text
        span = f"{found[1]} {self._words['units'][found[2]]}"
        return self._say("ago", span) if found[3] else span

    def _bounds(self, phrase: str, bounds: Bounds, **parts: str) -> str:
        kind = "both" if bounds.least and bounds.most else "least" if bounds.least else "most"
        if bounds.least == bounds.most:
            kind = "exactly"
        return self._say(f"{phrase}_{kind}", least=bounds.least or "", most=bounds.most or "", **parts)

    def _say(self, phrase: str, *parts: str, **named: str) -> str:
        return str(self._words[phrase]).format(*parts, **named)
