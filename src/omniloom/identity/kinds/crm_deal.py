"""A deal or lead in a CRM, with the CRM before its id (amocrm:456): it belongs to one person, who may have many."""

from omniloom.identity.kind import Kind, Level


def _normalise(value: str, home_region: str) -> str:  # noqa: ARG001 - the signature of every kind
    return value


def _prefixes(text: str, home_region: str) -> list[str]:  # noqa: ARG001 - the signature of every kind
    return [text]


KIND = Kind(
    title="CRM deal",
    is_strong=True,
    priority=50,
    level=Level.PROBABLE,
    limit=None,
    normalise=_normalise,
    prefixes=_prefixes,
    examples={" amocrm:456 ": "amocrm:456", "0": "", "null": ""},
)
