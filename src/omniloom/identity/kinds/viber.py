"""A Viber user's id for one bot: an opaque text that ends in ==. Source: developers.viber.com, unique user id."""

from omniloom.identity.kind import Kind, Level


def _normalise(value: str, home_region: str) -> str:  # noqa: ARG001 - the signature of every kind
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="Viber",
    is_strong=True,
    priority=46,
    level=Level.VERIFIED,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={"01234567890A=": "01234567890A=", "null": ""},
)
