"""What a way of self-identification is: one file in ``ways/`` that says all that is known of it, and does no I/O.

Every way ends the same: an identify event with its confidence. They differ in what is shown: an address that got a
link or a code, a messenger that came with a token, a code that was scanned, a card.
"""

import functools
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from omniloom.core.registry import variants
from omniloom.identity import Level


class Proof(StrEnum):
    """What a customer shows."""

    LINK = "link"  # opened from a message to the address
    CODE = "code"  # typed from a message to the address
    TOKEN = "token"  # handed out by us, and brought back  # noqa: S105 - a word, no secret
    CARD = "card"  # in the customer's hand


@dataclass(frozen=True, slots=True)
class Way:
    """One way to be recognised.

    ``channels``: those an address can be asked over. ``kinds``: what identifies whoever brings a token back.
    ``valid_for``: how long what was sent or handed out counts, once. ``texts``: what the message says if no template
    of that name says otherwise: channel -> language -> name, subject, body.
    """

    title: str
    about: str
    proof: Proof
    level: Level = Level.VERIFIED
    valid_for: timedelta = timedelta(minutes=10)
    tries_max: int = 1
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    texts: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)


@functools.cache
def known_ways() -> dict[str, Way]:
    """All ways by key."""
    return variants(importlib.import_module("omniloom.messaging.recognition.ways"), "WAY", Way)
