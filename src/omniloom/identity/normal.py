"""The kinds of identifiers there are, and the one way to a value's normal form."""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable

from omniloom.core.registry import variants
from omniloom.identity import kinds
from omniloom.identity.kind import Kind, Problem, ProblemReason, blocked

KINDS: dict[str, Kind] = variants(kinds, "KIND", Kind)
_JOINER = re.compile(r"(?<=[^\W\d_a-zA-Z])[\u200c\u200d](?=[^\W\d_a-zA-Z])")
BY_PRIORITY: tuple[str, ...] = tuple(sorted(KINDS, key=lambda name: KINDS[name].priority))


def normalise(kind: str, raw: str, home_region: str) -> str | Problem:
    """The normal form of an identifier, the one that is stored and compared; or why it identifies nobody."""
    if kind not in KINDS:
        return Problem(ProblemReason.UNKNOWN_KIND, f"no kind {kind!r}; there are {', '.join(BY_PRIORITY)}")
    value = _visible(kind, raw).strip()
    if problem := blocked(value):
        return problem
    normal = KINDS[kind].normalise(value, home_region)
    if isinstance(normal, str) and (problem := blocked(normal)):
        return problem
    return normal


def prefixes(kind: str, text: str, home_region: str) -> list[str]:
    """What the normal form of a value of this kind may begin with, if ``text`` is the beginning of the value."""
    beginning = _visible(kind, text).strip()
    return KINDS[kind].prefixes(beginning, home_region) if beginning else []


def _visible(kind: str, text: str) -> str:
    """Without what nobody sees: zero-width characters, byte order marks, marks of direction (category Cf); but two
    domains differ by a joiner inside a word of other letters (IDNA 2008).
    """
    if text.isascii():
        return text
    name, at, domain = text.rpartition("@") if kind == "email" else (text, "", "")
    joined = {found.start() for found in _JOINER.finditer(domain)}
    shown = (char for place, char in enumerate(domain) if place in joined or unicodedata.category(char) != "Cf")
    return "".join((*(char for char in name if unicodedata.category(char) != "Cf"), at, *shown))


class Normaliser:
    """Normalises with a memory: a phone number costs 50 µs, and customers come back.

    ``blocked``: what stands for nobody in this installation besides, in any spelling.
    """

    KNOWN_MAX = 1 << 17

    def __init__(self, home_region: str, blocked: Iterable[str] = ()) -> None:
        self.home_region = home_region
        self._normalise = _remembering(home_region, frozenset(blocked))

    def __call__(self, kind: str, raw: str) -> str | Problem:
        """As :func:`normalise`."""
        return self._normalise(kind, raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Normaliser) and other._normalise is self._normalise

    def __hash__(self) -> int:
        return hash(self._normalise)


@functools.cache
def _remembering(home_region: str, blocked: frozenset[str]) -> Callable[[str, str], str | Problem]:
    """One memory for each home region there is: the same value has one normal form, whoever asks when."""
    more, written = _forms(home_region, blocked), {text.strip().lower() for text in blocked}

    def normalised(kind: str, raw: str) -> str | Problem:
        value = normalise(kind, raw, home_region)
        if blocked and ((kind, value) in more or raw.strip().lower() in written):
            return Problem(ProblemReason.BLOCKED, f"{raw.strip()!r} stands for nobody here (identity.blocked)")
        return value

    return functools.lru_cache(Normaliser.KNOWN_MAX)(normalised)


def _forms(home_region: str, blocked: frozenset[str]) -> frozenset[tuple[str, str]]:
    """What values that are blocked here look like in each kind that takes them."""
    forms = ((kind, normalise(kind, text, home_region)) for text in blocked for kind in KINDS)
    return frozenset((kind, value) for kind, value in forms if isinstance(value, str))
