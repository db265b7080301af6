"""A MAX user's id as its Bot API gives it: a whole number. Source: dev.max.ru, User.user_id."""

import re

from omniloom.identity.kind import Kind, Level, Problem, ProblemReason

_NUMBER = re.compile(r"[1-9]\d{0,19}", re.ASCII)  # a chat's is negative: many are in it


def _normalise(value: str, home_region: str) -> str | Problem:  # noqa: ARG001 - the signature of every kind
    if not _NUMBER.fullmatch(value):
        return Problem(ProblemReason.MALFORMED, "a MAX user's id is a whole number")
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="MAX",
    is_strong=True,
    priority=44,
    level=Level.VERIFIED,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={" 5012345 ": "5012345", "anna": "", "0": "", "-7": "", "١٢٣": ""},
)
