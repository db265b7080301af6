"""An e-mail address: syntax checked strictly, domain in Unicode (IDNA decoded), compared without case.

Deliverability is not asked here: identity does no network. ``.test`` domains pass, so that demos and staging work.
"""

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from omniloom.identity.kind import Kind, Level, Problem, ProblemReason

# Most addresses are as plain as this; for them the library's answer, 100 µs later, is the same in lower case. A test
# compares them. A label that begins with two letters and two dashes may be encoded, so it is none.
_PLAIN = re.compile(
    r"(?=.{1,64}@)[a-z0-9]+(?:[._+-][a-z0-9]+)*@"
    r"(?=.{1,253}$)(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,24})",
    re.ASCII,
)
_CHARS_MAX = 254
_SPECIAL = frozenset(SPECIAL_USE_DOMAIN_NAMES)


def _normalise(value: str, home_region: str) -> str | Problem:  # noqa: ARG001 - the signature of every kind
    lower = value.lower()
    if (plain := _PLAIN.fullmatch(lower)) and plain[1] not in _SPECIAL and lower.isascii() and len(lower) <= _CHARS_MAX:
        return lower
    try:
        checked = validate_email(value, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError as error:
        return Problem(ProblemReason.MALFORMED, str(error))
    return checked.normalized.lower()  # ß and ς are letters of their own: straße.de is not strasse.de (IDNA 2008)


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text.lower()]


KIND = Kind(
    title="E-mail",
    is_strong=True,
    priority=20,
    level=Level.PROBABLE,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={
        " Anna.K@Example.TEST ": "anna.k@example.test",
        "ПОЧТА@пример.рф": "почта@пример.рф",
        "почта@xn--e1afmkfd.xn--p1ai": "почта@пример.рф",
        "Anna@Straße.DE": "anna@straße.de",
        "anna@xn--strae-oqa.de": "anna@straße.de",
        "anna@strasse.de": "anna@strasse.de",
        "σας@example.test": "σας@example.test",
        "anna@localhost": "",
        "anna@@example.test": "",
        "none": "",
    },
)
