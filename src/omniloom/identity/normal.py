"""The kinds of identifiers there are, and the one way to a value's normal form."""

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
    """Normalises with a memory for one batch: a phone number costs 50 µs, and customers come back."""

    def __init__(self, home_region: str) -> None:
        self._home_region = home_region
        self._known: dict[tuple[str, str], str | Problem] = {}

    def __call__(self, kind: str, raw: str) -> str | Problem:
        """As :func:`normalise`."""
        key = (kind, raw)
        if key not in self._known:
            self._known[key] = normalise(kind, raw, self._home_region)
        return self._known[key]
