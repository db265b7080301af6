"""What is taken as long as anything is: that somebody unsubscribes, gives or withdraws consent."""

from omniloom.core.event import CONSENT_WORDS

URGENT = tuple(f'"{name.lower()}"'.encode() for name in CONSENT_WORDS)


def is_urgent(raw: bytes) -> bool:
    """Whether an item, as it came or as it is kept, may say so."""
    small = raw.lower()
    return any(name in small for name in URGENT)
