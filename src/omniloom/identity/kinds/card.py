"""A loyalty or discount card: digits and letters; spaces and dashes on the plastic do not count."""

import re

from omniloom.identity.kind import Kind, Level, Limit, Problem, ProblemReason

_FILLING = re.compile(r"[\s\-–.]+")


def _normalise(value: str, home_region: str) -> str | Problem:  # noqa: ARG001 - the signature of every kind
    card = _FILLING.sub("", value).upper()
    if not card.isalnum():
        return Problem(ProblemReason.MALFORMED, "a card number holds digits and letters only")
    return card


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    card = _FILLING.sub("", text).upper()
    return [card] if card else []


KIND = Kind(
    title="Card",
    is_strong=True,
    priority=40,
    level=Level.VERIFIED,
    limit=Limit(10),
    normalise=_normalise,
    prefixes=_prefixes,
    examples={"7700 1234-5678": "770012345678", "ab-12": "AB12", "0000 0000": "", "*12": ""},
)
