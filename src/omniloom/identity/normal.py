"""The kinds of identifiers there are, and the one way to a value's normal form."""

import functools
from collections.abc import Callable

from omniloom.core.registry import variants
from omniloom.identity import kinds
from omniloom.identity.kind import Kind, Problem, ProblemReason, blocked

KINDS: dict[str, Kind] = variants(kinds, "KIND", Kind)
BY_PRIORITY: tuple[str, ...] = tuple(sorted(KINDS, key=lambda name: KINDS[name].priority))


def normalise(kind: str, raw: str, home_region: str) -> str | Problem:
    """The normal form of an identifier, the one that is stored and compared; or why it identifies nobody."""
    if kind not in KINDS:
        return Problem(ProblemReason.UNKNOWN_KIND, f"no kind {kind!r}; there are {', '.join(BY_PRIORITY)}")
    value = raw.strip()
    if problem := blocked(value):
        return problem
    normal = KINDS[kind].normalise(value, home_region)
    if isinstance(normal, str) and (problem := blocked(normal)):
        return problem
    return normal


def prefixes(kind: str, text: str, home_region: str) -> list[str]:
    """What the normal form of a value of this kind may begin with, if ``text`` is the beginning of the value."""
    beginning = text.strip()
    return KINDS[kind].prefixes(beginning, home_region) if beginning else []


class Normaliser:
    """Normalises with a memory: a phone number costs 50 µs, and customers come back."""

    KNOWN_MAX = 1 << 17

    def __init__(self, home_region: str) -> None:
        self._normalise = _remembering(home_region)

    def __call__(self, kind: str, raw: str) -> str | Problem:
        """As :func:`normalise`."""
        return self._normalise(kind, raw)


@functools.cache
def _remembering(home_region: str) -> Callable[[str, str], str | Problem]:
    """One memory for each home region there is: the same value has one normal form, whoever asks when."""
    return functools.lru_cache(Normaliser.KNOWN_MAX)(functools.partial(normalise, home_region=home_region))
