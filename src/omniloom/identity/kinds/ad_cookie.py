"""An ad system's or counter's cookie, with the system before it (ym:1690…, ga:GA1.2…): weak, one browser's."""

from omniloom.identity.kind import Kind, Level, Limit


def _normalise(value: str, home_region: str) -> str:  # noqa: ARG001 - the signature of every kind
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="Ad cookie",
    is_strong=False,
    priority=95,
    level=Level.ANONYMOUS,
    limit=Limit(20, days=7),
    normalise=_normalise,
    prefixes=_prefixes,
    examples={"ym:1690000000123": "ym:1690000000123", "0": ""},
)
