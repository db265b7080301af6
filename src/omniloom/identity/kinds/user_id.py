"""The customer's id in the brand's own system: the strongest identifier, one per person, compared as it is."""

from omniloom.identity.kind import Kind, Level


def _normalise(value: str, home_region: str) -> str:  # noqa: ARG001 - the signature of every kind
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="Customer id",
    is_strong=True,
    is_single=True,
    priority=10,
    level=Level.AUTHENTICATED,
    limit=None,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={" A-17 ": "A-17", "a-17": "a-17", "0": "", "-1": "", "NULL": "", "undefined": "", "": ""},
)
