"""A Russian taxpayer's number: ten digits of a company, twelve of a person; its check digits are checked.

Source: the Federal Tax Service's order on the INN's structure; the weights are public.
"""

import re

from omniloom.identity.kind import Kind, Level, Problem, ProblemReason

_DIGITS = re.compile(r"^(?:\d{10}|\d{12})$")
_COMPANY = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_PERSON = ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def _normalise(value: str, home_region: str) -> str | Problem:  # noqa: ARG001 - the signature of every kind
    if not _DIGITS.match(value):
        return Problem(ProblemReason.MALFORMED, "an INN has ten or twelve digits")
    digits = [int(digit) for digit in value]
    checks = (_COMPANY,) if len(digits) == len(_COMPANY) + 1 else _PERSON
    for weights in checks:
        if _check(digits, weights) != digits[len(weights)]:
            return Problem(ProblemReason.MALFORMED, f"{value} has a wrong check digit")
    return value


def _check(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text] if text.isdigit() else []


KIND = Kind(
    title="INN",
    is_strong=True,
    priority=35,
    level=Level.PROBABLE,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={"7707083893": "7707083893", "500100732259": "500100732259", "7707083894": "", "77": ""},
)
