"""A Telegram user's id as its Bot API gives it: a whole number; names of users change, ids do not.

Source: core.telegram.org/bots/api#user.
"""

import re

from omniloom.identity.kind import Kind, Level, Problem, ProblemReason

_NUMBER = re.compile(r"[1-9]\d{0,19}", re.ASCII)  # a chat's is negative: many are in it


def _normalise(value: str, home_region: str) -> str | Problem:  # noqa: ARG001 - the signature of every kind
    if not _NUMBER.fullmatch(value):
        return Problem(ProblemReason.MALFORMED, "a Telegram user's id is a whole number")
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="Telegram",
    is_strong=True,
    priority=42,
    level=Level.VERIFIED,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={" 123456789 ": "123456789", "@anna": "", "0": "", "-7": "", "١٢٣": ""},
)
