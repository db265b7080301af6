"""The address of an app or browser for push messages: weak, and the services change it when they like."""

from omniloom.identity.kind import Kind, Level, Limit


def _normalise(value: str, home_region: str) -> str:  # noqa: ARG001 - the signature of every kind
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="Push address",
    is_strong=False,
    priority=82,
    level=Level.DEVICE,
    limit=Limit(20),
    normalise=_normalise,
    prefixes=_prefixes,
    examples={"fcm:abc": "fcm:abc", "": ""},
)
