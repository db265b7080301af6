"""A VK user's id: a whole number, also written id123. Source: dev.vk.com, users.get."""

import re

from omniloom.identity.kind import Kind, Level, Problem, ProblemReason

_NUMBER = re.compile(r"(?:id)?([1-9]\d{0,19})", re.ASCII)


def _normalise(value: str, home_region: str) -> str | Problem:  # noqa: ARG001 - the signature of every kind
    if not (found := _NUMBER.fullmatch(value)):
        return Problem(ProblemReason.MALFORMED, "a VK user's id is a whole number")
    return found[1]


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="VK",
    is_strong=True,
    priority=43,
    level=Level.VERIFIED,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={"id123": "123", "123": "123", "durov": "", "id0": "", "-7": "", "١٢٣": ""},
)
