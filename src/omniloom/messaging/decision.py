"""Whether a message goes, where, and why: every decision is a value with its reasons.

The rules in ``policy/`` are pure functions over ``Facts``; ``decide.py`` puts them in order. Facts are read twice: once
to know what to render, and again in the transaction that writes the intent, where the answer counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

MARKETING, TRANSACTIONAL = "marketing", "transactional"


class Reason(StrEnum):
    """Why a message goes or does not; shown to the marketer."""

    ALLOWED = "allowed"
    NO_ADDRESS = "no_address"
    CHANNEL_OFF = "channel_off"
    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    REFUSED = "refused"  # the provider refused this channel for good in this very send
    SAME_ADDRESS = "same_address"  # another person of the campaign has this address and got the message
    SAME_PERSON = "same_person"  # two recipients became one person, who got the message under the other id
    FREQUENCY_CAP = "frequency_cap"
    QUIET_HOURS = "quiet_hours"
    TOPIC_OFF = "topic_off"  # the person wants nothing about this topic
    PAUSED = "paused"  # the person asked for silence until a day
    WANTED_SELDOM = "wanted_seldom"  # the person wants messages no more often than that
    CANCELLED = "cancelled"
    ERASED = "erased"  # the person was erased
    HELD = "held"
    CHANGED = "changed"  # the facts changed between rendering and intent: decided anew
    RENDER_FAILED = "render_failed"
    INVALID_MESSAGE = "invalid_message"
    TRY_LATER = "try_later"
    GAVE_UP = "gave_up"
    CRASHED = "crashed"  # the worker died after the intent: the message may have gone
    NO_REPLY = "no_reply"


@dataclass(frozen=True, slots=True)
class Policy:
    """The company's rules for marketing messages; transactional ones obey addresses and bounces only."""

    cap_messages: int = 3  # over all channels together
    cap_days: int = 7
    quiet_from: str = "21:00"  # local time of the person
    quiet_to: str = "09:00"  # equal to quiet_from: no quiet hours
    default_timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one recipient at one instant.

    ``channels`` in order of preference; ``agreed`` channel -> the word in force about marketing towards the message's
    advertiser, for channels with one; ``suppressed`` (channel, address) -> reason; ``refused`` channels this send
    tried in vain; ``taken`` (channel, address) pairs that already have a message of the campaign; ``recent`` instants
    of marketing messages to the person inside the cap's window; ``is_served``: the person has the campaign's message
    under another id. ``topics`` say what the campaign's message is about, by channel; ``topics_off``,
    ``frequency_apart`` and ``paused_until`` are the person's own wishes.
    """

    now: datetime
    kind: str
    channels: tuple[str, ...]
    channels_on: frozenset[str]
    addresses: Mapping[str, str]
    agreed: Mapping[str, bool]
    timezone: str
    suppressed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[tuple[str, str]] = frozenset()
    recent: tuple[datetime, ...] = ()
    is_served: bool = False
    topics: Mapping[str, str] = field(default_factory=dict)
    topics_off: frozenset[str] = frozenset()
    frequency_apart: timedelta = timedelta(0)
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Send over this channel to this address."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Not before ``until``."""

    until: datetime
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """Never in this campaign."""

    reason: Reason
    detail: str = ""


Verdict = Send | Hold | Skip


@dataclass(frozen=True, slots=True)
class Considered:
    """One step of a decision: a channel (empty: the person as a whole), what a rule said of it, and the details."""

    channel: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict and the steps that led to it, in order."""

    verdict: Verdict
    trail: tuple[Considered, ...]
