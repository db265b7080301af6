"""The room marketers' templates are rendered in: a Liquid subset over plain values, in a process of its own.

This one file is both the definition of the subset (imported) and the program of the rendering process (run by path,
in isolated mode, with an empty environment, so that it starts fast and holds no secret). It imports Liquid and
msgspec and nothing of the platform.

Liquid's own limits are only the first layer: a range given to a filter passes them, so ranges are capped here, memory
by the kernel (RLIMIT_AS) and time by the parent, which kills the process (see render.py).

Source: spec/reliability.md SEC-T1…T5 and G5.
"""

import datetime as dt
import functools
import resource
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from liquid import BoundTemplate, Environment
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidError, LoopIterationLimitError, ResourceLimitError
from liquid.undefined import Undefined

TEMPLATE_BYTES_MAX = 64 * 1024
OUTPUT_BYTES_MAX = 256 * 1024
LOOP_ITERATIONS_MAX = 1_000
RANGE_MAX = 1_000
NESTING_MAX = 10
MEMORY_BYTES_OVER_BASE = 64 * 1024 * 1024

TAGS = frozenset({
    "assign", "break", "capture", "case", "comment", "continue", "cycle", "decrement", "echo", "for", "if",
    "ifchanged", "increment", "unless", "#",
})  # fmt: skip
FILTERS = frozenset({
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "concat", "date", "default", "divided_by",
    "downcase", "escape", "escape_once", "first", "floor", "join", "last", "lstrip", "map", "minus", "modulo",
    "newline_to_br", "plus", "prepend", "remove", "remove_first", "replace", "replace_first", "reverse", "round",
    "rstrip", "size", "slice", "sort", "split", "strip", "strip_newlines", "sum", "times", "truncate",
    "truncatewords", "uniq", "upcase", "url_encode", "where",
})  # fmt: skip


class Missing(Undefined):
    """A value the person does not have: prints nothing, and is listed so that the preview can say so."""

    seen: ClassVar[list[str]] = []

    def __str__(self) -> str:
        name = (self.hint or self.name).removesuffix(" is undefined").strip("'")
        if name not in self.seen:
            self.seen.append(name)
        return ""


class LimitedEnvironment(Environment):
    """Liquid with every limit set, no loader, and only the listed tags and filters."""

    block_nesting_limit = NESTING_MAX
    context_depth_limit = NESTING_MAX
    loop_iteration_limit = LOOP_ITERATIONS_MAX
    local_namespace_limit = OUTPUT_BYTES_MAX
    output_stream_limit = OUTPUT_BYTES_MAX

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register the built-in ones, then forget all that is not on the list."""
        super().setup_tags_and_filters(extra=extra)
        structural = {"content", "output", "illegal"}
        names = {name for name, tag in self.tags.items() if type(tag).__module__.rsplit(".", 1)[-1] in structural}
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS or name in names}
        self.filters = {name: function for name, function in self.filters.items() if name in FILTERS}
        self.filters["date"] = date


def date(value: Any, form: Any = "%Y-%m-%d") -> str:
    """A date or instant of the context in a strftime form; it never asks the machine's clock."""
    text = str(value)
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.strftime(str(form)[:100])


def _capped_range(_self: RangeLiteral, start: Any, stop: Any) -> range:
    """A range of at most RANGE_MAX members; what is no number counts as 0."""
    first, last = (value if isinstance(value, int) else _whole(value) for value in (start, stop))
    if last - first >= RANGE_MAX:
        raise LoopIterationLimitError(f"a range holds more than {RANGE_MAX} members", token=None)
    return range(first, max(first, last + 1))


def _whole(value: Any) -> int:
    try:
        return int(str(value)[:18])
    except ValueError:
        return 0


RangeLiteral._make_range = _capped_range  # type: ignore[method-assign,assignment]  # the library has no hook for it

PLAIN = LimitedEnvironment(undefined=Missing)
HTML = LimitedEnvironment(undefined=Missing, autoescape=True)


class Part(msgspec.Struct, frozen=True):
    """One template to render: its source, and whether values are escaped for HTML."""

    source: str
    is_html: bool = False


class Job(msgspec.Struct, frozen=True):
    """Templates of one message (subject, body) over one context of plain values."""

    parts: list[Part]
    context: dict[str, Any]


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """Rendered texts and names of missing values, or why there are none (``is_limit``: a limit was passed)."""

    texts: list[str] = []
    missing: list[str] = []
    failure: str = ""
    is_limit: bool = False


class TooLarge(Exception):
    """A template or its result is over the limit."""


def check(source: str, *, is_html: bool = False) -> str:
    """What is wrong with a template's text; empty if nothing is."""
    if len(source.encode()) > TEMPLATE_BYTES_MAX:
        return f"the template is over {TEMPLATE_BYTES_MAX // 1024} KiB"
    try:
        unknown = set(_parsed(source, is_html).filter_names()) - FILTERS
    except (LiquidError, RecursionError) as error:
        return first_line(error)
    return f"unknown filter '{min(unknown)}'" if unknown else ""


def names(source: str) -> frozenset[str]:
    """What a template takes from outside, by its first name: of ``person.city``, person. Of no valid one: nothing."""
    try:
        return frozenset(_parsed(source, False).global_variables())  # noqa: FBT003 - as the cache takes it
    except (LiquidError, RecursionError):
        return frozenset()


def first_line(error: Exception) -> str:
    """What an error says and in which line, without Liquid's drawing of the place."""
    text = (str(error).splitlines() or [type(error).__name__])[0][:300]
    token = getattr(error, "token", None)
    if token is None or not 0 <= token.start_index <= len(token.source):
        return text
    return f"{text} (line {token.source.count(chr(10), 0, token.start_index) + 1})"


def render(job: Job) -> Result:
    """Render one message's parts; every fault becomes a reason."""
    Missing.seen.clear()
    try:
        texts = [_rendered(part, job.context) for part in job.parts]
    except (ResourceLimitError, TooLarge) as error:
        return Result(failure=first_line(error), is_limit=True)
    except (LiquidError, RecursionError, ArithmeticError, TypeError, ValueError, KeyError, AttributeError) as error:
        return Result(failure=first_line(error))
    except MemoryError:
        return Result(failure="the template needs too much memory", is_limit=True)
    return Result(texts=texts, missing=list(Missing.seen))


def _rendered(part: Part, context: Mapping[str, Any]) -> str:
    if len(part.source.encode()) > TEMPLATE_BYTES_MAX:
        raise TooLarge(f"the template is over {TEMPLATE_BYTES_MAX // 1024} KiB")
    text = _parsed(part.source, part.is_html).render(**context)
    if len(text.encode()) > OUTPUT_BYTES_MAX:
        raise TooLarge(f"the result is over {OUTPUT_BYTES_MAX // 1024} KiB")
    return text


@functools.lru_cache(maxsize=64)
def _parsed(source: str, is_html: bool) -> BoundTemplate:  # noqa: FBT001 - a cache key
    return (HTML if is_html else PLAIN).from_string(source)


def main() -> None:
    """Read length-prefixed jobs from standard input, answer each on standard output, until the input ends."""
    _limit_memory()
    decode, encode = msgspec.msgpack.Decoder(Job).decode, msgspec.msgpack.Encoder().encode
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(4):
        body = encode(render(decode(source.read(int.from_bytes(head, "big")))))
        sink.write(len(body).to_bytes(4, "big") + body)
        sink.flush()


def _limit_memory() -> None:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - pathlib is not needed for anything else
        pages = int(file.read().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES_OVER_BASE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
