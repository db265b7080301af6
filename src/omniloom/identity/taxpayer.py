"""A Russian taxpayer's number (INN): ten digits of a company, twelve of a person; its check digits are checked.

Source: the Federal Tax Service's order on the INN's structure; the weights are public.
"""

import re

from omniloom.identity.kind import Problem, ProblemReason, blocked

COMPANY_DIGITS, PERSON_DIGITS = 10, 12
_DIGITS = re.compile(rf"^(?:\d{{{COMPANY_DIGITS}}}|\d{{{PERSON_DIGITS}}})$", re.ASCII)
_COMPANY = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_PERSON = ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def taxpayer_number(value: str) -> str | Problem:
    """The INN of a company or a person; or why it is none."""
    if problem := blocked(value):
        return problem
    if not _DIGITS.match(value):
        return Problem(ProblemReason.MALFORMED, "an INN has ten or twelve digits")
    digits = [int(digit) for digit in value]
    for weights in (_COMPANY,) if len(value) == COMPANY_DIGITS else _PERSON:
        if _check(digits, weights) != digits[len(weights)]:
            return Problem(ProblemReason.MALFORMED, f"{value} has a wrong check digit")
    return value


def _check(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10
