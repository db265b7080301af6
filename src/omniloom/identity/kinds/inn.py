"""A person's INN: twelve digits. A company's has ten, and names everybody who works there: it joins nobody."""

from omniloom.identity.kind import Kind, Level, Problem, ProblemReason
from omniloom.identity.taxpayer import COMPANY_DIGITS, taxpayer_number


def _normalise(value: str, home_region: str) -> str | Problem:  # noqa: ARG001 - the signature of every kind
    number = taxpayer_number(value)
    if isinstance(number, str) and len(number) == COMPANY_DIGITS:
        return Problem(
            ProblemReason.SHARED, "a company's INN: tell it by a group call, or by a relation to the company"
        )
    return number


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text] if text.isdigit() else []


KIND = Kind(
    title="INN",
    is_strong=True,
    priority=35,
    level=Level.PROBABLE,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={"500100732259": "500100732259", "7707083893": "", "500100732258": "", "77": ""},
)
