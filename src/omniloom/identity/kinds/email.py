"""An e-mail address: syntax checked strictly, domain in Unicode (IDNA decoded), compared without case.

Deliverability is not asked here: identity does no network. ``.test`` domains pass, so that demos and staging work.
"""

from email_validator import EmailNotValidError, validate_email

from omniloom.identity.kind import Kind, Level, Problem, ProblemReason


def _normalise(value: str, home_region: str) -> str | Problem:  # noqa: ARG001 - the signature of every kind
    try:
        checked = validate_email(value, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError as error:
        return Problem(ProblemReason.MALFORMED, str(error))
    return checked.normalized.casefold()


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text.casefold()]


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
        "anna@localhost": "",
        "anna@@example.test": "",
        "none": "",
    },
)
