"""The id of a person in any other system, with the system before it (till:77): for what has no kind of its own."""

from omniloom.identity.kind import Kind, Level, Limit, Problem, ProblemReason


def _normalise(value: str, home_region: str) -> str | Problem:  # noqa: ARG001 - the signature of every kind
    system, _, number = value.partition(":")
    if not system.strip() or not number.strip():
        return Problem(ProblemReason.MALFORMED, "write the system before the id, such as till:77")
    return f"{system.strip()}:{number.strip()}"


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="Id in another system",
    is_strong=True,
    priority=60,
    level=Level.PROBABLE,
    limit=Limit(20),
    normalise=_normalise,
    prefixes=_prefixes,
    examples={" till:77 ": "till:77", "77": "", ":": ""},
)
