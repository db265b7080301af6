"""What a channel is: one file in ``channels/`` that says all that is known of it, and does no I/O itself.

A channel turns a message into a call (what to say to which server) and a reply into an outcome (what it means).
``transport.py`` makes the calls. Registry, settings form, callback route and conformance tests follow from the file.
"""

import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from omniloom.core.registry import variants


@dataclass(frozen=True, slots=True)
class Message:
    """One message for one recipient. ``key`` stays the same in every retry: Message-ID and idempotency key."""

    key: str
    to: str
    subject: str
    body: str
    unsubscribe_url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SmtpCall:
    """A mail to hand to an SMTP server. ``tls`` is ``none``, ``starttls`` or ``tls``."""

    host: str
    port: int
    tls: str
    username: str
    password: str = field(repr=False)
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A POST to a provider's gateway."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)  # carries the token
    body: bytes


class Phase(StrEnum):
    """How far a conversation had come when the reply arrived."""

    CONNECT = "connect"  # connection, TLS, greeting and sign-in: nothing about this recipient yet
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"  # the DATA command and the reply to the mail itself
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider answered: its code, its text, and when it told us to come back (0: it did not)."""

    phase: Phase
    code: int
    text: str
    retry_after_s: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took the message."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider refuses it for good. ``is_address_bad``: no message will ever reach this address."""

    reason: str
    is_address_bad: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Not now, certainly not sent. ``is_outage``: the provider, not the message, is the trouble: nobody gives up."""

    reason: str
    after_s: int = 0
    is_outage: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may or may not have been taken: it is never sent again as marketing."""

    reason: str


Outcome = Sent | Refused | Later | Unknown


class Fact(StrEnum):
    """What a provider may tell later about a message."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class Report:
    """One thing a provider's callback says about one message."""

    delivery_id: str
    key: str
    fact: Fact
    reason: str
    is_address_bad: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A reply from the provider's documentation, and the outcome it means; the conformance suite runs them."""

    reply: Reply
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach a person.

    ``address_kind`` is the identifier kind it needs; ``settings`` a frozen dataclass of ``setting()`` fields;
    ``report_statuses`` maps the status words of its callbacks, ``bad_address_words`` those that end an address.
    """

    title: str
    address_kind: str
    is_html: bool
    settings: type
    problem: Callable[[Any], str]
    call: Callable[[Message, Any], SmtpCall | HttpCall]
    outcome: Callable[[Reply], Outcome]
    report_statuses: Mapping[str, Fact]
    bad_address_words: frozenset[str]
    examples: tuple[Example, ...]


@functools.cache
def known_channels() -> dict[str, Channel]:
    """All channels by key."""
    return variants(importlib.import_module("omniloom.messaging.channels"), "CHANNEL", Channel)
