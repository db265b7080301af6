"""An app's id of the device it runs on (IDFV, Android id): weak, for a tablet may stand in a hall."""

from omniloom.identity.kind import Kind, Level, Limit


def _normalise(value: str, home_region: str) -> str:  # noqa: ARG001 - the signature of every kind
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="App device",
    is_strong=False,
    priority=80,
    level=Level.DEVICE,
    limit=Limit(5, days=7),
    normalise=_normalise,
    prefixes=_prefixes,
    examples={"9F2C-11": "9F2C-11", "00000000-0000-0000-0000-000000000000": ""},
)
