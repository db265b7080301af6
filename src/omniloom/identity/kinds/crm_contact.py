"""A contact's id in a CRM, with the CRM before it (amocrm:123): what the CRM knows a person by, one of many CRMs."""

from omniloom.identity.kind import Kind, Level


def _normalise(value: str, home_region: str) -> str:  # noqa: ARG001 - the signature of every kind
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="CRM contact",
    is_strong=True,
    priority=45,
    level=Level.PROBABLE,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={" amocrm:123 ": "amocrm:123", "0": "", "null": ""},
)
