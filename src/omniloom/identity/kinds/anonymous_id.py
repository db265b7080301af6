"""A browser's or device's own id, before anybody signs in: weak, for a device may be shared."""

from omniloom.identity.kind import Kind, Level, Limit


def _normalise(value: str, home_region: str) -> str:  # noqa: ARG001 - the signature of every kind
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="Device",
    is_strong=False,
    priority=90,
    level=Level.ANONYMOUS,
    limit=Limit(5, days=7),
    normalise=_normalise,
    prefixes=_prefixes,
    examples={"f3b1-77": "f3b1-77", "Anonymous": "", "00000000-0000-0000-0000-000000000000": ""},
)
