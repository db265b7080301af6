"""What is taken as long as anything is: that somebody unsubscribes, gives or withdraws consent."""

from omniloom.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, UNSUBSCRIBED

URGENT = tuple(f'"{name}"'.encode() for name in (UNSUBSCRIBED, CONSENT_GIVEN, CONSENT_WITHDRAWN))


def is_urgent(raw: bytes) -> bool:
    """Whether an item, as it came or as it is kept, may say so."""
    return any(name in raw for name in URGENT)
